"""The child process that parses foreign documents: `python -m techsum.reading.worker`.

A parser that hangs, crashes or eats memory on a hostile file takes this process with it and nothing else.
Requests and answers are JSON with the document's bytes behind it; nothing is pickled.
"""

import os
import sys
from contextlib import suppress
from typing import Any

from techsum.errors import ReadingError
from techsum.pipes import receive, send
from techsum.reading.feeds import parse_links
from techsum.reading.parsers import parse

_NICENESS = 5
"""A document that takes long to parse gives way to the readers whom the server answers meanwhile."""
PARSE_SECONDS = 20.0
"""For one document. A 200-page PDF of text takes 0.3 s here, a page of 4 MB 4 s."""


def main() -> None:
    """Answer requests until standard input ends."""
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library's stray print must not break the protocol
    while (request := receive(requests)) is not None:
        head, body = request
        _limit_memory(head["megabytes"] * 1_000_000)
        _limit_time()
        send(answers, _answer(head, body), b"")


def _answer(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    try:
        if head.get("links"):
            return {"found": parse_links(body, head["source"], head["charset"])}
        parsed = parse(body, head["source"], head["media_type"], head["charset"])
    except ReadingError as error:
        return {"error": error.key, "values": error.values}
    except Exception:  # noqa: BLE001 - a parser stumbled over a hostile document: for the reader it is broken
        return {"error": "source_broken", "values": {"source": head["source"], "kind": "?"}}
    return {
        "text": parsed.text,
        "title": parsed.title,
        "author": parsed.author,
        "published": parsed.published,
        "notices": [[n.kind, dict(n.values)] for n in parsed.notices],
    }


def _limit_memory(limit: int) -> None:
    """Limit the address space to so many bytes; a page of 4 MB of markup needs 190 MB of memory."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if highest == resource.RLIM_INFINITY else min(limit, highest)
    with suppress(ValueError, OSError):  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, highest))


def _limit_time() -> None:
    """Let this document have `PARSE_SECONDS` of the processor, even when nobody is left to stop it."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, highest = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(used.ru_utime + used.ru_stime + PARSE_SECONDS) + 1
    if highest == resource.RLIM_INFINITY or limit < highest:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, highest))


if __name__ == "__main__":
    main()
