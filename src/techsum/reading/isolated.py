"""Parsing in a child process with a time limit: see `techsum.reading.worker`."""

import atexit
import subprocess
import sys
import threading
from typing import Any, BinaryIO, cast

from techsum.errors import ReadingError
from techsum.reading.feeds import LARGEST, Links, Listed
from techsum.reading.parsed import Parsed
from techsum.reading.worker import receive, send
from techsum.summary import notice

PARSE_SECONDS = 60.0
"""A 200-page PDF of text takes 0.3 s here, a page of 4 MB 4 s."""

_lock = threading.Lock()
_child: subprocess.Popen[bytes] | None = None


def parse_isolated(
    body: bytes, source: str, media_type: str = "", charset: str | None = None, seconds: float = PARSE_SECONDS
) -> Parsed:
    """`parsers.parse` in the child process.

    Raises:
        ReadingError: what the parser says, or that it took longer than `seconds` or broke down.
    """
    said = _ask({"source": source, "media_type": media_type, "charset": charset}, body, seconds)
    said["notices"] = tuple(notice(kind, **values) for kind, values in said["notices"])
    return Parsed(**said)


def links_isolated(body: bytes, url: str, charset: str | None = None) -> Links:
    """`feeds.parse_links` in the child process.

    Raises:
        ReadingError: it names no article, or is too large, or broke the parser.
    """
    if len(body) > LARGEST:
        raise ReadingError("source_too_large", limit=f"{LARGEST >> 20}MB")
    articles, feeds = _ask({"source": url, "links": True, "charset": charset}, body, PARSE_SECONDS)["found"]
    return Links(tuple(Listed(*one) for one in articles), tuple(feeds))


def _ask(head: dict[str, Any], body: bytes, seconds: float) -> dict[str, Any]:
    """What the child answers.

    Raises:
        ReadingError: what the parser says, or that it took longer than `seconds` or broke down.
    """
    source = head["source"]
    with _lock:
        child = _start()
        timed_out = threading.Event()

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
            stop()
            raise
        finally:
            timer.cancel()
        if answer is None:
            stop()
    if timed_out.is_set():
        raise ReadingError("reading_slow", source=source, seconds=f"{seconds:g}")
    if answer is None:
        raise ReadingError("source_broken", source=source, kind="?")
    said = answer[0]
    if "error" in said:
        raise ReadingError(said["error"], **said["values"])
    return said


def start() -> None:
    """Start the child ahead of its first use."""
    with _lock:
        _start()


def stop() -> None:
    """End the child; the next document starts another."""
    global _child  # noqa: PLW0603 - one child a process, guarded by the lock
    if _child is not None:
        _child.kill()
        _child.wait()
        for pipe in (_child.stdin, _child.stdout):
            if pipe:
                pipe.close()
        _child = None


def _start() -> subprocess.Popen[bytes]:
    global _child  # noqa: PLW0603
    if _child is None or _child.poll() is not None:
        stop()
        _child = subprocess.Popen(
            # -P: files in the current folder must not be taken for modules
            [sys.executable, "-P", "-m", "techsum.reading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # a group of its own, or Ctrl-C in the terminal would reach it too
            process_group=None if sys.platform == "win32" else 0,
        )
    return _child


atexit.register(stop)
