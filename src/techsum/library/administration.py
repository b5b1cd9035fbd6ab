"""What an operator sees of readers, and does about them: how much each keeps, and one removed wholly."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from techsum.library import search
from techsum.library.library import Library
from techsum.library.tables import events, feeds, sessions, sizes, summaries


@dataclass(frozen=True)
class ReaderUsage:
    """What one reader keeps."""

    reader: str
    summaries: int
    saved: int
    bytes: int
    last: float
    """When the newest summary was asked for, in seconds since 1970, UTC."""


def reader_usage(library: Library) -> list[ReaderUsage]:
    """Everybody who has a summary, who keeps most first.

    Raises:
        StorageError: the database does not answer.
    """
    kept = select(sizes.c.reader, func.sum(sizes.c.bytes).label("bytes")).group_by(sizes.c.reader).subquery()
    statement = (
        select(
            summaries.c.reader,
            func.count().label("summaries"),
            func.count(summaries.c.saved).label("saved"),
            func.coalesce(func.max(kept.c.bytes), 0).label("bytes"),
            func.max(summaries.c.created).label("last"),
        )
        .join(kept, kept.c.reader == summaries.c.reader, isouter=True)
        .group_by(summaries.c.reader)
        .order_by(func.coalesce(func.max(kept.c.bytes), 0).desc(), summaries.c.reader)
    )
    with library.reading() as connection:
        return [ReaderUsage(*row) for row in connection.execute(statement)]


def delete_reader(library: Library, reader: str) -> int:
    """Remove all that is known of a reader: summaries with questions and links, feeds, and open sessions.

    Returns:
        How many summaries there were.

    Raises:
        StorageError: the database does not answer; nothing is removed then.
    """
    with library.writing() as connection:
        rows = connection.execute(
            select(summaries.c.number, summaries.c.id).where(summaries.c.reader == reader)
        ).all()
        for row in rows:
            search.forget(connection, row.number)
        own = select(summaries.c.id).where(summaries.c.reader == reader)
        connection.execute(delete(events).where(events.c.summary.in_(own)))
        connection.execute(delete(summaries).where(summaries.c.reader == reader))
        connection.execute(delete(feeds).where(feeds.c.reader == reader))
        connection.execute(delete(sessions).where(sessions.c.account == reader))
    return len(rows)
