"""Evaluation data: what is read, what is refused, what leaks."""

import csv
import gzip
import json

import pytest

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
