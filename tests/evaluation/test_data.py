"""Evaluation data: what is read, what is refused, what leaks."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from support.texts import BODY, PARAGRAPHS, TITLE
from techsum.errors import EvaluationError, ReadingError
from techsum.evaluation.data import leaks, load

ROW = {"title": TITLE, "input": BODY, "output": "섬에서 소금물로 전기를 저장한다."}


def jsonl(path, *rows):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def test_json_lines_csv_and_gzip_hold_the_same(tmp_path):
    plain = jsonl(tmp_path / "a.jsonl", ROW)
    zipped = tmp_path / "a.jsonl.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    table = tmp_path / "a.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        writer.writerow(ROW)
    (a,), (b,), (c,) = load(plain), load(zipped), load(table)
    assert (a.text, a.title, a.reference) == (b.text, b.title, b.reference) == (c.text, c.title, c.reference)
    assert a.key == b.key == c.key
    assert a.text == BODY


def test_columns_may_have_other_names(tmp_path):
    path = jsonl(tmp_path / "a.jsonl", {"document": BODY, "abstract": "요약이다."})
    (example,) = load(path, {"input": "document", "output": "abstract"})
    assert (example.text, example.reference, example.title) == (BODY, "요약이다.", "")


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.csv.gz"])
def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path, name):
    # given a file that begins with what Excel writes first
    content = json.dumps(ROW, ensure_ascii=False)
    if ".csv" in name:
        lines = io.StringIO(newline="")
        writer = csv.DictWriter(lines, ROW)
        writer.writeheader()
        writer.writerow(ROW)
        content = lines.getvalue()
    path, data = tmp_path / name, content.encode("utf-8-sig")
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    # then its first column is known by its name
    (example,) = load(path)
    assert (example.title, example.text, example.reference) == (TITLE, BODY, ROW["output"])


def test_a_parquet_file_is_read_row_by_row(tmp_path):
    rows = [ROW | {"title": f"{n}번"} for n in range(1, 1502)]  # more than are read at once
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    examples = load(tmp_path / "a.parquet")
    assert [(e.place, e.title) for e in examples] == [(n, f"{n}번") for n in range(1, 1502)]
    assert (examples[0].text, examples[0].reference) == (BODY, ROW["output"])


@pytest.mark.parametrize("part", [0.5, 0.99])
@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz", "a.parquet"])
def test_a_file_cut_off_is_one_line(tmp_path, name, part):
    # given a file of which only the beginning was fetched
    path = tmp_path / name
    if name == "a.parquet":
        parquet.write_table(pa.Table.from_pylist([ROW] * 50), path)
    else:
        header = "title,input,output\n" if "csv" in name else ""
        line = f'"{TITLE}","{BODY}","요약이다."' if header else json.dumps(ROW)
        path.write_bytes(gzip.compress((header + f"{line}\n" * 50).encode()))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    # then its name is told, and no row of it is taken
    with pytest.raises(ReadingError, match=name) as refused:
        load(path)
    assert refused.value.key == "rows_broken"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (json.dumps(ROW) + "\n{half", "2번째 줄이 JSON"),
        (json.dumps(ROW) + "\n\n" + json.dumps({"input": BODY}), "3번째 줄에"),
        (json.dumps({**ROW, "input": "짧다."}), "1번째 줄의 글이 100자보다"),
        ("[1]", "1번째 줄이 JSON"),
        ("", "평가할 줄이 없습니다"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, content, said):
    path = tmp_path / "a.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(EvaluationError, match=said):
        load(path)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    broken = tmp_path / "a.jsonl.gz"
    broken.write_bytes(b"no gzip at all")
    for path in (broken, tmp_path / "missing.jsonl"):
        with pytest.raises(ReadingError, match=path.name) as caught:
            load(path)
        assert "\n" not in str(caught.value)


def test_an_article_of_the_training_data_is_found_though_reworded(tmp_path):
    other = {**ROW, "input": BODY.replace("솔섬", "밤섬").replace("240", "250"), "output": "다른 요약이다."}
    new = {
        "title": "",
        "input": "전혀 다른 글이다. " * 20,
        "output": "아무것도 같지 않은 요약문이 여기에 있다.",
    }
    examples = load(jsonl(tmp_path / "test.jsonl", ROW, new))
    found = leaks(examples, [jsonl(tmp_path / "train.jsonl", other)])
    assert list(found) == [1]
    assert found[1] > 0.5


def test_a_known_summary_leaks_though_the_article_is_new(tmp_path):
    examples = load(jsonl(tmp_path / "test.jsonl", {**ROW, "output": PARAGRAPHS[0]}))
    train = jsonl(tmp_path / "train.jsonl", {"input": "무관한 글", "output": PARAGRAPHS[0]})
    assert leaks(examples, [train]) == {1: 1.0}
