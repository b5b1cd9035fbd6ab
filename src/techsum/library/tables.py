"""The library's tables, the same in SQLite and PostgreSQL; `migrations` makes and changes them.

The index of links is each database's own (migration 0002). SQLite searches in an FTS5 table
`summary_words`, PostgreSQL in the column of the same name (`search.py`).
"""

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
)

metadata = MetaData()

summaries = Table(
    "summaries",
    metadata,
    # in the order of creation: what a list is sorted by, and the row of the search table
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("reader", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("mode", String(8), nullable=False),  # link, text, file
    Column("source", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("created", Float, nullable=False),  # seconds since 1970, UTC
    Column("saved", Float),
    Column("title", Text, nullable=False, default=""),
    Column("article", JSON),
    Column("key_sentences", JSON),  # the key sentences, as `Summary.as_dict` gives them
    Column("result", JSON),
    Column("error", JSON),
    Column("correction", Text),
    Column("tags", JSON, nullable=False, default=list),
    Column("worker", String(32)),  # the process that makes it, where several share the library
    Column("language", String(2), nullable=False, default="ko"),  # of its messages
    Column("stopping", Boolean, nullable=False, default=False),  # its reader wants no more of it
    Column("tries", Integer, nullable=False, default=0),  # processes that ended over it
    Index("summaries_open", "worker"),
    Index("summaries_of_reader", "reader", "number"),
    Index("summaries_saved", "reader", "saved"),
    sqlite_autoincrement=True,
)

questions = Table(
    "questions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("summary", String(32), ForeignKey("summaries.id", ondelete="CASCADE"), nullable=False),
    Column("created", Float, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Index("questions_of_summary", "summary"),
    sqlite_autoincrement=True,
)

shares = Table(
    "shares",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("summary", String(32), ForeignKey("summaries.id", ondelete="CASCADE"), nullable=False),
    Column("created", Float, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    Index("shares_of_summary", "summary"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("beats", Integer, nullable=False),  # grows for as long as the process lives
)

events = Table(
    "events",
    metadata,
    Column("summary", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),  # seconds since 1970, UTC
    Column("name", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("last", Boolean, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
