"""What a thread makes piece by piece, as an iterator that its reader may leave at any time."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Steps: TypeAlias = Generator[T, None, None]

_POLL_SECONDS = 0.1


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def streamed(
    work: Callable[[Callable[[T], None], Callable[[], bool]], None], name: str, cancel: threading.Event
) -> Steps[T]:
    """The pieces that `work` puts, as they come; the thread has ended when this has, however it ends.

    Args:
        work: called in a thread, with what takes a piece and with what says whether to stop.
        name: of the thread.
        cancel: stops it too.

    Raises:
        BaseException: what `work` raised.
    """
    arrived: SimpleQueue[T | _End] = SimpleQueue()
    stop = _Stop(cancel)

    def run() -> None:
        end = _End()
        try:
            work(arrived.put, stop.is_set)
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are read
            end = _End(error)
        arrived.put(end)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield from _pieces(arrived)
    finally:
        stop.set()
        thread.join()


class _Stop(threading.Event):
    """An event that is set also when another one is."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        until = None if timeout is None else time.monotonic() + timeout
        while not self.is_set() and (until is None or time.monotonic() < until):
            super().wait(_POLL_SECONDS if until is None else min(_POLL_SECONDS, until - time.monotonic()))
        return self.is_set()


def run_ahead(
    streams: Sequence[Callable[[threading.Event], Steps[T]]], parallel: int, cancel: threading.Event
) -> Steps[Iterator[T]]:
    """The streams in their order, each to be read to its end before the next; those that follow run ahead.

    Args:
        streams: what begins each stream, in a thread where several run at once; it is given the event that
            is set when it is to end: by `cancel`, or because its reader has left.
        parallel: streams that run at once.
        cancel: ends them all.

    Raises:
        BaseException: what a stream raised, where that stream is read.
    """
    if parallel == 1:
        for stream in streams:
            with closing(stream(cancel)) as pieces:
                yield pieces
        return
    stop = _Stop(cancel)

    def run(stream: Callable[[threading.Event], Steps[T]], arrived: "SimpleQueue[T | _End]") -> None:
        end = _End()
        try:
            with closing(stream(stop)) as pieces:
                for piece in pieces:
                    arrived.put(piece)
        except BaseException as error:  # noqa: BLE001 - raised again where the stream is read
            end = _End(error)
        arrived.put(end)

    queues: list[SimpleQueue[T | _End]] = [SimpleQueue() for _ in streams]
    with ThreadPoolExecutor(parallel, "ahead") as threads:
        try:
            for stream, queue in zip(streams, queues, strict=True):
                threads.submit(copy_context().run, run, stream, queue)
            yield from map(_pieces, queues)
        finally:
            stop.set()
            threads.shutdown(wait=False, cancel_futures=True)


def _pieces(arrived: "SimpleQueue[T | _End]") -> Iterator[T]:
    """What arrives, up to its end."""
    while not isinstance(piece := arrived.get(), _End):
        yield piece
    if piece.error:
        raise piece.error
