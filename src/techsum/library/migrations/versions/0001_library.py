"""Summaries, questions about them, share links, and what they are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the library."""
    op.create_table(
        "summaries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("saved", sa.Float),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("article", sa.JSON),
        sa.Column("key_sentences", sa.JSON),
        sa.Column("result", sa.JSON),
        sa.Column("error", sa.JSON),
        sa.Column("correction", sa.Text),
        sa.Column("tags", sa.JSON, nullable=False, server_default="[]"),
        sqlite_autoincrement=True,
    )
    op.create_index("summaries_of_reader", "summaries", ["reader", "number"])
    op.create_index("summaries_saved", "summaries", ["reader", "saved"])
    op.create_table(
        "questions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "summary", sa.String(32), sa.ForeignKey("summaries.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("questions_of_summary", "questions", ["summary"])
    op.create_table(
        "shares",
        sa.Column("token", sa.String(32), primary_key=True),
        sa.Column(
            "summary", sa.String(32), sa.ForeignKey("summaries.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("shares_of_summary", "shares", ["summary"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE summary_words USING fts5("
            "words, tokenize='unicode61 remove_diacritics 0', prefix='1 2', detail=none, columnsize=0)"
        )
    else:
        op.execute("ALTER TABLE summaries ADD COLUMN summary_words tsvector")
        op.execute("CREATE INDEX summaries_words ON summaries USING gin (summary_words)")


def downgrade() -> None:
    """Remove the library."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE summary_words")
    op.drop_table("shares")
    op.drop_table("questions")
    op.drop_table("summaries")
