"""New articles of feeds, summarised into the library and into one page a day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from techsum.errors import ReadingError, StorageError, UsageError
from techsum.files import exclusive_lock
from techsum.generators import check, resolve
from techsum.library import Library, Request
from techsum.reading import read_page
from techsum.reading.feeds import Listed
from techsum.reading.fetch import FEED_TYPES, Limits
from techsum.reading.isolated import links_isolated
from techsum.reading.polite import Polite
from techsum.settings import loopback_allowed, settings
from techsum.summarizers import SummaryOptions, summary_of
from techsum.watch.digest import write_day
from techsum.watch.seen import Seen

__all__ = ["WatchResult", "articles_of", "watch"]

_FURTHER = 2
"""Feeds that are read where one only leads to others: the newest sitemaps of an index."""
_WRITTEN_ANEW = 2
"""Days whose pages are written by a run: today's, and the one before it, which a kill may have cut short."""


@dataclass(frozen=True)
class WatchResult:
    """What happened to one article, or to a feed as a whole."""

    link: str
    title: str = ""
    error: str = ""


def watch(
    feeds: list[str], library: Library, reader: str, folder: Path, *, options: SummaryOptions, most: int
) -> Iterator[WatchResult]:
    """Summarise what the feeds name and was not there last time, and write today's page.

    An article is summarised once, however often this runs and whenever it is killed: what was done stands in
    the library and in the folder.

    Args:
        feeds: addresses of RSS, Atom, sitemaps or pages that list articles.
        library: where the summaries are kept.
        reader: whose.
        folder: of the pages, `2026-11-25.md` and `.html`, and of `seen.jsonl`.
        options: how to summarise.
        most: articles of a feed in one run, the newest ones.

    Returns:
        What happened, article by article.

    Raises:
        UsageError: a model that does not exist, or another process at work in this folder.
        ModelError: the model is away.
        StorageError: the library or the folder cannot be written.
    """
    options = replace(options, model=resolve(options.model))
    check(options.model)
    seen = Seen(folder)
    try:
        with exclusive_lock(folder / ".lock") as alone:
            if not alone:
                raise UsageError("batch_taken", path=folder)
            yield from _Watch(library, reader, seen, options).look(feeds, most)
            for day, entries in seen.days()[-_WRITTEN_ANEW:]:
                found = [library.get(reader, entry) for entry in entries]
                write_day(folder, day, [entry for entry in found if entry])
    except OSError as error:
        raise StorageError("cache_unwritable", path=folder, reason=error.strerror) from None


class _Watch:
    """One run."""

    def __init__(self, library: Library, reader: str, seen: Seen, options: SummaryOptions) -> None:
        self._library, self._reader, self._seen, self._options = library, reader, seen, options
        self._polite = Polite(settings().cache_dir / "pages")
        self._today = date.today().isoformat()  # noqa: DTZ011 - the reader's day, not Greenwich's

    def look(self, feeds: list[str], most: int) -> Iterator[WatchResult]:
        for feed in feeds:
            try:
                named = articles_of(self._polite, feed)[:most]
            except ReadingError as error:
                yield WatchResult(feed, error=str(error))
                continue
            for one in named:
                if not self._seen.is_settled(one.link):
                    yield self._take(one)

    def _take(self, one: Listed) -> WatchResult:
        # a run that was killed may have kept the summary and not have noted it
        entry = self._library.of_source(self._reader, one.link, self._options)
        if entry is None:
            request = Request("link", one.link, self._options)
            try:
                article = read_page(self._polite.fetch(one.link))
            except ReadingError as error:
                self._seen.add(one.link, self._today, error=error.key)
                return WatchResult(one.link, one.title, str(error))
            summary = summary_of(article, self._options)
            entry = self._library.keep(self._reader, request, article, summary, saved=False)
        self._library.save(self._reader, entry.id)
        self._seen.add(one.link, self._today, entry=entry.id)
        return WatchResult(one.link, entry.title)


def articles_of(polite: Polite, feed: str) -> list[Listed]:
    """The articles of a feed, or of the feeds it leads to where it names none itself; the newest first.

    Raises:
        ReadingError: it names none, or cannot be fetched.
    """
    limits = Limits(settings().fetch_seconds, allow_loopback=loopback_allowed(), kinds=FEED_TYPES)
    page = polite.fetch(feed, limits)
    found = links_isolated(page.body, page.url, page.charset)
    articles = list(found.articles)
    for further in () if articles else found.feeds[:_FURTHER]:
        page = polite.fetch(further, limits)
        articles += links_isolated(page.body, page.url, page.charset).articles
    return articles
