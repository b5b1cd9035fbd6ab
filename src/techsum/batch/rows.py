"""One row of the output, and how it is made: the same in this process, in a worker and on a cluster."""

import json
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from techsum.batch.items import Item
from techsum.contracts.article import Article
from techsum.contracts.batch import BatchRow
from techsum.contracts.options import SummaryOptions
from techsum.contracts.serialization import dump
from techsum.contracts.summary import Summary
from techsum.errors import ModelError, ReadingError, TechsumError
from techsum.reading import read, read_text
from techsum.summarizers import summary_of

_OF_THE_ROW = {"model_context"}
"""Failures of a model that lie in the article; any other would fail every row after it too."""


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
    def of(cls, item: Item, row: BatchRow) -> "Made":
        """From the row as a value."""
        line = json.dumps(dump(row), ensure_ascii=False).encode("utf-8", "replace")
        return cls(item, line, row.error is not None)


def row_of(item: Item, options: SummaryOptions, cancel: threading.Event | None = None) -> BatchRow:
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
    try:
        summary = summary_of(article, options, cancel)
    except ModelError as error:
        if error.key not in _OF_THE_ROW:
            raise
        return failed(item, error)
    return done_row(item, article, summary)


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


def done_row(item: Item, article: Article, summary: Summary) -> BatchRow:
    """The row of an item that was summarised."""
    return BatchRow(
        id=item.id,
        title=summary.title,
        line=summary.line,
        summary=summary.text,
        figures=summary.figures,
        sentences=summary.sentences,
        notices=summary.notices,
        model=summary.model,
        coverage=summary.coverage,
        url=article.url,
        characters=len(article.text),
        reading_seconds=item.reading_seconds,
        seconds=summary.seconds,
    )


def failed(item: Item, error: TechsumError) -> BatchRow:
    """The row of an item that could not be summarised."""
    return BatchRow(
        id=item.id,
        error=str(error),
        error_kind=error.key,
        url=item.link or None,
        reading_seconds=item.reading_seconds,
    )


def crashed(item: Item) -> BatchRow:
    """The output row of an item that took its worker with it."""
    return failed(item, TechsumError("batch_crashed"))
