"""Drawing: the same samples in the same order, whoever makes them; what is held out or repeated is not taken."""

import random

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from support.tiny_checkpoint import write_checkpoint
from support.tiny_training import rows, write_recipe, write_rows
from techsum.errors import TrainingError
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training.chunks import chunk_bounds
from techsum.training.drawing import draw, open_sources
from techsum.training.evaluating import dev_rows
from techsum.training.recipe_file import load_recipe
from techsum.training.workers import Workers


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizer(base):
    import transformers

    return HubTokenizer(transformers.AutoTokenizer.from_pretrained(base))


@pytest.fixture
def path(tmp_path, base, configure):
    configure(cache_dir=tmp_path / "cache")
    return write_recipe(tmp_path, base)


def different_rows(count):
    """Rows whose documents have next to nothing in common."""
    rng = random.Random(7)
    words = [
        "바닷물",
        "전기",
        "소금",
        "장치",
        "연구진",
        "농도",
        "막",
        "온도",
        "실험",
        "결과",
        "빛",
        "세포",
        "로봇",
        "별",
    ]

    def sentence():
        return " ".join(rng.choices(words, k=9)) + " 있었다."

    return [
        {
            "input": f"{n}번째 글이다. " + " ".join(sentence() for _ in range(6)),
            "output": f"{n}번째 글의 요약이다.",
        }
        for n in range(count)
    ]


def chunks(folder):
    return {p: p.stat().st_mtime_ns for p in (folder / "cache" / "samples").rglob("*.arrow")}


def test_samples_are_the_same_in_the_same_order(path, tokenizer):
    recipe = load_recipe(path)
    first = list(draw(recipe, tokenizer, 20).samples)
    assert list(draw(recipe, tokenizer, 20).samples) == first
    assert list(draw(recipe, tokenizer, 10).samples) == first[:10]
    other = load_recipe(path, ["training.seed=1"])
    assert list(draw(other, tokenizer, 20).samples) != first


def test_all_rows_come_before_any_comes_again(path, tokenizer):
    drawn = draw(load_recipe(path), tokenizer, 48)
    seen = [tokenizer.raw.decode(s.answer) for s in drawn.samples]
    assert len(set(seen[:24])) == 24
    assert sorted(seen[:24]) == sorted(seen[24:])
    assert seen[:24] != seen[24:]
    assert drawn.epochs == {"train.jsonl (summary)": pytest.approx(2.0)}


def test_what_was_made_is_not_made_again(path, tokenizer, tmp_path):
    draw(load_recipe(path), tokenizer, 10)
    made = chunks(tmp_path)
    draw(load_recipe(path, ["training.steps=50", "lora.r=2"]), tokenizer, 30)
    assert made.items() <= chunks(tmp_path).items()


def test_a_torn_chunk_is_made_again(path, tokenizer, tmp_path):
    recipe = load_recipe(path)
    first = list(draw(recipe, tokenizer, 10).samples)
    for chunk in chunks(tmp_path):
        chunk.write_bytes(chunk.read_bytes()[:200])
    assert list(draw(recipe, tokenizer, 10).samples) == first


def test_changed_rows_are_read_anew(path, tokenizer, tmp_path):
    recipe = load_recipe(path)
    first = list(draw(recipe, tokenizer, 24).samples)
    write_rows(tmp_path / "train.jsonl", rows(10))
    second = draw(recipe, tokenizer, 10)
    assert set(second.samples) < set(first)
    assert second.epochs == {"train.jsonl (summary)": 1.0}


def test_several_processes_draw_what_one_does(path, tokenizer, tmp_path, configure):
    recipe = load_recipe(path)
    alone = draw(recipe, tokenizer, 40)
    configure(cache_dir=tmp_path / "other")
    with Workers(2) as workers:
        together = draw(recipe, tokenizer, 40, workers=workers)
    assert list(together.samples) == list(alone.samples)
    assert together.epochs == alone.epochs


def test_what_a_worker_meets_is_said_here(path, tokenizer):
    recipe = load_recipe(path, ["data.0.path=none.jsonl"])
    with Workers(1) as workers, pytest.raises(TrainingError, match=r"none\.jsonl"):
        draw(recipe, tokenizer, 4, workers=workers)


def test_packing_keeps_the_drawn_order_and_counts_sequences(path, tokenizer):
    size = "training.max_tokens=900"
    alone = list(draw(load_recipe(path, [size]), tokenizer, 60).samples)
    packed = draw(load_recipe(path, ["training.packing=true", size]), tokenizer, 6)
    sequences = [packed[n] for n in range(len(packed))]
    assert len(packed) == 6 < len(packed.samples)
    assert [s for sequence in sequences for s in sequence] == alone[: len(packed.samples)]
    assert packed.lengths.tolist() == [sum(map(len, sequence)) for sequence in sequences]
    assert packed.lengths.max() <= 900


def test_sources_take_turns_by_their_weights(path, tokenizer, tmp_path):
    said = yaml.safe_load(path.read_text("utf-8"))
    (tmp_path / "other.jsonl").write_bytes((tmp_path / "train.jsonl").read_bytes())
    said["data"].append({"path": "other.jsonl", "licence": "MIT", "weight": 3, "duplicates": "keep"})
    path.write_text(yaml.safe_dump(said), "utf-8")
    drawn = draw(load_recipe(path), tokenizer, 40)
    assert drawn.taken == {"train.jsonl (summary)": 10, "other.jsonl (summary)": 30}
    assert drawn.epochs["other.jsonl (summary)"] == pytest.approx(30 / 24)


@pytest.mark.parametrize(("epochs", "samples"), [(0.5, 12), (2, 48)])
def test_epochs_say_how_often_all_samples_are_taken(path, tokenizer, epochs, samples):
    recipe = load_recipe(path, ["training.steps=0", f"training.epochs={epochs}"])
    assert len(draw(recipe, tokenizer).samples) == samples


def test_batches_of_like_length_take_the_same_samples(path, tokenizer):
    plain = draw(load_recipe(path, ["training.batch=4"]), tokenizer, 40).samples
    grouped = draw(
        load_recipe(path, ["training.batch=4", "training.group_by_length=true"]), tokenizer, 40
    ).samples
    assert list(plain) != list(grouped)
    assert sorted(plain, key=lambda s: s.prompt) == sorted(grouped, key=lambda s: s.prompt)


def test_held_out_documents_are_never_trained_on(path, tokenizer, tmp_path):
    write_rows(tmp_path / "train.jsonl", different_rows(60))
    recipe = load_recipe(path, ["dev={holdout: 0.2, rows: 50}"])
    held = {one.row.input for one in dev_rows(recipe, open_sources(recipe))}
    drawn = draw(recipe, tokenizer, 120)
    trained = {tokenizer.raw.decode(s.answer).split("번째")[0] for s in drawn.samples}
    assert 3 <= len(held) <= 25
    assert {text.split("번째")[0] for text in held}.isdisjoint(trained)
    assert len(held) + len(trained) == 60


def test_held_out_rows_come_from_each_source_in_turn(path, tmp_path):
    found = different_rows(120)
    write_rows(tmp_path / "train.jsonl", found[:100])
    write_rows(tmp_path / "second.jsonl", found[100:])
    sources = "data=[{path: train.jsonl, licence: MIT}, {path: second.jsonl, licence: MIT}]"
    recipe = load_recipe(path, [sources, "dev={holdout: 0.5, rows: 6}"])
    assert [one.source.path for one in dev_rows(recipe, open_sources(recipe))] == [
        "train.jsonl",
        "second.jsonl",
    ] * 3


def test_documents_that_come_again_are_taken_once(path, tmp_path):
    found = different_rows(30)
    nearly = {**found[3], "input": found[3]["input"].replace("있었다.", "있었다고 한다.", 1)}
    write_rows(tmp_path / "train.jsonl", [*found, found[0], nearly])
    write_rows(tmp_path / "second.jsonl", [found[1], *different_rows(31)[30:]])
    sources = "data=[{path: train.jsonl, licence: MIT}, {path: second.jsonl, licence: MIT}]"
    first, second = open_sources(load_recipe(path, [sources]))
    assert np.flatnonzero(first.repeated.exact).tolist() == [30]
    assert np.flatnonzero(first.repeated.near).tolist() == [31]
    assert np.flatnonzero(second.repeated.any).tolist() == [0]
    assert (len(first.taken), len(second.taken)) == (30, 1)
    kept = open_sources(load_recipe(path, [sources.replace("MIT", "MIT, duplicates: keep")]))
    assert [len(one.taken) for one in kept] == [32, 2]


@settings(deadline=None)
@given(count=st.integers(1, 40_000))
def test_chunks_cover_every_row_once(count):
    bounds = chunk_bounds(count)
    assert [start for start, _ in bounds] == [0, *(end for _, end in bounds[:-1])]
    assert bounds[-1][1] == count
    assert all(0 < end - start <= 1_024 for start, end in bounds)


def test_a_source_without_a_good_row_is_one_line(path, tokenizer, tmp_path):
    (tmp_path / "train.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(TrainingError, match="글이 비어 있음"):
        draw(load_recipe(path), tokenizer, 1)


def test_a_source_that_gives_no_sample_is_one_line(path, tokenizer, tmp_path):
    broken = [{**row, "output": "그 책(은 사람이 쓴 책이다."} for row in rows(24)]
    write_rows(tmp_path / "train.jsonl", broken)
    with pytest.raises(TrainingError, match="괄호"):
        draw(load_recipe(path), tokenizer, 1)


def test_epochs_of_no_sample_are_one_line(path, tokenizer, tmp_path):
    write_rows(tmp_path / "train.jsonl", [{**row, "output": "그 책(은 책이다."} for row in rows(24)])
    recipe = load_recipe(path, ["training.steps=0", "training.epochs=1"])
    with pytest.raises(TrainingError, match="괄호"):
        draw(recipe, tokenizer)


def test_skipped_and_bad_rows_are_counted(path, tokenizer, tmp_path):
    broken = {**rows(1)[0], "output": "그 책(은 사람이 쓴 책이다."}
    write_rows(tmp_path / "train.jsonl", [*rows(10), broken, {"input": ""}])
    drawn = draw(load_recipe(path), tokenizer, 5)
    assert drawn.skipped == {"skipped_broken_output": 1}
    assert [(row.place, row.reason) for row in drawn.bad] == [(12, "bad_row_input")]
    assert drawn.bad_rows == 1


def test_the_shipped_recipe_makes_short_samples_from_open_data(tokenizer, project, tmp_path, configure):
    # given the first rows of the project's data set, which the recipe names
    configure(cache_dir=tmp_path / "cache")
    recipe = load_recipe(project / "recipes" / "gemma-3-270m-ko.yaml", [f"data_folder={tmp_path}"])
    for name in {source.path for source in recipe.data}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        lines = (project / "data" / name).read_text("utf-8").splitlines()[:20]
        (tmp_path / name).write_text("\n".join(lines), "utf-8")
    drawn = draw(recipe, tokenizer, 20)
    assert drawn.bad == []
    assert {name.split("(")[1] for name in drawn.taken} == {
        "compression: summary)",
        "compression: line)",
        "headline: headline)",
    }
    assert drawn.lengths.max() <= recipe.training.max_tokens
