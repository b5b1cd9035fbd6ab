"""Parsing in child processes with a time limit: see `techsum.reading.worker`."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from techsum.contracts.notice import notice
from techsum.errors import ReadingError
from techsum.fair_queue import FairQueue
from techsum.pipes import Child
from techsum.reading.feeds import LARGEST, Links, Listed
from techsum.reading.parsed import Parsed
from techsum.reading.worker import PARSE_SECONDS
from techsum.settings import settings

PARSERS = 3
"""Children at most; one is started where one is enough. Each takes 60 MB to `TECHSUM_PARSER_MEGABYTES`."""

_client: ContextVar[str] = ContextVar("client", default="")


@contextmanager
def parsing_for(client: str) -> Iterator[None]:
    """What is parsed inside counts as this client's, who never takes every parser."""
    token = _client.set(client)
    try:
        yield
    finally:
        _client.reset(token)


def parse_isolated(
    body: bytes, source: str, media_type: str = "", charset: str | None = None, seconds: float = PARSE_SECONDS
) -> Parsed:
    """`parsers.parse` in a child process.

    Raises:
        ReadingError: what the parser says, or that it took longer than `seconds` or broke down.
    """
    answer = _ask({"source": source, "media_type": media_type, "charset": charset}, body, seconds)
    answer["notices"] = tuple(notice(kind, **values) for kind, values in answer["notices"])
    return Parsed(**answer)


def links_isolated(body: bytes, url: str, charset: str | None = None) -> Links:
    """`feeds.parse_links` in a child process.

    Raises:
        ReadingError: it names no article, or is too large, or broke the parser.
    """
    if len(body) > LARGEST:
        raise ReadingError("source_too_large", limit=f"{LARGEST >> 20}MB")
    articles, feeds = _ask({"source": url, "links": True, "charset": charset}, body, PARSE_SECONDS)["found"]
    return Links(tuple(Listed(*one) for one in articles), tuple(feeds))


def _ask(head: dict[str, Any], body: bytes, seconds: float) -> dict[str, Any]:
    """What a child answers.

    Raises:
        ReadingError: what the parser says, or that it took longer than `seconds` or broke down.
    """
    head["megabytes"] = settings().parser_megabytes
    with _parser() as parser:
        try:
            answer = parser.ask(head, body, seconds)
        except TimeoutError:
            raise ReadingError("reading_slow", source=head["source"], seconds=f"{seconds:g}") from None
    if answer is None:
        raise ReadingError("source_broken", source=head["source"], kind="?")
    if "error" in answer:
        raise ReadingError(answer["error"], **answer["values"])
    return answer


_parsers = [Child("techsum.reading.worker") for _ in range(PARSERS)]
_idle = list(_parsers)
_places = FairQueue(PARSERS, each=PARSERS - 1)


@contextmanager
def _parser() -> Iterator[Child]:
    """A parser of one's own; waits for it."""
    with _places.turn(_client.get()):
        parser = _idle.pop()
        try:
            yield parser
        finally:
            _idle.append(parser)


def start() -> None:
    """Start a child ahead of its first use."""
    with _parser() as parser:
        parser.start()


def stop() -> None:
    """End the children; the next document starts another."""
    for parser in _parsers:
        parser.stop()


atexit.register(stop)
