"""What server processes over one PostgreSQL tell each other: who lives, who makes what, what happens."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_new

from techsum.contracts.entry import OPEN, Entry, Failure
from techsum.contracts.events import Failed, encode
from techsum.contracts.serialization import dump
from techsum.library.library import Library
from techsum.library.rows import entry_of
from techsum.library.tables import events, keys, summaries, workers
from techsum.messages import Language, speaking

MOST_TRIES = 2
"""Processes that may die over one summary before it counts as what kills them."""


@dataclass(frozen=True)
class StoredEvent:
    """One event of one summary, as it is kept for the other processes."""

    summary: str
    number: int
    name: str
    data: dict[str, Any]
    last: bool


class Work:
    """The part of the library that belongs to the processes, not to the readers.

    Args:
        library: in PostgreSQL.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    # -- who lives ---------------------------------------------------------------------------------------

    def join(self, worker: str) -> None:
        """A process begins."""
        with self._library.writing() as connection:
            connection.execute(insert(workers).values(id=worker, beats=0))

    def beat(self, worker: str) -> bool:
        """The process lives. False: the others took it for dead, and what it was making is theirs."""
        with self._library.writing() as connection:
            lives = workers.c.id == worker
            done = connection.execute(update(workers).where(lives).values(beats=workers.c.beats + 1))
        return bool(done.rowcount)

    def beats(self) -> dict[str, int]:
        """Heartbeats of each process; -1 for one that is gone and left work."""
        with self._library.reading() as connection:
            lost = select(summaries.c.worker).where(
                summaries.c.status.in_(OPEN), summaries.c.worker.is_not(None)
            )
            found = dict.fromkeys(connection.execute(lost.distinct()).scalars(), -1)
            return found | {row.id: row.beats for row in connection.execute(select(workers))}

    # -- who makes what ----------------------------------------------------------------------------------

    def give_back(self, worker: str, failure: Failure, *, died: bool) -> list[str]:
        """Let others make what a process has not finished, and take the process off the list.

        What cannot be made again, an uploaded file that nobody had read yet or a summary over which
        processes died, fails.

        Args:
            worker: the process.
            failure: of what cannot be made again.
            died: whether the process ended without a word.

        Returns:
            What failed.
        """
        with self._library.writing() as connection:
            unfinished = (
                select(summaries.c.id, summaries.c.mode, summaries.c.article.is_not(None).label("read"))
                .add_columns(summaries.c.tries)
                .where(summaries.c.worker == worker, summaries.c.status.in_(OPEN))
                .with_for_update(skip_locked=True)
            )
            failed = []
            for row in connection.execute(unfinished).all():
                tries = row.tries + died
                values: dict[str, Any] = {"worker": None, "tries": tries, "status": "queued"}
                if (row.mode != "link" and not row.read) or tries >= MOST_TRIES:
                    failed.append(row.id)
                    values |= {"status": "failed", "saved": None, "error": dump(failure)}
                connection.execute(update(summaries).where(summaries.c.id == row.id).values(values))
            for one in failed:
                known = select(func.coalesce(func.max(events.c.number), 0)).where(events.c.summary == one)
                number = connection.execute(known).scalar_one() + 1
                last = StoredEvent(one, number, *encode(Failed(failure)), last=True)
                connection.execute(insert_new(events).values(_row(last)))
            connection.execute(delete(workers).where(workers.c.id == worker))
        return failed

    def claim(self, worker: str) -> tuple[Entry, Language] | None:
        """Take the oldest summary that nobody makes, with the language of its messages."""
        with self._library.writing() as connection:
            oldest = (
                select(summaries.c.number)
                .where(summaries.c.worker.is_(None), summaries.c.status.in_(OPEN))
                .order_by(summaries.c.number)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            taken = (
                update(summaries)
                .where(summaries.c.number == oldest.scalar_subquery())
                .values(worker=worker)
                .returning(summaries)
            )
            row = connection.execute(taken).one_or_none()
        if row is None:
            return None
        language: Language = "en" if row.language == "en" else "ko"
        with speaking(language):  # notices are worded where they are read
            return entry_of(row), language

    def stop(self, entry_id: str) -> bool:
        """Ask whoever makes a summary to stop. False: nobody does."""
        with self._library.writing() as connection:
            statement = [summaries.c.id == entry_id, summaries.c.status.in_(OPEN)]
            return bool(
                connection.execute(update(summaries).where(*statement).values(stopping=True)).rowcount
            )

    def stopping(self, worker: str, made: Collection[str]) -> set[str]:
        """Which of the summaries that a process makes shall stop: as their reader asked, or deleted.

        One that is another's by now is not the reader's to be told "stopped" of: see `beat`.
        """
        if not made:
            return set()
        unasked = or_(summaries.c.stopping.is_(False), summaries.c.worker.is_distinct_from(worker))
        stand = [summaries.c.id.in_(made), unasked]
        with self._library.reading() as connection:
            return set(made) - set(connection.execute(select(summaries.c.id).where(*stand)).scalars())

    # -- what happens ------------------------------------------------------------------------------------

    def tell(self, stored: Iterable[StoredEvent]) -> None:
        """Keep events for the other processes."""
        rows = [_row(one) for one in stored]
        if rows:
            with self._library.writing() as connection:
                connection.execute(insert_new(events).on_conflict_do_nothing(), rows)

    def stored(self, after: Mapping[str, int]) -> list[StoredEvent]:
        """The events of these summaries after these numbers, in order."""
        if not after:
            return []
        new = [and_(events.c.summary == one, events.c.number > number) for one, number in after.items()]
        statement = select(events).where(or_(*new)).order_by(events.c.summary, events.c.number)
        with self._library.reading() as connection:
            return [
                StoredEvent(row.summary, row.number, row.name, row.data, row.last)
                for row in connection.execute(statement)
            ]

    def forget(self, before: float) -> None:
        """Remove the events from before this moment of what is over."""
        unfinished = select(summaries.c.id).where(summaries.c.status.in_(OPEN))
        with self._library.writing() as connection:
            connection.execute(
                delete(events).where(events.c.at < before, events.c.summary.not_in(unfinished))
            )

    # -- what all must know ------------------------------------------------------------------------------

    def key(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A secret that all processes share: made by the first that asks."""
        with self._library.writing() as connection:
            connection.execute(insert_new(keys).values(name=name, value=make()).on_conflict_do_nothing())
            return bytes(connection.execute(select(keys.c.value).where(keys.c.name == name)).scalar_one())


def _row(stored: StoredEvent) -> dict[str, Any]:
    return {
        "summary": stored.summary,
        "number": stored.number,
        "at": time.time(),
        "name": stored.name,
        "data": stored.data,
        "last": stored.last,
    }
