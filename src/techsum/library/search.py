"""Full-text search in the two databases: FTS5 in SQLite, a tsvector with its index in PostgreSQL.

Neither parses text: it gets the words of `words.py`, so that both find the same.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, TextClause, text


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


def matches(dialect: str, wanted: Sequence[str]) -> TextClause:
    """The condition that every wanted word begins a word of the summary."""
    if dialect == "sqlite":
        asked = " AND ".join(f'"{w}" *' for w in wanted)
        return text(
            "summaries.number IN (SELECT rowid FROM summary_words WHERE summary_words MATCH :wanted)"
        ).bindparams(wanted=asked)
    asked = " & ".join(f"'{w}':*" for w in wanted)
    return text("summaries.summary_words @@ CAST(:wanted AS tsquery)").bindparams(wanted=asked)
