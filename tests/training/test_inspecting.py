"""`techsum train --check`: what it finds in the data, and what it expects of the machine."""

from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet

from support.tiny_training import rows, write_recipe, write_rows
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training import bases
from techsum.training.inspecting import inspect, memory
from techsum.training.prepared import prepare
from techsum.training.recipe import load_recipe
from techsum.training.rows import pinned

SECOND = "{path: second.jsonl, licence: MIT}"


@pytest.fixture
def file(tmp_path):
    return write_recipe(tmp_path)


def test_a_document_of_two_sources_is_counted_where_it_comes_again(file, tmp_path):
    write_rows(tmp_path / "second.jsonl", rows(5))
    first, second = inspect(
        load_recipe(file, [f"data=[{{path: train.jsonl, licence: MIT}}, {SECOND}]"])
    ).sources
    assert (first.duplicates, second.duplicates) == (0, 5)


def test_a_file_that_is_used_for_two_tasks_does_not_repeat_itself(file):
    twice = "data=[{path: train.jsonl, licence: MIT}, {path: train.jsonl, licence: MIT, task: instruction}]"
    assert [s.duplicates for s in inspect(load_recipe(file, [twice])).sources] == [0, 0]


def test_a_leak_is_found_in_files_of_any_kind_and_with_any_names(file, tmp_path):
    said = [{"document": row["input"], "abstract": row["output"]} for row in rows(3)]
    write_rows(
        tmp_path / "dev.jsonl", [{"document": None}, *said]
    )  # a bad row is no reason to look no further
    parquet.write_table(pa.Table.from_pylist(rows(2)), tmp_path / "test.parquet")
    changes = ["dev.columns.input=document", "dev.columns.output=abstract", "test=[test.parquet]"]
    assert inspect(load_recipe(file, changes)).leaks == {"test.parquet": 2, "dev.jsonl": 3}


def test_what_is_for_a_gpu_is_estimated_as_a_gpu_runs_it(file):
    config = bases.load_config(load_recipe(file).base)

    def expected(*changes):
        return memory(config, load_recipe(file, changes), 10_000, 100, 40)

    gpu = ("base.quantization=nf4",)
    assert expected(*gpu) == expected(*gpu, "training.checkpointing=true")
    assert expected() == expected("training.checkpointing=false") > expected("training.checkpointing=true")


def test_a_packed_run_is_estimated_by_its_sequences(file):
    size = "training.max_tokens=1500"
    alone, packed = (inspect(load_recipe(file, [size, f"training.packing={on}"])) for on in ("false", "true"))
    held = len(packed.drawn.samples) / len(packed.drawn.sequences)
    assert held > 1
    assert packed.petaflop / alone.petaflop > 0.9 * held


def test_a_hub_set_is_read_at_one_commit(file, monkeypatch):
    """Given no revision, when a run begins and goes on, then the newest commit is looked up once and kept."""
    import huggingface_hub

    newest = iter(["c1", "c2"])
    monkeypatch.setattr(
        huggingface_hub.HfApi, "dataset_info", lambda *_: SimpleNamespace(sha=next(newest))
    )  # no hub can be reached from a test
    recipe = load_recipe(file, ["data=[{hub: a/b, licence: MIT}, {hub: c/d, revision: v1, licence: MIT}]"])
    begun = pinned(recipe, {})
    assert [source.revision for source in begun.data] == ["c1", "v1"]
    assert [s.revision for s in pinned(recipe, {"a/b": "c1"}).data] == ["c1", "v1"]


@pytest.mark.parametrize("revision", [None, "v1"])
def test_samples_of_the_hub_are_kept_by_revision_alone(file, configure, monkeypatch, revision):
    import datasets

    configure(cache_dir=file.parent / "cache")
    asked = []

    def load(name, *_args, revision, **_kwargs):
        asked.append((name, revision))
        return datasets.Dataset.from_list(rows(4))

    monkeypatch.setattr(datasets, "load_dataset", load)  # no hub can be reached from a test
    hub = f"data=[{{hub: a/b, licence: MIT, streamed: false, revision: {revision or 'null'}}}]"
    recipe = load_recipe(file, [hub])
    tokenizer = HubTokenizer(bases.load_tokenizer(recipe.base))
    first, second = (prepare(recipe, tokenizer, 3, "tiny").drawn.samples for _ in range(2))
    assert first == second
    assert asked == [("a/b", revision)] * (1 if revision else 2)
