"""Many readers, a busy model, a server that ends: nobody is locked out, nothing is lost, pages stay pages."""

import json
import signal
import threading
import time

import httpx
import pytest

from support.app_server import app_server, client, finished, summarised
from support.servers import silent_port
from support.texts import BODY, PARAGRAPHS
from support.tiny_gguf import write_gemma2
from support.waiting import until

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("data"), TECHSUM_TEST_ONLY_ALLOW_LOOPBACK="1") as (url, _):
        yield url


@pytest.fixture
def reader(server):
    with client(server) as one:
        one.get("/")
        yield one


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A server whose model takes its time: links that never answer hold its jobs open."""
    folder = tmp_path_factory.mktemp("slow")
    with silent_port() as port:
        environment = {"TECHSUM_TEST_ONLY_ALLOW_LOOPBACK": "1", "TECHSUM_FETCH_SECONDS": "30"}
        with app_server(folder, **environment) as (url, process):
            yield url, f"http://127.0.0.1:{port}/", process


def test_who_asks_too_much_hears_when_to_come_again(slow):
    url, never, _ = slow
    with client(url) as one, client(url) as other:
        one.get("/"), other.get("/")
        answers = [one.post("/api/summaries", json={"source": f"{never}{n}"}) for n in range(9)]
        assert [a.status_code for a in answers] == [202] * 8 + [429]
        assert answers[-1].headers["retry-after"] == "20"
        assert "20초" in answers[-1].json()["title"]
        # another reader's turn has not been used up
        assert other.post("/api/summaries", json={"source": BODY}).status_code == 202
        # a client that keeps no cookies is a new reader each time, and counts by its address
        codes = [
            httpx.post(f"{url}/api/summaries", json={"source": f"{never}x{n}"}).status_code for n in range(10)
        ]
        assert codes.count(202) == 8
        assert codes[-1] == 429
        for answer in answers[:8]:
            one.delete(f"/api/summaries/{answer.json()['id']}")


def test_checks_that_wait_for_a_link_leave_the_server_free(slow):
    url, _, _ = slow
    with silent_port() as port:

        def ask():
            with client(url) as one:
                one.post("/api/check", json={"article": f"http://127.0.0.1:{port}/", "summary": "요약이다."})

        waiting = [threading.Thread(target=ask, daemon=True) for _ in range(45)]
        for thread in waiting:
            thread.start()
        until(lambda: sum(t.is_alive() for t in waiting) <= 8)  # the others were refused
        began = time.monotonic()
        assert httpx.get(f"{url}/api/health").status_code == 200
        assert time.monotonic() - began < 1
        refused = httpx.post(f"{url}/api/check", json={"article": BODY, "summary": "요약이다."})
        assert refused.status_code == 429


@pytest.mark.slow
def test_a_server_that_ends_in_order_calls_its_work_interrupted(tmp_path):
    with app_server(tmp_path, TECHSUM_MODEL="gemma-3-270m-ko") as (url, process), client(url) as reader:
        entry_id = reader.post("/api/summaries", json={"source": BODY}).json()["id"]
        while not reader.get(f"/api/summaries/{entry_id}").json()["key_sentences"]:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        cookies = dict(reader.cookies)
    with app_server(tmp_path) as (url, _), client(url) as reader:
        reader.cookies.update(cookies)
        entry = reader.get(f"/api/summaries/{entry_id}").json()
        assert (entry["status"], entry["error"]["kind"]) == ("failed", "interrupted")
        again = reader.post(f"/api/summaries/{entry_id}/again")
        assert again.status_code == 202
        assert finished(reader, again.json()["id"])["result"]["article"]["characters"] == len(BODY)


@pytest.mark.slow
def test_who_waits_knows_the_place_and_follows_a_stop(tmp_path):
    model = tmp_path / "cache" / "models" / "slow.gguf"
    model.parent.mkdir(parents=True)
    write_gemma2(model)
    settings = {"TECHSUM_CACHE_DIR": str(tmp_path / "cache")}
    with app_server(tmp_path, **settings) as (url, _), client(url) as first, client(url) as second:
        one = first.post(
            "/api/summaries", json={"source": BODY, "model": "gemma-3-270m-ko", "length": "long"}
        ).json()["id"]
        while not first.get(f"/api/summaries/{one}").json()["key_sentences"]:
            time.sleep(0.05)
        two = second.post(
            "/api/summaries", json={"source": BODY, "model": "gemma-3-270m-ko", "length": "short"}
        ).json()["id"]
        with second.stream("GET", f"/api/summaries/{two}/events") as stream:
            lines = stream.iter_lines()
            next(line for line in lines if line == "event: queue")
            assert json.loads(next(lines).partition(": ")[2]) == {"position": 1}
            first.delete(f"/api/summaries/{one}")
            next(line for line in lines if line.startswith("event: progress"))
            next(line for line in lines if line in ("event: piece", "event: done"))
        assert finished(first, one)["status"] == "cancelled"


@pytest.mark.slow
def test_a_cookie_is_renewed_and_where_asked_needs_https(tmp_path):
    with app_server(
        tmp_path, TECHSUM_HTTPS="1", TECHSUM_PROXIES="127.0.0.1", TECHSUM_HOSTS="techsum.example, 127.0.0.1"
    ) as (url, _):
        sent = httpx.get(f"{url}/")
        assert sent.status_code == 307
        assert "set-cookie" not in sent.headers
        secure = httpx.get(f"{url}/", headers={"X-Forwarded-Proto": "https", "Host": "techsum.example"})
        assert "Secure" in secure.headers["set-cookie"]
        assert "max-age=31536000" in secure.headers["strict-transport-security"]
        cookie = secure.headers["set-cookie"].partition(";")[0]
        again = httpx.get(f"{url}/", headers={"X-Forwarded-Proto": "https", "Cookie": cookie})
        assert again.headers["set-cookie"].startswith(cookie)


@pytest.mark.parametrize(
    ("method", "path", "status", "word"),
    [
        ("GET", "/nowhere", 404, "페이지를 찾을 수 없습니다"),
        ("GET", "/s/none/share", 405, "이 주소는 그렇게"),
        ("GET", "/library?page=x", 422, "page"),
        ("GET", "/s/none", 404, "요약을 찾을 수 없습니다"),
    ],
)
def test_an_error_on_a_page_is_a_page(reader, method, path, status, word):
    answer = reader.request(method, path, headers=HTML)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert word in answer.text
    # the same for a program
    assert (
        reader.request(method, path)
        .headers["content-type"]
        .startswith(("application/problem+json", "text/html"))
    )


@pytest.mark.parametrize("kind", ["reference", "markdown", "jsonl"])
def test_what_was_imported_is_drawn_and_can_be_made_again(reader, kind):
    row = {
        "id": 1,
        "mode": "text",
        "title": "소금물",
        "input": BODY,
        "output": "장치의 용량은 240킬로와트시이다.",
    }
    if kind == "reference":
        body = json.dumps({"saved_summaries": json.dumps([row])}, ensure_ascii=False)
    elif kind == "markdown":
        body = "# 소금물\n\n장치의 용량은 240킬로와트시이다.\n\n## 본문\n\n" + BODY
    else:
        entry = summarised(reader, source=BODY)
        reader.patch(f"/api/summaries/{entry['id']}", json={"saved": True})
        said = json.loads(reader.get("/api/library.jsonl").text.splitlines()[0])
        said |= {"id": "other", "request": {"mode": "text", "source": "x", "options": {}}}
        body = "\ufeff" + json.dumps(said, ensure_ascii=False)
    assert reader.post("/api/library", content=body.encode()).json() == {"imported": 1}
    for entry in reader.get("/api/summaries").json()["summaries"]:
        page = reader.get(f"/s/{entry['id']}", headers=HTML)
        assert page.status_code == 200
        assert "다시 요약" in page.text


@pytest.mark.parametrize("form", ["list", "named", "by id", "text in a key"])
def test_the_reference_apps_list_is_found_wherever_it_stands(server, form):
    row = {
        "id": "a",
        "mode": "text",
        "title": "소금물",
        "input": BODY,
        "output": "장치의 용량은 240킬로와트시이다.",
    }
    said = {
        "list": [row],
        "named": {"saved": [row]},
        "by id": {"a": row},
        "text in a key": {"techsum": json.dumps({"a": row})},
    }[form]
    with client(server) as reader:
        assert reader.post("/api/library", content=json.dumps(said)).json() == {"imported": 1}


def test_a_text_with_any_line_end_comes_back(reader):
    entry = summarised(reader, source=BODY)
    wording = "첫 줄\u2028둘째 줄\u0085셋째 줄"
    reader.patch(f"/api/summaries/{entry['id']}", json={"correction": wording})
    exported = reader.get("/api/library.jsonl").content
    with client(str(reader.base_url)) as other:
        assert other.post("/api/library", content=exported).json()["imported"] >= 1


@pytest.mark.parametrize("change", [{"created": 1e300}, {"created": float("nan")}, {"saved": -1.0}])
def test_an_import_cannot_break_its_readers_pages(reader, change):
    entry = summarised(reader, source=BODY)
    reader.patch(f"/api/summaries/{entry['id']}", json={"saved": True})
    said = json.loads(reader.get("/api/library.jsonl").text.splitlines()[0]) | {"id": "x"} | change
    assert reader.post("/api/library", content=json.dumps(said)).status_code == 422
    assert reader.get("/library", headers=HTML).status_code == 200


def test_a_long_text_fits_the_form_and_two_files_not(reader):
    long = "\n\n".join(PARAGRAPHS) * 1_500
    assert len(long.encode()) > 1 << 20
    answer = reader.post(
        "/summaries", files={"source": (None, long), "model": (None, "extract")}, follow_redirects=False
    )
    assert answer.status_code == 303
    two = [("file", ("a.txt", BODY.encode())), ("file", ("b.txt", BODY.encode()))]
    refused = reader.post("/summaries", files=two, headers=HTML)
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("text/html")


def test_a_share_can_be_ended_any_time_later(reader):
    entry = summarised(reader, source=BODY)["id"]
    token = reader.post(f"/api/summaries/{entry}/share").json()["token"]
    assert "공유 중지" in reader.get(f"/s/{entry}", headers=HTML).text
    reader.post(f"/s/{entry}/unshare")
    assert "공유 중지" not in reader.get(f"/s/{entry}", headers=HTML).text
    assert reader.get(f"/share/{token}", headers=HTML).status_code == 404


def test_deleting_what_is_being_made_deletes_it(slow):
    url, never, _ = slow
    with client(url) as reader:
        reader.get("/")
        entry = reader.post("/api/summaries", json={"source": f"{never}delete"}).json()["id"]
        reader.post(f"/s/{entry}/delete")
        assert reader.get(f"/api/summaries/{entry}").status_code == 404


@pytest.mark.slow
def test_the_library_is_no_other_users_of_the_machine(server, tmp_path):
    with app_server(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
