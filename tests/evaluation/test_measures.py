"""What is measured of a summary, and how sure the figures are."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.evaluation.data import Example
from techsum.evaluation.measures import FIGURES, Scorer
from techsum.evaluation.significance import interval, p_value, win_rate

REFERENCE = "섬에서 소금물로 전기를 저장하는 시험이 시작됐다. 결과는 내년 가을에 나온다."
RULER = Scorer(Example(1, TITLE, BODY, REFERENCE))


def figures(summary):
    return RULER.measure(summary).figures


def test_the_reference_itself_scores_one():
    said = figures(REFERENCE)
    assert all(said[f] == 1.0 for f in FIGURES if f.startswith(("rouge", "chars")))


def test_every_figure_is_a_share():
    for summary in (REFERENCE, PARAGRAPHS[0], "", "…", "고양이는 치즈를 좋아한다 " * 30):
        said = figures(summary)
        assert set(said) == set(FIGURES)
        assert all(0 <= v <= 1 for k, v in said.items() if k != "compression"), said


def test_writing_more_does_not_help_at_equal_length():
    longer = f"{REFERENCE} {PARAGRAPHS[1]}"
    assert figures(longer)["rouge_l"] < 1
    assert figures(longer)["rouge_l_equal"] == 1.0


def test_copying_is_seen():
    copied, own = figures(PARAGRAPHS[0]), figures("소금으로 만든 섬 전지가 드디어 돌기 시작했다.")
    assert copied["copied"] == copied["longest_copy"] == copied["coverage"] == 1.0
    assert own["copied"] == 0
    assert own["coverage"] < 1


def test_trust_is_counted_by_sentence():
    said = figures("장치의 용량은 240킬로와트시다. 장치의 용량은 999킬로와트시다. 고양이는 치즈를 좋아한다.")
    assert said["novel_numbers"] == pytest.approx(1 / 3)
    assert said["supported"] == pytest.approx(2 / 3)
    assert said["marked"] == pytest.approx(2 / 3)


def test_repetition_unfinished_endings_and_mixed_registers_are_seen():
    assert figures("소금물을 쓴다. " * 4)["repetition"] == 1.0
    assert figures(REFERENCE)["unfinished"] == 0
    assert figures("섬에서 소금물로 전기를 저장하는")["unfinished"] == 1
    mixed = "소금물을 씁니다. 섬에서 써요. 결과가 나온다."
    assert figures(mixed)["one_register"] == pytest.approx(1 / 3)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_the_mean_lies_in_its_interval(values):
    low, high = interval(values)
    mean = sum(values) / len(values)
    assert low - 1e-9 <= mean <= high + 1e-9


def test_an_interval_holds_the_true_mean_19_times_in_20():
    rng = random.Random(0)
    held = 0
    for _ in range(200):
        low, high = interval([rng.gauss(0.5, 0.1) for _ in range(60)])
        held += low <= 0.5 <= high
    assert 0.89 <= held / 200 <= 0.99


def test_a_clear_difference_is_no_chance_and_noise_is():
    rng = random.Random(0)
    base = [rng.random() for _ in range(100)]
    better = [v + 0.05 for v in base]
    shuffled = [v + rng.gauss(0, 0.2) for v in base]
    assert p_value(better, base) < 0.01
    assert p_value(shuffled, base) > 0.05
    assert p_value(base, base) == 1.0


def test_a_win_rate_has_an_interval_that_narrows():
    few, many = win_rate(3, 1, 0), win_rate(300, 100, 0)
    assert few[0] == many[0] == 0.75
    assert few[2] - few[1] > 4 * (many[2] - many[1])
    assert win_rate(0, 0, 0) == (0.5, 0.0, 1.0)
    assert win_rate(1, 1, 2)[0] == 0.5
