"""Full-text search in the two databases: FTS5 in SQLite, a tsvector with its index in PostgreSQL.

Neither parses text: it gets the words of `words.py`, so that both find the same.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, column, table, text

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
        terms = " AND ".join([*(f'"{w}"' for w in exactly), *(f'"{w}" *' for w in found_by)])
        words = table("summary_words", column("rowid"))
        condition = text("summary_words MATCH :terms").bindparams(terms=terms)
        return statement.join(words, words.c.rowid == summaries.c.number).where(condition), words.c.rowid
    terms = " & ".join([*(f"'{w}'" for w in exactly), *(f"'{w}':*" for w in found_by)])
    condition = text("summaries.summary_words @@ CAST(:terms AS tsquery)").bindparams(terms=terms)
    return statement.where(condition), summaries.c.number
