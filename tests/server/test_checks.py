"""POST /api/check, asked as a client asks it: over HTTP, of a real server process."""

import json
import os
import subprocess
import sys

import httpx
import pytest

from support.app_server import app_server
from support.texts import BODY, SAMPLE

WRONG = "장치의 용량은 999킬로와트시이다. 달의 뒷면에는 고양이가 산다."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("data")) as (url, _):
        yield url


def ask(server, **body):
    return httpx.post(f"{server}/api/check", json=body, timeout=60)


def test_it_says_what_the_command_line_says(server):
    answer = ask(server, article=BODY, summary=WRONG)
    assert answer.status_code == 200
    command = [sys.executable, "-m", "techsum", "check", BODY, WRONG, "--json"]
    own = {k: v for k, v in os.environ.items() if k != "TECHSUM_CHECK"} | {"TECHSUM_LANG": "ko"}
    said = subprocess.run(command, capture_output=True, check=False, env=own)
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


def test_a_body_without_end_is_refused(server):
    huge = b'{"article": "' + b"a" * 20_000_000
    assert httpx.post(f"{server}/api/check", content=huge, timeout=60).status_code == 413

    def chunks():
        for _ in range(200):
            yield b"a" * 100_000

    assert httpx.post(f"{server}/api/check", content=chunks(), timeout=60).status_code == 413
    assert httpx.get(f"{server}/api/health").json()["status"] == "ok"


def test_a_check_on_the_page_can_be_shared(server):
    with httpx.Client(base_url=server, follow_redirects=True, timeout=60) as reader:
        assert "확인할 요약이나 문장" in reader.get("/check").text
        page = reader.post("/check", data={"source": BODY, "summary": WRONG})
        assert page.status_code == 200
        assert "본문의 이 대목에는 &#39;999킬로와트시&#39;가 없습니다." in page.text
        shared = reader.post(f"{page.url.path}/share")
        link = shared.text.partition(f'value="{server}')[2].partition('"')[0]
    # anyone reads it, beside the article
    public = httpx.get(server + link).text
    assert "999킬로와트시" in public
    assert "본문에서 근거를 찾지 못했습니다." in public
    assert "스물여섯 가구" in public


def test_a_check_that_cannot_be_made_keeps_what_was_typed(server):
    page = httpx.post(
        f"{server}/check", data={"source": "http://10.0.0.1/", "summary": "요약이다."}, timeout=60
    )
    assert page.status_code == 403
    assert "http://10.0.0.1/" in page.text
    assert "요약이다." in page.text


def test_rules_alone_are_asked_for_by_name(server):
    answer = ask(server, article=BODY, summary="요약이다.", check="rules").json()
    assert answer["by"] == "rules"
    assert ask(server, article=BODY, summary="요약이다.", check="oracle").status_code == 422
