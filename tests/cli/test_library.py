"""`techsum library`, `techsum ask` and `techsum chat`, as typed."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from support.forked import run_command
from support.texts import BODY, SAMPLE
from techsum.library import open_library


@pytest.fixture
def techsum(tmp_path):
    """The command over a data folder of the test's own; returns exit code, output, errors."""

    def run(*arguments, stdin=None, data=tmp_path / "data"):
        return run_command(*arguments, stdin=stdin, TECHSUM_DATA_DIR=str(data), TECHSUM_MODEL="extract")

    return run


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    """A data folder with one summary, and its id."""
    folder = tmp_path_factory.mktemp("seed")
    own = {"TECHSUM_DATA_DIR": str(folder), "TECHSUM_MODEL": "extract", "TECHSUM_LANG": "ko"}
    command = [sys.executable, "-m", "techsum", "summarize", str(SAMPLE), "--save"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | own, check=True)
    return folder, done.stdout.split()[-1]


@pytest.fixture
def kept(seed, tmp_path):
    """The id of a summary that was kept in the test's own data folder."""
    folder, entry_id = seed
    shutil.copytree(folder, tmp_path / "data")
    return entry_id


@pytest.mark.slow
def test_what_was_kept_is_listed_found_shown_and_deleted(techsum, kept):
    assert kept in techsum("library", "list")[1]
    assert kept in techsum("library", "list", "ㅌㅅ 나트륨")[1]
    assert "찾은 요약이 없습니다" in techsum("library", "list", "고양이")[1]
    shown = techsum("library", "show", kept)[1]
    assert shown.startswith("# 땀 한 방울로")
    assert shown.count("약 20분 전") == 1  # a sentence of the article is its own evidence: once is enough
    assert techsum("library", "delete", kept) == (0, "", "")
    code, _, err = techsum("library", "show", kept)
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.slow
def test_saved_articles_are_asked(techsum, kept):
    code, out, err = techsum("ask", "나트륨 센서는 탈수를 언제 알려 주나요?")
    assert (code, err) == (0, "")
    assert kept in out
    assert "20분" in out
    answers = json.loads(techsum("ask", "나트륨 센서는 탈수를 언제 알려 주나요?", "--json")[1])["answers"]
    assert [one["summary"] for one in answers] == [kept]
    assert "찾지 못했습니다" in techsum("ask", "화성의 위성은 몇 개인가요?")[1]


@pytest.mark.slow
def test_an_export_comes_back_into_another_library(techsum, kept, tmp_path):
    assert techsum("library", "export", tmp_path / "all.jsonl")[0] == 0
    assert techsum("library", "import", tmp_path / "all.jsonl", data=tmp_path / "other")[0] == 0
    assert "땀 한 방울로" in techsum("library", "list", data=tmp_path / "other")[1]
    assert techsum("library", "export", "--markdown", tmp_path / "all.md")[0] == 0
    assert (tmp_path / "all.md").read_text("utf-8").startswith("# 땀 한 방울로")


def test_corrections_become_rows_that_a_recipe_takes(techsum, kept, tmp_path):
    library = open_library(f"sqlite:///{tmp_path}/data/library.db")
    library.correct("local", kept, "종이 센서가 탈수를 먼저 알린다.")
    library.close()
    assert techsum("library", "export", "--training", tmp_path / "rows.jsonl")[0] == 0
    (row,) = map(json.loads, (tmp_path / "rows.jsonl").read_text("utf-8").splitlines())
    from techsum.training.recipe import Columns
    from techsum.training.rows import Row, judged

    taken = judged("rows.jsonl", 1, row, Columns())
    assert isinstance(taken, Row)
    assert taken.output == "종이 센서가 탈수를 먼저 알린다."
    assert taken.input.startswith("여름철")


def test_a_backup_made_while_the_library_is_written_is_whole(techsum, kept, tmp_path):
    from techsum.library import Request

    library, stop = open_library(f"sqlite:///{tmp_path}/data/library.db"), threading.Event()

    def write():
        while not stop.is_set():
            library.begin("local", Request("text", "글", {}))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert techsum("library", "backup", tmp_path / "copy.db")[0] == 0
    finally:
        stop.set()
        writer.join()
        library.close()
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM summaries WHERE id = ?", [kept]).fetchone() == (1,)


def test_a_broken_file_is_noticed(techsum, kept, tmp_path):
    assert techsum("library", "integrity")[0] == 0
    path = tmp_path / "data" / "library.db"
    with sqlite3.connect(path) as direct:
        direct.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        direct.execute(
            "INSERT INTO questions(summary, created, question, answer) VALUES ('gone', 0, '', '{}')"
        )
    code, out, _ = techsum("library", "integrity")
    assert (code, "questions" in out) == (1, True)


@pytest.mark.parametrize("content", ["no json", "[1, 2]", '{"id": 1}'])
def test_what_is_no_export_is_one_line(techsum, tmp_path, content):
    (tmp_path / "x.jsonl").write_text(content)
    code, _, err = techsum("library", "import", tmp_path / "x.jsonl")
    assert (code, err.count("\n"), "1번째 줄" in err) == (2, 1, True)


@pytest.mark.slow
def test_a_question_is_answered_and_more_come_from_a_pipe(techsum):
    code, out, _ = techsum("chat", BODY, "장치의 용량은 얼마인가요?")
    assert (code, "240킬로와트시" in out) == (0, True)
    code, out, _ = techsum("chat", SAMPLE, stdin="누가 개발했나요?\n\n수출은 어느 나라로 하나요?\n")
    assert out.splitlines()[-1] == "본문에 없는 내용입니다."
    assert "한빛대" in out
    said = json.loads(techsum("chat", BODY, "수출은 어느 나라로 하나요?", "--json")[1])
    assert said["found"] is False


def test_a_copy_is_restored(techsum, kept, tmp_path):
    assert techsum("library", "backup", tmp_path / "copy.db")[0] == 0
    assert techsum("library", "delete", kept) == (0, "", "")
    code, out, err = techsum("library", "restore", tmp_path / "copy.db")
    assert (code, err, "library-before-" in out) == (0, "", True)
    assert techsum("library", "show", kept)[0] == 0
    code, _, err = techsum("library", "restore", tmp_path / "none.db")
    assert (code, err.count("\n")) == (1, 1)


@pytest.mark.slow
def test_readers_are_listed_and_one_is_deleted_wholly(techsum, kept):
    code, out, _ = techsum("library", "readers")
    assert (code, out.split()[0], "요약 1개 (보관 1개)" in out) == (0, "local", True)
    assert json.loads(techsum("library", "readers", "--json")[1])[0]["summaries"] == 1
    # when a question is answered with no, then nothing is lost
    assert techsum("library", "delete-reader", "local", stdin="n\n")[0] == 130
    assert kept in techsum("library", "list")[1]
    assert "1개" in techsum("library", "delete-reader", "local", "--yes")[1]
    assert techsum("library", "readers")[1] == "아직 아무도 요약하지 않았습니다.\n"
    code, _, err = techsum("library", "delete-reader", "누구", "--yes")
    assert (code, err.count("\n")) == (2, 1)


def test_sessions_are_ended(techsum, kept):
    assert "0개" in techsum("library", "end-sessions", "account-x")[1]


def test_a_database_that_is_away_is_one_line(techsum, monkeypatch):
    monkeypatch.setenv("TECHSUM_DATABASE_URL", "postgresql://techsum@127.0.0.1:9/techsum")
    for command in ("migrate", "readers"):
        code, _, err = techsum("library", command)
        assert (code, err.count("\n")) == (1, 1), err


def test_a_library_is_migrated_down_and_up(techsum, kept):
    assert "0005" in techsum("library", "migrate", "--to", "0005")[1]
    assert techsum("library", "migrate")[0] == 0
    assert kept in techsum("library", "list")[1]


@pytest.mark.parametrize(
    "command",
    ["list", "show x", "delete x", "export x.jsonl", "import x.jsonl", "backup x", "restore x", "integrity", "migrate", "readers",
     "delete-reader x", "end-sessions"],
)  # fmt: skip
def test_what_is_not_installed_is_one_line(command, tmp_path):
    (tmp_path / "x.jsonl").write_text("{}", "utf-8")
    code = "import sys; sys.modules['sqlalchemy'] = None; from techsum.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "library", *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "techsum[server]" in done.stderr
