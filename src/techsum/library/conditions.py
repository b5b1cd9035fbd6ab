"""Conditions on the table of summaries: whose they are."""

from sqlalchemy import ColumnElement

from techsum.library.tables import summaries


def of_reader(reader: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions: the summary is this reader's, who did not discard it."""
    return summaries.c.reader == reader, summaries.c.discarded.is_(None)


def own_entry(reader: str, entry_id: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions: it is the reader's summary of this id."""
    return *of_reader(reader), summaries.c.id == entry_id


def owner_word(reader: str) -> str:
    """A word that stands in every summary of one reader, so that a search looks at these alone."""
    return "reader" + "".join(c for c in reader.lower() if c.isalnum())
