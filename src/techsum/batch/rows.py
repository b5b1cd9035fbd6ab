"""One row of the output, and how it is made: the same in this process, in a worker and on a cluster."""

import json
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from techsum.article import Article
from techsum.batch.items import Item
from techsum.errors import ModelError, ReadingError, TechsumError
from techsum.reading import read, read_text
from techsum.summarizers import events, make_options
from techsum.summarizers.events import Done
from techsum.summary import Summary

_OF_THE_ROW = {"model_context"}
"""Failures of a model that lie in the article; any other would fail every row after it too."""


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is to be summarised; part of what a batch is known by when it goes on."""

    model: str
    length: str = "medium"
    style: str = "문단"
    register: str = "한다체"
    seed: int = 0
    strict: bool = False


@dataclass(frozen=True)
class WorkerConfig:
    """Who does a batch."""

    workers: int
    """Processes."""
    slots: int = 1
    """Items that each of them works on at the same time."""
    threads: int = 1
    """Threads of the model in each."""


class Made(NamedTuple):
    """An item and its row, as one line of JSON: so it comes from a worker and goes into an output."""

    item: Item
    line: bytes
    failed: bool

    @classmethod
    def of(cls, item: Item, row: dict[str, Any]) -> "Made":
        """From the row as values."""
        line = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        return cls(item, line, row["error"] is not None)


def row_of(item: Item, batch_options: BatchOptions, cancel: threading.Event | None = None) -> dict[str, Any]:
    """The output row of an item; what is wrong with the item stands in its `error`.

    Raises:
        ModelError: the model is away or broken, which is no fault of the row.
        CancelledError: `cancel` was set.
    """
    began = time.perf_counter()
    try:
        article = article_of(item)
    except ReadingError as error:
        return failed(item, error)
    item = replace(item, reading_seconds=item.reading_seconds + time.perf_counter() - began)
    options = make_options(
        batch_options.length,
        batch_options.style,
        batch_options.register,
        batch_options.seed,
        strict=batch_options.strict,
    )
    try:
        *_, last = events(article, batch_options.model, options, cancel)
    except ModelError as error:
        if error.key not in _OF_THE_ROW:
            raise
        return failed(item, error)
    assert isinstance(last, Done)  # noqa: S101 - `events` ends with it
    return done_row(item, article, last.summary)


def article_of(item: Item) -> Article:
    """The article of an item that is no link any more.

    Raises:
        ReadingError: there is none.
    """
    if item.problem:
        key, values = item.problem
        raise ReadingError(key, **values)
    if item.article:
        return item.article
    if item.file:
        return read(Path(item.file))
    article = read_text(item.text)
    return replace(article, title=item.title) if item.title else article


def done_row(item: Item, article: Article, summary: Summary) -> dict[str, Any]:
    """The row of an item that was summarised."""
    data = summary.as_dict()
    return {
        "id": item.id,
        "error": None,
        "error_kind": None,
        **{k: data[k] for k in ("title", "line", "summary", "figures")},
        **{k: data[k] for k in ("sentences", "notices", "model", "coverage")},
        "url": article.url,
        "characters": len(article.text),
        "reading_seconds": round(item.reading_seconds, 3),
        "seconds": data["seconds"],
    }


def failed(item: Item, error: TechsumError) -> dict[str, Any]:
    """The row of an item that could not be summarised: `error` for people, `error_kind` for programs."""
    return {
        "id": item.id,
        "error": str(error),
        "error_kind": error.key,
        "title": None,
        "line": None,
        "summary": None,
        "figures": [],
        "sentences": [],
        "notices": [],
        "model": None,
        "coverage": None,
        "url": item.link or None,
        "characters": None,
        "reading_seconds": round(item.reading_seconds, 3),
        "seconds": None,
    }


def crashed(item: Item) -> dict[str, Any]:
    """The output row of an item that took its worker with it."""
    return failed(item, TechsumError("batch_crashed"))
