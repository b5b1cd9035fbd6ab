"""Share links: whoever has one may read the summary, until its reader ends it."""

import secrets
import time

from sqlalchemy import insert, select, update

from techsum.contracts.entry import Entry
from techsum.library import versions
from techsum.library.conditions import own_entry
from techsum.library.library import Library, save_all
from techsum.library.rows import entry_of
from techsum.library.tables import shares, summaries


class Shares:
    """The part of the library that holds share links.

    Args:
        library: where they are.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def create(self, reader: str, entry_id: str) -> str | None:
        """A token with which anyone may read it, until it is revoked. What is shared is saved."""
        with self._library.writing() as connection:
            if not connection.execute(select(summaries.c.id).where(*own_entry(reader, entry_id))).first():
                return None
            save_all(connection, reader, versions.ids(connection, own_entry(reader, entry_id)))
            token = secrets.token_urlsafe(16)
            connection.execute(
                insert(shares).values(token=token, summary=entry_id, created=time.time(), revoked=False)
            )
        return token

    def revoke(self, reader: str, entry_id: str) -> int:
        """End all share links of a summary. Returns how many there were."""
        with self._library.writing() as connection:
            owned = select(summaries.c.id).where(*own_entry(reader, entry_id)).scalar_subquery()
            done = connection.execute(
                update(shares)
                .where(shares.c.summary == owned, shares.c.revoked.is_(False))
                .values(revoked=True)
            )
        return int(done.rowcount)

    def token(self, reader: str, entry_id: str) -> str | None:
        """The token of its newest share link that was not revoked."""
        with self._library.reading() as connection:
            statement = (
                select(shares.c.token)
                .join(summaries, summaries.c.id == shares.c.summary)
                .where(*own_entry(reader, entry_id), shares.c.revoked.is_(False))
                .order_by(shares.c.created.desc())
                .limit(1)
            )
            return connection.execute(statement).scalar_one_or_none()

    def entry(self, token: str) -> Entry | None:
        """The summary that a share link shows, or None."""
        with self._library.reading() as connection:
            row = connection.execute(
                select(summaries)
                .join(shares, shares.c.summary == summaries.c.id)
                .where(shares.c.token == token, shares.c.revoked.is_(False))
                .where(summaries.c.status == "done", summaries.c.discarded.is_(None))
            ).one_or_none()
        return entry_of(row) if row else None
