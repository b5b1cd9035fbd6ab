"""What an operator sees of readers, and does about them: how much each keeps, and one removed wholly."""

from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select, union

from techsum.library import search
from techsum.library.library import Library
from techsum.library.tables import events, feeds, sessions, sizes, summaries

_AT_ONCE = 200
"""Summaries: a fifth of a second in SQLite."""


@dataclass(frozen=True)
class ReaderUsage:
    """What one reader keeps."""

    reader: str
    summaries: int
    saved: int
    bytes: int
    last: float
    """When they were last here, in seconds since 1970, UTC."""


def reader_usage(library: Library) -> list[ReaderUsage]:
    """Everybody of whom something is kept, a feed or an open session too; who keeps most first.

    Raises:
        StorageError: the database does not answer.
    """
    made = select(
        summaries.c.reader, func.count(), func.count(summaries.c.saved), func.max(summaries.c.created)
    ).group_by(summaries.c.reader)
    kept = select(sizes.c.reader, func.sum(sizes.c.bytes)).group_by(sizes.c.reader)
    others = union(
        select(feeds.c.reader, func.max(feeds.c.visited)).group_by(feeds.c.reader),
        select(sessions.c.account, func.max(sessions.c.began)).group_by(sessions.c.account),
    )
    with library.reading() as connection:
        size = dict(connection.execute(kept).all())
        found = {
            reader: ReaderUsage(reader, count, saved, size.get(reader) or 0, last)
            for reader, count, saved, last in connection.execute(made)
        }
        for reader, last in connection.execute(others):
            known = found.get(reader) or ReaderUsage(reader, 0, 0, 0, last)
            found[reader] = replace(known, last=max(known.last, last))
    return sorted(found.values(), key=lambda one: (-one.bytes, one.reader))


def delete_reader(library: Library, reader: str) -> int:
    """Remove all that is known of a reader: summaries with questions and links, feeds, and open sessions.

    A few at a time, for nobody else can write meanwhile; sessions go first.

    Returns:
        How many summaries there were.

    Raises:
        StorageError: the database does not answer; what was removed by then stays removed.
    """
    with library.writing() as connection:
        connection.execute(delete(sessions).where(sessions.c.account == reader))
        connection.execute(delete(feeds).where(feeds.c.reader == reader))
    own = select(summaries.c.number, summaries.c.id).where(summaries.c.reader == reader).limit(_AT_ONCE)
    count = 0
    while True:
        with library.writing() as connection:
            rows = connection.execute(own).all()
            if not rows:
                return count
            for row in rows:
                search.forget(connection, row.number)
            connection.execute(delete(events).where(events.c.summary.in_([row.id for row in rows])))
            connection.execute(delete(summaries).where(summaries.c.number.in_([row.number for row in rows])))
        count += len(rows)
