"""The library's tables, the same in SQLite and PostgreSQL; `migrations` makes and changes them.

The index of links is each database's own (migration 0002). SQLite searches in an FTS5 table
`summary_words`, PostgreSQL in the column of the same name (`search.py`).
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()


def storable(value: Any) -> Any:
    """Text, or JSON with texts in it, without what no database keeps: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(k): storable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [storable(v) for v in value]
    return value


class StorableString(TypeDecorator[str]):
    """A string that may come from anybody."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """What is written, or looked for."""
        return storable(value)


class StorableText(StorableString):
    """The same, of any length."""

    impl = Text
    cache_ok = True


class StorableJSON(TypeDecorator[Any]):
    """JSON that may come from anybody."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """What is written."""
        return storable(value)


summaries = Table(
    "summaries",
    metadata,
    # in the order of creation: what a list is sorted by, and the row of the search table
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", StorableString(32), nullable=False, unique=True),
    Column("reader", StorableString(64), nullable=False),
    Column("status", StorableString(16), nullable=False),
    Column("mode", StorableString(8), nullable=False),  # link, text, file
    Column("source", StorableText, nullable=False),
    Column("options", StorableJSON, nullable=False),
    Column("created", Float, nullable=False),  # seconds since 1970, UTC
    Column("saved", Float),
    Column("title", StorableText, nullable=False, default=""),
    Column("article", StorableJSON),
    Column("key_sentences", StorableJSON),  # the key sentences, a `Summary` as `dump` gives it
    Column("result", StorableJSON),
    Column("error", StorableJSON),
    Column("correction", StorableText),
    Column("tags", StorableJSON, nullable=False, default=list),
    Column("worker", StorableString(32)),  # the process that makes it, where several share the library
    Column("language", StorableString(2), nullable=False, default="ko"),  # of its messages
    Column("stopping", Boolean, nullable=False, default=False),  # its reader wants no more of it
    Column("line", StorableText, nullable=False, default=""),  # what a list says about it
    Column("article_words", StorableText),  # what the article is found by, separated by spaces
    Column("discarded", Float),  # seconds since 1970, UTC: its reader sees it no more, and may have it back
    Column("source_id", StorableString(32)),  # shared by the versions of one source; a check has none
    Column("tries", Integer, nullable=False, default=0),  # processes that ended over it
    Index("summaries_open", "worker"),
    Index("summaries_of_reader", "reader", "number"),
    Index("summaries_saved", "reader", "saved"),
    Index("summaries_versions", "source_id", "number"),
    sqlite_autoincrement=True,
)

questions = Table(
    "questions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("summary", StorableString(32), ForeignKey("summaries.id", ondelete="CASCADE"), nullable=False),
    Column("created", Float, nullable=False),
    Column("question", StorableText, nullable=False),
    Column("answer", StorableJSON, nullable=False),
    Index("questions_of_summary", "summary"),
    sqlite_autoincrement=True,
)

shares = Table(
    "shares",
    metadata,
    Column("token", StorableString(32), primary_key=True),
    Column("summary", StorableString(32), ForeignKey("summaries.id", ondelete="CASCADE"), nullable=False),
    Column("created", Float, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    Index("shares_of_summary", "summary"),
)

sizes = Table(
    "sizes",
    metadata,
    Column("summary", StorableString(32), ForeignKey("summaries.id", ondelete="CASCADE"), primary_key=True),
    Column("reader", StorableString(64), nullable=False),
    Column("bytes", Integer, nullable=False),
    Index("sizes_of_reader", "reader"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", StorableString(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("account", StorableString(64), nullable=False),
    Column("began", Float, nullable=False),  # seconds since 1970, UTC
    Index("sessions_began", "began"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", StorableString(32), primary_key=True),
    Column("beats", Integer, nullable=False),  # grows for as long as the process lives
)

events = Table(
    "events",
    metadata,
    Column("summary", StorableString(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),  # seconds since 1970, UTC
    Column("name", StorableString(32), nullable=False),
    Column("data", StorableJSON, nullable=False),
    Column("last", Boolean, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("reader", StorableString(64), nullable=False),
    Column("url", StorableText, nullable=False),
    Column("checked", Float),  # seconds since 1970, UTC: when its reading began last
    Column("settled", Float),  # and ended
    Column("visited", Float, nullable=False),  # when its reader opened the briefing last
    Column("error", StorableText, nullable=False, default=""),
    Column("language", StorableString(2), nullable=False, default="ko"),  # of its messages
    Index("feeds_of_reader", "reader"),
    sqlite_autoincrement=True,
)

feed_items = Table(
    "feed_items",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("feed", Integer, ForeignKey("feeds.number", ondelete="CASCADE"), nullable=False),
    Column("link", StorableText, nullable=False),
    Column("summary", StorableString(32), nullable=False),  # which may have been forgotten
    Column("day", StorableString(10), nullable=False),  # 2026-11-27
    Column("tries", Integer, nullable=False),
    Column("read", Boolean, nullable=False),
    Index("feed_items_of_feed", "feed", "day"),
    Index("feed_items_of_summary", "summary"),
    sqlite_autoincrement=True,
)

keys = Table(
    "keys",
    metadata,
    Column("name", StorableString(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
