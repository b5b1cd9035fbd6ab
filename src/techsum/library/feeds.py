"""Feeds that readers follow, and the articles of each day that came from them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, and_, case, delete, exists, func, insert, or_, select, update

from techsum.contracts.entry import Entry
from techsum.errors import UsageError
from techsum.library.library import Library
from techsum.library.rows import LISTED, listed_entry
from techsum.library.tables import feed_items, feeds, summaries

MOST_FEEDS, MOST_FEEDS_READER = 2_000, 20
PAUSED_SECONDS = 7 * 24 * 3600
"""A reader who has not opened the briefing for so long gets nothing new until then."""
_ATTEMPTS = 3
"""How often an article is tried: its page may be away today."""
_KEPT_SECONDS = 180 * 24 * 3600
"""How long an article is remembered, so that it is not summarised again."""
_NOTED_SECONDS, _GONE_SECONDS = 3_600, 30 * 24 * 3600
_DAYS = 30


@dataclass(frozen=True)
class Feed:
    """A feed that a reader follows."""

    number: int
    reader: str
    url: str
    checked: float | None
    """When it was read last, in seconds since 1970; None: not yet."""
    being_read: bool
    """Whether that is not over: there may be more articles in a moment."""
    error: str
    """Why it could not be read, in the reader's language; empty where it could."""
    language: str


@dataclass(frozen=True)
class BriefingItem:
    """An article of a day: its summary, without what is large, and whether its reader has opened it."""

    entry: Entry
    read: bool


@dataclass(frozen=True)
class Day:
    """A day on which articles came."""

    day: str
    """`2026-11-27`."""
    count: int
    unread: int


class Feeds:
    """The part of the library that holds feeds.

    Args:
        library: where they are.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    # -- what a reader does ------------------------------------------------------------------------------

    def add(self, reader: str, url: str, language: str = "ko") -> None:
        """Follow a feed; one that is followed already stays as it is.

        Raises:
            UsageError: too many are followed.
        """
        with self._library.writing() as connection:
            own = connection.execute(select(feeds.c.url).where(feeds.c.reader == reader)).scalars().all()
            if url in own:
                return
            if len(own) >= MOST_FEEDS_READER:
                raise UsageError("feeds_many", limit=MOST_FEEDS_READER)
            read = feeds.c.visited > time.time() - PAUSED_SECONDS
            if (
                connection.execute(select(func.count()).select_from(feeds).where(read)).scalar_one()
                >= MOST_FEEDS
            ):
                raise UsageError("feeds_full")
            values = {"reader": reader, "url": url, "visited": time.time(), "language": language}
            connection.execute(insert(feeds).values(values))

    def of(self, reader: str) -> list[Feed]:
        """The feeds that a reader follows, the oldest first."""
        with self._library.reading() as connection:
            rows = connection.execute(select(feeds).where(feeds.c.reader == reader).order_by(feeds.c.number))
            return [_feed(row) for row in rows]

    def remove(self, reader: str, number: int) -> bool:
        """Follow a feed no more; the summaries stay in the library as long as others do."""
        own = (feeds.c.reader == reader, feeds.c.number == number)
        with self._library.writing() as connection:
            return bool(connection.execute(delete(feeds).where(*own)).rowcount)

    def visit(self, reader: str) -> None:
        """The reader opened the briefing: feeds that were paused go on. Noted once an hour."""
        now = time.time()
        unnoted = (feeds.c.reader == reader, feeds.c.visited < now - _NOTED_SECONDS)
        with self._library.reading() as connection:
            if not connection.execute(select(exists().where(*unnoted))).scalar():
                return
        with self._library.writing() as connection:
            connection.execute(update(feeds).where(*unnoted).values(visited=now))

    def forget(self) -> None:
        """Remove the feeds of readers who have not come for a month."""
        with self._library.writing() as connection:
            connection.execute(delete(feeds).where(feeds.c.visited < time.time() - _GONE_SECONDS))

    def brought(self, ids: Sequence[str]) -> set[str]:
        """Which of these summaries a feed brought."""
        with self._library.reading() as connection:
            statement = select(feed_items.c.summary).where(feed_items.c.summary.in_(ids))
            return set(connection.execute(statement).scalars())

    def days(self, reader: str) -> list[Day]:
        """The days on which articles came, the newest first."""
        # two feeds may bring the same article
        count = func.count(feed_items.c.summary.distinct())
        unread = func.count(case((feed_items.c.read.is_(False), feed_items.c.summary)).distinct())
        statement = (
            select(feed_items.c.day, count, unread)
            .select_from(_items())
            .where(*_shown(reader))
            .group_by(feed_items.c.day)
            .order_by(feed_items.c.day.desc())
            .limit(_DAYS)
        )
        with self._library.reading() as connection:
            return [Day(day, count, int(unread)) for day, count, unread in connection.execute(statement)]

    def briefing(self, reader: str, day: str) -> list[BriefingItem]:
        """The articles of a day, the newest first."""
        statement = (
            select(*LISTED, feed_items.c.read)
            .select_from(_items())
            .where(*_shown(reader), feed_items.c.day == day)
            .order_by(feed_items.c.number.desc())
        )
        with self._library.reading() as connection:
            rows = cast("Sequence[Row[Any]]", connection.execute(statement).all())
        items = {row.id: BriefingItem(listed_entry(row), bool(row.read)) for row in rows}
        return list(items.values())

    def mark_read(self, reader: str, *, summary: str | None = None, day: str | None = None) -> None:
        """Say that a reader has read the article of this summary, or all of a day."""
        of_reader = feed_items.c.feed.in_(select(feeds.c.number).where(feeds.c.reader == reader))
        some = feed_items.c.summary == summary if summary else feed_items.c.day == day
        unread = (of_reader, some, feed_items.c.read.is_(False))
        with self._library.reading() as connection:  # most pages are of no feed: nothing is written for them
            if not connection.execute(select(exists().where(*unread))).scalar():
                return
        with self._library.writing() as connection:
            connection.execute(update(feed_items).where(*unread).values(read=True))

    # -- what reads them ---------------------------------------------------------------------------------

    def claim(self, before: float) -> Feed | None:
        """A feed that was not read since this moment, whose reader comes; nobody else gets it meanwhile."""
        now = time.time()
        due = or_(feeds.c.checked.is_(None), feeds.c.checked < before)
        oldest = (
            select(feeds.c.number)
            .where(due, feeds.c.visited > now - PAUSED_SECONDS)
            .order_by(func.coalesce(feeds.c.checked, 0), feeds.c.number)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._library.reading() as connection:  # nothing is locked where nothing is due
            if connection.execute(oldest).first() is None:
                return None
        taken = update(feeds).where(feeds.c.number == oldest.scalar_subquery()).values(checked=now)
        with self._library.writing() as connection:
            row = connection.execute(taken.returning(feeds)).one_or_none()
        return _feed(row) if row else None

    def current(self, feed: Feed) -> Feed | None:
        """The feed as it is now, whose reader may have signed in meanwhile; None: it is followed no more."""
        with self._library.reading() as connection:
            row = connection.execute(select(feeds).where(feeds.c.number == feed.number)).one_or_none()
        return _feed(row) if row else None

    def settle(self, feed: Feed, error: str = "") -> None:
        """Keep how it went, and forget articles of long ago."""
        old = time.strftime("%Y-%m-%d", time.localtime(time.time() - _KEPT_SECONDS))
        with self._library.writing() as connection:
            connection.execute(
                update(feeds).where(feeds.c.number == feed.number).values(error=error, settled=time.time())
            )
            connection.execute(
                delete(feed_items).where(feed_items.c.feed == feed.number, feed_items.c.day < old)
            )

    def new_links(self, feed: Feed, links: Sequence[str]) -> list[str]:
        """Which of these articles are to be summarised: new ones, and those that failed once or twice."""
        failed = and_(summaries.c.status == "failed", feed_items.c.tries < _ATTEMPTS)
        statement = (
            select(feed_items.c.link)
            .select_from(feed_items.outerjoin(summaries, summaries.c.id == feed_items.c.summary))
            .where(feed_items.c.feed == feed.number, feed_items.c.link.in_(links))
            .where(or_(summaries.c.id.is_(None), and_(~failed, summaries.c.reader == feed.reader)))
        )
        with self._library.reading() as connection:
            known = set(connection.execute(statement).scalars())
        return [link for link in links if link not in known]

    def add_item(self, feed: Feed, link: str, summary: str, day: str) -> bool:
        """Remember an article and its summary. False: the feed is followed no more."""
        known = (feed_items.c.feed == feed.number, feed_items.c.link == link)
        with self._library.writing() as connection:
            if not connection.execute(select(feeds.c.number).where(feeds.c.number == feed.number)).first():
                return False
            tries = connection.execute(select(feed_items.c.tries).where(*known)).scalar() or 0
            connection.execute(delete(feed_items).where(*known))
            values: dict[str, Any] = {"feed": feed.number, "link": link, "summary": summary, "day": day}
            connection.execute(insert(feed_items).values(values | {"tries": tries + 1, "read": False}))
        return True


def _feed(row: Row[Any]) -> Feed:
    being_read = row.checked is None or (row.settled or 0) < row.checked
    return Feed(row.number, row.reader, row.url, row.checked, being_read, row.error, row.language)


def _items() -> Any:
    return feed_items.join(feeds, feeds.c.number == feed_items.c.feed).join(
        summaries, summaries.c.id == feed_items.c.summary
    )


def _shown(reader: str) -> tuple[Any, ...]:
    """Conditions: an article of this reader's that is there to be read."""
    return (
        feeds.c.reader == reader,
        summaries.c.reader == reader,
        summaries.c.discarded.is_(None),
        summaries.c.status.not_in(("failed", "cancelled")),
    )
