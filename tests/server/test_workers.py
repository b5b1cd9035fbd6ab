"""Two server processes over one PostgreSQL, which a reader takes for one."""

import itertools
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import create_engine, text

from support.app_server import app_server, client, finished
from support.postgres import postgres
from support.texts import BODY, PARAGRAPHS
from support.waiting import until

pytestmark = pytest.mark.slow

LONG = "\n\n".join(PARAGRAPHS * 2)
MODEL = "gemma-3-270m-ko"  # writes for seconds, so that something can happen meanwhile


@pytest.fixture(scope="module")
def database():
    with postgres() as server:
        yield server


@pytest.fixture(scope="module")
def deadly_database():
    """Another one: processes that live on would finish here what dying ones leave."""
    with postgres() as server:
        yield server


@contextmanager
def running(database, folder):
    """A function that starts one more server process, and returns its address and the process."""
    with ExitStack() as servers:
        numbers = itertools.count()
        yield lambda: servers.enter_context(
            app_server(folder / str(next(numbers)), TECHSUM_DATABASE_URL=database.url)
        )


@contextmanager
def reader_at_two(start):
    """Two processes, and one reader at each: the same one, by the cookie of the first."""
    (first, process), (second, _) = start(), start()
    with client(first) as here, client(second) as there:
        here.get("/")
        there.cookies.update(here.cookies)
        yield here, there, process


@pytest.fixture
def start(deadly_database, tmp_path):
    with running(deadly_database, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def two(database, tmp_path_factory):
    """Two processes for all tests that leave them as they are."""
    with running(database, tmp_path_factory.mktemp("two")) as start, reader_at_two(start) as two:
        yield two


@pytest.fixture
def mortal(start):
    """Two processes, the first of which the test may end."""
    with reader_at_two(start) as two:
        yield two


def asked(reader, model=MODEL, source=LONG):
    answer = reader.post("/api/summaries", json={"source": source, "length": "long", "model": model})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def events(reader, entry_id, last=0):
    """Number and name of each event until the stream ends."""
    headers = {"Last-Event-ID": str(last)}
    with reader.stream("GET", f"/api/summaries/{entry_id}/events", headers=headers) as stream:
        number = name = None
        for line in stream.iter_lines():
            key, _, value = line.partition(": ")
            number, name = (value, name) if key == "id" else (number, value if key == "event" else name)
            if not line and name:
                yield int(number or 0), name
                number = name = None


def wait_until_writing(reader, entry_id):
    for number, name in events(reader, entry_id):
        if name == "piece":
            return number
    raise AssertionError("nothing was written")


def test_work_of_one_process_is_followed_at_the_other(two):
    here, there, _ = two
    entry_id = asked(here)
    followed = list(events(there, entry_id))
    assert [number for number, _ in followed] == list(range(1, len(followed) + 1))
    assert followed[-1][1] == "done"
    assert followed == list(events(here, entry_id))
    middle = len(followed) // 2
    assert list(events(here, entry_id, last=middle)) == followed[middle:]
    assert there.get(f"/api/summaries/{entry_id}").json()["result"]


def test_a_reader_stops_at_one_process_what_the_other_makes(two):
    here, there, _ = two
    entry_id = asked(here)
    wait_until_writing(there, entry_id)
    began = time.monotonic()
    assert there.delete(f"/api/summaries/{entry_id}").status_code == 204
    assert finished(here, entry_id)["status"] == "cancelled"
    assert time.monotonic() - began < 3
    assert list(events(there, entry_id))[-1][1] == "cancelled"


def test_what_is_deleted_at_one_process_stops_at_the_other(two):
    here, there, _ = two
    entry_id = asked(here)
    wait_until_writing(there, entry_id)
    there.post(f"/s/{entry_id}/delete")
    assert there.get(f"/api/summaries/{entry_id}").status_code == 404
    until(lambda: "techsum_jobs_open 0.0" in here.get("/metrics").text, 3)


def test_every_summary_is_made_once_wherever_it_was_asked_for(two, database):
    here, there, _ = two
    ids = [asked(reader, "extract", f"{n}번째 글이다. {BODY}") for n in range(3) for reader in (here, there)]
    assert {finished(there, one)["status"] for one in ids} == {"done"}
    count = text("SELECT count(*) FROM events WHERE summary = :one AND name = 'done'")
    engine = create_engine(database.url)

    def stored():
        with engine.connect() as connection:
            return [connection.execute(count, {"one": one}).scalar_one() for one in ids]

    try:
        until(lambda: all(stored()))
        for reader in (here, there):
            until(lambda r=reader: "techsum_jobs_open 0.0" in r.get("/metrics").text)
        assert stored() == [1] * len(ids)
    finally:
        engine.dispose()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_process_leaves_the_other_finishes(mortal, how):
    here, there, process = mortal
    entry_id = asked(here)
    last = wait_until_writing(there, entry_id)
    process.send_signal(how)
    process.wait(30)
    entry = finished(there, entry_id, seconds=90)
    assert (entry["status"], bool(entry["result"])) == ("done", True), entry["error"]
    after = list(events(there, entry_id, last=last))
    assert after[-1][1] == "done"


def test_a_process_that_ends_hands_its_streams_over(deadly_database, tmp_path):
    """Given readers in mid-stream, when their process is told to end, then it ends at once and prints nothing."""
    with ExitStack() as running, (tmp_path / "said").open("w") as said:
        first, process = running.enter_context(
            app_server(tmp_path / "a", printed=said, TECHSUM_DATABASE_URL=deadly_database.url)
        )
        second, _ = running.enter_context(
            app_server(tmp_path / "b", TECHSUM_DATABASE_URL=deadly_database.url)
        )
        here, there = running.enter_context(client(first)), running.enter_context(client(second))
        assert here.get("/api/ready").json() == {"ready": True}
        there.cookies.update(here.cookies if here.get("/") else {})
        entry_id = asked(here)
        stream = events(here, entry_id)
        while next(stream)[1] != "piece":
            pass
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert all(name == "piece" for _, name in stream)  # it ends in order, without a last event
        process.wait(20)
        assert time.monotonic() - began < 5
        assert finished(there, entry_id, seconds=90)["status"] == "done"
    assert "Traceback" not in (tmp_path / "said").read_text("utf-8")
    assert len((tmp_path / "said").read_text("utf-8").splitlines()) == 1


def test_processes_starting_together_set_the_database_up_once(tmp_path):
    with postgres() as empty, ExitStack() as running:
        command = [sys.executable, "-m", "techsum", "library", "list"]
        starting = [
            running.enter_context(
                subprocess.Popen(
                    command,
                    env=os.environ | {"TECHSUM_DATABASE_URL": empty.url},
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(4)
        ]
        assert [(one.communicate()[1], one.returncode) for one in starting] == [("", 0)] * 4


def test_what_would_kill_every_process_is_given_up(start):
    """Given a summary over which two processes died, when a third looks, then it fails instead of killing on."""
    with ExitStack() as readers:
        cookies, entry_id = None, None
        for _ in range(2):
            url, process = start()
            reader = readers.enter_context(client(url))
            reader.get("/")
            if entry_id is None:
                cookies, entry_id = reader.cookies, asked(reader)
            else:
                reader.cookies.update(cookies)
            wait_until_writing(reader, entry_id)
            process.kill()
            process.wait()
        url, _ = start()
        reader = readers.enter_context(client(url))
        reader.cookies.update(cookies)
        entry = finished(reader, entry_id, seconds=60)
        assert (entry["status"], entry["error"]["kind"]) == ("failed", "interrupted")


def test_ten_seconds_without_a_database_cost_no_summary(two, database):
    here, there, _ = two
    entry_id = asked(here)
    wait_until_writing(here, entry_id)
    database.stop()
    try:
        refused = there.get("/library", headers={"Accept": "text/html"})
        assert refused.status_code == 503
        told = here.post("/api/summaries", json={"source": BODY})
        assert (told.status_code, "\n" in told.json()["title"]) == (503, False)
        time.sleep(10)  # what the test is about
    finally:
        database.start()
    assert finished(there, entry_id, seconds=90)["status"] == "done"
