"""The client against a running server: over the network, and inside it."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx
import pytest

from support.app_server import app_server
from support.cutting import Cutting
from support.servers import Site, page
from support.texts import BODY
from techsum.contracts.events import Answered, Cancelled, Done, TextPiece, encode
from techsum.desktop.client import Client
from techsum.desktop.streaming_transport import StreamingASGITransport
from techsum.errors import ServerError

OPTIONS = {"length": "short", "style": "문단", "register": "한다체", "model": "extract"}


def run(coroutine):
    """Run it in a thread of its own: once a browser test was here, Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with app_server(tmp_path_factory.mktemp("data")) as (url, _):
        yield url


@asynccontextmanager
async def reader(url, language="ko", **more):
    client = Client(url, language, **more)
    try:
        yield client
    finally:
        await client.close()


async def followed(client, entry_id):
    return [event async for event in client.events(entry_id)]


def test_what_is_deleted_is_put_back_and_sharing_ends(server):
    async def use():
        async with reader(server) as client:
            entry_id = await client.begin(BODY, OPTIONS)
            await followed(client, entry_id)
            await client.save(entry_id, saved=True)
            await client.discard(entry_id)
            without, _ = await client.find("", 0)
            await client.restore(entry_id)
            (entry,), _ = await client.find("", 0)
            links = [await client.share_link(entry_id), await client.share(entry_id)]
            links.append(await client.share_link(entry_id))
            await client.unshare(entry_id)
            return without, entry, [*links, await client.share_link(entry_id)]

    without, entry, links = run(use())
    assert without == []
    assert entry.line in BODY
    assert links == ["", links[1], links[1], ""]
    assert "/share/" in links[1]


def test_a_summary_from_the_text_to_the_library_and_back(server):
    async def use():
        async with reader(server) as client:
            entry_id = await client.begin(BODY, OPTIONS)
            happened = [event for _, event in await followed(client, entry_id)]
            reading = await client.get(entry_id)
            again = await client.again(entry_id)
            assert isinstance((await followed(client, again))[-1][1], Done)
            await client.remove(again)
            await client.save(entry_id, saved=True)
            found, more = await client.find("소금물", 0)
            answers = [event async for event in client.ask(entry_id, "용량은 얼마인가요?")]
            before = await client.questions(entry_id)
            await client.remove(entry_id)
            left, _ = await client.find("", 0)
        return happened, reading, found, more, answers, before, left

    happened, reading, found, more, answers, before, left = run(use())
    assert isinstance(happened[-1], Done)
    assert reading.text
    assert not reading.open
    assert [e.id for e in found] == [reading.entry.id]
    assert not more
    assert isinstance(answers[-1], Answered)
    assert "240킬로와트시" in " ".join(s.text for s in before[0].sentences)
    assert left == []


def test_a_file_goes_along_with_its_name(server):
    async def use():
        async with reader(server) as client:
            entry_id = await client.begin_file("소금물.txt", BODY.encode("cp949"), OPTIONS)
            await followed(client, entry_id)
            return await client.get(entry_id)

    reading = run(use())
    assert reading.entry.mode == "file"
    assert all(s.text in BODY for s in reading.sentences)
    assert reading.sentences


def test_a_stream_that_is_cut_goes_on_where_it_broke(server):
    async def use():
        async with reader(server) as straight:
            entry_id = await straight.begin(BODY, OPTIONS)
            whole = await followed(straight, entry_id)
            cookies = {c.name: c.value for c in straight._http.cookies.jar}
        with Cutting(int(server.rpartition(":")[2]), after=900, times=2) as proxy:
            async with reader(proxy.url, cookies=cookies) as cut:
                again = await followed(cut, entry_id)
        return whole, again, proxy.cut

    whole, again, cuts = run(use())
    assert cuts == 2
    assert again == whole, "each event once, in order"


def test_no_server_and_another_server_are_one_line_each():
    async def ask(url):
        async with reader(url) as client:
            await client.models()

    with pytest.raises(ServerError, match=r"127\.0\.0\.1:1에 연결할 수 없습니다"):
        run(ask("http://127.0.0.1:1"))
    with Site({"/api/models": page("<h1>다른 사이트</h1>")}) as site:
        with pytest.raises(ServerError, match="TechSum 서버가 아닙니다"):
            run(ask(site.url))


def test_a_lost_server_is_given_up_after_a_while(monkeypatch):
    monkeypatch.setattr("techsum.desktop.client._WAITS", (0.01, 0.01))

    async def use():
        async with reader("http://127.0.0.1:1") as client:
            await followed(client, "id")

    with pytest.raises(ServerError, match="연결할 수 없습니다"):
        run(use())


@pytest.mark.parametrize(("language", "line"), [("ko", "100자"), ("en", "needs 100 or more")])
def test_a_refusal_is_the_servers_line_in_the_readers_language(server, language, line):
    async def use():
        async with reader(server, language) as client:
            await client.begin("짧다", OPTIONS)

    with pytest.raises(ServerError, match=line):
        run(use())


def test_an_answer_inside_a_server_ends_with_its_reader():
    gone = asyncio.Event()

    async def app(scope, receive, send):
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/event-stream")],
            }
        )
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        try:
            await asyncio.sleep(30)
        finally:
            gone.set()

    async def use():
        transport = StreamingASGITransport(app, {"scheme": "ws", "client": ("192.0.2.1", 1)})
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            async with client.stream("GET", "/") as answer:
                first = await anext(answer.aiter_bytes())
        await asyncio.wait_for(gone.wait(), 2)
        return first

    assert run(use()) == b"one"


def answering(body, kind="text/event-stream", at_once=True):
    """An application that answers every request with these bytes, whole or byte by byte."""

    async def app(_scope, _receive, send):
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]}
        await send(start)
        for part in [body] if at_once else [body[n : n + 1] for n in range(len(body))]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return StreamingASGITransport(app, {"scheme": "http", "client": ("192.0.2.1", 1)})


def wire(number, event):
    """An event as a server sends it: no character of its JSON is escaped."""
    name, data = encode(event)
    return f"id: {number}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def told(transport):
    """What a client hears of a summary there."""

    async def use():
        async with reader("http://here", transport=transport) as client:
            return await followed(client, "id")

    return run(use())


@pytest.mark.parametrize("at_once", [True, False], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_a_character_that_ends_lines_elsewhere_ends_no_event(character, at_once):
    # given an event whose text holds what ends a line for Python and not in an event stream
    events = [(1, TextPiece(f"한 문장{character}{character}의 끝")), (2, Cancelled("그만"))]
    body = b"".join(wire(*one) for one in events)
    assert character.encode() in body
    # then it arrives whole, however the network cuts it
    assert told(answering(body, at_once=at_once)) == events


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_of_event_streams_is_one(end):
    events = [(1, TextPiece("한 문장")), (2, Cancelled("그만"))]
    body = b"".join(wire(*one) for one in events).replace(b"\n", end)
    assert told(answering(body, at_once=False)) == events


def test_a_heartbeat_tells_nothing():
    # given comments before an event, between two and right behind one that has a number
    events = [(7, TextPiece("한 문장")), (8, Cancelled("그만"))]
    first, second = (wire(*one) for one in events)
    assert told(answering(b": ping\n\n" + first + b": ping\n\n: ping\n\n" + second)) == events


def test_an_event_without_a_number_is_told():
    body = wire(1, Cancelled("그만")).partition(b"\n")[2]
    assert told(answering(body)) == [(0, Cancelled("그만"))]


@pytest.mark.parametrize("kind", ["application/json", "text/markdown", "text/html", "text/plain"])
def test_a_stream_of_another_kind_is_no_techsum_server(kind):
    # given what would be an event, if it were called so
    with pytest.raises(ServerError, match="TechSum 서버가 아닙니다") as refused:
        told(answering(wire(1, Cancelled("그만")), kind))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("data", [b"hello", b"{}", b"[1]"])
def test_an_event_of_another_shape_is_no_techsum_server(data):
    with pytest.raises(ServerError, match="TechSum 서버가 아닙니다"):
        told(answering(b"id: 1\nevent: cancelled\ndata: " + data + b"\n\n"))
