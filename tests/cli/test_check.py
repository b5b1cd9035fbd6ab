"""`techsum check`, `eval` and `compare`, as they are typed."""

import csv
import json
from pathlib import Path

import pytest

from support.forked import run_command
from support.texts import BODY, SAMPLE

DATA = Path(__file__).parents[1] / "data" / "articles.jsonl"
RIGHT = "한빛대는 땀 속 나트륨으로 탈수를 20분 전에 경고하는 종이 센서를 개발했다고 14일 밝혔다.\n"
WRONG = RIGHT + "- 연구진은 건설 현장 노동자 52명을 대상으로 두 달간 시험했다.\n- 주가는 사흘째 올랐다.\n"


def techsum(*arguments, stdin=None, **environment):
    return run_command(*arguments, stdin=stdin, **environment)


def test_a_right_summary_is_clear(tmp_path):
    (tmp_path / "s.txt").write_text(RIGHT, "utf-8")
    code, out, err = techsum("check", SAMPLE, tmp_path / "s.txt")
    assert (code, err) == (0, "")
    assert "↳ 한빛대 생체계측연구실은" in out
    assert "1문장을 확인했고" in out


def test_a_wrong_one_is_marked_and_ends_with_code_3():
    code, out, _ = techsum("check", SAMPLE, "-", stdin=WRONG)
    assert code == 3
    lines = out.splitlines()
    assert "⚠ 연구진은 건설 현장 노동자 52명을 대상으로 두 달간 시험했다." in lines
    assert "  ! 본문의 이 대목에는 '52명'이 없습니다." in lines
    assert "  ! 본문에서 근거를 찾지 못했습니다." in lines
    assert "3문장 가운데 2문장" in lines[-1]


def test_json_has_the_published_shape():
    code, out, _ = techsum("check", SAMPLE, WRONG, "--json")
    sentences = json.loads(out)["sentences"]
    assert code == 3
    assert [set(s) for s in sentences] == [{"text", "supported", "evidence", "notices"}] * 3
    assert [[n["kind"] for n in s["notices"]] for s in sentences] == [[], ["number"], ["unsupported"]]
    marked = sentences[1]
    assert marked["text"][slice(*marked["notices"][0]["span"])] == "52명"
    assert set(marked["notices"][0]) == {"kind", "message", "span"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("-", "-"), 2, "둘 다 표준 입력"),
        ((SAMPLE, ""), 1, "요약에 글이 없습니다"),
        ((SAMPLE, "missing.txt"), 1, "missing.txt"),
        (("missing.txt", "요약이다."), 1, "missing.txt"),
    ],
)
def test_a_mistake_is_one_line(arguments, code, said):
    found, _, err = techsum("check", *arguments, stdin="")
    assert found == code
    assert said in err
    assert err.count("\n") == 1


def test_evidence_is_printed_under_each_sentence():
    _, out, _ = techsum("summarize", SAMPLE, "--evidence", "--length", "short")
    lines = out.splitlines()
    sentences = [line[2:] for line in lines if line.startswith("· ")]
    places = [line for line in lines if line.startswith("  ↳ ")]
    assert len(sentences) == len(places) >= 2
    assert all(s in p for s, p in zip(sentences, places, strict=True))


@pytest.mark.slow
def test_an_evaluation_writes_a_report_that_can_be_read(tmp_path):
    cache = {"TECHSUM_CACHE_DIR": str(tmp_path / "cache")}
    code, out, err = techsum("eval", "--data", DATA, "--train", DATA.parent / "none.jsonl", **cache)
    assert code == 1
    assert "none.jsonl" in err
    train = tmp_path / "train.jsonl"
    first = json.loads(DATA.read_text("utf-8").splitlines()[0])
    train.write_text(json.dumps(first, ensure_ascii=False) + "\n", "utf-8")
    code, out, err = techsum("eval", "--data", DATA, "--train", train, "--out", tmp_path / "out", **cache)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "학습 자료(train.jsonl)와 겹치는 글 1편을 뺐습니다. 남은 글: 7편."
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["protocol"]["leak_check"]["rows"] == [1]
    assert report["protocol"]["analyser"].startswith("kiwipiepy 0.")
    names = {s["system"] for s in report["systems"]}
    assert names == {"extract", "lead-3", "random-3", "longest-3", "textrankr", "sumy-lexrank"}
    for system in report["systems"]:
        for figure in system["figures"].values():
            low, high = figure["interval"]
            assert low <= figure["mean"] <= high
    html = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert html.count('<section class="pair">') == 14  # seven articles are fewer than ten, best and worst
    assert "<script" not in html
    for plot in ("rouge.png", "length.png"):
        assert (tmp_path / "out" / plot).read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "out" / "table.md").read_text("utf-8").count("\n") == 8


@pytest.mark.slow
def test_article_text_is_only_text_in_the_report(tmp_path):
    data = tmp_path / "data.csv"
    evil = "<script>alert(1)</script>"
    with data.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("title", "input", "output"), (evil, f"{evil} {BODY}", f"{evil} 요약이다.")])
    code, _, err = techsum("eval", "--data", data, "--out", tmp_path, TECHSUM_CACHE_DIR=str(tmp_path))
    assert (code, err) == (0, "")
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "&lt;script&gt;" in html
    assert "<script" not in html


@pytest.mark.slow
def test_two_systems_are_compared_blindly_and_resumed(tmp_path):
    common = ("compare", "extract", "lead-3", "--data", DATA, "--out", tmp_path / "p.jsonl")
    cache = {"TECHSUM_CACHE_DIR": str(tmp_path)}
    code, out, err = techsum(*common, stdin="1\nwhat\n2\nq\n", **cache)
    assert (code, err) == (0, "")
    asked = out[: out.rfind("extract 승")]
    assert "lead-3" not in asked, "who wrote what was shown"
    kept = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text("utf-8").splitlines()]
    assert len(kept) == 2
    code, out, _ = techsum(*common, stdin="0\n" * 8, **cache)
    assert code == 0
    assert out.count("어느 쪽이 낫습니까?") == 6, "an article that was answered is not asked again"
    assert "비슷함 6" in out
    assert "95% 구간" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compare", "extract", "extract", "--data", DATA), "서로 다른 두 시스템"),
        (("eval", "--data", DATA, "--columns", "input:document"), "--columns"),
        (("eval", "--data", DATA, "--models", "extrakt"), "extrakt"),
    ],
)
def test_a_wrong_request_is_one_line(arguments, said):
    code, _, err = techsum(*arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
