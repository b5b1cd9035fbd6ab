"""A batch on this machine: worker processes, none of which can take the batch with it."""

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any, BinaryIO, cast

from techsum.batch.fetching import fetched
from techsum.batch.items import Item, RemainingItems
from techsum.batch.rows import Made, WorkerConfig, crashed
from techsum.contracts.options import SummaryOptions
from techsum.errors import TechsumError
from techsum.pipes import receive, send
from techsum.reading.polite import Polite
from techsum.settings import settings

_Answer = tuple[dict[str, Any], bytes]
WORKER = [sys.executable, "-P", "-m", "techsum.batch.worker"]
_AHEAD = 64
"""Items of a worker, at least, that may be under way or wait until an older one was written."""
_DEATHS = 2
"""An item during which, alone, so many workers died is a row with an error."""


def local_rows(
    remaining: RemainingItems, options: SummaryOptions, config: WorkerConfig
) -> Generator[Made, None, None]:
    """Each item that is left with its row, in the input's order.

    Args:
        remaining: what to work on.
        options: how to summarise.
        config: who does it.

    Raises:
        ModelError: the model cannot be loaded or is away, so that no row could be made.
    """
    pool = Pool(options, config)
    window = config.workers * max(_AHEAD, 4 * config.slots)
    ready: dict[int, Made] = {}
    more, first = True, remaining.done + 1
    items = fetched(remaining.items(), Polite(settings().cache_dir / "pages"))
    try:
        while more or pool.busy:
            # the oldest is taken however many are held: a link may come after texts that stood behind it
            while (
                more and pool.has_capacity and (pool.in_flight + len(ready) < window or not pool.has(first))
            ):
                item = next(items, None)
                if item is None:
                    more = False
                else:
                    pool.give(item)
            if pool.busy:
                for made in pool.answers():
                    ready[made.item.number] = made
            while first in ready:
                yield ready.pop(first)
                first += 1
    finally:
        items.close()
        pool.end()


class Pool:
    """The workers. One that dies is replaced; what it had is given out again, each item alone."""

    def __init__(self, options: SummaryOptions, config: WorkerConfig) -> None:
        self._options, self._config = options, config
        self._arrived: queue.SimpleQueue[tuple[_Worker, _Answer | None]] = queue.SimpleQueue()
        self._workers = [_Worker(options, config, self._arrived) for _ in range(config.workers)]
        self._suspects: deque[Item] = deque()
        self._deaths: Counter[int] = Counter()

    @property
    def in_flight(self) -> int:
        """Items that were given and are not answered."""
        return len(self._suspects) + sum(len(w.given) for w in self._workers)

    @property
    def busy(self) -> bool:
        """Whether an answer is to come."""
        return self.in_flight > 0

    def has(self, number: int) -> bool:
        """Whether this item was given and is not answered."""
        return any(number in w.given for w in self._workers) or number in {i.number for i in self._suspects}

    @property
    def has_capacity(self) -> bool:
        """Whether a worker could take another item: it works on some, and has as many before it."""
        return any(self._room(w) for w in self._workers)

    def _room(self, worker: "_Worker") -> bool:
        return not worker.alone and len(worker.given) < 2 * self._config.slots

    def give(self, item: Item) -> None:
        """Give an item to the worker that has least to do."""
        min((w for w in self._workers if self._room(w)), key=lambda w: len(w.given)).give(item)

    def all(self, items: Iterable[Item]) -> Iterator[Made]:
        """These items with their rows, in the order in which they are ready.

        Raises:
            ModelError: see `answers`.
        """
        for item in items:
            while not self.has_capacity:
                yield from self.answers()
            self.give(item)
        while self.busy:
            yield from self.answers()

    def answers(self) -> Iterator[Made]:
        """What is answered, after waiting until something is.

        Raises:
            ModelError: a worker says that no row can be made any more.
        """
        worker, answer = self._arrived.get()
        while True:
            message, line = answer or (None, b"")
            if message is None:
                yield from self._replace(worker)
            elif "stop" in message:
                raise TechsumError.from_dict(message["stop"])
            else:
                worker.alone = False
                yield Made(worker.given.pop(message["number"]), line, message["failed"])
            self._try_suspects()
            try:
                worker, answer = self._arrived.get_nowait()
            except queue.Empty:
                return

    def _replace(self, dead: "_Worker") -> Iterator[Made]:
        place = self._workers.index(dead)
        self._workers[place] = _Worker(self._options, self._config, self._arrived)
        had = list(dead.given.values())
        dead.given.clear()
        dead.end()
        for item in had:
            self._deaths[item.number] += dead.alone
            if self._deaths[item.number] >= _DEATHS:
                yield Made.of(item, crashed(item))
            else:
                self._suspects.append(item)

    def _try_suspects(self) -> None:
        for worker in self._workers:
            if self._suspects and not worker.given:
                worker.alone = True
                worker.give(self._suspects.popleft())

    def end(self) -> None:
        """End the workers, whatever they do."""
        for worker in self._workers:
            worker.end()


_SECRET = re.compile(r"KEY$|TOKEN|SECRET|PASS|CREDENTIAL|DATABASE_URL", re.IGNORECASE)
_OWN = ("TECHSUM_", "HF_", "HUGGINGFACE_")


def _environment() -> dict[str, str]:
    """What a worker inherits: TechSum's own settings, the hub's token, and nothing named like a secret."""
    return {k: v for k, v in os.environ.items() if k.upper().startswith(_OWN) or not _SECRET.search(k)}


class _Worker:
    """One child process, and a thread that waits for its answers."""

    def __init__(
        self,
        options: SummaryOptions,
        config: WorkerConfig,
        arrived: "queue.SimpleQueue[tuple[_Worker, _Answer | None]]",
    ) -> None:
        self.given: dict[int, Item] = {}
        self.alone = False
        """It has one item, with which a worker died before."""
        self._arrived = arrived
        self._process = subprocess.Popen(  # noqa: S603 - this package's own command
            [*WORKER, json.dumps(asdict(options), ensure_ascii=False), str(config.slots)],
            env=_environment() | {"TECHSUM_THREADS": str(config.threads)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=None if sys.platform == "win32" else 0,  # Ctrl-C in the terminal is for the parent
        )
        self._listener = threading.Thread(target=self._listen, name="batch worker", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        # ValueError: a message that a kill cut off
        with cast("BinaryIO", self._process.stdout) as answers, suppress(ValueError):
            while (answer := receive(answers)) is not None:
                self._arrived.put((self, answer))
        self._arrived.put((self, None))

    def give(self, item: Item) -> None:
        """Send it an item; the listener reports a dead worker."""
        self.given[item.number] = item
        with suppress(BrokenPipeError):
            send(cast("BinaryIO", self._process.stdin), {}, item.as_json().encode("utf-8", "replace"))

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with suppress(BrokenPipeError):
            cast("BinaryIO", self._process.stdin).close()
