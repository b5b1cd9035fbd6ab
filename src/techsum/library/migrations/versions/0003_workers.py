"""Several server processes over one library: who makes a summary, what they tell each other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns of a summary that is being made, and the tables that processes share."""
    op.add_column("summaries", sa.Column("worker", sa.String(32)))
    op.add_column("summaries", sa.Column("language", sa.String(2), nullable=False, server_default="ko"))
    op.add_column("summaries", sa.Column("stopping", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("summaries", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    op.create_index("summaries_open", "summaries", ["worker"])
    op.create_table(
        "workers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("beats", sa.Integer, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("summary", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("last", sa.Boolean, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove them."""
    for table in ("keys", "events", "workers"):
        op.drop_table(table)
    op.drop_index("summaries_open", "summaries")
    for column in ("tries", "stopping", "language", "worker"):
        op.drop_column("summaries", column)
