"""Copies of a SQLite library: made and restored while it is used, and looked over."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from techsum.errors import StorageError
from techsum.files import atomic_file
from techsum.library.database import newest_form
from techsum.library.library import Library, open_library


def backup(library: Library, to: Path) -> None:
    """Copy a library: the copy is the state of one moment.

    Raises:
        StorageError: the library is PostgreSQL, which has `pg_dump`; or the copy cannot be written.
    """
    if to.exists() and to.samefile(str(library.engine.url.database or "")):
        raise StorageError("library_backup", path=to, reason="library.db")
    with closing(_connect(library)) as source:
        try:
            with atomic_file(to, private=True) as part, closing(sqlite3.connect(part)) as target:
                source.backup(target)
        except (OSError, sqlite3.Error) as error:
            raise StorageError("library_backup", path=to, reason=error) from None


def restore(url: str, copy: Path) -> Path:
    """Make a library what a copy of it is, also while a server uses it; upgraded where the copy is older.

    SQLite writes the pages in one transaction, so that no `-wal` file of before brings the old data back.

    Args:
        url: of the library.
        copy: what `backup` wrote.

    Returns:
        A copy of what the library was before.

    Raises:
        StorageError: it is no sound copy of a library, or of a newer TechSum; the library is PostgreSQL, or
            cannot be written.
    """
    if not url.startswith("sqlite"):
        raise StorageError("library_postgres")
    form = _form_of_copy(copy)
    if form > newest_form():
        raise StorageError("library_newer", now=form, known=newest_form())
    path = Path(url.removeprefix("sqlite:///"))
    before = path.with_name(f"library-before-{time.strftime('%Y%m%d-%H%M%S')}.db")
    library = open_library(url)
    try:
        backup(library, before)
        with closing(sqlite3.connect(copy)) as source, closing(_connect(library)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise StorageError("library_unwritable", reason=error) from None
    finally:
        library.close()
    open_library(url).close()  # brings an older copy to the newest form
    return before


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
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as source:
            faults = _faults(source)
            form = str(source.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise StorageError("library_no_copy", path=copy, reason=error) from None
    if faults:
        raise StorageError("library_no_copy", path=copy, reason=faults[0])
    return form


def _connect(library: Library) -> sqlite3.Connection:
    if library.engine.dialect.name != "sqlite":
        raise StorageError("library_postgres")
    return sqlite3.connect(str(library.engine.url.database), timeout=10)
