"""POST /api/check, asked as a client asks it: over HTTP, of a real server process."""

import json
import os
import subprocess
import sys
import time

import httpx
import pytest

from support.servers import free_port
from support.texts import BODY, SAMPLE

WRONG = "장치의 용량은 999킬로와트시이다. 달의 뒷면에는 고양이가 산다."


@pytest.fixture(scope="module")
def server():
    port = free_port()
    command = [sys.executable, "-m", "techsum", "serve", "--port", str(port)]
    environment = {**os.environ, "TECHSUM_LANG": "ko"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/api/health").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
        process.terminate()


def ask(server, **body):
    return httpx.post(f"{server}/api/check", json=body, timeout=60)


def test_it_says_what_the_command_line_says(server):
    answer = ask(server, article=BODY, summary=WRONG)
    assert answer.status_code == 200
    command = [sys.executable, "-m", "techsum", "check", BODY, WRONG, "--json"]
    said = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "TECHSUM_LANG": "ko"})
    assert said.returncode == 3
    assert answer.json() == json.loads(said.stdout)
    number, foreign = answer.json()["sentences"]
    assert [n["kind"] for n in number["notices"]] == ["number"]
    assert not foreign["supported"]
    assert all(BODY[e["start"] : e["end"]] == e["text"] for e in number["evidence"])


@pytest.mark.parametrize(
    "source", [str(SAMPLE), "/etc/passwd", "file:///etc/passwd", "-", "http://127.0.0.1:1/", ""]
)
def test_it_never_opens_a_file_or_a_private_address(server, source):
    answer = ask(server, article=source, summary="요약이다.")
    assert answer.status_code in (403, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "status", "title"}
    assert "root:" not in answer.text
    assert "한빛대" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"{half",
        b"[]",
        b"{}",
        b'{"article": 1, "summary": "a"}',
        b'{"article": "a", "summary": "b", "model": "x"}',
    ],
)
def test_a_wrong_request_is_one_line(server, body):
    answer = httpx.post(f"{server}/api/check", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "\n" not in answer.json()["title"]


def test_a_body_without_end_is_refused_with_and_without_a_length(server):
    huge = b'{"article": "' + b"a" * 20_000_000
    assert httpx.post(f"{server}/api/check", content=huge, timeout=60).status_code == 413

    def chunks():
        for _ in range(200):
            yield b"a" * 100_000

    assert httpx.post(f"{server}/api/check", content=chunks(), timeout=60).status_code == 413
    assert httpx.get(f"{server}/api/health").json()["status"] == "ok"
