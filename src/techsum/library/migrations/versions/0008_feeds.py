"""Feeds, and the articles that came from them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "feeds",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("checked", sa.Float),
        sa.Column("settled", sa.Float),
        sa.Column("visited", sa.Float, nullable=False),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.String(2), nullable=False, server_default="ko"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_table(
        "feed_items",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("feed", sa.Integer, sa.ForeignKey("feeds.number", ondelete="CASCADE"), nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("summary", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("read", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    # apart from their tables: SQLite keeps each at once, and an upgrade that was stopped goes on
    op.create_index("feeds_of_reader", "feeds", ["reader"], if_not_exists=True)
    op.create_index("feed_items_of_feed", "feed_items", ["feed", "day"], if_not_exists=True)
    op.create_index("feed_items_of_summary", "feed_items", ["summary"], if_not_exists=True)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("feed_items")
    op.drop_table("feeds")
