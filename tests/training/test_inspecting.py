"""`techsum train --check`: what it finds in the data, and what it expects of the machine."""

import json
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet

from support.tiny_training import rows, write_recipe, write_rows
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training import bases
from techsum.training.drawing import draw
from techsum.training.inspecting import inspect, memory
from techsum.training.recipe_file import load_recipe
from techsum.training.rows import pinned

OTHER = 90
SECOND = "{path: second.jsonl, licence: MIT, duplicates: keep}"


@pytest.fixture
def file(tmp_path):
    return write_recipe(tmp_path)


def test_a_document_of_two_sources_is_counted_as_repeated(file, tmp_path):
    write_rows(tmp_path / "second.jsonl", rows(5))
    first, second = inspect(
        load_recipe(file, [f"data=[{{path: train.jsonl, licence: MIT, duplicates: keep}}, {SECOND}]"])
    ).sources
    assert (first.duplicates, second.duplicates) == (0, 5)


def test_a_file_of_two_tasks_does_not_repeat_itself(file):
    twice = "data=[{path: train.jsonl, licence: MIT}, {path: train.jsonl, licence: MIT, task: instruction}]"
    assert [s.duplicates for s in inspect(load_recipe(file, [twice])).sources] == [0, 0]


def test_a_leak_is_found_in_any_kind_of_file(file, tmp_path):
    said = [{"document": row["input"], "abstract": row["output"]} for row in rows(3)]
    write_rows(
        tmp_path / "dev.jsonl", [{"document": None}, *said]
    )  # a bad row is no reason to look no further
    parquet.write_table(pa.Table.from_pylist(rows(2)), tmp_path / "test.parquet")
    changes = ["dev.columns.input=document", "dev.columns.output=abstract", "test=[test.parquet]"]
    assert inspect(load_recipe(file, changes)).leaks == {"test.parquet": 2, "dev.jsonl": 3}


@pytest.mark.parametrize("shape", ["messages", "sharegpt", "prompt-completion", "alpaca"])
def test_other_trainers_files_are_checked_with_their_dev_file(file, tmp_path, shape):
    # given conversations to train on and to measure on, in the shape of another trainer
    def row(n):
        question, answer = (
            f"{n}번째 글을 한 문장으로 줄여 줘.",
            f"{n}번째 글은 소금물로 전기를 담는 장치를 다룬다.",
        )
        if n == OTHER:
            question, answer = "귤껍질로 무엇을 만들었나요?", "구멍이 많은 탄소로 배터리 음극재를 만들었다."
        return {
            "messages": {
                "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            },
            "sharegpt": {
                "conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
            },
            "prompt-completion": {"prompt": question, "completion": answer},
            "alpaca": {"instruction": question, "input": "", "output": answer},
        }[shape]

    write_rows(tmp_path / "chat.jsonl", [row(n) for n in range(24)])
    (tmp_path / "talks.json").write_text(json.dumps([row(3), row(OTHER)], ensure_ascii=False), "utf-8")
    changes = [
        "data=[{path: chat.jsonl, licence: MIT, task: chat, duplicates: keep}]",
        "dev.path=talks.json",
        "dev.task=chat",
    ]
    # when the recipe is checked, then all of it is read, and the row that both have is found
    report = inspect(load_recipe(file, changes))
    assert (report.sources[0].rows, report.sources[0].bad_rows) == (24, 0)
    assert report.leaks == {"talks.json": 1}


def test_a_recipe_for_gpus_is_estimated_for_gpus(file):
    config = bases.load_config(load_recipe(file).base)

    def expected(*changes):
        return memory(config, load_recipe(file, changes), 10_000, 100, 40)

    gpu = ("base.quantization=nf4",)
    assert expected(*gpu) == expected(*gpu, "training.checkpointing=true")
    assert expected() == expected("training.checkpointing=false") > expected("training.checkpointing=true")
    # attention by blocks, of a CPU alone, keeps its weights
    assert expected() > expected("base.attention=sdpa")
    kept = (*gpu, "training.checkpointing=false")
    assert expected(*kept) == expected(*kept, "base.attention=sdpa")


def test_a_packed_run_is_estimated_by_its_sequences(file):
    size = "training.max_tokens=1500"
    alone, packed = (inspect(load_recipe(file, [size, f"training.packing={on}"])) for on in ("false", "true"))
    held = len(packed.drawn.samples) / len(packed.drawn)
    assert held > 1
    assert packed.petaflop / alone.petaflop > 0.9 * held


def test_a_hub_set_is_read_at_one_commit(file, monkeypatch):
    """Given no revision, when a run begins and goes on, then the newest commit is looked up once and kept."""
    import huggingface_hub

    asked = []

    def info(_api, name, *, revision):
        asked.append((name, revision))
        return SimpleNamespace(sha=f"commit {len(asked)}")

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", info)  # no hub can be reached from a test
    commit = "0123456789" * 4
    said = (
        f"data=[{{hub: a/b, {{}}}}, {{hub: c/d, revision: v1, {{}}}}, {{hub: e/f, revision: {commit}, {{}}}}]"
    )
    recipe = load_recipe(file, [said.replace("{}", "licence: MIT")])
    begun = pinned(recipe, {})
    assert [source.revision for source in begun.data] == ["commit 1", "commit 2", commit]
    assert asked == [("a/b", None), ("c/d", "v1")]
    known = {"a/b": "commit 1", "c/d": "commit 2"}
    assert [s.revision for s in pinned(recipe, known).data] == ["commit 1", "commit 2", commit]
    assert len(asked) == 2


def test_a_hub_set_is_read_once_at_each_commit(file, configure, monkeypatch):
    import datasets

    configure(cache_dir=file.parent / "cache")
    asked = []

    def load(name, *_args, revision, **_kwargs):
        asked.append((name, revision))
        return datasets.Dataset.from_list(rows(4))

    monkeypatch.setattr(datasets, "load_dataset", load)  # no hub can be reached from a test
    tokenizer = HubTokenizer(bases.load_tokenizer(load_recipe(file).base))
    for commit in ("c1", "c1", "c2"):
        hub = f"data=[{{hub: a/b, licence: MIT, duplicates: keep, revision: {commit}}}]"
        assert len(draw(load_recipe(file, [hub]), tokenizer, 3)) == 3
    assert asked == [("a/b", "c1"), ("a/b", "c2")]


def test_a_leak_in_a_hub_set_is_found(file, monkeypatch):
    import datasets
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda *_, **__: SimpleNamespace(sha="c1"))
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: datasets.Dataset.from_list(rows(4)))
    report = inspect(load_recipe(file, ["data=[{hub: a/b, licence: MIT, duplicates: keep}]"]))
    assert report.leaks == {"dev.jsonl": 3}
    assert not report.sound
