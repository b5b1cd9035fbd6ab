"""What a thread makes piece by piece, as an iterator that its reader may leave at any time."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Steps: TypeAlias = Generator[T, None, None]


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
    abandoned = threading.Event()

    def run() -> None:
        end = _End()
        try:
            work(arrived.put, lambda: cancel.is_set() or abandoned.is_set())
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are read
            end = _End(error)
        arrived.put(end)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield from _pieces(arrived)
    finally:
        abandoned.set()
        thread.join()


def ahead(streams: Sequence[Callable[[], Steps[T]]], parallel: int) -> Steps[Iterator[T]]:
    """The streams in their order, each to be read to its end before the next; those that follow run ahead.

    Args:
        streams: what begins each stream; called in a thread where several run at once.
        parallel: streams that run at once.

    Raises:
        BaseException: what a stream raised, where that stream is read.
    """
    if parallel == 1:
        for stream in streams:
            with closing(stream()) as pieces:
                yield pieces
        return
    abandoned = threading.Event()

    def run(stream: Callable[[], Steps[T]], arrived: "SimpleQueue[T | _End]") -> None:
        end = _End()
        try:
            with closing(stream()) as pieces:
                while not abandoned.is_set():
                    arrived.put(next(pieces))
        except StopIteration:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where the stream is read
            end = _End(error)
        arrived.put(end)

    with ThreadPoolExecutor(parallel, "ahead") as threads:
        try:
            queues: list[SimpleQueue[T | _End]] = [SimpleQueue() for _ in streams]
            for stream, queue in zip(streams, queues, strict=True):
                threads.submit(copy_context().run, run, stream, queue)
            yield from map(_pieces, queues)
        finally:
            abandoned.set()


def _pieces(arrived: "SimpleQueue[T | _End]") -> Iterator[T]:
    """What arrives, up to its end."""
    while not isinstance(piece := arrived.get(), _End):
        yield piece
    if piece.error:
        raise piece.error
