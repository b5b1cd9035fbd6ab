"""Copies of a small model, which write several answers at once."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from techsum.errors import ModelError

Engine = TypeVar("Engine")

_SECONDS = 0.1
"""Between two looks whether the request that waits was stopped."""

_log = logging.getLogger(__name__)


class Copies(Generic[Engine]):
    """An engine that answers one request at a time, and copies of it that are loaded when it is busy.

    Args:
        first: the engine; it takes requests of any length.
        load: loads a copy. Where it fails that is logged, and nothing more is loaded.
        count: engines at most, the first one among them.
        context: tokens that prompt and answer may have together in a copy.
    """

    def __init__(self, first: Engine, load: Callable[[], Engine], count: int, context: int) -> None:
        self._first, self._load, self._context = first, load, context
        self._missing = count - 1
        self._idle = [first]
        self._changed = threading.Condition()

    @contextmanager
    def one(self, tokens: int, stopped: Callable[[], bool]) -> Iterator[Engine | None]:
        """An engine that nobody else uses in this block; None where the request was stopped while it waited.

        Args:
            tokens: of prompt and answer together.
            stopped: whether nobody waits for the answer any more.
        """
        engine = self._take(tokens, stopped)
        try:
            yield engine
        finally:
            if engine is not None:
                self._give_back(engine)

    def _take(self, tokens: int, stopped: Callable[[], bool]) -> Engine | None:
        fits = tokens <= self._context
        with self._changed:
            while not stopped():
                found = next((e for e in self._idle if fits or e is self._first), None)
                if found is not None:
                    self._idle.remove(found)
                    return found
                if fits and self._missing > 0:
                    self._missing -= 1
                    # no daemon: a process that ends must not end within the engine's own code
                    threading.Thread(target=self._grow, name="copy of a model").start()
                self._changed.wait(_SECONDS)
        return None

    def _grow(self) -> None:
        try:
            loaded = self._load()
        except ModelError:
            _log.warning("no further copy of the model", exc_info=True)
            self._missing = 0
        else:
            self._give_back(loaded)

    def _give_back(self, engine: Engine) -> None:
        with self._changed:
            self._idle.insert(0 if engine is self._first else len(self._idle), engine)
            self._changed.notify_all()
