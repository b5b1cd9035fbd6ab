"""Random input for every parser and for the whole API, for as long as FUZZ_SECONDS says (`make fuzz`: ten minutes each).

What was found once is kept in `seeds/` and is tried first. A run prints its seed with a failure: FUZZ_SEED repeats it.
"""

import asyncio
import json
import os
import secrets
import string
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.app_server import app_server, client, summarised
from support.texts import BODY
from techsum.errors import TrainingError
from techsum.server.log import Log
from techsum.training.recipe_file import load_recipe

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("FUZZ_SECONDS", "15"))
"""For each kind of document; the API and what is only text get a sixth of it."""
SEED = os.environ.get("FUZZ_SEED", "20261124")
SHORT = SECONDS / 6
KINDS = ("html", "pdf", "docx", "hwpx", "hwp", "pptx", "epub", "hml", "md", "txt")


def test_a_spoiled_document_is_read_or_refused_in_a_line():
    """All kinds at once, each in a process of its own."""
    script = Path(__file__).parent / "documents.py"
    running = [
        subprocess.Popen(
            [sys.executable, str(script), kind, str(SECONDS), SEED], stdout=subprocess.PIPE, text=True
        )
        for kind in KINDS
    ]
    said = [process.communicate(timeout=SECONDS + 120)[0].strip() for process in running]
    print("\n".join(said))
    assert [process.returncode for process in running] == [0] * len(KINDS), said


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("fuzzed")) as (address, _):
        yield address


def requested(url, operation, counted, own):
    """Send requests to one operation for a while."""
    until = time.monotonic() + SHORT / 5

    @given(case=operation.as_strategy(), bad=st.booleans())
    @settings(
        max_examples=max(20, int(SHORT * 5)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def one(case, bad):
        if time.monotonic() > until:
            return
        with client(url) as reader:  # a new reader each time: one alone would soon be asked to slow down
            reader.get("/")
            cookies = dict(reader.cookies)
            if (
                "entry_id" in (case.path_parameters or {}) and not bad
            ):  # a summary of its own, or a made-up name
                case.path_parameters["entry_id"] = own["id"] = secrets.token_urlsafe(16)
                reader.post("/api/library", content=json.dumps(own))
        if bad and isinstance(case.body, dict):
            case.body = {"source": case.body}
        answer = case.call(base_url=url, cookies=cookies, timeout=60)
        assert answer.status_code < 500, f"{operation.label}: {answer.status_code} {case.body!r:.500}"
        counted[operation.label] += 1

    one()


def test_no_request_makes_the_server_stumble(url):
    """Requests are made from `/api/openapi.json`, valid and invalid ones, by Schemathesis."""
    schema = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    operations = [operation.ok() for operation in schema.get_all_operations()]
    assert len(operations) > 15
    counted = dict.fromkeys((o.label for o in operations), 0)

    with client(url) as reader:
        entry = summarised(reader, source=BODY)
        reader.patch(f"/api/summaries/{entry['id']}", json={"saved": True})
        own = json.loads(reader.get("/api/library.jsonl").text.splitlines()[0])
    for operation in operations:
        requested(url, operation, counted, own)
    print("requests:", sum(counted.values()), counted)
    assert all(counted.values()), counted


def recipes():
    """Texts that look more or less like a recipe."""
    words = st.sampled_from(
        ["name", "base", "data", "training", "steps", "lr", "path", "licence", "lora", "r", "x: y", "-", "{", "}", "[", "]", ":", "  ", "\n", "1e-4", "on",
         "2024-02-31", "!!python/object/apply:os.system ['id']", "&a", "*a", "? ", "|", "null", "1_0", "0x1", "\t", "가", "\x00", "\ud7a3"]
    )  # fmt: skip
    return st.lists(words, max_size=40).map(" ".join) | st.text(alphabet=string.printable, max_size=300)


@given(text=recipes(), change=st.text(max_size=30))
@settings(max_examples=max(100, int(SHORT * 50)), deadline=None)
def test_any_recipe_is_valid_or_refused_in_a_line(tmp_path_factory, text, change):
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_recipe(path, [change] if change else [])
    except TrainingError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - reading may also succeed


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=8),
    lost=st.lists(st.integers(0, 30), max_size=6),
)
@settings(max_examples=max(100, int(SHORT * 20)), deadline=None)
def test_a_stream_that_breaks_anywhere_goes_on_whole(lengths, lost):
    """Given a log that grows by turns, when its reader loses the connection at any events, then it has them all."""

    async def read():
        log, got = Log(), []
        total = sum(lengths) + 1

        async def write():
            for turn in lengths:
                for _ in range(turn):
                    log.append("piece", {}, last=False)
                await asyncio.sleep(0)
            log.append("done", {}, last=True)

        writing = asyncio.create_task(write())
        breaks = [*lost, total]
        while len(got) < total:
            most = breaks.pop(0) if breaks else total
            async for event in log.follow(got[-1] if got else 0):
                got.append(event.number)
                most -= 1
                if most <= 0:
                    break
        await writing
        return got, total

    # in a thread of its own: the browser of other tests holds a loop in this one
    with ThreadPoolExecutor(1) as own:
        got, total = own.submit(lambda: asyncio.run(asyncio.wait_for(read(), 20))).result()
    assert got == list(range(1, total + 1))
