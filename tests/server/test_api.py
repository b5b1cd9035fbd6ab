"""The JSON API, asked as a client asks it: over HTTP, of a real server process."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

import httpx
import pytest

from support.app_server import app_server, client, finished, summarised
from support.documents import docx, hwpx
from support.postgres import postgres
from support.servers import free_port
from support.texts import BODY, PARAGRAPHS, TITLE
from support.tiny_gguf import write_gemma2
from techsum.server.analysis import LONG_CHARACTERS


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request, tmp_path_factory):
    """A server on a database of each kind."""
    with ExitStack() as opened:
        settings = {}
        if request.param == "postgresql":
            settings["TECHSUM_DATABASE_URL"] = opened.enter_context(postgres()).url
        url, _ = opened.enter_context(app_server(tmp_path_factory.mktemp("data"), **settings))
        yield url


@pytest.fixture
def reader(server):
    with client(server) as one:
        yield one


def events(reader, entry_id, until=None, **headers):
    """Names, numbers and data of an event stream, to its end or the first of that name."""
    found, name, number = [], None, None
    with reader.stream("GET", f"/api/summaries/{entry_id}/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "id":
                number = int(value)
            elif field == "data":
                data = json.loads(value)
            elif not line and name:
                found.append((number, name, data))
                if name == until:
                    break
                name = number = None
    return found


def test_a_text_becomes_what_the_command_line_prints(reader):
    entry = summarised(reader, source=BODY, length="short")
    command = [
        sys.executable,
        "-m",
        "techsum",
        "summarize",
        BODY,
        "--length",
        "short",
        "--model",
        "extract",
        "--json",
    ]
    said = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "TECHSUM_LANG": "ko"})
    ours, theirs = entry["result"], json.loads(said.stdout)
    card = [
        ours.pop(name) for name in ("limits", "next_steps", "glossary", "suggestions")
    ]  # the server's alone
    for name in ("limits", "next_steps", "glossary", "suggestions"):
        assert theirs.pop(name) == []
    assert {**ours, "seconds": 0} == {**theirs, "seconds": 0}
    assert any(card)
    assert (entry["status"], entry["mode"], entry["saved"]) == ("done", "text", False)


def test_the_answer_to_a_wish_says_where_it_will_be(reader):
    answer = reader.post("/api/summaries", json={"source": BODY})
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/summaries/{answer.json()['id']}"
    assert reader.get(answer.headers["location"]).status_code == 200
    finished(reader, answer.json()["id"])


def test_versions_of_a_text_are_listed_as_one(reader):
    entry = summarised(reader, source=BODY)
    again = reader.post(f"/api/summaries/{entry['id']}/again").json()["id"]
    finished(reader, again)
    versions = reader.get(f"/api/summaries/{entry['id']}/versions").json()
    assert [one["id"] for one in versions] == [again, entry["id"]]
    assert [one["id"] for one in reader.get("/api/summaries?all=true").json()["summaries"]] == [again]


def test_saved_articles_are_asked(reader):
    entry = summarised(reader, source=BODY)
    asked = {"question": "솔섬 저장 장치의 용량은 얼마인가요?"}
    assert reader.post("/api/library/questions", json=asked).json()["answers"] == []
    reader.patch(f"/api/summaries/{entry['id']}", json={"saved": True})
    (answer,) = reader.post("/api/library/questions", json=asked).json()["answers"]
    assert (answer["summary"], answer["found"]) == (entry["id"], True)
    assert reader.post("/api/library/questions", json={"question": " "}).status_code == 422


@pytest.mark.parametrize(("name", "make"), [("글.docx", docx), ("글.hwpx", hwpx), ("글.txt", "\n\n".join)])
def test_an_uploaded_file_is_summarised(reader, name, make):
    made = make(PARAGRAPHS)
    body = made.encode() if isinstance(made, str) else made
    answer = reader.post("/api/summaries", files={"file": (name, body)}, data={"length": "short"})
    entry = finished(reader, answer.json()["id"])
    assert (entry["status"], entry["mode"], entry["source"]) == ("done", "file", name)
    assert entry["result"]["sentences"][0]["text"] in BODY


def test_events_come_in_order_and_go_on_after_a_cut(reader):
    entry_id = summarised(reader, source=BODY)["id"]
    told = events(reader, entry_id)
    assert [name for _, name, _ in told] == ["progress", "key_sentences", "done"]
    assert [number for number, _, _ in told] == [1, 2, 3]
    assert told[-1][2]["summary"] == reader.get(f"/api/summaries/{entry_id}").json()["result"]["summary"]
    assert events(reader, entry_id, **{"Last-Event-ID": "2"}) == told[2:]
    assert events(reader, entry_id, **{"Last-Event-ID": "99"}) == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"source": "짧은 글"}, "100자 이상"),
        ({"source": "  "}, "비어"),
        ({}, "비어"),
        ({"source": BODY, "length": "7"}, "7"),
        ({"source": BODY, "style": "시"}, "시"),
        ({"source": BODY, "model": "gemma-9"}, "gemma-9"),
        ({"source": BODY, "model": "/etc/passwd.gguf"}, "passwd"),
        ({"source": BODY, "model": "http://127.0.0.1:1/v1#x"}, "127.0.0.1"),
        ({"source": BODY, "model": "hf:/etc"}, "hf:/etc"),
        ({"source": BODY, "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_wish_is_one_line_at_once(reader, body, word):
    answer = reader.post("/api/summaries", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert word in answer.json()["title"]


def test_a_link_into_this_network_fails_with_its_line(reader):
    entry = summarised(reader, source="http://169.254.169.254/latest/meta-data")
    assert entry["status"] == "failed"
    assert "169.254.169.254" in entry["error"]["message"]
    assert [name for _, name, _ in events(reader, entry["id"])] == ["progress", "failed"]


def test_errors_are_english_for_who_reads_english(server):
    with client(server, **{"Accept-Language": "en-GB,en;q=0.9"}) as reader:
        assert "100 characters" not in reader.post("/api/summaries", json={"source": "짧은 글"}).text.replace(
            "100 or more", ""
        )
        assert (
            "A summary needs 100" in reader.post("/api/summaries", json={"source": "짧은 글"}).json()["title"]
        )


def test_another_reader_sees_and_does_nothing(server, reader):
    entry_id = summarised(reader, source=BODY)["id"]
    reader.patch(f"/api/summaries/{entry_id}", json={"saved": True})
    path = f"/api/summaries/{entry_id}"
    with client(server) as other:
        for answer in (
            other.get(path),
            other.get(f"{path}/events"),
            other.get(f"{path}/questions"),
            other.patch(path, json={"title": "훔친 제목"}),
            other.post(f"{path}/questions", json={"question": "용량은?"}),
            other.post(f"{path}/share"),
            other.delete(f"{path}/share"),
            other.delete(path),
            other.get(f"/s/{entry_id}"),
            other.post(f"/s/{entry_id}/save", data={"saved": "1"}),
        ):
            assert answer.status_code == 404
        assert other.get("/api/summaries", params={"all": True}).json()["summaries"] == []
        assert other.get("/api/library.jsonl").text == ""
    assert reader.get(path).json()["title"] == TITLE or reader.get(path).json()["title"]
    assert reader.get(path).json()["title"] != "훔친 제목"


@pytest.mark.parametrize("cookie", ["0123456789abcdef0123456789abcdef", "x.y", "…", ""])
def test_a_forged_cookie_names_nobody(server, reader, cookie):
    entry_id = summarised(reader, source=BODY)["id"]
    own = reader.cookies["techsum_reader"].strip('"')
    forged = own.rpartition(".")[0] + "." + "A" * 27 if cookie == "" else cookie
    with client(server) as other:
        answer = other.get(
            f"/api/summaries/{entry_id}", headers={"Cookie": f"techsum_reader={forged}".encode()}
        )
        assert answer.status_code == 404
        assert "techsum_reader=" in answer.headers["set-cookie"]


def test_scripts_and_other_sites_cannot_reach_the_cookie(server):
    with client(server) as reader:
        said = reader.get("/").headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_what_another_sites_page_sends_is_refused(reader, headers):
    entry_id = summarised(reader, source=BODY)["id"]
    for answer in (
        reader.post("/api/summaries", json={"source": BODY}, headers=headers),
        reader.post(f"/s/{entry_id}/delete", headers=headers),
        reader.delete(f"/api/summaries/{entry_id}", headers=headers),
    ):
        assert answer.status_code == 403
    assert reader.get(f"/api/summaries/{entry_id}").status_code == 200


def test_a_summary_is_saved_found_changed_shared_and_deleted(server, reader):
    entry_id = summarised(reader, source=BODY)["id"]
    path = f"/api/summaries/{entry_id}"

    def found(**query):
        return [e["id"] for e in reader.get("/api/summaries", params=query).json()["summaries"]]

    assert found() == []
    assert found(all=True) == [entry_id]
    changed = reader.patch(
        path, json={"saved": True, "title": "소금물 전지", "tags": ["에너지"], "correction": "내 문장이다."}
    )
    assert (changed.json()["title"], changed.json()["correction"]) == ("소금물 전지", "내 문장이다.")
    assert found() == found(q="ㅅㄱㅁ") == found(tag="에너지") == found(q="내 문장") == [entry_id]
    assert found(q="고양이") == []
    token = reader.post(f"{path}/share").json()
    with client(server) as stranger:
        page = stranger.get(f"/share/{token['token']}")
        assert page.status_code == 200
        assert "내 문장이다." in page.text
        assert "/delete" not in page.text
        assert entry_id not in page.text  # its owner's address of it is nobody else's
        reader.delete(f"{path}/share")
        assert stranger.get(f"/share/{token['token']}").status_code == 404
    assert reader.delete(path).status_code == 204
    assert reader.get(path).status_code == 404


def test_the_page_lists_either_way_round(server):
    with client(server) as one:
        for title in ("먼저", "나중"):
            entry_id = summarised(one, source=BODY)["id"]
            one.patch(f"/api/summaries/{entry_id}", json={"saved": True, "title": title})
        newest, oldest = one.get("/library").text, one.get("/library?old=1").text
        assert newest.index("나중</a>") < newest.index("먼저</a>")
        assert oldest.index("나중</a>") > oldest.index("먼저</a>")


def test_a_question_is_answered_streamed_and_kept(reader):
    entry_id = summarised(reader, source=BODY)["id"]
    path = f"/api/summaries/{entry_id}/questions"
    answer = reader.post(path, json={"question": "장치의 용량은 얼마인가요?"}).json()
    assert "240킬로와트시" in answer["answer"]
    streamed = reader.post(
        path, json={"question": "가격은 얼마인가요?"}, headers={"Accept": "text/event-stream"}
    )
    assert "event: answer" in streamed.text
    assert "본문에 없는 내용입니다." in streamed.text
    assert [q["found"] for q in reader.get(path).json()] == [True, False]
    assert reader.post(path, json={"question": " "}).status_code == 422


def test_a_streamed_question_about_a_long_article_ends_in_order(reader):
    long = "\n\n".join(f"{n}번째 장치다. {BODY}" for n in range(1 + LONG_CHARACTERS // len(BODY)))
    path = f"/api/summaries/{summarised(reader, source=long)['id']}/questions"
    streamed = reader.post(path, json={"question": "용량은?"}, headers={"Accept": "text/event-stream"})
    assert streamed.text.rstrip().rpartition("event: ")[2].startswith("answer")


@pytest.mark.parametrize("model", ["/etc/passwd", "http://127.0.0.1:9/v1", "../model.gguf", "nothing"])
def test_a_model_is_named_never_a_file_or_an_address(reader, model):
    entry_id = summarised(reader, source=BODY)["id"]
    path = f"/api/summaries/{entry_id}/questions"
    for refused in (
        reader.post("/api/summaries", json={"source": BODY, "model": model}),
        reader.post(path, json={"question": "용량은?", "model": model}),
        reader.post(
            path, json={"question": "용량은?", "model": model}, headers={"Accept": "text/event-stream"}
        ),
    ):
        assert model in refused.text
        assert refused.status_code == 422 or "event: failed" in refused.text
    again = {"length": "short", "style": "문단", "register": "한다체", "model": model}
    assert (
        "모델"
        in reader.post(f"/s/{entry_id}/again", data=again, headers={"Origin": str(reader.base_url)}).text
    )
    assert len(reader.get("/api/summaries").json()["summaries"]) == 0  # nothing saved, nothing begun


def test_a_model_that_an_import_names_is_not_opened(server, reader):
    entry_id = summarised(reader, source=BODY)["id"]
    reader.patch(f"/api/summaries/{entry_id}", json={"saved": True})
    said = json.loads(reader.get("/api/library.jsonl").text)
    said["request"]["options"]["model"] = "/etc/passwd"
    with client(server) as other:
        other.post("/api/library", content=json.dumps(said))
        (entry,) = other.get("/api/summaries").json()["summaries"]
        answer = other.post(
            f"/api/summaries/{entry['id']}/questions", json={"question": "용량은 얼마인가요?"}
        )
        assert answer.json()["model"] == "extract"


def test_a_library_goes_out_and_comes_back_for_another_reader(server, reader):
    entry_id = summarised(reader, source=BODY)["id"]
    reader.patch(f"/api/summaries/{entry_id}", json={"saved": True, "tags": ["에너지"]})
    reader.post(f"/api/summaries/{entry_id}/questions", json={"question": "용량은?"})
    lines = reader.get("/api/library.jsonl").text
    said = json.loads(lines)
    with client(server) as other:
        assert other.post("/api/library", content=lines).json() == {"imported": 1}
        assert other.post("/api/library", content=lines).json() == {"imported": 1}  # again: nothing twice
        with client(server) as third:
            assert third.post("/api/library", content=reader.get("/api/library.md").text).json() == {
                "imported": 1
            }
            (entry,) = third.get("/api/summaries").json()["summaries"]
            assert (entry["tags"], entry["title"]) == (["에너지"], said["title"])
        (entry,) = other.get("/api/summaries").json()["summaries"]
        assert (entry["tags"], entry["id"] != entry_id) == (["에너지"], True)
        assert len(other.get(f"/api/summaries/{entry['id']}/questions").json()) == 1
        broken = other.post("/api/library", content=lines + "{}\n")
        assert (broken.status_code, "2번째 줄" in broken.json()["title"]) == (422, True)


def test_the_reference_apps_saved_list_is_imported(reader):
    saved = [{"id": 1, "mode": "text", "title": "소금물", "input": BODY, "output": "장치의 용량은 240킬로와트시이다."},
             {"id": 2, "mode": "link", "title": "기사", "input": "https://example.org/1", "output": "요약이다."}]  # fmt: skip
    assert reader.post("/api/library", content=json.dumps(saved)).json() == {"imported": 2}
    first = reader.get("/api/summaries", params={"q": "소금물"}).json()["summaries"][0]
    whole = reader.get(f"/api/summaries/{first['id']}").json()["result"]
    assert whole["summary"] == "장치의 용량은 240킬로와트시이다."
    assert whole["sentences"][0]["evidence"]


def test_pages_forbid_what_they_do_not_need(reader):
    headers = reader.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    page = reader.get("/").text
    assert "<style" not in page
    assert "style=" not in page
    assert "onclick" not in page


def test_the_docs_name_every_route_and_nothing_from_elsewhere(reader):
    page, said = reader.get("/api/docs").text, reader.get("/api/openapi.json").json()
    for path in said["paths"]:
        assert path in page
    assert "http" not in page.replace("https://www", "").partition("<main")[2]


def test_prometheus_reads_the_numbers(reader):
    summarised(reader, source=BODY)
    page = reader.get("/metrics").text
    assert 'techsum_jobs_total{outcome="done"}' in page
    assert "techsum_jobs_open 0.0" in page

    assert 'techsum_request_seconds_count{method="POST",route="/api/summaries"}' in page


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"source": BODY, "lenght": "short"}, "'lenght'이(가) 잘못되었습니다 (없는 항목입니다)"),
        ({"source": "가" * 2_000_001}, "(2000000자까지 받습니다)"),
        ("{", "(JSON이 아닙니다)"),
    ],
)
def test_a_wrong_request_is_explained_in_the_readers_language(reader, body, said):
    content = body if isinstance(body, str) else json.dumps(body)
    answer = reader.post("/api/summaries", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, said in answer.json()["title"]) == (422, True), answer.text


def test_a_request_that_grows_without_end_is_refused(server):
    def endless():
        for _ in range(60):
            yield b"x" * (1 << 20)

    with client(server) as reader:
        assert reader.post("/api/library", content=endless()).status_code == 413


@pytest.mark.slow
def test_work_of_a_killed_server_can_be_made_again(tmp_path):
    # given a server that is killed while the model writes
    with app_server(tmp_path, TECHSUM_MODEL="gemma-3-270m-ko") as (url, process):
        with client(url) as reader:
            entry_id = reader.post("/api/summaries", json={"source": BODY}).json()["id"]
            while reader.get(f"/api/summaries/{entry_id}").json()["status"] == "queued":
                pass
            process.kill()
            process.wait()
            cookies = dict(reader.cookies)
    # when it starts again
    with app_server(tmp_path) as (url, _), client(url) as reader:
        reader.cookies.update(cookies)
        entry = reader.get(f"/api/summaries/{entry_id}").json()
        assert (entry["status"], entry["error"]["kind"]) == ("failed", "interrupted")
        assert entry["key_sentences"]["sentences"]
        assert [name for _, name, _ in events(reader, entry_id)] == ["failed"]
        # then its article is still there to be summarised
        form = {"length": "short", "style": "문단", "register": "한다체", "model": "extract"}
        page = reader.post(f"/s/{entry_id}/again", data=form, follow_redirects=False)
        again = page.headers["location"].rpartition("/")[2]
        assert finished(reader, again)["status"] == "done"


def test_one_reader_cannot_flood_and_others_go_on(server):
    with client(server) as flood, client(server) as calm:
        flood.get("/")
        answers = [flood.post("/api/library", content="x").status_code for _ in range(80)]
        assert answers.count(429) > 5
        refused = flood.post("/api/library", content="x")
        assert refused.headers["retry-after"]
        assert "1분" in refused.json()["title"]
        assert calm.post("/api/summaries", json={"source": "짧은 글"}).status_code == 422


@pytest.mark.slow
def test_a_book_gives_way_to_a_page(tmp_path):
    # given one model, and a reader whose document has many parts
    model = write_gemma2(tmp_path / "tiny.gguf", context=2048)
    book = "\n\n".join(f"{n}장. {BODY}" for n in range(60))
    with app_server(tmp_path, TECHSUM_MODEL=str(model)) as (url, _), client(url) as one, client(url) as other:
        long = one.post("/api/summaries", json={"source": book}).json()["id"]
        events(one, long, until="piece")
        # when another reader brings a page, then it is done while the book is still read
        assert summarised(other, source=BODY)["status"] == "done"
        assert one.get(f"/api/summaries/{long}").json()["status"] == "running"
        one.delete(f"/api/summaries/{long}")
        assert finished(one, long)["status"] == "cancelled"


def test_behind_a_proxy_host_names_are_checked(tmp_path):
    behind = {
        "TECHSUM_HOSTS": "techsum.example,127.0.0.1",
        "TECHSUM_PROXIES": "127.0.0.1",
        "TECHSUM_HTTPS": "1",
    }
    forwarded = {"Host": "techsum.example", "X-Forwarded-Proto": "https"}
    with app_server(tmp_path, **behind) as (url, _), client(url) as reader:
        assert (
            reader.get("/", headers={"Host": "evil.example", "X-Forwarded-Proto": "https"}).status_code == 400
        )
        # without https neither: the redirect would lead to the foreign name
        assert reader.get("/", headers={"Host": "evil.example"}).status_code == 400
        plain = reader.get("/library", headers={"Host": "techsum.example"})
        assert (plain.status_code, plain.headers["location"]) == (307, "https://techsum.example/library")
        reader.cookies.clear()
        answer = reader.get("/", headers=forwarded)
        assert answer.status_code == 200
        assert "Secure" in answer.headers["set-cookie"]


def test_readers_choose_only_what_is_offered(tmp_path):
    with app_server(tmp_path, TECHSUM_MODELS="extract") as (url, _), client(url) as reader:
        assert reader.get("/api/models").json()["models"] == ["extract"]
        refused = reader.post("/api/summaries", json={"source": BODY, "model": "gemma-3-270m-ko"})
        assert refused.status_code == 422
        assert "gemma-3-270m-ko" not in reader.get("/").text
        assert summarised(reader, source=BODY, model="extract")["status"] == "done"


def test_metrics_name_routes_and_no_addresses(reader):
    secret = "nobody-knows-this"
    paths = ("/share/", "/api/summaries/", "/", "/static/app.css?", "/app/?")
    for path in paths:
        reader.get(f"{path}{secret}")
    reader.post("/mcp", json={})
    page = reader.get("/metrics").text
    assert secret not in page
    for route in ("/share/{token}", "/api/summaries/{entry_id}", "/static", "/app", "-"):
        assert f'techsum_requests_total{{method="GET",route="{route}",status=' in page, route
    assert 'techsum_requests_total{method="POST",route="/mcp",status=' in page


def test_probes_ask_by_address_and_metrics_have_their_port(tmp_path):
    port = free_port()
    behind = {"TECHSUM_HOSTS": "techsum.example", "TECHSUM_HTTPS": "1", "TECHSUM_METRICS_PORT": str(port)}
    with app_server(tmp_path, **behind) as (url, _), client(url) as reader:
        assert reader.get("/api/health").status_code == 200
        assert reader.get("/api/ready").json() == {"ready": True}
        assert reader.get("/api/models").status_code == 400
        own = {"Host": "techsum.example", "X-Forwarded-Proto": "https"}
        assert reader.get("/metrics", headers=own).status_code in (307, 404)
        assert "techsum_jobs_open 0.0" in httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text


@pytest.mark.parametrize(
    "change",
    [
        {"article": {"url": "javascript:alert(1)"}},
        {"result": {"sentences": "<script>"}},
        {"result": {"coverage": None}},
        {"status": "running"},
        {"request": {"mode": "exec"}},
        {"questions": [{"question": "?", "answer": {}}]},
        {"reader": "someone else"},
    ],
)
def test_an_import_of_another_shape_is_refused_whole(server, reader, change):
    entry_id = summarised(reader, source=BODY)["id"]
    reader.patch(f"/api/summaries/{entry_id}", json={"saved": True})
    said = json.loads(reader.get("/api/library.jsonl").text)
    for key, value in change.items():
        said[key] = said[key] | value if isinstance(value, dict) else value
    with client(server) as other:
        answer = other.post("/api/library", content=json.dumps(said))
        assert (answer.status_code, "1번째 줄" in answer.json()["title"]) == (422, True)
        assert other.get("/api/summaries").json()["summaries"] == []
