"""What the machine does to a running server, and what its readers see of it: one line, and nothing lost."""

import os
import random
import resource
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from support.app_server import app_server, client, finished, summarised
from support.llama_server import llama_server
from support.texts import BODY, PARAGRAPHS
from support.tiny_gguf import write_gemma2

pytestmark = pytest.mark.slow


def saved(reader):
    return [e["id"] for e in reader.get("/api/summaries").raise_for_status().json()["summaries"]]


def save(reader, text=BODY):
    entry = summarised(reader, source=text)
    reader.patch(f"/api/summaries/{entry['id']}", json={"saved": True}).raise_for_status()
    return entry["id"]


def test_a_locked_database_is_a_line_and_then_no_matter(tmp_path):
    with app_server(tmp_path) as (url, _), client(url) as reader:
        kept = save(reader)
        other = sqlite3.connect(tmp_path / "library.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        refused = reader.post("/api/summaries", json={"source": BODY})
        assert (refused.status_code, "\n" in refused.json()["title"]) == (503, False)
        assert reader.get(f"/api/summaries/{kept}").status_code == 200  # readers are not held up by a writer
        other.execute("ROLLBACK")
        other.close()
        assert set(saved(reader)) == {kept}
        save(reader)


def test_a_full_disk_costs_nothing_that_was_saved(tmp_path):
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 19, 3 << 19))

    long = "\n\n".join(PARAGRAPHS * 60)
    with app_server(tmp_path, preexec_fn=little_room) as (url, _), client(url) as reader:
        kept, failed = [], None
        for n in range(100):
            answer = reader.post("/api/summaries", json={"source": f"{n}번째 글이다. {long}"})
            if answer.status_code != 202:
                failed = answer
                break
            entry = finished(reader, answer.json()["id"])
            if reader.patch(f"/api/summaries/{entry['id']}", json={"saved": True}).status_code == 200:
                kept.append(entry["id"])
        assert (failed.status_code, "\n" in failed.json()["title"]) == (503, False)
        assert len(kept) >= 2
        assert set(kept) <= {e for n in range(5) for e in page_of(reader, n)}
    with app_server(tmp_path) as (url, _), client(url) as again:  # with room, it goes on
        again.cookies.update(reader.cookies)
        assert set(kept) <= {e for n in range(5) for e in page_of(again, n)}
        save(again)


def test_a_read_only_disk_is_one_line_until_mended(tmp_path):
    """As a disk with errors does: the kernel mounts it anew for reading only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "none", disk], check=False, capture_output=True).returncode:
        pytest.skip("this user may mount nothing")
    try:
        with app_server(disk) as (url, _), client(url) as reader:
            kept = save(reader)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            refused = reader.post("/api/summaries", json={"source": BODY})
            assert (refused.status_code, "\n" in refused.json()["title"]) == (503, False)
            page = reader.get("/library", headers={"Accept": "text/html"})
            assert page.status_code in (200, 503)
            assert "Traceback" not in page.text
            assert reader.get("/api/ready").status_code in (200, 503)
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            assert saved(reader) == [kept]
            save(reader)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def page_of(reader, number):
    found = reader.get("/api/summaries", params={"page": number}).raise_for_status().json()["summaries"]
    return [e["id"] for e in found]


@pytest.fixture(scope="module")
def wrong_clock(tmp_path_factory):
    """A server, and the file that says by how many seconds its clock is wrong."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "wrong-by").write_text("0")
    own = {"PYTHONPATH": str(Path(__file__).parents[1] / "support" / "clock")}
    with app_server(folder / "data", TEST_CLOCK=str(folder / "wrong-by"), **own) as (url, _):
        yield url, folder / "wrong-by"


@pytest.mark.parametrize("jump", [-86_400, 86_400, -400_000_000])
def test_a_clock_that_jumps_changes_nothing_for_readers(wrong_clock, jump):
    url, clock = wrong_clock
    clock.write_text("0")
    with client(url) as reader:
        before = save(reader)
        clock.write_text(str(jump))
        after = save(reader, f"둘째 글이다. {BODY}")
        assert saved(reader) == [after, before]  # in the order of saving, whatever the clock said
        assert reader.get("/library").status_code == 200


def test_a_model_server_lost_in_mid_answer_is_a_line(tmp_path):
    model = write_gemma2(tmp_path / "tiny.gguf")
    with llama_server(model) as (address, process):
        with (
            app_server(tmp_path / "data", TECHSUM_MODEL=f"{address}#tiny-gemma") as (url, _),
            client(url) as reader,
        ):
            asked = reader.post(
                "/api/summaries", json={"source": "\n\n".join(PARAGRAPHS * 2), "length": "long"}
            )
            where = asked.headers["location"]
            with reader.stream("GET", f"{where}/events") as events:
                for line in events.iter_lines():
                    if line.startswith("event: key_sentences"):
                        process.kill()
            entry = reader.get(where).json()
            assert entry["status"] in ("done", "failed")
            if entry["status"] == "failed":
                assert len(entry["error"]["message"].splitlines()) == 1
            assert entry["key_sentences"]  # what needs no model is there
            gone = summarised(reader, source=BODY)
            assert (gone["status"], address.split("/")[2] in gone["error"]["message"]) == ("failed", True)
            own = summarised(reader, source=BODY, model="extract")
            assert own["status"] == "done"


SIGNS = {
    "a line of half a megabyte": "가나다라 마바사 " * 25_000,
    "zero width": "".join(c + "\u200b\u200d\ufeff" for c in BODY),
    "right to left": f"\u202e{BODY}\u202c \u2066{BODY}",
    "control tokens": f"<bos><start_of_turn>user {BODY} <end_of_turn> <eos> [INST] <|im_start|>",
    "control characters": f"{BODY}\x00\x07\x1b[31m빨강\x1b[0m\x08",
    "combining": "가" + "\u0301" * 5000 + BODY,
    "surrogates": BODY + "\\ud800",
}


@pytest.mark.parametrize("name", SIGNS)
def test_strange_letters_are_summarised_or_refused_and_never_shown_raw(strange, name):
    answer = strange.post("/api/summaries", json={"source": SIGNS[name]})
    if answer.status_code == 422:
        assert len(answer.json()["title"].splitlines()) == 1
        return
    entry = finished(strange, answer.json()["id"])
    assert entry["status"] in ("done", "failed")
    shown = strange.get(f"/s/{entry['id']}").text
    assert not set(shown) & set("\u202e\u2066\x00\x07\x1b\x08\u200b\ufeff")


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("strange")) as (url, _), client(url) as reader:
        yield reader


def test_a_server_killed_again_and_again_starts_clean(tmp_path):
    """Given kills at random moments of writing, then what was saved is there, and what was not is called interrupted."""
    chance, kept, cookies = random.Random(11), [], None
    for _ in range(int(os.environ.get("FAULT_MOMENTS", "2"))):
        with app_server(tmp_path, TECHSUM_MODEL="gemma-3-270m-ko") as (url, process), client(url) as reader:
            reader.cookies.update(cookies or {})
            kept.append(save(reader, f"{len(kept)}번째 글이다. {BODY}") if not kept else kept[0])
            open_one = reader.post("/api/summaries", json={"source": BODY, "length": "long"}).json()["id"]
            time.sleep(chance.uniform(0, 3))
            process.kill()
            process.wait()
            cookies = dict(reader.cookies)
        with app_server(tmp_path) as (url, _), client(url) as reader:
            reader.cookies.update(cookies)
            entry = reader.get(f"/api/summaries/{open_one}").json()
            assert entry["status"] == "done" or entry["error"]["kind"] == "interrupted"
            assert kept[0] in saved(reader)
            assert reader.get(f"/api/summaries/{kept[0]}").json()["result"]["summary"]
