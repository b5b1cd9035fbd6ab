"""Events that a thread makes, as server-sent ones to one reader."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator

from fastapi.sse import format_sse_event
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from techsum.contracts.entry import Failure
from techsum.contracts.events import Failed, WireEvent, encode
from techsum.errors import TechsumError

_log = logging.getLogger("techsum.server")
PING_SECONDS = 15
"""After which a silent stream says that it lives: proxies cut silent ones off."""


async def streamed(events: Iterator[WireEvent], cancel: threading.Event) -> AsyncIterator[bytes]:
    """Events as server-sent ones; what goes wrong is the last of them.

    Args:
        events: made in a thread.
        cancel: is set when the reader went away, or the answer is whole.
    """
    steps = iterate_in_threadpool(events).__aiter__()

    async def step() -> WireEvent:
        return await anext(steps)

    upcoming = asyncio.create_task(step())
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=PING_SECONDS)
            if not done:
                yield b": ping\n\n"
                continue
            event = upcoming.result()
            upcoming = asyncio.create_task(step())
            yield _sse(event)
    except StopAsyncIteration:
        return
    except TechsumError as error:
        yield _sse(Failed(Failure(error.key, str(error))))
    finally:
        cancel.set()
        closing = asyncio.create_task(_let_go(upcoming, events))
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)


_closing: set[asyncio.Task[None]] = set()
"""Streams that their readers left: the loop holds tasks weakly."""


async def _let_go(upcoming: asyncio.Task[WireEvent], events: Iterator[WireEvent]) -> None:
    """Wait for the step that is under way, and give back what the events hold: the model's turn."""
    await asyncio.wait({upcoming})
    error = None if upcoming.cancelled() else upcoming.exception()
    if error and not isinstance(error, TechsumError | StopAsyncIteration):
        _log.error("a stream whose reader left", exc_info=error)
    if close := getattr(events, "close", None):
        await run_in_threadpool(close)


def _sse(event: WireEvent) -> bytes:
    name, data = encode(event)
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=name)
