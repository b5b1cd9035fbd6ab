"""What a thread makes piece by piece, as an iterator that its reader may leave at any time."""

import threading
from collections.abc import Callable, Generator
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def streamed(
    work: Callable[[Callable[[T], None], Callable[[], bool]], None], name: str, cancel: threading.Event
) -> Generator[T, None, None]:
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
        while not isinstance(piece := arrived.get(), _End):
            yield piece
        if piece.error:
            raise piece.error
    finally:
        abandoned.set()
        thread.join()
