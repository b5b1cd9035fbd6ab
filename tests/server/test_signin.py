"""Signing in through a real OpenID Connect provider, in a process of its own."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx
import pytest

from support.app_server import app_server, client, summarised, wait_for
from support.servers import free_port
from support.texts import BODY
from support.waiting import started


@contextmanager
def provider_process():
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with started(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for(f"{url}/.well-known/openid-configuration", process, 30)
        yield url


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with provider_process() as provider:
        settings = {"TECHSUM_OIDC_ISSUER": provider, "TECHSUM_OIDC_CLIENT_SECRET": "secret"}
        with app_server(tmp_path_factory.mktemp("data"), **settings) as (url, _):
            yield url


def sign_in(reader, name):
    """Press the link, say one's name at the provider, come back."""
    asked = reader.get("/signin").headers["location"]
    page = httpx.get(asked, trust_env=False)
    action = re.search(r'<form[^>]*action="([^"]*)"', page.text)
    target = urljoin(asked, action.group(1).replace("&amp;", "&")) if action else asked
    back = httpx.post(target, data={"sub": name}, trust_env=False)
    return reader.get(back.headers["location"])


def test_who_signs_in_finds_the_same_library_in_another_browser(server):
    with client(server) as laptop, client(server) as phone, client(server) as stranger:
        # given something made before signing in
        entry_id = summarised(laptop, source=BODY)["id"]
        laptop.patch(f"/api/summaries/{entry_id}", json={"saved": True})
        assert "로그인" in laptop.get("/").text
        # when the same person signs in on both
        answer = sign_in(laptop, "hana")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        sign_in(phone, "hana")
        sign_in(stranger, "duri")
        # then both have it, and another person has not
        assert phone.get(f"/api/summaries/{entry_id}").status_code == 200
        assert [e["id"] for e in phone.get("/api/summaries", params={"q": "소금물"}).json()["summaries"]] == [
            entry_id
        ]
        assert stranger.get(f"/api/summaries/{entry_id}").status_code == 404
        assert "로그아웃" in phone.get("/").text
        phone.post("/signout")
        assert phone.get(f"/api/summaries/{entry_id}").status_code == 404
        assert laptop.get(f"/api/summaries/{entry_id}").status_code == 200


def test_a_copied_cookie_ends_when_its_owner_signs_out(server):
    with client(server) as owner, client(server) as thief:
        # given somebody who copied the cookie of a reader who signed in
        entry_id = summarised(owner, source=BODY)["id"]
        sign_in(owner, "seri")
        thief.cookies.set("techsum_reader", owner.cookies["techsum_reader"])
        assert thief.get(f"/api/summaries/{entry_id}").status_code == 200
        stolen = owner.cookies["techsum_reader"]
        # when the reader signs out
        owner.post("/signout")
        # then the copy opens nothing any more, and the next sign-in everything
        thief.cookies.set("techsum_reader", stolen)
        assert thief.get(f"/api/summaries/{entry_id}").status_code == 404
        sign_in(owner, "seri")
        assert owner.get(f"/api/summaries/{entry_id}").status_code == 200


def test_signing_in_anew_keeps_its_own_cookie(server):
    with client(server) as reader:
        # given a session that has ended elsewhere, and its cookie
        sign_in(reader, "miru")
        reader.post("/signout")
        # when its reader comes back
        answer = sign_in(reader, "miru")
        # then the answer sets one cookie of a reader: the session's
        said = [c for c in answer.headers.get_list("set-cookie") if c.startswith("techsum_reader=")]
        assert len(said) == 1
        assert "로그아웃" in reader.get("/").text


def test_the_sign_in_page_shows_no_text_from_its_address(server):
    with client(server) as reader:
        answer = reader.get("/signin/back", params={"error": "전화 02-000-0000으로 연락하세요", "state": "x"})
        assert answer.status_code == 400
        assert "02-000-0000" not in re.sub(r"<[^>]*>", "", answer.text)


def test_an_answer_that_nobody_asked_for_signs_nobody_in(server):
    with client(server, **{"Accept-Language": "ko"}) as reader:
        answer = reader.get("/signin/back", params={"code": "made-up", "state": "made-up"})
        assert answer.status_code == 400
        assert "로그인하지 못했습니다" in answer.text
        assert "로그아웃" not in reader.get("/").text


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A server for those alone who sign in."""
    with provider_process() as provider:
        settings = {"TECHSUM_OIDC_ISSUER": provider, "TECHSUM_OIDC_CLIENT_SECRET": "secret"}
        closed = {"TECHSUM_SIGNIN_REQUIRED": "1"}
        with app_server(tmp_path_factory.mktemp("closed"), **settings, **closed) as (url, _):
            yield url


def test_a_closed_server_sends_strangers_to_sign_in(closed):
    with client(closed) as stranger:
        page = stranger.get("/library", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/signin")
        for method, path in (("GET", "/api/summaries"), ("POST", "/api/summaries"), ("POST", "/mcp")):
            answer = stranger.request(method, path, json={"source": BODY})
            assert (answer.status_code, "/signin" in answer.json()["title"]) == (401, True)
        assert stranger.get("/api/ready").status_code == 200


def test_every_route_of_a_closed_server_asks_for_signing_in(closed):
    schema = httpx.get(f"{closed}/api/openapi.json", trust_env=False)
    assert schema.status_code == 401
    pages = (
        "/",
        "/check",
        "/guide",
        "/library",
        "/briefing",
        "/s/x",
        "/s/x/compare/y",
        "/library/ask",
        "/api/docs",
        "/app/",
        "/mcp",
    )
    api = ("/api/summaries", "/api/models", "/api/library.jsonl", "/api/openapi.json", "/metrics", "/nowhere")
    with client(closed) as stranger:
        for path in (*pages, *api):
            assert stranger.get(path).status_code == 401, path
            answer = stranger.post(path, headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/signin"), path


def test_signing_out_of_a_closed_server_stays_signed_out(closed):
    with client(closed) as reader:
        sign_in(reader, "nari")
        answer = reader.post("/signout")
        page = reader.get(answer.headers["location"])
        assert (page.status_code, "로그아웃했습니다" in page.text) == (200, True)
        assert reader.get("/api/summaries").status_code == 401


def test_a_closed_server_opens_no_window_to_strangers(closed):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    with client(closed) as reader:
        where = closed.replace("http", "ws") + "/app/ws"
        with pytest.raises(InvalidStatus):
            connect(where, origin=closed)
        sign_in(reader, "hana")
        cookie = f"techsum_reader={reader.cookies['techsum_reader']}"
        with connect(where, origin=closed, additional_headers={"Cookie": cookie}):
            pass


def test_a_closed_server_serves_members_and_their_links(closed):
    with client(closed) as member, client(closed) as stranger:
        sign_in(member, "duri")
        entry = summarised(member, source=BODY)
        link = member.post(f"/api/summaries/{entry['id']}/share").json()["url"]
        shown = stranger.get(link.partition(closed)[2] or link)
        assert (shown.status_code, "240킬로와트시" in shown.text) == (200, True)


def test_a_closed_server_needs_a_provider(tmp_path):
    command = [sys.executable, "-m", "techsum", "serve", "--port", str(free_port())]
    own = {"TECHSUM_DATA_DIR": str(tmp_path), "TECHSUM_SIGNIN_REQUIRED": "1"}
    done = subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "TECHSUM_OIDC_ISSUER" in done.stderr


def test_a_provider_that_is_gone_is_one_line(tmp_path):
    with app_server(tmp_path, TECHSUM_OIDC_ISSUER="http://127.0.0.1:9") as (url, _), client(url) as reader:
        answer = reader.get("/signin")
        assert (answer.status_code, "로그인하지 못했습니다" in answer.text) == (400, True)


@pytest.mark.slow
def test_without_a_provider_there_is_no_sign_in(tmp_path):
    with app_server(tmp_path) as (url, _), client(url) as reader:
        assert "로그인" not in reader.get("/").text
        assert reader.get("/signin").status_code == 404
