"""Processes that read rows and make samples: `python -m techsum.training.workers` answers `Workers`."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from techsum.errors import TechsumError, TrainingError
from techsum.pipes import Child, receive, send

_SECONDS = 24 * 3600.0
"""A hub set is read in one request."""

_INHERITED = (
    *("HF_", "HUGGINGFACE_", "TECHSUM_CACHE_DIR", "XDG_CACHE_HOME"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_", "REQUESTS_CA_", "CURL_CA_"),
)
"""How the variables begin that they need beside a parser's: where the hub is and how to get in."""


class Workers:
    """So many processes; each is started when there is work for it, and all end with the `with` block.

    Args:
        count: how many.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._threads = ThreadPoolExecutor(count, "worker")
        self._own = threading.local()
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in self._children:
            child.kill()
        self._threads.shutdown()
        for child in self._children:
            child.stop()

    def submit(self, what: str, **values: Any) -> Future[dict[str, Any]]:
        """Have one of `_TASKS` done.

        Args:
            what: its name.
            values: its arguments, as JSON takes them.

        Returns:
            What it gives; its errors are the future's.
        """
        return self._threads.submit(self._ask, what, values)

    def _ask(self, what: str, values: dict[str, Any]) -> dict[str, Any]:
        if not hasattr(self._own, "child"):
            self._own.child = Child("techsum.training.workers", inherited=_INHERITED)
            self._children.append(self._own.child)
        answer = self._own.child.ask({"what": what, "values": values}, b"", _SECONDS)
        if answer is None:
            raise TrainingError("train_worker_lost")
        if "error" in answer:
            raise TechsumError.from_dict(answer["error"])
        return dict(answer["result"])


def _read_rows(recipe: dict[str, Any], source: int, folder: str) -> dict[str, Any]:
    """Read a source's rows to the disk."""
    from techsum.training.recipe import Recipe
    from techsum.training.row_store import open_rows

    known = Recipe.model_validate(recipe)
    return {"rows": len(open_rows(known, known.data[source], Path(folder)))}


def _make_chunk(chunk: dict[str, Any], tokenizer: str) -> dict[str, Any]:
    """Make one chunk of samples."""
    from techsum.training.chunks import Chunk

    Chunk.from_dict(chunk).make(_tokenizer(tokenizer))
    return {}


@lru_cache(maxsize=1)
def _tokenizer(path: str) -> Any:
    from techsum.generators.hub_tokenizer import FileTokenizer

    return FileTokenizer(Path(path))


def _find_leaks(recipe: dict[str, Any], store: str) -> dict[str, Any]:
    """Which rows of the test and dev files stand in a source's rows."""
    from techsum.training.inspecting import known_rows
    from techsum.training.recipe import Recipe

    return {"known": known_rows(Recipe.model_validate(recipe), Path(store))}


_TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "rows": _read_rows,
    "chunk": _make_chunk,
    "leaks": _find_leaks,
}


def _answer(what: str, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": _TASKS[what](**values)}
    except TechsumError as error:
        return {"error": error.as_dict()}
    except Exception as error:  # noqa: BLE001 - the process that asked says it
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        return {"error": TechsumError("internal", reason=reason).as_dict()}


def main() -> None:
    """Answer requests until standard input ends, as it does with the process that asks."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library's stray print must not break the protocol
    with suppress(BrokenPipeError):  # who asked is gone
        while (request := receive(requests)) is not None:
            send(answers, _answer(**request[0]), b"")


if __name__ == "__main__":
    main()
