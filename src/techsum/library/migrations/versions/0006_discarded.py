"""What a list says about a summary, the words of its article, and what was discarded."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; `Library.index_articles` finds the words of old articles, which takes a while."""
    connection = op.get_bind()
    # SQLite keeps each new column at once: an upgrade that was stopped goes on
    there = {column["name"] for column in sa.inspect(connection).get_columns("summaries")}
    for column in (
        sa.Column("line", sa.Text, nullable=False, server_default=""),
        sa.Column("article_words", sa.Text),
        sa.Column("discarded", sa.Float),
    ):
        if column.name not in there:
            op.add_column("summaries", column)
    numbers = connection.execute(sa.text("SELECT number FROM summaries")).scalars().all()
    for number in numbers:
        statement = sa.text("SELECT result, key_sentences FROM summaries WHERE number = :number")
        for kept in connection.execute(statement, {"number": number}).one():
            summary = json.loads(kept) if isinstance(kept, str) else kept
            if summary:
                line = str(summary.get("line") or summary.get("summary", ""))[:200]
                filled = sa.text("UPDATE summaries SET line = :line WHERE number = :number")
                connection.execute(filled, {"line": line, "number": number})
                break


def downgrade() -> None:
    """Remove them, and what was discarded for good."""
    op.execute("DELETE FROM summaries WHERE discarded IS NOT NULL")
    for name in ("line", "article_words", "discarded"):
        op.drop_column("summaries", name)
