"""Which summaries are versions of one source."""

import json

import sqlalchemy as sa
from alembic import op

from techsum.contracts.entry import CHECKED_BY

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column: summaries of one link are versions, a check is none, all else stands for itself."""
    connection = op.get_bind()
    if "source_id" not in {column["name"] for column in sa.inspect(connection).get_columns("summaries")}:
        op.add_column("summaries", sa.Column("source_id", sa.String(32)))
    sources: dict[tuple[str, str], str] = {}
    every = sa.text("SELECT number, id, reader, mode, source FROM summaries ORDER BY number")
    rows = connection.execute(every)
    for number, entry_id, reader, mode, source in rows.all():
        statement = sa.text("SELECT result FROM summaries WHERE number = :number")
        kept = connection.execute(statement, {"number": number}).scalar_one()
        result = json.loads(kept) if isinstance(kept, str) else kept
        if not str((result or {}).get("model", "")).startswith(CHECKED_BY):
            shared = sources.setdefault((reader, source), entry_id) if mode == "link" else entry_id
            filled = sa.text("UPDATE summaries SET source_id = :shared WHERE number = :number")
            connection.execute(filled, {"shared": shared, "number": number})
    op.create_index("summaries_versions", "summaries", ["source_id", "number"], if_not_exists=True)


def downgrade() -> None:
    """Remove it."""
    op.drop_index("summaries_versions", "summaries")
    op.drop_column("summaries", "source_id")
