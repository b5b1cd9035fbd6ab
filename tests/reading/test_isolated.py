"""Parsers in processes of their own: bounded in time, started anew, shared fairly, without secrets."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from support import documents
from support.texts import BODY, PARAGRAPHS
from techsum.errors import ReadingError
from techsum.reading import isolated
from techsum.reading.isolated import parse_isolated


def children():
    return [p for p in psutil.Process().children() if "techsum.reading.worker" in p.cmdline()]


def test_after_a_slow_parser_the_next_document_is_read():
    # given a document that takes seconds, and a twentieth of one to do it
    long = documents.pdf([PARAGRAPHS] * 400)
    with pytest.raises(ReadingError) as refused:
        parse_isolated(long, "long.pdf", seconds=0.05)
    assert refused.value.key == "reading_slow"
    # when the next one comes, then a new child reads it
    assert parse_isolated(BODY.encode(), "a.txt").text == BODY


def test_after_a_dead_parser_the_next_document_is_read():
    isolated.start()
    for child in children():
        child.kill()
        child.wait()
    assert parse_isolated(BODY.encode(), "a.txt").text == BODY


def test_many_threads_share_the_parsers():
    with ThreadPoolExecutor(8) as pool:
        got = list(
            pool.map(lambda n: parse_isolated(f"{n}번 글. {BODY}".encode(), "a.txt").text[:4], range(24))
        )
    assert got == [f"{n}번 글. {BODY}"[:4] for n in range(24)]
    assert len(children()) <= isolated.PARSERS


def test_a_parser_gets_no_secrets(monkeypatch):
    monkeypatch.setenv("TECHSUM_API_KEY", "sk-secret")
    isolated.stop()
    isolated.start()
    names = {name for child in children() for name in child.environ()}
    assert "PATH" in names
    assert not [name for name in names if name.startswith(("TECHSUM_", "HF_", "AWS_"))]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_parser_whose_server_was_killed_ends_by_itself():
    burning = (
        "from techsum.reading import worker; worker.PARSE_SECONDS = 1; worker._limit_time()\nwhile True: pass"
    )
    done = subprocess.run([sys.executable, "-c", burning], timeout=60, check=False, env=os.environ)
    assert done.returncode == -signal.SIGXCPU


@pytest.mark.parametrize("kept", [3, 10, 30])
def test_a_message_that_a_kill_cut_off_is_none(kept):
    import io

    from techsum.pipes import receive, send

    pipe = io.BytesIO()
    send(pipe, {"number": 1}, b"a row of the output")
    assert receive(io.BytesIO(pipe.getvalue())) == ({"number": 1}, b"a row of the output")
    assert receive(io.BytesIO(pipe.getvalue()[:kept])) is None
