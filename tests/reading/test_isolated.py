"""Parsers in processes of their own: bounded in time, started anew, shared fairly, without secrets."""

import os
import signal
import subprocess
import sys
import threading
import time
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


def test_a_parser_that_takes_too_long_is_stopped_and_the_next_document_is_read():
    # given a document that takes seconds, and a twentieth of one to do it
    long = documents.pdf([PARAGRAPHS] * 400)
    with pytest.raises(ReadingError) as refused:
        parse_isolated(long, "long.pdf", seconds=0.05)
    assert refused.value.key == "reading_slow"
    # when the next one comes, then a new child reads it
    assert parse_isolated(BODY.encode(), "a.txt").text == BODY


def test_a_parser_that_dies_is_one_line_and_the_next_document_is_read():
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


def test_one_client_never_holds_every_parser():
    # given a client who holds as many parsers as one may, and wants more
    pool, entered, release = isolated._Pool(3), threading.Event(), threading.Event()

    def third():
        with pool.parser("greedy"):
            entered.set()
            release.wait(10)

    with pool.parser("greedy"), pool.parser("greedy"):
        waiting = threading.Thread(target=third)
        waiting.start()
        # when another comes, then there is one for it at once, and the first still waits
        with pool.parser("honest"):
            assert not entered.is_set()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    release.set()
    waiting.join()


def test_who_holds_fewest_parsers_goes_first():
    pool, order = isolated._Pool(3), []

    def work(client):
        with pool.parser(client):
            order.append(client)

    with pool.parser("greedy"), pool.parser("other"):
        with pool.parser("another"):
            threads = [threading.Thread(target=work, args=(client,)) for client in ("greedy", "honest")]
            for number, thread in enumerate(threads, 1):
                thread.start()
                while len(pool._waiting) < number:
                    time.sleep(0.001)
        threads[1].join()
    threads[0].join()
    assert order == ["honest", "greedy"]


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
