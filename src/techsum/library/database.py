"""The databases: how one is opened, and brought to the newest form."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from techsum.errors import StorageError, UsageError
from techsum.files import make_private
from techsum.settings import settings

_BUSY_SECONDS = 10
_MIGRATING = 7_427_311
"""The number of our advisory lock; any that nobody else in the database takes."""
_KEPT_CONNECTIONS = 5
"""Of a process to PostgreSQL; what more it needs for a moment it closes again."""
_MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up(engine: Engine) -> None:
    """Migrate, one process at a time; nothing is done where the form is the newest.

    Raises:
        StorageError: the library is of a newer TechSum, or of an older one and `TECHSUM_MIGRATE` is off.
    """
    if revision(engine) == newest_form():  # alembic takes 10 MB, for a database that is nearly always there
        return
    with _alone(engine):
        now = revision(engine)
        if now is not None and now > newest_form():
            raise StorageError("library_newer", now=now, known=newest_form())
        if now != newest_form():
            if not settings().migrate:
                raise StorageError("library_older", now=now or "-", known=newest_form())
            migrate(engine)


def migrate_to(engine: Engine, target: str) -> None:
    """Bring the library to this revision, up or down, one process at a time.

    Raises:
        UsageError: there is no such revision.
        StorageError: the library is of a newer TechSum, which alone knows the way down.
    """
    if target not in revisions():
        raise UsageError("library_no_revision", revision=target, known=", ".join(revisions()))
    with _alone(engine):
        now = revision(engine)
        if now is not None and now > newest_form():
            raise StorageError("library_newer", now=now, known=newest_form())
        if now != target:
            migrate(engine, target, down=now is not None and target < now)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Be the only process that migrates; SQLite sees to it by itself."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _MIGRATING})
        connection.commit()
        try:
            yield
        finally:  # the pool keeps the connection, and with it the lock
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _MIGRATING})
            connection.commit()


def migrate(engine: Engine, to: str = "head", *, down: bool = False) -> None:
    """Bring the tables up to a revision, or `down` to one; `base` removes them."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, to)


def revision(engine: Engine) -> str | None:
    """The form that a database has, or None where it is empty."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def newest_form() -> str:
    """The newest form of the tables that this version knows."""
    return revisions()[-1]


def revisions() -> list[str]:
    """All forms of the tables that this version knows, the oldest first: `0001` and on."""
    return sorted(path.stem.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def as_json(value: Any) -> str:
    """JSON as it is kept: a Hangul syllable as itself (three bytes), not as its number (six)."""
    return json.dumps(value, ensure_ascii=False)


def make_engine(url: str) -> Engine:
    """The database at this address; a file is made where there is none."""
    if not url.startswith("sqlite"):
        most = settings().database_connections
        kept = min(most, _KEPT_CONNECTIONS)
        return create_engine(
            url, pool_size=kept, max_overflow=most - kept, pool_pre_ping=True, json_serializer=as_json
        )
    path = url.removeprefix("sqlite:///")
    try:
        # what people read is theirs alone: no other user of the machine opens the folder
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path:
            make_private(Path(path))
    except OSError as error:
        raise StorageError("library_closed", reason=error.strerror) from None
    # a connection each: SQLite opens in 0.1 ms, and none is shared between threads
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS}, json_serializer=as_json
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what was saved stays saved when the power goes
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


def reason(error: SQLAlchemyError) -> str:
    """Its first line; of a database's own error, without the statement."""
    return str(getattr(error, "orig", None) or error).splitlines()[0][:200]
