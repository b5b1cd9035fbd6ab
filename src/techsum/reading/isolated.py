"""Parsing in child processes with a time limit: see `techsum.reading.worker`."""

import atexit
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO, cast

from techsum.errors import ReadingError
from techsum.reading.feeds import LARGEST, Links, Listed
from techsum.reading.parsed import Parsed
from techsum.reading.worker import PARSE_SECONDS, receive, send
from techsum.summary import notice

PARSERS = 3
"""Children at most; one is started where one is enough. Each takes 60 MB, and up to `worker.MEMORY_LIMIT`."""
_INHERITED = ("PATH", "PYTHON", "LANG", "LC_", "TMP", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "HOME")
"""How the variables begin that a parser gets: it needs no keys and no passwords."""

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
    with _pool.parser(_client.get()) as parser:
        return parser.ask(head, body, seconds)


class _Parser:
    """One child process; it is started when it is first asked, and anew after it was killed."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, head: dict[str, Any], body: bytes, seconds: float) -> dict[str, Any]:
        """What the child answers; `ReadingError` as `_ask`."""
        child, timed_out = self.start(), threading.Event()

        def give_up() -> None:
            timed_out.set()
            child.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            send(cast("BinaryIO", child.stdin), head, body)
            answer = receive(cast("BinaryIO", child.stdout))
        except (BrokenPipeError, ValueError):
            answer = None
        except BaseException:  # Ctrl-C: an answer that nobody read must not be taken for the next one's
            self.stop()
            raise
        finally:
            timer.cancel()
        if answer is None:
            self.stop()
            if timed_out.is_set():
                raise ReadingError("reading_slow", source=head["source"], seconds=f"{seconds:g}")
            raise ReadingError("source_broken", source=head["source"], kind="?")
        if "error" in answer[0]:
            raise ReadingError(answer[0]["error"], **answer[0]["values"])
        return answer[0]

    def start(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.stop()
            self._child = subprocess.Popen(
                # -P: files in the current folder must not be taken for modules
                [sys.executable, "-P", "-m", "techsum.reading.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={k: v for k, v in os.environ.items() if k.upper().startswith(_INHERITED)},
                # a group of its own, or Ctrl-C in the terminal would reach it too
                process_group=None if sys.platform == "win32" else 0,
            )
        return self._child

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe:
                    pipe.close()
            self._child = None


class _Pool:
    """`PARSERS` parsers. Whoever has fewest of them goes first, and nobody has all."""

    def __init__(self, size: int) -> None:
        self._changed = threading.Condition()
        self._idle = [_Parser() for _ in range(size)]
        self.parsers = tuple(self._idle)
        self._busy: Counter[str] = Counter()
        self._waiting: list[tuple[str, object]] = []
        self._most = max(1, size - 1)

    @contextmanager
    def parser(self, client: str) -> Iterator[_Parser]:
        """A parser of one's own; waits for it."""
        mine = (client, object())
        with self._changed:
            self._waiting.append(mine)
            try:
                self._changed.wait_for(lambda: self._next() is mine)
            finally:
                self._waiting.remove(mine)
                self._changed.notify_all()
            parser = self._idle.pop()
            self._busy[client] += 1
        try:
            yield parser
        finally:
            with self._changed:
                self._idle.append(parser)
                self._busy[client] -= 1
                if not self._busy[client]:
                    del self._busy[client]
                self._changed.notify_all()

    def _next(self) -> tuple[str, object] | None:
        """Who gets the next parser, if there is one."""
        allowed = [w for w in self._waiting if self._busy[w[0]] < self._most] if self._idle else []
        return min(allowed, key=lambda w: self._busy[w[0]], default=None)


_pool = _Pool(PARSERS)


def start() -> None:
    """Start a child ahead of its first use."""
    with _pool.parser("") as parser:
        parser.start()


def stop() -> None:
    """End the children; the next document starts another."""
    for parser in _pool.parsers:
        parser.stop()


atexit.register(stop)
