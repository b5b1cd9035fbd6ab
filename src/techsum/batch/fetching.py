"""The links of a batch become articles before its workers see them: one place knows whom to ask when."""

import time
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from techsum.batch.items import Item
from techsum.errors import ReadingError
from techsum.reading import read_page
from techsum.reading.polite import Polite

AT_ONCE = 32
"""Hosts that are asked at the same time; pages of 300 KB are parsed at 40 a second, one after the other."""
AHEAD = 256
"""How far behind the input's newest item its oldest unfinished link may be."""


def fetched(items: Iterator[Item], polite: Polite) -> Generator[Item, None, None]:
    """The same items with what their links gave, or with what was wrong; nearly in the same order.

    Items without a link pass at once. An item may overtake others by `AHEAD` places at most.
    """
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetching")
    hosts = _Hosts(threads, polite)
    try:
        for item in items:
            if not item.link:
                yield item
            else:
                hosts.add(item)
            while hosts.oldest and item.number - hosts.oldest >= AHEAD:
                yield from hosts.ready(None)
            yield from hosts.ready(0)
        while hosts.oldest:
            yield from hosts.ready(None)
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


class _Hosts:
    """Links, each waiting for its turn at its host, so that no thread waits for a host that is busy."""

    def __init__(self, threads: ThreadPoolExecutor, polite: Polite) -> None:
        self._threads, self._polite = threads, polite
        self._waiting: dict[str, deque[Item]] = {}
        self._in_flight: dict[Future[Item], str] = {}
        self._numbers: dict[int, None] = {}

    @property
    def oldest(self) -> int:
        """The first item that is not ready yet, by number; 0: there is none."""
        return next(iter(self._numbers), 0)

    def add(self, item: Item) -> None:
        host = item.link.partition("://")[2].partition("/")[0].lower()  # the fetcher says what is no address
        self._numbers[item.number] = None
        if host in self._waiting:
            self._waiting[host].append(item)
        else:
            self._waiting[host] = deque()
            self._ask(host, item)

    def _ask(self, host: str, item: Item) -> None:
        self._in_flight[self._threads.submit(_read, item, self._polite)] = host

    def ready(self, timeout: float | None) -> Iterator[Item]:
        """What is ready, after at most so many seconds; None: as many as it takes until something is."""
        done, _ = wait(self._in_flight, timeout, FIRST_COMPLETED) if self._in_flight else (set(), set())
        for future in done:
            host = self._in_flight.pop(future)
            if self._waiting[host]:
                self._ask(host, self._waiting[host].popleft())
            else:
                del self._waiting[host]
            item = future.result()
            del self._numbers[item.number]
            yield item


def _read(item: Item, polite: Polite) -> Item:
    began = time.perf_counter()
    try:
        article = read_page(polite.fetch(item.link))
    except ReadingError as error:
        values = {k: str(v) for k, v in error.values.items()}
        return replace(item, problem=(error.key, values))
    return replace(item, link="", article=article, reading_seconds=time.perf_counter() - began)
