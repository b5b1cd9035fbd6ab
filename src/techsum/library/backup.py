"""Copies of a SQLite library: made and restored while it is used, and looked over."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from secrets import token_hex

from sqlalchemy import make_url, update
from sqlalchemy.exc import SQLAlchemyError

from techsum.contracts.entry import OPEN, Failure
from techsum.contracts.serialization import dump
from techsum.errors import StorageError
from techsum.files import atomic_file, make_private
from techsum.library.database import make_engine, migrate_to, newest_form
from techsum.library.library import Library
from techsum.library.tables import summaries
from techsum.messages import text

_BUSY, _LOCKED = 5, 6
"""SQLite's results where somebody else writes."""
_BUSY_SECONDS = 10


def backup(library: Library, to: Path) -> None:
    """Copy a library: the copy is the state of one moment.

    Raises:
        StorageError: the library is PostgreSQL, which has `pg_dump`; or the copy cannot be written.
    """
    if to.exists() and to.samefile(str(library.engine.url.database or "")):
        raise StorageError("library_backup", path=to, reason="library.db")
    with closing(_connect(library)) as source:
        try:
            _copy(source, to)
        except (OSError, sqlite3.Error) as error:
            raise StorageError("library_backup", path=to, reason=error) from None


def _copy(source: sqlite3.Connection, to: Path) -> None:
    """Copy what a connection sees into a file that only this user can read."""
    with atomic_file(to, private=True) as part, closing(sqlite3.connect(part)) as target:
        source.backup(target)


def restore(url: str, copy: Path) -> Path:
    """Make a library what a copy of it is, also while a server uses it; an older copy is upgraded first.

    SQLite writes the pages in one transaction, so that no `-wal` file of before brings the old data back, and
    what the library was is copied inside of it: no write is in neither.

    Args:
        url: of the library.
        copy: what `backup` wrote.

    Returns:
        A copy of what the library was before.

    Raises:
        StorageError: it is no sound copy of a library, or of a newer TechSum; the library is PostgreSQL, is
            being written all the time, or cannot be written.
    """
    if not url.startswith("sqlite"):
        raise StorageError("library_postgres")
    path = Path(str(make_url(url).database))
    before = path.with_name(f"library-before-{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(2)}.db")
    prepared = path.with_name(f".restore.{token_hex(6)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(prepared)
        _prepare(copy, prepared)
        _set_aside_what_is_no_database(path, before)
        make_private(path)
        _replace(path, prepared, before)
    except (OSError, sqlite3.Error) as error:
        raise StorageError("library_unwritable", reason=error) from None
    finally:
        prepared.unlink(missing_ok=True)
        _unlink_logs(prepared)
    return before


def _prepare(copy: Path, to: Path) -> None:
    """Copy a sound copy, and bring it to the newest form; what was being made then is interrupted."""
    from alembic.util import CommandError

    form = _form_of_copy(copy)
    if form > newest_form():
        raise StorageError("library_newer", now=form, known=newest_form())
    with closing(_read_only(copy)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    try:
        engine = make_engine(f"sqlite:///{to}")
        migrate_to(engine, newest_form())  # whatever TECHSUM_MIGRATE says of the library itself
        library = Library(engine)
        try:
            library.count("")
            failure = dump(Failure("interrupted", text("job_interrupted")))
            with library.writing() as connection:
                unfinished = update(summaries).where(summaries.c.status.in_(OPEN))
                connection.execute(unfinished.values(status="failed", error=failure))
        finally:
            library.close()
    except (StorageError, SQLAlchemyError, CommandError) as error:
        raise StorageError("library_no_copy", path=copy, reason=str(error).splitlines()[0]) from None


def _set_aside_what_is_no_database(path: Path, before: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as live:
            live.execute("PRAGMA schema_version")
    except sqlite3.DatabaseError:
        path.rename(before)
        _unlink_logs(path)


def _unlink_logs(path: Path) -> None:
    """Remove the files that SQLite keeps beside a database."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _replace(path: Path, prepared: Path, before: Path) -> None:
    began, copied = time.monotonic(), before.exists()

    def step(status: int, _remaining: int, _total: int) -> None:
        nonlocal copied
        if status in (_BUSY, _LOCKED):
            if time.monotonic() - began > _BUSY_SECONDS:
                raise sqlite3.OperationalError("database is locked")
        elif not copied:  # the first pages are written, so nobody else can write until all are
            copied = True
            with closing(sqlite3.connect(path)) as live:
                _copy(live, before)

    with closing(sqlite3.connect(prepared)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target, pages=8, progress=step)  # fewer than an empty library has


def integrity(library: Library) -> list[str]:
    """What is wrong with the database's file; empty: nothing.

    Raises:
        StorageError: the library is PostgreSQL, which checks itself.
    """
    with closing(_connect(library)) as source:
        return _faults(source)


def _faults(source: sqlite3.Connection) -> list[str]:
    lines = [row[0] for row in source.execute("PRAGMA integrity_check")]
    broken = [f"{table} {row}" for table, row, *_ in source.execute("PRAGMA foreign_key_check")]
    return [line for line in lines if line != "ok"] + broken


def _form_of_copy(copy: Path) -> str:
    """The form of a sound copy."""
    if not copy.is_file():  # SQLite would make one
        raise StorageError("library_no_copy", path=copy, reason="-")
    try:
        with closing(_read_only(copy)) as source:
            faults = _faults(source)
            form = str(source.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise StorageError("library_no_copy", path=copy, reason=error) from None
    if faults:
        raise StorageError("library_no_copy", path=copy, reason=faults[0])
    return form


def _read_only(copy: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)


def _connect(library: Library) -> sqlite3.Connection:
    if library.engine.dialect.name != "sqlite":
        raise StorageError("library_postgres")
    return sqlite3.connect(str(library.engine.url.database), timeout=10)
