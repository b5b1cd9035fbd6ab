"""The store of summaries: SQLite in the user's data folder, or PostgreSQL for many readers.

Everything that a reader may do takes the reader's name, and touches that reader's summaries alone.
"""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql.selectable import NamedFromClause

from techsum.contracts.article import Article
from techsum.contracts.entry import FOREIGN_MODELS, OPEN, Entry, Failure, Found, Request
from techsum.contracts.options import SummaryOptions
from techsum.contracts.serialization import dump
from techsum.contracts.summary import Summary
from techsum.errors import StorageError
from techsum.library import search, versions
from techsum.library.conditions import of_reader, own_entry, owner_word
from techsum.library.database import bring_up, make_engine, reason
from techsum.library.indexing import analyse, index_words, line_of, words_of_article
from techsum.library.rows import LISTED, article_row, entry_of, listed_entry, stored_bytes
from techsum.library.tables import sizes, summaries
from techsum.library.ticket_lock import TicketLock
from techsum.library.words import query_terms, tag_word

PAGE = 20
"""Entries of one page of a list."""

UNDO_SECONDS = 3_600
"""How long what was discarded can be restored."""

_PUT_IN = 5
"""Entries of an import that are written at a time: some 20 ms in which nobody else writes."""


def open_library(url: str) -> "Library":
    """The library at this address, brought to the newest form.

    Args:
        url: `sqlite:///PATH` or `postgresql+psycopg://…`.

    Raises:
        StorageError: it cannot be opened.
    """
    engine = make_engine(url)
    try:
        bring_up(engine)
    except StorageError:
        engine.dispose()
        raise
    except DBAPIError as error:
        raise StorageError("library_closed", reason=reason(error)) from None
    return Library(engine)


class Library:
    """Summaries by reader. Get one from `open_library`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        sqlite = engine.dialect.name == "sqlite"
        self._writer: AbstractContextManager[Any] = TicketLock() if sqlite else nullcontext()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all.

        Raises:
            StorageError: it cannot be kept.
        """
        try:
            # SQLite has one writer at a time: it is quicker to wait here than to ask the file again and again
            with self.engine.connect() as connection, self._writer, connection.begin():
                yield connection
        except (OperationalError, InterfaceError, DataError, PoolTimeoutError) as error:
            raise StorageError("library_unwritable", reason=reason(error)) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with.

        Raises:
            StorageError: the database does not answer.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            raise StorageError("library_closed", reason=reason(error)) from None

    # -- a summary comes into being --------------------------------------------------------------------

    def begin(
        self,
        reader: str,
        request: Request,
        article: Article | None = None,
        *,
        worker: str | None = None,
        language: str = "ko",
        source_id: str | None = None,
        versioned: bool = True,
    ) -> Entry:
        """Keep what a reader asked for, and its article where it is known; queued from here on.

        A link that comes again, and what is made `again`, is a version: saved and tagged as the one before.

        Args:
            reader: whose.
            request: what was asked for.
            article: what was read already.
            worker: the process that makes it, where several share the library (`work.py`).
            language: of its messages.
            source_id: of the summary that it is a version of; by default of the link's.
            versioned: False for what has no versions: a check.
        """
        entry_id = _new_id()
        values = {
            "id": entry_id,
            "reader": reader,
            "status": "queued",
            "mode": request.mode,
            "source": request.source,
            "options": dump(request.options),
            "created": time.time(),
            "title": (article.title or "") if article else "",
            "article": article_row(article),
            "tags": [],
            "worker": worker,
            "language": language,
        }
        with self.writing() as connection:
            if versioned:
                if request.mode == "link":
                    source_id = source_id or versions.source_of_link(connection, reader, request.source)
                values |= versions.inherited(connection, source_id) if source_id else {}
                values["source_id"] = source_id or entry_id
            connection.execute(insert(summaries).values(values))
            begin_size(connection, values)
        return cast("Entry", self.get(reader, entry_id))

    # What `worker` says stands only while the summary is its own: another may have taken it over.

    def read(self, entry_id: str, article: Article, keys: Summary, worker: str | None = None) -> None:
        """The article was read, and its key sentences are there."""
        self._set(
            entry_id,
            worker,
            status="running",
            article=article_row(article),
            article_words=words_of_article(article),
            key_sentences=dump(keys),
            title=article.title or keys.title,
            line=line_of(keys),
        )

    def finish(self, entry_id: str, result: Summary, worker: str | None = None) -> None:
        """The summary is done."""
        self._set(entry_id, worker, status="done", **_result_row(result))

    def keep(
        self,
        reader: str,
        request: Request,
        article: Article,
        result: Summary,
        *,
        saved: bool = True,
        **begun: Any,
    ) -> Entry:
        """Put in a summary that is done.

        Args:
            reader: whose.
            request: what was asked for.
            article: what was summarised.
            result: the summary.
            saved: whether it stays until its reader deletes it.
            begun: more of `begin`.
        """
        entry = self.begin(reader, request, article, **begun)
        self.finish(entry.id, result)
        if saved:
            self.save(reader, entry.id)
        return cast("Entry", self.get(reader, entry.id))

    def fail(self, entry_id: str, failure: Failure, worker: str | None = None) -> None:
        """It could not be made."""
        self._set(entry_id, worker, status="failed", saved=None, error=dump(failure))

    def cancel(self, entry_id: str, worker: str | None = None, result: Summary | None = None) -> None:
        """The reader stopped it; `result` is what was written so far."""
        written = _result_row(result) if result else {"saved": None}
        self._set(entry_id, worker, status="cancelled", **written)

    def interrupt(self, failure: Failure) -> int:
        """Say of everything unfinished that it was interrupted: when a server starts. Returns how many."""
        with self.writing() as connection:
            done = connection.execute(
                update(summaries)
                .where(summaries.c.status.in_(OPEN))
                .values(status="failed", saved=None, error=dump(failure))
            )
        return int(done.rowcount)

    def _set(self, entry_id: str, worker: str | None, /, **values: Any) -> None:
        mine = [summaries.c.id == entry_id]
        analyse(values)
        if worker:
            mine.append(summaries.c.worker == worker)
        with self.writing() as connection:
            done = connection.execute(update(summaries).where(*mine).values(values))
            if done.rowcount and "title" in values:
                index_entry(connection, entry_id)
            if done.rowcount and (size := stored_bytes(values)):
                grown = sizes.c.bytes + size
                connection.execute(update(sizes).where(sizes.c.summary == entry_id).values(bytes=grown))

    # -- what a reader does with it --------------------------------------------------------------------

    def get(self, reader: str, entry_id: str) -> Entry | None:
        """The reader's summary of this id, or None: another reader's is none."""
        with self.reading() as connection:
            row = connection.execute(select(summaries).where(*own_entry(reader, entry_id))).one_or_none()
        return entry_of(row) if row else None

    def of_source(self, reader: str, source: str, options: SummaryOptions) -> Entry | None:
        """The reader's newest finished summary of this link with these options."""
        with self.reading() as connection:
            rows = connection.execute(
                select(summaries)
                .where(*of_reader(reader), summaries.c.mode == "link", summaries.c.source == source)
                .where(summaries.c.status == "done", summaries.c.source_id.is_not(None))
                .order_by(summaries.c.number.desc())
                .limit(PAGE)
            )
            same = (entry_of(row) for row in rows if SummaryOptions.kept(row.options) == options)
            return next((entry for entry in same if _is_own(entry)), None)

    def find(
        self,
        reader: str,
        query: str = "",
        *,
        tag: str | None = None,
        saved: bool = True,
        page: int = 0,
        oldest_first: bool = False,
    ) -> Found:
        """A page of the reader's summaries, the newest first; of several versions the newest that fits.

        Args:
            reader: whose.
            query: words, or initial consonants (`ㅇㅈㅅㄱ`); all must be found.
            tag: only those with this tag.
            saved: only those that the reader saved.
            page: from 0.
            oldest_first: the other way round.
        """
        order: ColumnElement[int] = summaries.c.number
        # a list asks nothing of Kiwi, whose first analysis takes a second
        found_by = query_terms(query) if query.strip() else []
        if query.strip() and not found_by:
            return Found((), more=False)
        dialect = self.engine.dialect.name
        exactly = [owner_word(reader), *([tag_word(tag)] if tag else [])]
        searched = bool(found_by or tag)

        def listed(table: NamedFromClause) -> list[ColumnElement[bool]]:
            kept = [table.c.reader == reader, table.c.discarded.is_(None)]
            kept += [table.c.saved.is_not(None)] if saved else []
            other = searched and table is not summaries
            return kept + ([search.matches(table, dialect, exactly, found_by)] if other else [])

        statement = select(summaries).where(*listed(summaries), versions.is_newest(listed))
        if searched:
            statement, order = search.narrowed(statement, dialect, exactly, found_by)
        # the page's numbers first: what is passed over is not read with its article
        numbers = statement.with_only_columns(summaries.c.number).order_by(
            order if oldest_first else order.desc()
        )
        shown = numbers.offset(page * PAGE).limit(PAGE + 1)
        by_number = summaries.c.number if oldest_first else summaries.c.number.desc()
        with self.reading() as connection:
            some = connection.execute(shown).scalars().all()
            rows = connection.execute(
                select(*LISTED).where(summaries.c.number.in_(some)).order_by(by_number)
            ).all()
        return Found(tuple(listed_entry(row) for row in rows[:PAGE]), more=len(rows) > PAGE)

    def save(self, reader: str, entry_id: str, *, saved: bool = True) -> bool:
        """Keep a summary in all its versions, or let it be forgotten. False: there is none."""
        return self._change(reader, entry_id, every_version=True, saved=time.time() if saved else None)

    def retitle(self, reader: str, entry_id: str, title: str) -> bool:
        """Give it the reader's own title."""
        return self._change(reader, entry_id, title=title)

    def correct(self, reader: str, entry_id: str, text: str | None) -> bool:
        """Keep the reader's own wording beside the original, and save it; None takes it back."""
        return self._change(reader, entry_id, correction=text, keep=text is not None)

    def tag(self, reader: str, entry_id: str, tags: Iterable[str]) -> bool:
        """Set the tags of all its versions. What is tagged is saved."""
        plain = [t for t in dict.fromkeys(" ".join(t.split()) for t in tags) if t]
        return self._change(reader, entry_id, every_version=True, tags=plain, keep=bool(plain))

    def _change(
        self, reader: str, entry_id: str, *, keep: bool = False, every_version: bool = False, **values: Any
    ) -> bool:
        with self.writing() as connection:
            every = (
                versions.ids(connection, own_entry(reader, entry_id)) if keep or every_version else [entry_id]
            )
            if keep:
                save_all(connection, reader, every)
            ids = every if every_version else [entry_id]
            changed = update(summaries).where(*of_reader(reader), summaries.c.id.in_(ids)).values(values)
            done = connection.execute(changed)
            for one in ids if done.rowcount else ():
                index_entry(connection, one)
        return bool(done.rowcount)

    def versions(self, reader: str, entry_id: str) -> list[Entry]:
        """All that were made of the same source, the newest first, without what is large."""
        with self.reading() as connection:
            ids = versions.ids(connection, own_entry(reader, entry_id))
            statement = select(*LISTED).where(*of_reader(reader), summaries.c.id.in_(ids))
            rows = connection.execute(statement.order_by(summaries.c.number.desc()))
            return [listed_entry(row) for row in rows]

    def delete(self, reader: str, entry_id: str, *, every_version: bool = False) -> bool:
        """Remove it with its questions and links, at once; or all versions of its source."""
        with self.writing() as connection:
            ids = versions.ids(connection, own_entry(reader, entry_id)) if every_version else [entry_id]
            owned = select(summaries.c.number).where(*of_reader(reader), summaries.c.id.in_(ids))
            numbers = connection.execute(owned).scalars().all()
            for number in numbers:
                search.forget(connection, number)
            connection.execute(delete(summaries).where(summaries.c.number.in_(numbers)))
        return bool(numbers)

    def readers(self) -> list[str]:
        """Everybody who has saved something."""
        with self.reading() as connection:
            statement = select(summaries.c.reader).where(summaries.c.saved.is_not(None)).distinct()
            return list(connection.execute(statement.order_by(summaries.c.reader)).scalars())

    def count(self, reader: str) -> int:
        """How many summaries a reader has saved."""
        with self.reading() as connection:
            statement = select(func.count()).where(*of_reader(reader), summaries.c.saved.is_not(None))
            return int(connection.execute(statement).scalar_one())

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _is_own(entry: Entry) -> bool:
    """Whether it was made here of an article that is here, not brought by an import."""
    return bool(entry.article and entry.result and entry.result.model not in FOREIGN_MODELS)


def _new_id() -> str:
    """128 bits that a link and a command line take: one that begins with `-` would be an option there."""
    made = secrets.token_urlsafe(16)
    return _new_id() if made.startswith("-") else made


def _result_row(result: Summary) -> dict[str, Any]:
    return {"result": dump(result), "title": result.title, "line": line_of(result)}


def index_entry(connection: Connection, entry_id: str) -> None:
    """Make what is written of a summary searchable."""
    row = connection.execute(select(summaries).where(summaries.c.id == entry_id)).one_or_none()
    if row is None:  # deleted while it was made
        return
    search.index(connection, row.number, index_words(entry_of(row), row.article_words))


def begin_size(connection: Connection, row: dict[str, Any]) -> None:
    """Count what a new summary holds."""
    values = {"summary": row["id"], "reader": row["reader"], "bytes": stored_bytes(row)}
    connection.execute(insert(sizes).values(values))


def save_all(connection: Connection, reader: str, ids: Sequence[str]) -> None:
    """Save these summaries of a reader that are not saved yet."""
    saved = func.coalesce(summaries.c.saved, time.time())
    connection.execute(
        update(summaries).where(*of_reader(reader), summaries.c.id.in_(ids)).values(saved=saved)
    )
