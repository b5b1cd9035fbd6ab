"""A server's log for machines: what happened, and nothing of what people read."""

import json
import logging
import sys

import pytest

from support.app_server import app_server, client, summarised
from support.texts import BODY
from support.waiting import until
from techsum.server.json_logs import JsonFormatter

pytestmark = pytest.mark.slow


@pytest.fixture
def logged(tmp_path):
    """A server, and the lines that it has logged."""
    path = tmp_path / "log"
    with path.open("w") as printed:
        with app_server(tmp_path / "data", printed=printed, TECHSUM_LOG_FORMAT="json") as (url, _):

            def lines():
                return [
                    json.loads(line) for line in path.read_text("utf-8").splitlines() if line.startswith("{")
                ]

            yield url, lines, path


def test_each_request_is_a_line_without_what_people_read(logged):
    url, lines, path = logged
    with client(url) as reader:
        entry = summarised(reader, source=BODY)
        token = reader.post(f"/api/summaries/{entry['id']}/share").json()["token"]
        assert reader.get(f"/share/{token}").status_code == 200
        assert reader.get("/library?q=소금물").status_code == 200
    until(lambda: any(line.get("route") == "/library" for line in lines()))
    by_route = {line["route"]: line for line in lines() if line["logger"] == "techsum.access"}
    begun, shared = by_route["/api/summaries"], by_route["/share/{token}"]
    assert (begun["method"], begun["status"], begun["level"]) == ("POST", 202, "info")
    assert begun["reader"] == shared["reader"]
    assert begun["request"] != shared["request"]
    said = path.read_text("utf-8")
    assert not [secret for secret in ("소금물", token, reader.cookies["techsum_reader"]) if secret in said]


def test_a_proxys_id_of_a_request_is_kept(logged):
    url, lines, _ = logged
    with client(url) as reader:
        answer = reader.get("/api/models", headers={"X-Request-ID": "from-the-proxy-1"})
        assert answer.headers["x-request-id"] == "from-the-proxy-1"
        forged = reader.get("/api/models", headers={"X-Request-ID": "a b"})
        assert forged.headers["x-request-id"] != "a b"
    until(lambda: any(line.get("request") == "from-the-proxy-1" for line in lines()))


def test_a_window_of_the_app_is_a_line(logged):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    url, lines, _ = logged
    where = url.replace("http", "ws") + "/app/ws"
    with pytest.raises(InvalidStatus):
        connect(where, origin="https://evil.example")
    with connect(where, origin=url):
        until(lambda: [line["status"] for line in lines() if line.get("method") == "WEBSOCKET"] == [403, 101])


def test_the_words_of_an_error_are_not_logged():
    try:
        raise ValueError("an article's secret")
    except ValueError:
        record = logging.LogRecord("techsum.server", logging.ERROR, "", 0, "job %s", ("one",), sys.exc_info())
    line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["error"]) == ("job one", "ValueError")
    assert "test_json_logs.py" in line["frames"]
