"""Checks that readers ask for: a text of anybody's, held against an article.

On the page a check is kept like a summary.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from techsum import checking
from techsum.contracts.article import Article
from techsum.contracts.entry import CHECKED_BY
from techsum.contracts.request import MOST_SUMMARY_CHARACTERS
from techsum.contracts.summary import CheckResult, Summary, joined
from techsum.errors import UsageError
from techsum.library import Entry, Library
from techsum.library import Request as EntryRequest
from techsum.library.quota import check_quota
from techsum.messages import Language
from techsum.reading import link_in, read_remote
from techsum.reading.isolated import parsing_for
from techsum.server.analysis import analysing
from techsum.server.limits import Client, Slots
from techsum.settings import settings

_LABEL = 80


def checked(client: Client, source: str, summary: str, by: str | None = None) -> tuple[Article, CheckResult]:
    """An article, read from a public link or a text, and what a check of `summary` finds.

    Args:
        client: who asks.
        source: the link or the text.
        summary: prose, or one sentence a line.
        by: `model` or `rules`; None: as the settings say.

    Raises:
        BusyError: too many checks are running. No waiting: that would hold a thread.
        UsageError: the summary is too long.
        ReadingError: the source holds no article, or the summary is empty.
    """
    if len(summary) > MOST_SUMMARY_CHARACTERS:
        raise UsageError("check_long", limit=f"{MOST_SUMMARY_CHARACTERS:,}")
    with opened(client, source) as article:
        return article, checking.check(article, summary, checking.judge_for(by))


@contextmanager
def opened(client: Client, source: str) -> Iterator[Article]:
    """An article for work that its reader waits for, within the limits of such work.

    Args:
        client: who asks.
        source: a public link or a text.

    Raises:
        BusyError: too much of it is running.
        ReadingError: the source holds no article.
    """
    with _slots().taken(client), parsing_for(client.address or client.reader):
        article = read_remote(source)
        with analysing(article, client, threading.Event()):
            yield article


def kept(
    library: Library, reader: str, client: Client, source: str, summary: str, *, language: Language
) -> Entry:
    """A check as an entry of the reader's: it can be read beside the article, saved, exported and shared.

    Raises:
        TechsumError: as `checked`.
    """
    check_quota(library, reader)
    began = time.perf_counter()
    article, found = checked(client, source, summary)
    link = link_in(source)
    label = link or " ".join(source.split())[:_LABEL]
    request = EntryRequest("link" if link else "text", label)
    result = Summary(
        title=article.title or " ".join(summary.split())[:_LABEL],
        text=joined((s.text for s in found.sentences), " "),
        sentences=found.sentences,
        model=f"{CHECKED_BY}{found.by}",
        coverage=1.0,
        seconds=time.perf_counter() - began,
        notices=found.notices,
    )
    return library.keep(reader, request, article, result, saved=False, language=language, versioned=False)


@cache
def _slots() -> Slots:
    """The checks of this process."""
    limits = settings()
    return Slots(limits.open_checks, limits.reader_checks, limits.address_checks)
