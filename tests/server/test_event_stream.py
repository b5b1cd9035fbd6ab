"""An answer's stream: events in order, a sign of life while a model thinks, an end in any case."""

import asyncio
import threading

from techsum.contracts.events import TextPiece
from techsum.errors import UsageError
from techsum.fair_queue import FairQueue
from techsum.server import event_stream


def read(events, cancel=None, until=None):
    """What the stream of these events sends, up to its end or to the first part that `until` accepts."""

    async def follow():
        parts, stream = [], event_stream.streamed(events, cancel or threading.Event())
        async for part in stream:
            parts.append(part.decode())
            if until and until(parts[-1]):
                break
        await stream.aclose()
        return parts

    return asyncio.run(asyncio.wait_for(follow(), 30))


def test_events_come_in_order_and_the_answer_is_let_go():
    cancel = threading.Event()
    first, second = read(iter([TextPiece("소금"), TextPiece("물")]), cancel)
    assert ("event: piece" in first, "소금" in first, "물" in second) == (True, True, True)
    assert cancel.is_set()


def test_a_silent_stream_says_that_it_lives(monkeypatch):
    monkeypatch.setattr(event_stream, "PING_SECONDS", 0.05)
    thought = threading.Event()

    def events():
        thought.wait(20)
        yield TextPiece("소금물")

    def pinged(part):
        if part == ": ping\n\n":
            thought.set()
        return False

    parts = read(events(), until=pinged)
    assert parts[0] == ": ping\n\n"
    assert "소금물" in parts[-1]


def test_what_goes_wrong_is_the_last_event():
    def events():
        yield TextPiece("소금")
        raise UsageError("question_empty")

    *_, last = read(events())
    assert "event: failed" in last
    assert "question_empty" in last


def test_a_reader_who_leaves_stops_the_model():
    cancel = threading.Event()

    def events():
        yield TextPiece("소금")
        cancel.wait(20)  # a model that writes until it is told to stop

    read(events(), cancel, until=lambda part: "소금" in part)
    assert cancel.is_set()


def test_who_leaves_gives_back_the_models_turn():
    queue, left = FairQueue(1), threading.Event()

    def events():
        with queue.turn("mine", threading.Event()):
            yield TextPiece("소금")
            left.wait(20)
            yield TextPiece("물")  # a step that looks at no cancel

    async def follow():
        stream = event_stream.streamed(events(), threading.Event())
        await anext(stream)
        await asyncio.sleep(0)
        await stream.aclose()
        left.set()
        await asyncio.gather(*event_stream._closing)

    asyncio.run(follow())
    with queue.turn("other", threading.Event()):
        pass
