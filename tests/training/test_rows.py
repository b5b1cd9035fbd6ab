"""Rows: files of the published shapes are read; a bad row is told by file and line and lost nowhere."""

import csv
import gzip
import json

import pytest

from techsum.errors import TechsumError, TrainingError
from techsum.training.recipe import Columns, Recipe, Source
from techsum.training.rows import BadRow, Row, data_rows, read_rows

SHAPE = [
    # the columns of wisenut-nlp-team/llama_ko_smr, with texts of our own
    {
        "instruction": "다음 글을 한 문장으로 요약해줘.",
        "input": f"{n}번째 실험에서 연구진은 얇은 막을 데웠다. 막은 물을 걸렀다.",
        "output": f"{n}번째 막이 물을 걸렀다.",
    }
    for n in range(5)
]


def recipe(tmp_path, **source):
    return Recipe.model_validate(
        {
            "name": "r",
            "base": {"name": "b"},
            "data_folder": str(tmp_path),
            "data": [{"licence": "MIT"} | source],
            "training": {"steps": 1},
        }
    )


def write(path, kind):
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in SHAPE)
    if kind == "jsonl":
        path.write_text(lines, "utf-8")
    elif kind == "jsonl.gz":
        path.write_bytes(gzip.compress(lines.encode()))
    elif kind == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, SHAPE[0].keys())
            writer.writeheader()
            writer.writerows(SHAPE)
    else:
        import pyarrow as pa
        from pyarrow import parquet

        parquet.write_table(pa.Table.from_pylist(SHAPE), path)


@pytest.mark.parametrize("kind", ["jsonl", "jsonl.gz", "csv", "parquet"])
def test_every_kind_of_file_gives_the_same_rows(tmp_path, kind):
    write(tmp_path / f"a.{kind}", kind)
    said = recipe(tmp_path, path=f"a.{kind}")
    rows = list(read_rows(said, said.data[0]))
    assert [(r.instruction, r.input, r.output) for r in rows] == [tuple(r.values()) for r in SHAPE]


def test_columns_may_have_other_names(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"document": "글이다.", "abstract": "요약이다."}\n', "utf-8")
    said = recipe(tmp_path, path="a.jsonl", columns={"input": "document", "output": "abstract"})
    (row,) = read_rows(said, said.data[0])
    assert isinstance(row, Row)
    assert (row.input, row.output) == ("글이다.", "요약이다.")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "bad_row_json"),
        ('"a string"', "bad_row_json"),
        ('{"input": "", "output": "요약"}', "bad_row_input"),
        ('{"input": "글", "output": " "}', "bad_row_output"),
        ('{"input": "글", "output": null}', "bad_row_output"),
        ('{"input": "같은 글", "output": "같은 글"}', "bad_row_copied"),
        ('{"input": "글 \\ud83d", "output": "요약"}', "bad_row_encoding"),
        ('{"input": "글", "output": "요약", "title": "\\ud83d"}', "bad_row_encoding"),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_read(tmp_path, line, reason):
    good = json.dumps(SHAPE[0], ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(f"{good}\n{line}\n{good}\n", "utf-8")
    said = recipe(tmp_path, path="a.jsonl")
    first, bad, last = read_rows(said, said.data[0])
    assert isinstance(first, Row)
    assert isinstance(last, Row)
    assert bad == BadRow("a.jsonl", 2, reason)


def test_broken_bytes_spoil_their_row_only(tmp_path):
    good = json.dumps(SHAPE[0], ensure_ascii=False).encode()
    bad = '{"input": "글'.encode() + b"\xff" + '", "output": "요약"}'.encode()
    (tmp_path / "a.jsonl").write_bytes(good + b"\n" + bad + b"\n")
    said = recipe(tmp_path, path="a.jsonl")
    assert [type(r) for r in read_rows(said, said.data[0])] == [Row, BadRow]


def test_missing_unknown_and_broken_files_are_one_line(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    (tmp_path / "a.jsonl.gz").write_bytes(b"no gzip")
    (tmp_path / "a.parquet").write_bytes(b"no parquet")
    for name, match in [
        ("none.jsonl", "data_folder"),
        ("a.xlsx", "Parquet"),
        ("a.jsonl.gz", "읽지 못했습니다"),
        ("a.parquet", "읽지 못했습니다"),
    ]:
        with pytest.raises(TechsumError, match=match):
            list(data_rows(tmp_path / name))


@pytest.mark.slow
def test_a_hub_set_that_cannot_be_reached_is_one_line(tmp_path, monkeypatch):
    # as in a process that was started with HF_HUB_OFFLINE=1, which libraries read when they are loaded
    for library in ("huggingface_hub.constants", "datasets.config"):
        monkeypatch.setattr(f"{library}.HF_HUB_OFFLINE", True)
    source = Source(hub="wisenut-nlp-team/llama_ko_smr", subset="paper", licence="-", columns=Columns())
    with pytest.raises(TrainingError, match="llama_ko_smr/paper"):
        list(read_rows(recipe(tmp_path, path="a.jsonl"), source))
