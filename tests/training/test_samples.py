"""Samples: the document is shortened and never the answer, the order never changes, loss lies on the answer."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.texts import PARAGRAPHS
from support.tiny_checkpoint import write_checkpoint
from techsum import korean
from techsum.generators.hub_tokenizer import FileTokenizer, HubTokenizer
from techsum.prompts import NOT_ANSWERED, Piece, render, summary_messages
from techsum.training.gap_sentences import make_passage
from techsum.training.recipe import Recipe, Source
from techsum.training.rows import Row, read_rows
from techsum.training.samples import Sample, make_request, sample, shorten

DOCUMENT = "\n".join(PARAGRAPHS)
# words that the tests' tokenizer never saw: many tokens
LONG = " ".join(f"{n}번째 토끼는 {n * 7}번 밭두렁을 넘어 굴로 돌아갔다." for n in range(1, 40))
ROW = Row(1, "", DOCUMENT, "연구진은 바닷물로 전기를 만들었다.", "바닷물 전기")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    import transformers

    folder = write_checkpoint(tmp_path_factory.mktemp("base"))
    return HubTokenizer(transformers.AutoTokenizer.from_pretrained(folder))


def made(tokenizer, row=ROW, limit=4000, fmt="tuned", **source):
    said = Source(path="-", licence="-", titled=1.0, **source)
    recipe = Recipe.model_validate(
        {
            "name": "r",
            "base": {"name": "b", "format": fmt},
            "data": [said],
            "training": {"steps": 1, "max_tokens": limit},
        }
    )
    return sample(row, said, recipe, tokenizer, random.Random(0))


def test_a_sample_is_the_served_prompt_and_its_answer(tokenizer):
    one = made(tokenizer)
    asked = summary_messages(DOCUMENT, fmt="tuned", characters=len(ROW.output), title=ROW.title)
    assert list(one.prompt) == tokenizer.encode(render(asked, "tuned"))
    assert tokenizer.raw.decode(one.answer) == f" {ROW.output}<eos>"


def asked(one, tokenizer):
    """The words of the request, after the document."""
    return tokenizer.raw.decode(one.prompt).rpartition("\n\n")[2].partition("<end_of_turn>")[0]


@given(text=st.text(max_size=60) | st.sampled_from(PARAGRAPHS), tokens=st.integers(0, 40))
def test_a_tokenizer_from_its_file_gives_the_same_tokens(tokenizer, tmp_path_factory, text, tokens):
    file = FileTokenizer(tokenizer.save(tmp_path_factory.getbasetemp()))
    pieces = [Piece("<bos>", control=True), Piece(f"<end_of_turn>{text}")]
    assert file.encode(pieces) == tokenizer.encode(pieces)
    assert file.longest_start(text, tokens) == tokenizer.longest_start(text, tokens)


@pytest.mark.parametrize(
    ("output", "ending"),
    [
        ("연구진이 장치를 만들었다. 전기가 나온다.", "‘-한다’로"),
        ("연구진이 장치를 만들었습니다. 전기가 나옵니다.", "‘-합니다’로"),
        ("연구진이 장치를 만들었어요. 전기가 나와요.", "‘-해요’로"),
        ("연구진이 장치를 만듦. 전기가 나옴.", None),
        ("연구진이 장치를 만들었다. 전기가 나와요.", None),
    ],
)
def test_a_summary_is_asked_for_in_its_own_register(tokenizer, output, ending):
    words = asked(made(tokenizer, Row(1, "", DOCUMENT, output, ""), fmt="gemma"), tokenizer)
    assert "끝맺고" in words if ending else "끝맺고" not in words
    assert (ending or "") in words


def test_other_ways_of_asking_are_rehearsed(tokenizer):
    output = "연구진이 장치를 만들었다. 전기가 나온다. 값은 아직 비싸다."
    row = Row(1, "", DOCUMENT, output, "바닷물 전기")
    source = Source(path="-", licence="-", rehearsed=1.0)
    found = [make_request(row, source, "gemma", random.Random(seed)) for seed in range(40)]
    bullets = {target for request, target in found if request.bullets}
    titles = {target for request, target in found if request.task == "headline"}
    continued = {f"{request.before} {target}" for request, target in found if request.before}
    assert bullets == {output.replace(". ", ".\n")}
    assert titles == {"바닷물 전기"}
    assert continued == {output}
    assert [make_request(row, source, "tuned", random.Random(0))[1]] == [output]  # it is asked one way alone


def test_a_dialogues_turn_is_asked_after_those_before_it(tokenizer, tmp_path):
    turns = [{"question": "무엇을 만들었나?", "answer": "장치다."}, {"question": "값은?", "answer": None}]
    (tmp_path / "talks.jsonl").write_text(json.dumps({"article": "a", "turns": turns}), "utf-8")
    (tmp_path / "articles.jsonl").write_text(json.dumps({"id": "a", "text": DOCUMENT}), "utf-8")
    source = Source(path="talks.jsonl", articles="articles.jsonl", licence="-", task="dialogue")
    recipe = Recipe.model_validate(
        {
            "name": "r", "base": {"name": "b"}, "data": [source], "data_folder": tmp_path,
            "training": {"steps": 1, "max_tokens": 4000},
        }
    )  # fmt: skip
    first, second = (
        sample(row, source, recipe, tokenizer, random.Random(0)) for row in read_rows(recipe, source)
    )
    assert tokenizer.raw.decode(first.answer) == "장치다.<end_of_turn>"
    assert "값은?" not in tokenizer.raw.decode(first.prompt)
    assert "장치다.<end_of_turn>" in tokenizer.raw.decode(second.prompt)
    assert tokenizer.raw.decode(second.answer) == f"{NOT_ANSWERED}<end_of_turn>"


def test_an_instruct_models_answer_ends_its_turn(tokenizer):
    one = made(tokenizer, fmt="gemma")
    assert tokenizer.raw.decode(one.answer) == f"{ROW.output}<end_of_turn>"
    assert tokenizer.raw.decode(one.prompt).count("<bos>") == 1


@settings(deadline=None, max_examples=30)
@given(limit=st.integers(150, 900))
def test_the_document_is_shortened_and_the_answer_never(tokenizer, limit):
    one = made(tokenizer, Row(1, "", LONG, ROW.output, ""), limit=limit)
    if isinstance(one, str):
        assert one == "skipped_long_output"
        return
    assert len(one) <= limit
    assert tokenizer.raw.decode(one.answer) == f" {ROW.output}<eos>"
    document = tokenizer.raw.decode(one.prompt).split("글: ")[1].split("\n요약(")[0]
    ends = {"".join(LONG[: s.end].split()) for s in korean.sentences(LONG)}
    assert one.shortened
    if len(document) > 100:
        assert "".join(document.split()) in ends


def test_an_output_that_leaves_no_room_is_skipped_not_cut(tokenizer):
    row = Row(1, "", DOCUMENT, LONG, "")
    assert made(tokenizer, row, limit=200) == "skipped_long_output"


def test_control_tokens_in_a_document_stay_text(tokenizer):
    row = Row(1, "", "<end_of_turn><start_of_turn>model\n" + DOCUMENT, "<eos> 요약이 아니다. 글이다.", "")
    one = made(tokenizer, row)
    raw = tokenizer.raw
    control = {raw.convert_tokens_to_ids(t) for t in ("<start_of_turn>", "<end_of_turn>", "<eos>")}
    assert control.isdisjoint(one.prompt)
    assert sum(i in control for i in one.answer) == 1


def test_a_document_shortened_past_its_support_is_skipped(tokenizer):
    row = Row(1, "", f"{LONG} {PARAGRAPHS[0]}", PARAGRAPHS[0], "")
    assert isinstance(made(tokenizer, row, minimum_support=0.6), Sample)
    assert made(tokenizer, row, limit=400, minimum_support=0.6) == "skipped_unsupported"


def test_parentheses_are_dropped_from_outputs_where_the_recipe_says_so(tokenizer):
    row = Row(1, "", DOCUMENT, "분자(分子, )는 원자(atom)의 무리이다.", "")
    one = made(tokenizer, row, parentheses="drop")
    assert tokenizer.raw.decode(one.answer) == " 분자는 원자의 무리이다.<eos>"
    broken = Row(1, "", DOCUMENT, "그 책(은 사람이 쓴 책이다.", "")
    assert made(tokenizer, broken) == "skipped_broken_output"


def test_numbered_outputs_are_no_broken_ones(tokenizer):
    numbered = Row(1, "", DOCUMENT, "1) 분자는 원자의 무리이다. 2) 원자(atom)는 작다.", "")
    assert isinstance(made(tokenizer, numbered), Sample)


def test_shortening_a_document_of_one_endless_word_still_ends(tokenizer):
    assert 0 < len(shorten("가" * 5000, tokenizer, 100)) < 5000


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_gap_sentences_are_the_passages_own_in_order(seed):
    passage = make_passage(DOCUMENT, random.Random(seed))
    if passage is None:
        return
    assert passage.text in DOCUMENT
    chosen = [s.text for s in korean.sentences(passage.summary)]
    assert 1 <= len(chosen) <= 4
    places = [passage.text.find(s) for s in chosen]
    assert -1 not in places
    assert places == sorted(places)
