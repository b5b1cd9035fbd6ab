"""How much each reader keeps, for the quota."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a small table beside the large rows, and count what is there."""
    op.create_table(
        "sizes",
        sa.Column(
            "summary", sa.String(32), sa.ForeignKey("summaries.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
    )
    op.create_index("sizes_of_reader", "sizes", ["reader"])
    large = ("article", "key_sentences", "result")
    size = " + ".join(f"COALESCE(LENGTH(CAST({name} AS TEXT)), 0)" for name in large)
    op.execute(f"INSERT INTO sizes (summary, reader, bytes) SELECT id, reader, {size} FROM summaries")  # noqa: S608


def downgrade() -> None:
    """Remove it."""
    op.drop_index("sizes_of_reader", "sizes")
    op.drop_table("sizes")
