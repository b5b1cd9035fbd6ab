"""Limits of the server, each over HTTP with an attack and its legitimate twin."""

import json
import os
import socket
import threading
import time

import httpx
import psutil
import pytest
from pydantic import ValidationError

from support.app_server import app_server, client, finished
from support.texts import BODY
from techsum.contracts.entry import Failure
from techsum.contracts.serialization import load
from techsum.errors import StorageError, UsageError
from techsum.reading import read_text
from techsum.server.limits import BusyError, Client, Slots
from techsum.server.readers import Readers, signing_key
from techsum.settings import settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    with app_server(data, TECHSUM_PROXIES="127.0.0.1", TECHSUM_CHECK="rules") as (url, process):
        yield url, process


@pytest.fixture
def reader(server):
    with client(server[0]) as one:
        one.get("/guide")
        yield one


def form(field, value, charset=""):
    body = f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n--x--\r\n'.encode()
    kind = "multipart/form-data; boundary=x" + (f"; charset={charset}" if charset else "")
    return {"content": body, "headers": {"content-type": kind}}


@pytest.mark.parametrize(
    "charset", ["punycode", "undefined", "unicode_escape", "zlib_codec", "utf-16", "cp949"]
)
def test_a_form_in_another_encoding_is_refused(reader, charset):
    answer = reader.post("/language", **form("language", "en", charset))
    assert answer.status_code == 415


@pytest.mark.parametrize("charset", ["", "utf-8", "UTF-8", '"utf-8"'])
def test_a_form_in_utf8_is_taken(reader, charset):
    assert reader.post("/language", **form("language", "en", charset)).status_code == 303


def test_half_a_request_is_not_waited_for(server):
    address = ("127.0.0.1", int(server[0].rpartition(":")[2]))
    with socket.create_connection(address) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: x")
        half.settimeout(30)
        assert half.recv(10) == b""  # closed, after 15 s
    assert httpx.get(f"{server[0]}/api/health").status_code == 200


def test_many_unfinished_bodies_take_a_bounded_memory(server):
    url, process = server
    host = ("127.0.0.1", int(url.rpartition(":")[2]))
    before, held = psutil.Process(process.pid).memory_info().rss, []
    head = f"POST /api/library HTTP/1.1\r\nHost: x\r\nContent-Length: {49 << 20}\r\n\r\n".encode()
    for _ in range(8):
        one = socket.create_connection(host)
        held.append(one)
        try:
            one.sendall(head + b"a" * (40 << 20))
        except OSError:
            continue  # refused meanwhile
    assert psutil.Process(process.pid).memory_info().rss - before < 300e6
    # a small request still fits
    assert httpx.post(f"{url}/api/check", json={"article": BODY, "summary": "요약이다."}).status_code == 200
    for one in held:
        one.close()


def test_an_address_holds_not_every_slot_whatever_its_cookies():
    slots = Slots(most=8, each_reader=2, each_address=4)
    for number in range(4):
        slots.take(Client(f"reader{number}", "198.51.100.1"))
    with pytest.raises(BusyError):
        slots.take(Client("reader5", "198.51.100.1"))
    with slots.taken(Client("reader6", "198.51.100.2")):
        pass


def test_readers_behind_an_unknown_proxy_share_no_limit():
    slots = Slots(most=8, each_reader=2, each_address=1)
    slots.take(Client("one", ""))
    slots.take(Client("two", ""))


def test_short_lines_and_dots_are_read_in_linear_time():
    for unit in ("가\n", "가.\n", ".", "(", "가 "):
        small, large = (unit * (n // len(unit)) for n in (40_000, 320_000))
        read_text(small)
        began = time.perf_counter()
        read_text(small)
        short = time.perf_counter() - began
        began = time.perf_counter()
        read_text(large)
        assert time.perf_counter() - began < max(0.5, 24 * short), unit


def test_a_long_article_is_shown_without_being_analysed_again(reader):
    sentence = "종이 센서는 탈수가 시작되기 20분 전에 경고한다. "
    entry = reader.post("/api/summaries", json={"source": sentence * 4_000, "model": "extract"}).json()
    finished(reader, entry["id"])
    began = time.monotonic()
    page = reader.get(f"/s/{entry['id']}").text
    assert time.monotonic() - began < 2
    assert page.count('class="s"') >= 4_000  # each sentence can be pointed at


def test_a_list_loads_no_articles(server):
    url, process = server
    with client(url) as one:
        one.get("/guide")
        giant = "가" * 500_000
        row = {"mode": "text", "title": "t", "input": giant, "output": giant}
        for number in range(12):
            body = json.dumps([row | {"id": number}], ensure_ascii=False).encode()
            assert one.post("/api/library", content=body).status_code == 200
        before = psutil.Process(process.pid).memory_info().rss
        for _ in range(3):
            assert len(one.get("/api/summaries").json()["summaries"]) == 12
        assert psutil.Process(process.pid).memory_info().rss - before < 50e6


def test_others_work_while_many_rows_are_imported(server):
    rows = [
        {"id": n, "mode": "link", "title": f"{n}", "input": "http://e.kr/", "output": BODY}
        for n in range(400)
    ]
    done = []

    def put_in():
        with client(server[0]) as one:
            one.get("/guide")
            done.append(one.post("/api/library", json=rows).json())

    importing = threading.Thread(target=put_in)
    importing.start()
    with client(server[0]) as other:
        while importing.is_alive():
            entry = other.post("/api/summaries", json={"source": BODY, "model": "extract"})
            if entry.status_code == 202:
                assert finished(other, entry.json()["id"])["status"] == "done"
            time.sleep(0.5)
    assert done == [{"imported": 400}]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "[" * 900 + "]" * 900,
        json.dumps({"a": "[" * 100_000}),
        '[{"input": "글 \\ud800 이다.", "output": "요약 \\ud800 이다."}]',
        '[{"input": "글 \\u0000 이다.", "output": "요약 \\u0000 이다."}]',
    ],
    ids=["deep", "nested", "deep in a text", "half a pair", "NUL"],
)
def test_strange_imports_are_taken_or_refused_in_a_line(reader, body):
    answer = reader.post("/api/library", content=body.encode())
    assert answer.status_code in (200, 422)
    assert reader.get("/library?all=1").status_code == 200


def test_more_entries_than_an_import_may_have_are_one_line(reader):
    rows = [{"id": n, "input": "http://e.kr/", "mode": "link", "output": "요약이다."} for n in range(5_001)]
    answer = reader.post("/api/library", json=rows)
    assert (answer.status_code, "5,000" in answer.json()["title"]) == (422, True)


def test_who_keeps_too_much_is_told_and_others_go_on(tmp_path):
    with app_server(tmp_path, TECHSUM_READER_MEGABYTES="1") as (url, _), client(url) as greedy:
        row = {"mode": "text", "title": "t", "input": "가" * 900_000, "output": "요약이다."}
        for number in range(2):
            greedy.post("/api/library", content=json.dumps([row | {"id": number}]).encode())
        refused = greedy.post("/api/summaries", json={"source": BODY})
        assert (refused.status_code, "1 MB" in refused.json()["title"]) == (503, True)
        with client(url) as other:
            assert other.post("/api/summaries", json={"source": BODY}).status_code == 202


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_key_that_was_cut_off_signs_nobody(tmp_path, content):
    (tmp_path / "cookie.key").write_bytes(content)
    with pytest.raises(StorageError, match=r"cookie\.key"):
        signing_key(tmp_path)


def test_a_key_is_made_once_and_for_this_user_alone(tmp_path):
    key = signing_key(tmp_path)
    assert signing_key(tmp_path) == key
    assert [p.name for p in tmp_path.iterdir()] == ["cookie.key"]
    assert os.stat(tmp_path / "cookie.key").st_mode & 0o077 == 0
    assert Readers(key).known({"techsum_reader": Readers(key).cookie("me")}) == "me"


def test_a_folder_does_not_choose_who_gets_the_environments_key(tmp_path, monkeypatch):
    """Given a key in the environment, when a folder's `.env` names a model server, then it is refused."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TECHSUM_MODEL")
    (tmp_path / ".env").write_text("TECHSUM_MODEL=http://127.0.0.1:9/v1#m\n", "utf-8")
    settings.cache_clear()
    assert settings().model.startswith("http")  # without a secret it may
    monkeypatch.setenv("TECHSUM_API_KEY", "sk-secret")
    settings.cache_clear()
    with pytest.raises(UsageError, match="TECHSUM_API_KEY"):
        settings()


def test_a_password_in_a_models_address_is_refused(configure):
    configure(model="http://svc:secret@10.1.2.3:8000/v1#gemma")
    with pytest.raises(UsageError) as refused:
        settings()
    assert "secret" not in str(refused.value)


def test_a_models_address_is_not_told_to_readers(tmp_path):
    with app_server(tmp_path, TECHSUM_MODEL="http://10.1.2.3:8000/v1#gemma-3-4b") as (url, _):
        assert httpx.get(f"{url}/api/models").json()["auto"] == "gemma-3-4b"
        assert "10.1.2.3" not in httpx.get(url).text


def test_a_failure_without_a_message_is_no_export():
    with pytest.raises(ValidationError):
        load(Failure, {"kind": "model"})


def test_a_bug_is_answered_with_the_headers_of_every_answer():
    # given an application with a bug, behind the guard
    from starlette.testclient import TestClient

    from techsum.server.reader_middleware import ReaderMiddleware

    async def broken(_scope, _receive, _send):
        raise ZeroDivisionError

    guarded = ReaderMiddleware(broken, Readers(b"k" * 32), None)
    # when it is asked
    answer = TestClient(guarded, raise_server_exceptions=False).get("/")
    # then the answer is one line, with the policy that forbids scripts
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "\n" not in answer.json()["title"]


def test_what_people_read_is_readable_by_its_user_alone(tmp_path):
    from typer.testing import CliRunner

    from techsum.cli import app
    from techsum.library import open_library
    from techsum.library.backup import backup

    os.umask(0o022)
    path = tmp_path / "library.db"
    library = open_library(f"sqlite:///{path}")
    backup(library, tmp_path / "copy.db")
    library.close()
    environment = {"TECHSUM_DATABASE": f"sqlite:///{path}", "TECHSUM_DATA_DIR": str(tmp_path)}
    exported = CliRunner().invoke(app, ["library", "export", str(tmp_path / "all.jsonl")], env=environment)
    assert exported.exit_code == 0, exported.output
    for file in (path, tmp_path / "copy.db", tmp_path / "all.jsonl"):
        assert file.stat().st_mode & 0o077 == 0


def test_batch_workers_inherit_no_other_programs_secrets(monkeypatch):
    from techsum.batch.local import _environment

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@db/other")
    monkeypatch.setenv("TECHSUM_API_KEY", "mine")
    monkeypatch.setenv("HF_TOKEN", "mine")  # a worker loads gated models
    found = _environment()
    assert "AWS_SECRET_ACCESS_KEY" not in found
    assert "DATABASE_URL" not in found
    assert found["TECHSUM_API_KEY"] == found["HF_TOKEN"] == "mine"
    assert found["PATH"] == os.environ["PATH"]


def test_limits_are_what_the_operator_sets(tmp_path):
    with app_server(tmp_path, TECHSUM_READER_REQUESTS="2") as (url, _), client(url) as reader:
        reader.get("/")
        codes = [reader.post("/api/summaries", json={"source": BODY}).status_code for _ in range(3)]
        assert codes == [202, 202, 429]
