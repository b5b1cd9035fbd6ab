"""Samples: the document is shortened and never the answer, the order never changes, loss lies on the answer."""

import random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from support.texts import PARAGRAPHS
from support.tiny_checkpoint import write_checkpoint
from support.tiny_training import write_recipe
from techsum import korean
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.prompts import render, summary_messages
from techsum.training.gap_sentences import make_passage
from techsum.training.prepared import prepare
from techsum.training.recipe import Recipe, Source, load_recipe
from techsum.training.rows import Row
from techsum.training.samples import Sample, draw, sample, shorten

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


def test_a_sample_is_the_prompt_of_serving_and_the_answer_with_its_end(tokenizer):
    one = made(tokenizer)
    asked = summary_messages(DOCUMENT, fmt="tuned", characters=len(ROW.output), title=ROW.title)
    assert list(one.prompt) == tokenizer.encode(render(asked, "tuned"))
    assert tokenizer.raw.decode(one.answer) == f" {ROW.output}<eos>"


def test_an_instruct_models_answer_ends_its_turn(tokenizer):
    one = made(tokenizer, fmt="gemma")
    assert tokenizer.raw.decode(one.answer) == f"{ROW.output}<end_of_turn>"
    assert tokenizer.raw.decode(one.prompt).count("<bos>") == 1


@settings(deadline=None, max_examples=30)
@given(limit=st.integers(150, 900))
def test_the_document_is_shortened_at_a_sentence_and_the_answer_never(tokenizer, limit):
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


def test_a_shortened_document_that_no_longer_supports_the_output_is_skipped(tokenizer):
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


def test_samples_are_always_the_same_in_the_same_order_and_kept(tmp_path, tokenizer, configure):
    configure(cache_dir=tmp_path / "cache")
    recipe = load_recipe(write_recipe(tmp_path))
    first = draw(recipe, tokenizer, 20)
    again = prepare(recipe, tokenizer, 20, "tiny")
    kept = prepare(recipe, tokenizer, 20, "tiny")
    assert first.samples == again.drawn.samples == kept.drawn.samples
    assert again.dev == kept.dev
    assert list((tmp_path / "cache" / "samples").glob("*.npz"))
    assert draw(recipe, tokenizer, 10).samples == first.samples[:10]
    other = load_recipe(tmp_path / "recipe.yaml", ["training.seed=1"])
    assert draw(other, tokenizer, 20).samples != first.samples


def test_packing_keeps_the_drawn_order_and_counts_sequences(tmp_path, tokenizer):
    path = write_recipe(tmp_path)
    size = "training.max_tokens=900"
    alone = draw(load_recipe(path, [size]), tokenizer, 60).samples
    packed = draw(load_recipe(path, ["training.packing=true", size]), tokenizer, 6)
    assert len(packed.sequences) == 6
    assert [s for sequence in packed.sequences for s in sequence] == alone[: len(packed.samples)]
    assert all(sum(map(len, sequence)) <= 900 for sequence in packed.sequences)
    assert len(packed.samples) > 6


def test_sources_take_turns_by_their_weights(tmp_path, tokenizer):
    path = write_recipe(tmp_path)
    said = yaml.safe_load(path.read_text("utf-8"))
    (tmp_path / "other.jsonl").write_bytes((tmp_path / "train.jsonl").read_bytes())
    said["data"].append({"path": "other.jsonl", "licence": "MIT", "weight": 3})
    path.write_text(yaml.safe_dump(said), "utf-8")
    taken = draw(load_recipe(path), tokenizer, 40).taken
    assert taken == {"train.jsonl (summary)": 10, "other.jsonl (summary)": 30}


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_gap_sentences_are_the_passages_own_and_far_from_each_other(seed):
    passage = make_passage(DOCUMENT, random.Random(seed))
    if passage is None:
        return
    assert passage.text in DOCUMENT
    chosen = [s.text for s in korean.sentences(passage.summary)]
    assert 1 <= len(chosen) <= 4
    places = [passage.text.find(s) for s in chosen]
    assert -1 not in places
    assert places == sorted(places)


def test_the_shipped_recipe_makes_short_samples_from_the_projects_own_data(tokenizer, project, tmp_path):
    # given the first rows of the project's data set, which the recipe names
    recipe = load_recipe(project / "recipes" / "gemma-3-270m-ko.yaml", [f"data_folder={tmp_path}"])
    for name in {source.path for source in recipe.data}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        rows = (project / "data" / name).read_text("utf-8").splitlines()[:20]
        (tmp_path / name).write_text("\n".join(rows), "utf-8")
    drawn = draw(recipe, tokenizer, 20)
    assert drawn.bad == []
    assert {name.split("(")[1] for name in drawn.taken} == {
        "compression: summary)",
        "compression: line)",
        "headline: headline)",
    }
    assert all(len(s) <= recipe.training.max_tokens for s in drawn.samples)
