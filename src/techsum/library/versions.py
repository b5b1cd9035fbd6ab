"""Versions: the summaries that one reader had made of one source. A list shows the newest of them."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, or_, select
from sqlalchemy.sql.selectable import NamedFromClause

from techsum.library.tables import summaries

Conditions = Callable[[NamedFromClause], list[ColumnElement[bool]]]
"""What a row of this table of summaries must fulfil to be listed."""


def is_newest(conditions: Conditions) -> ColumnElement[bool]:
    """Condition: no other version that is listed too stands before it.

    The newest stands first; a failed or stopped one stands behind those that are there.
    """
    other = summaries.alias("other")
    first = or_(
        _rank(other) > _rank(summaries),
        and_(_rank(other) == _rank(summaries), other.c.number > summaries.c.number),
    )
    return ~exists().where(other.c.source_id == summaries.c.source_id, first, *conditions(other))


def _rank(table: NamedFromClause) -> ColumnElement[int]:
    return case((table.c.status.in_(("failed", "cancelled")), 0), else_=1)


def source_of_link(connection: Connection, reader: str, link: str) -> str | None:
    """The source that a link is for this reader, or None where it is new."""
    own = (summaries.c.reader == reader, summaries.c.discarded.is_(None))
    statement = (
        select(summaries.c.source_id)
        .where(*own, summaries.c.mode == "link", summaries.c.source == link)
        .where(summaries.c.source_id.is_not(None))
    )
    return connection.execute(statement.order_by(summaries.c.number.desc()).limit(1)).scalar_one_or_none()


def inherited(connection: Connection, source_id: str) -> dict[str, Any]:
    """What a new version has from those before it: whether they are saved, and their tags."""
    saved = (
        summaries.c.source_id == source_id,
        summaries.c.discarded.is_(None),
        summaries.c.saved.is_not(None),
    )
    statement = select(summaries.c.saved, summaries.c.tags).where(*saved)
    before = connection.execute(statement.order_by(summaries.c.number.desc()).limit(1)).one_or_none()
    return {"saved": before.saved, "tags": before.tags} if before else {}


def ids(connection: Connection, one: Sequence[ColumnElement[bool]]) -> list[str]:
    """The ids of all versions of the summary that fulfils these conditions, its own among them."""
    owned = select(summaries.c.id, summaries.c.source_id, summaries.c.reader).where(*one)
    row = connection.execute(owned).one_or_none()
    if row is None or row.source_id is None:
        return [row.id] if row else []
    own = (summaries.c.reader == row.reader, summaries.c.discarded.is_(None))
    of_source = select(summaries.c.id).where(*own, summaries.c.source_id == row.source_id)
    return list(dict.fromkeys([row.id, *connection.execute(of_source).scalars()]))
