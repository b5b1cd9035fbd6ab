"""The store of summaries: SQLite in the user's data folder, or PostgreSQL for many readers.

Everything that a reader may do takes the reader's name, and touches that reader's summaries alone.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from techsum.article import Article
from techsum.errors import StorageError
from techsum.library import search
from techsum.library.entries import (
    Entry,
    Found,
    Question,
    Request,
    Status,
)
from techsum.library.tables import questions, shares, sizes, summaries
from techsum.library.words import SEARCHED_CHARACTERS, asked, tag_word, words

PAGE = 20
"""Entries of one page of a list."""

_PUT_IN = 5
"""Entries of an import that are written at a time: some 20 ms in which nobody else writes."""
_BUSY_SECONDS = 10
_MIGRATING = 7_427_311
"""The number of our advisory lock; any that nobody else in the database takes."""
_MIGRATIONS = Path(__file__).parent / "migrations"
OPEN: tuple[Status, ...] = ("queued", "running")
"""Of what is not over yet."""


def open_library(url: str) -> "Library":
    """The library at this address, brought to the newest form.

    Args:
        url: `sqlite:///PATH` or `postgresql+psycopg://…`.

    Raises:
        StorageError: it cannot be opened.
    """
    engine = _engine(url)
    try:
        if _revision(engine) != _newest():  # alembic takes 10 MB, for a database that is nearly always there
            _bring_up(engine)
    except DBAPIError as error:
        raise StorageError("library_closed", reason=_reason(error)) from None
    return Library(engine)


def _bring_up(engine: Engine) -> None:
    """Migrate, one process at a time."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # the lock is given back with the connection
            connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _MIGRATING})
            connection.commit()
        now = _revision(engine)
        if now is not None and now > _newest():
            raise StorageError("library_newer", now=now, known=_newest())
        if now != _newest():
            migrate(engine)
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _MIGRATING})


def migrate(engine: Engine, to: str = "head", *, down: bool = False) -> None:
    """Bring the tables up to a revision, or `down` to one; `base` removes them."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, to)


def _revision(engine: Engine) -> str | None:
    """The form that a database has, or None where it is empty."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _newest() -> str:
    return max(path.stem for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    path = url.removeprefix("sqlite:///")
    try:
        # what people read is theirs alone: no other user of the machine opens the folder
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("library_closed", reason=error.strerror) from None
    # a connection each: SQLite opens in 0.1 ms, and none is shared between threads
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what was saved stays saved when the power goes
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


class Library:
    """Summaries by reader. Get one from `open_library`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        sqlite = engine.dialect.name == "sqlite"
        self._writer: AbstractContextManager[Any] = _Queue() if sqlite else nullcontext()

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
            raise StorageError("library_unwritable", reason=_reason(error)) from None

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
            raise StorageError("library_closed", reason=_reason(error)) from None

    # -- a summary comes into being --------------------------------------------------------------------

    def begin(
        self,
        reader: str,
        request: Request,
        article: Article | None = None,
        *,
        worker: str | None = None,
        language: str = "ko",
    ) -> Entry:
        """Keep what a reader asked for, and its article where it is known; queued from here on.

        Args:
            reader: whose.
            request: the wish.
            article: what was read already.
            worker: the process that makes it, where several share the library (`work.py`).
            language: of its messages.
        """
        values = {
            "id": secrets.token_urlsafe(16),
            "reader": reader,
            "status": "queued",
            "mode": request.mode,
            "source": request.source,
            "options": request.options,
            "created": time.time(),
            "title": (article.title or "") if article else "",
            "article": _article_row(article),
            "tags": [],
            "worker": worker,
            "language": language,
        }
        with self.writing() as connection:
            connection.execute(insert(summaries).values(values))
            _begin_size(connection, values)
        return cast("Entry", self.get(reader, str(values["id"])))

    # What `worker` says stands only while the summary is its own: another may have taken it over.

    def read(self, entry_id: str, article: Article, keys: dict[str, Any], worker: str | None = None) -> None:
        """The article was read, and its key sentences are there."""
        self._set(
            entry_id,
            worker,
            status="running",
            article=_article_row(article),
            key_sentences=keys,
            title=article.title or keys["title"],
        )

    def finish(self, entry_id: str, result: dict[str, Any], worker: str | None = None) -> None:
        """The summary is done."""
        self._set(entry_id, worker, status="done", result=result, title=result["title"])

    def fail(self, entry_id: str, kind: str, message: str, worker: str | None = None) -> None:
        """It could not be made."""
        self._set(entry_id, worker, status="failed", error={"kind": kind, "message": message})

    def cancel(self, entry_id: str, worker: str | None = None, result: dict[str, Any] | None = None) -> None:
        """The reader stopped it; `result` is what was written so far."""
        written = {"result": result, "title": result["title"]} if result else {}
        self._set(entry_id, worker, status="cancelled", **written)

    def interrupt(self, kind: str, message: str) -> int:
        """Say of everything unfinished that it was interrupted: when a server starts. Returns how many."""
        with self.writing() as connection:
            done = connection.execute(
                update(summaries)
                .where(summaries.c.status.in_(OPEN))
                .values(status="failed", error={"kind": kind, "message": message})
            )
        return int(done.rowcount)

    def _set(self, entry_id: str, worker: str | None, /, **values: Any) -> None:
        mine = [summaries.c.id == entry_id]
        _analyse(values)
        if worker:
            mine.append(summaries.c.worker == worker)
        with self.writing() as connection:
            done = connection.execute(update(summaries).where(*mine).values(values))
            if done.rowcount and "title" in values:
                self._index(connection, entry_id)
            if done.rowcount and (size := _size(values)):
                grown = sizes.c.bytes + size
                connection.execute(update(sizes).where(sizes.c.summary == entry_id).values(bytes=grown))

    def _index(self, connection: Connection, entry_id: str) -> None:
        row = connection.execute(select(summaries).where(summaries.c.id == entry_id)).one_or_none()
        if row is None:  # deleted while it was made
            return
        search.index(connection, row.number, _found_by(entry_of(row)))

    # -- what a reader does with it --------------------------------------------------------------------

    def get(self, reader: str, entry_id: str) -> Entry | None:
        """The reader's summary of this id, or None: another reader's is none."""
        with self.reading() as connection:
            row = connection.execute(select(summaries).where(*_own(reader, entry_id))).one_or_none()
        return entry_of(row) if row else None

    def of_source(self, reader: str, source: str, options: dict[str, Any]) -> Entry | None:
        """The reader's newest finished summary of this link with these options."""
        with self.reading() as connection:
            rows = connection.execute(
                select(summaries)
                .where(summaries.c.reader == reader, summaries.c.mode == "link", summaries.c.source == source)
                .where(summaries.c.status == "done")
                .order_by(summaries.c.number.desc())
                .limit(PAGE)
            )
            return next((entry_of(row) for row in rows if row.options == options), None)

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
        """A page of the reader's summaries, the newest first.

        Args:
            reader: whose.
            query: words, or initial consonants (`ㅇㅈㅅㄱ`); all must be found.
            tag: only those with this tag.
            saved: only those that the reader saved.
            page: from 0.
            oldest_first: the other way round.
        """
        order: ColumnElement[int] = summaries.c.number
        wanted = select(summaries).where(summaries.c.reader == reader)
        if saved:
            wanted = wanted.where(summaries.c.saved.is_not(None))
        # a list asks nothing of Kiwi, whose first analysis takes a second
        found_by = asked(query) if query.strip() else []
        if query.strip() and not found_by:
            return Found((), more=False)
        if found_by or tag:
            exactly = [_owner(reader), *([tag_word(tag)] if tag else [])]
            wanted, order = search.narrowed(wanted, self.engine.dialect.name, exactly, found_by)
        # the page's numbers first: what is passed over is not read with its article
        numbers = wanted.with_only_columns(summaries.c.number).order_by(
            order if oldest_first else order.desc()
        )
        shown = numbers.offset(page * PAGE).limit(PAGE + 1)
        by_number = summaries.c.number if oldest_first else summaries.c.number.desc()
        with self.reading() as connection:
            some = connection.execute(shown).scalars().all()
            rows = connection.execute(
                select(*_LISTED).where(summaries.c.number.in_(some)).order_by(by_number)
            ).all()
        return Found(tuple(_listed(row) for row in rows[:PAGE]), more=len(rows) > PAGE)

    def save(self, reader: str, entry_id: str, *, saved: bool = True) -> bool:
        """Keep a summary, or let it be forgotten. False: the reader has no such summary."""
        return self._change(reader, entry_id, saved=time.time() if saved else None)

    def retitle(self, reader: str, entry_id: str, title: str) -> bool:
        """Give it the reader's own title."""
        return self._change(reader, entry_id, title=title)

    def correct(self, reader: str, entry_id: str, text: str | None) -> bool:
        """Keep the reader's own wording beside the original, and save it; None takes it back."""
        return self._change(reader, entry_id, correction=text, keep=text is not None)

    def tag(self, reader: str, entry_id: str, tags: Iterable[str]) -> bool:
        """Set its tags. What is tagged is saved."""
        plain = [t for t in dict.fromkeys(" ".join(t.split()) for t in tags) if t]
        return self._change(reader, entry_id, tags=plain, keep=bool(plain))

    def _change(self, reader: str, entry_id: str, *, keep: bool = False, **values: Any) -> bool:
        if keep:
            values["saved"] = func.coalesce(summaries.c.saved, time.time())
        with self.writing() as connection:
            done = connection.execute(update(summaries).where(*_own(reader, entry_id)).values(values))
            if done.rowcount:
                self._index(connection, entry_id)
        return bool(done.rowcount)

    def delete(self, reader: str, entry_id: str) -> bool:
        """Remove it with its questions and links."""
        with self.writing() as connection:
            number = connection.execute(
                select(summaries.c.number).where(*_own(reader, entry_id))
            ).scalar_one_or_none()
            if number is None:
                return False
            search.forget(connection, number)
            connection.execute(delete(summaries).where(summaries.c.number == number))
        return True

    def forget(self, before: float) -> int:
        """Remove what nobody saved and was asked for before this moment. Returns how many."""
        old = [summaries.c.saved.is_(None), summaries.c.created < before, summaries.c.status.not_in(OPEN)]
        with self.writing() as connection:
            numbers = connection.execute(select(summaries.c.number).where(*old)).scalars().all()
            for number in numbers:
                search.forget(connection, number)
            connection.execute(delete(summaries).where(summaries.c.number.in_(numbers)))
        return len(numbers)

    # -- questions and share links ---------------------------------------------------------------------

    def answered(self, reader: str, entry_id: str, question: str, answer: dict[str, Any]) -> bool:
        """Keep a question and its answer."""
        if not self.get(reader, entry_id):
            return False
        values = {"summary": entry_id, "created": time.time(), "question": question, "answer": answer}
        try:
            with self.writing() as connection:
                connection.execute(insert(questions).values(values))
        except IntegrityError:  # deleted while the answer was written
            return False
        return True

    def questions(self, reader: str, entry_id: str) -> list[Question]:
        """The questions about it, in order."""
        with self.reading() as connection:
            rows = connection.execute(
                select(questions)
                .join(summaries, summaries.c.id == questions.c.summary)
                .where(*_own(reader, entry_id))
                .order_by(questions.c.number)
            )
            return [Question(r.number, r.created, r.question, dict(r.answer)) for r in rows]

    def share(self, reader: str, entry_id: str) -> str | None:
        """A token with which anyone may read it, until it is revoked. What is shared is saved."""
        with self.writing() as connection:
            if not connection.execute(select(summaries.c.id).where(*_own(reader, entry_id))).first():
                return None
            saved = func.coalesce(summaries.c.saved, time.time())
            connection.execute(update(summaries).where(*_own(reader, entry_id)).values(saved=saved))
            token = secrets.token_urlsafe(16)
            connection.execute(
                insert(shares).values(token=token, summary=entry_id, created=time.time(), revoked=False)
            )
        return token

    def revoke(self, reader: str, entry_id: str) -> int:
        """End all share links of a summary. Returns how many there were."""
        with self.writing() as connection:
            owned = select(summaries.c.id).where(*_own(reader, entry_id)).scalar_subquery()
            done = connection.execute(
                update(shares)
                .where(shares.c.summary == owned, shares.c.revoked.is_(False))
                .values(revoked=True)
            )
        return int(done.rowcount)

    def is_shared(self, reader: str, entry_id: str) -> bool:
        """Whether a share link shows it."""
        with self.reading() as connection:
            wanted = (
                select(shares.c.token)
                .join(summaries, summaries.c.id == shares.c.summary)
                .where(*_own(reader, entry_id), shares.c.revoked.is_(False))
            )
            return connection.execute(wanted).first() is not None

    def shared(self, token: str) -> Entry | None:
        """The summary that a share link shows, or None."""
        with self.reading() as connection:
            row = connection.execute(
                select(summaries)
                .join(shares, shares.c.summary == summaries.c.id)
                .where(shares.c.token == token, shares.c.revoked.is_(False), summaries.c.status == "done")
            ).one_or_none()
        return entry_of(row) if row else None

    def adopt(self, visitor: str, account: str) -> int:
        """Give an account what its reader made before signing in. Returns how many summaries."""
        with self.writing() as connection:
            owned = select(summaries.c.id).where(summaries.c.reader == visitor)
            ids = connection.execute(owned).scalars().all()
            connection.execute(update(summaries).where(summaries.c.reader == visitor).values(reader=account))
            connection.execute(update(sizes).where(sizes.c.reader == visitor).values(reader=account))
            for entry_id in ids:
                self._index(connection, entry_id)
        return len(ids)

    # -- all of it ---------------------------------------------------------------------------------------

    def everything(self, reader: str) -> Iterator[Entry]:
        """All of a reader's saved summaries, the oldest first."""
        last = 0
        while True:
            # after the last one, not by page: what is deleted meanwhile moves nothing
            wanted = (
                select(summaries)
                .where(summaries.c.reader == reader, summaries.c.saved.is_not(None))
                .where(summaries.c.number > last)
                .order_by(summaries.c.number)
                .limit(PAGE)
            )
            with self.reading() as connection:
                rows = connection.execute(wanted).all()
            if not rows:
                return
            last = rows[-1].number
            yield from map(entry_of, rows)

    def readers(self) -> list[str]:
        """Everybody who has saved something."""
        with self.reading() as connection:
            wanted = select(summaries.c.reader).where(summaries.c.saved.is_not(None)).distinct()
            return list(connection.execute(wanted.order_by(summaries.c.reader)).scalars())

    def add(self, entries: Iterable[Entry]) -> list[str]:
        """Put in summaries that come from elsewhere; those that are here already stay.

        They are put in a few at a time: nobody else can write meanwhile, so what takes long is done before.

        Returns:
            The ids of those that were put in.
        """
        added, rest = [], iter(entries)
        while some := [(entry, _found_by(entry)) for entry in islice(rest, _PUT_IN)]:
            with self.writing() as connection:
                for entry, found_by in some:
                    known = select(summaries.c.id).where(summaries.c.id == entry.id)
                    if not connection.execute(known).first():
                        row = _row(entry)
                        kept = insert(summaries).values(row).returning(summaries.c.number)
                        search.index(connection, connection.execute(kept).scalar_one(), found_by)
                        _begin_size(connection, row)
                        added.append(entry.id)
        return added

    def count(self, reader: str) -> int:
        """How many summaries a reader has saved."""
        with self.reading() as connection:
            wanted = select(func.count()).where(summaries.c.reader == reader, summaries.c.saved.is_not(None))
            return int(connection.execute(wanted).scalar_one())

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _found_by(entry: Entry) -> list[str]:
    """The words that a summary is found by: its owner's, its tags', those of its title and its text."""
    summary = entry.correction or (entry.result or entry.keys or {}).get("summary", "")
    written = words(_searched(entry.title, entry.tags, summary))
    return [_owner(entry.reader), *map(tag_word, entry.tags), *written]


def _searched(title: str, tags: Iterable[str], summary: str) -> str:
    return " ".join((title, *tags, summary))[:SEARCHED_CHARACTERS]


def _analyse(values: dict[str, Any]) -> None:
    """Find the words of a new title and text before the database is locked for them: they are remembered."""
    if "title" in values:
        summary = (values.get("result") or values.get("key_sentences") or {}).get("summary", "")
        words(_searched(values["title"], (), summary))


def _size(values: dict[str, Any]) -> int:
    """Characters of JSON that these values take."""
    large = (values.get(name) for name in ("article", "key_sentences", "result"))
    return sum(len(json.dumps(v, ensure_ascii=False)) for v in large if v)


def _begin_size(connection: Connection, row: dict[str, Any]) -> None:
    values = {"summary": row["id"], "reader": row["reader"], "bytes": _size(row)}
    connection.execute(insert(sizes).values(values))


class _Queue:
    """A lock that goes to whoever has waited longest: an import writes often, others want to as well."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last = self._serving = 0

    def __enter__(self) -> None:
        """Wait for the turn."""
        with self._changed:
            ticket, self._last = self._last, self._last + 1
            self._changed.wait_for(lambda: self._serving == ticket)

    def __exit__(self, *_error: object) -> None:
        """Give it to the next."""
        with self._changed:
            self._serving += 1
            self._changed.notify_all()


def _own(reader: str, entry_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return summaries.c.reader == reader, summaries.c.id == entry_id


def _owner(reader: str) -> str:
    """A word that stands in every summary of one reader, so that a search looks at these alone."""
    return "reader" + "".join(c for c in reader.lower() if c.isalnum())


# an article, its key sentences and its summary may have megabytes
_LISTED = [c for c in summaries.c if c.name not in ("article", "key_sentences", "result")]


def _listed(row: Row[Any]) -> Entry:
    return _entry(row, None, None, None)


def entry_of(row: Row[Any]) -> Entry:
    """The summary of a row of its table."""
    return _entry(row, row.article, row.key_sentences, row.result)


def _article_row(article: Article | None) -> dict[str, Any] | None:
    """An article as it is kept, with the places of its sentences where they are known by now."""
    if article is None:
        return None
    known = vars(article).get("sentences")  # a cached property: nothing is split for this
    return article.as_dict() | ({"spans": [[s.start, s.end] for s in known]} if known else {})


def _entry(
    row: Row[Any],
    article: dict[str, Any] | None,
    keys: dict[str, Any] | None,
    result: dict[str, Any] | None,
) -> Entry:
    article = dict(article) if article else None
    spans = article.pop("spans", ()) if article else ()
    return Entry(
        id=row.id,
        reader=row.reader,
        status=row.status,
        request=Request(row.mode, row.source, dict(row.options)),
        created=row.created,
        saved=row.saved,
        title=row.title,
        article=Article.from_dict(article) if article else None,
        keys=keys,
        result=result,
        error=row.error,
        correction=row.correction,
        tags=tuple(row.tags),
        spans=tuple((start, end) for start, end in spans),
    )


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "reader": entry.reader,
        "status": entry.status,
        "mode": entry.request.mode,
        "source": entry.request.source,
        "options": entry.request.options,
        "created": entry.created,
        "saved": entry.saved,
        "title": entry.title,
        "article": _article_row(entry.article),
        "key_sentences": entry.keys,
        "result": entry.result,
        "error": entry.error,
        "correction": entry.correction,
        "tags": list(entry.tags),
    }


def _reason(error: SQLAlchemyError) -> str:
    """Its first line; of a database's own error, without the statement."""
    return str(getattr(error, "orig", None) or error).splitlines()[0][:200]
