"""Wrong sentences made by program are wrong in one thing only, and are Korean."""

import random

import pytest

from support.texts import BODY
from techsum.evaluation.corruptions import Corruptor, fitted, negated, with_opposite

OTHERS = ["달의 뒷면에는 고양이가 산다."]


def corrupt(sentence, seed=0):
    corruptor = Corruptor(BODY, OTHERS, ["한라산연구소", "Nokia"], random.Random(seed))
    return {c.variant: c.text for c in corruptor.all(sentence)}


def test_a_changed_number_is_one_that_the_article_lacks():
    made = corrupt("장치의 용량은 240킬로와트시이다.")["number changed"]
    assert made != "장치의 용량은 240킬로와트시이다."
    assert made.startswith("장치의 용량은 ")
    assert made.endswith("킬로와트시이다.")


def test_a_swapped_unit_keeps_the_number():
    made = corrupt("장치의 용량은 240킬로와트시이다.")["unit swapped"]
    assert "240" in made
    assert "킬로와트시" not in made


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("결과를 공개한다.", "결과를 공개하지 않는다."),
        ("결과를 공개했다.", "결과를 공개하지 않았다."),
        ("불이 붙지 않는다.", "불이 붙는다."),
        ("값이 낮다.", "값이 낮지 않다."),
        ("이것은 소금이다.", "이것은 소금이 아니다."),
        ("이것은 바다다.", "이것은 바다가 아니다."),
        ("소금", None),
    ],
)
def test_a_negated_sentence_is_korean(right, wrong):
    assert negated(right) == wrong


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("수입이 3% 늘었다.", "수입이 3% 줄었다."),
        ("가격이 상승했다.", "가격이 하락했다."),
        ("소금이다.", None),
    ],
)
def test_an_opposite_word_fits_its_sentence(right, wrong):
    assert with_opposite(right, random.Random(0)) == wrong


def test_particles_fit_the_new_word():
    assert fitted("한라산", "는 높다") == "한라산은 높다"
    assert fitted("바다", "을 본다") == "바다를 본다"


def test_the_same_seed_makes_the_same_set():
    sentence = "연구소는 240킬로와트시 장치를 3일에 공개했다."
    assert corrupt(sentence, 5) == corrupt(sentence, 5)
