"""Engines of one small model, so that several answers are written at once."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Engine = TypeVar("Engine")

_POLL_SECONDS = 0.1
"""Between two looks whether the request that waits was stopped."""

_log = logging.getLogger(__name__)


class EnginePool(Generic[Engine]):
    """An engine that answers one request at a time, and copies of it, loaded one by one while requests wait.

    Args:
        first: the engine; it takes requests of any length.
        load: loads a copy. Where it fails that is logged, and the engines that are there share the requests.
        size: engines at most, the first one among them.
        context: tokens that prompt and answer may have together in a copy.
    """

    def __init__(self, first: Engine, load: Callable[[], Engine], size: int, context: int) -> None:
        self._first, self._load, self._context = first, load, context
        self._missing = size - 1
        self._is_loading = False
        self._idle = [first]
        self._changed = threading.Condition()

    @contextmanager
    def acquire(self, tokens: int, stopped: Callable[[], bool]) -> Iterator[Engine | None]:
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

    def close(self) -> None:
        """Load nothing more; a copy that is being loaded is dropped."""
        with self._changed:
            self._missing = 0

    def _take(self, tokens: int, stopped: Callable[[], bool]) -> Engine | None:
        fits = tokens <= self._context
        with self._changed:
            while not stopped():
                found = next((e for e in self._idle if fits or e is self._first), None)
                if found is not None:
                    self._idle.remove(found)
                    return found
                if fits and self._missing > 0 and not self._is_loading:
                    self._is_loading = True
                    # no daemon: a process that ends must not end within the engine's own code
                    threading.Thread(target=self._load_copy, name="copy of a model").start()
                self._changed.wait(_POLL_SECONDS)
        return None

    def _load_copy(self) -> None:
        loaded = None
        try:
            loaded = self._load()
        except Exception:  # noqa: BLE001 - the engines that are there go on
            if self._missing:
                _log.warning("no further copy of the model", exc_info=True)
        with self._changed:
            self._is_loading = False
            if self._missing and loaded is not None:
                self._missing -= 1
                self._idle.append(loaded)
            else:
                self._missing = 0
            self._changed.notify_all()

    def _give_back(self, engine: Engine) -> None:
        with self._changed:
            self._idle.insert(0 if engine is self._first else len(self._idle), engine)
            self._changed.notify_all()
