"""What readers discarded and may restore, and what nobody saved: both are forgotten in time."""

import time

from sqlalchemy import and_, delete, false, or_, select, update

from techsum.contracts.entry import OPEN, Entry
from techsum.library import search, versions
from techsum.library.conditions import of_reader, own_entry
from techsum.library.library import Library
from techsum.library.rows import LISTED, listed_entry
from techsum.library.tables import summaries

UNDO_SECONDS = 3_600
"""How long what was discarded can be restored."""


class Trash:
    """The discarded summaries of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def discard(self, reader: str, entry_id: str, *, every_version: bool = False) -> bool:
        """Take it out of everything that its reader sees, until `restore`, or for good after an hour."""
        with self._library.writing() as connection:
            ids = versions.ids(connection, own_entry(reader, entry_id)) if every_version else [entry_id]
            discarded = update(summaries).where(*of_reader(reader), summaries.c.id.in_(ids))
            return bool(connection.execute(discarded.values(discarded=time.time())).rowcount)

    def discarded(self, reader: str, entry_id: str) -> Entry | None:
        """What the reader discarded and may restore, without what is large."""
        discarded = (summaries.c.reader == reader, summaries.c.id == entry_id)
        with self._library.reading() as connection:
            statement = select(*LISTED).where(*discarded, summaries.c.discarded.is_not(None))
            row = connection.execute(statement).one_or_none()
        return listed_entry(row) if row else None

    def restore(self, reader: str, entry_id: str) -> bool:
        """Put back what was discarded, with what went with it. False: it is gone, or was never there."""
        discarded = (summaries.c.reader == reader, summaries.c.discarded.is_not(None))
        with self._library.writing() as connection:
            of_entry = select(summaries.c.discarded, summaries.c.source_id).where(
                *discarded, summaries.c.id == entry_id
            )
            found = connection.execute(of_entry).one_or_none()
            if found is None:
                return False
            same_moment = summaries.c.discarded == found.discarded
            same_source = summaries.c.source_id == found.source_id if found.source_id else false()
            together = or_(summaries.c.id == entry_id, same_source)
            restored = update(summaries).where(*discarded, same_moment, together)
            return bool(connection.execute(restored.values(discarded=None)).rowcount)

    def forget(self, before: float) -> int:
        """Remove what nobody saved and was asked for before this moment, and what was discarded an hour ago.

        Returns:
            How many.
        """
        unsaved = and_(summaries.c.saved.is_(None), summaries.c.created < before)
        old = or_(unsaved, summaries.c.discarded < time.time() - UNDO_SECONDS)
        with self._library.writing() as connection:
            statement = select(summaries.c.number).where(old, summaries.c.status.not_in(OPEN))
            numbers = connection.execute(statement).scalars().all()
            for number in numbers:
                search.forget(connection, number)
            connection.execute(delete(summaries).where(summaries.c.number.in_(numbers)))
        return len(numbers)
