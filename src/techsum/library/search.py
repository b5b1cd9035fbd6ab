"""Full-text search in the two databases: FTS5 in SQLite, a tsvector with its index in PostgreSQL.

Neither parses text: it gets the words of `words.py`, so that both find the same.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    column,
    exists,
    literal_column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.selectable import NamedFromClause

from techsum.library.tables import summaries


def index(connection: Connection, number: int, found_by: Sequence[str]) -> None:
    """Say what the summary of this number is found by."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM summary_words WHERE rowid = :n"), {"n": number})
        connection.execute(
            text("INSERT INTO summary_words(rowid, words) VALUES (:n, :w)"),
            {"n": number, "w": " ".join(found_by)},
        )
    else:
        connection.execute(
            text("UPDATE summaries SET summary_words = array_to_tsvector(:w) WHERE number = :n"),
            {"n": number, "w": list(found_by)},
        )


def forget(connection: Connection, number: int) -> None:
    """Remove a summary's words; PostgreSQL keeps them in the row itself."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM summary_words WHERE rowid = :n"), {"n": number})


def narrowed(
    statement: Select[Any], dialect: str, exactly: Sequence[str], found_by: Sequence[str]
) -> tuple[Select[Any], ColumnElement[int]]:
    """The selection of summaries, narrowed by words.

    Args:
        statement: the selection.
        dialect: the database's.
        exactly: words that it holds as they are: its owner's, a tag's.
        found_by: beginnings of words that it holds.

    Returns:
        The selection, and the column to order it by. FTS5 walks its index in the order of its rows, so that
        the first page of a common word costs a page; ordered by the other table it would cost every match.
    """
    if dialect == "sqlite":
        words = table("summary_words", column("rowid"))
        condition = text("summary_words MATCH :terms").bindparams(terms=_terms(dialect, exactly, found_by))
        return statement.join(words, words.c.rowid == summaries.c.number).where(condition), words.c.rowid
    return statement.where(matches(summaries, dialect, exactly, found_by)), summaries.c.number


def matches(
    of: NamedFromClause, dialect: str, exactly: Sequence[str], found_by: Sequence[str]
) -> ColumnElement[bool]:
    """Condition: the row of this table of summaries has these words; as for `narrowed`."""
    terms: ColumnElement[str] = bindparam("terms", _terms(dialect, exactly, found_by))
    if dialect == "sqlite":
        words = table("summary_words", column("rowid"), column("summary_words")).alias("other_words")
        return exists().where(words.c.rowid == of.c.number, words.c.summary_words.op("MATCH")(terms))
    vector: ColumnElement[Any] = literal_column(f"{of.name}.summary_words")
    return vector.op("@@", is_comparison=True)(cast(terms, TSQUERY))


def _terms(dialect: str, exactly: Sequence[str], found_by: Sequence[str]) -> str:
    if dialect == "sqlite":
        return " AND ".join([*(f'"{w}"' for w in exactly), *(f'"{w}" *' for w in found_by)])
    return " & ".join([*(f"'{w}'" for w in exactly), *(f"'{w}':*" for w in found_by)])
