"""Tags are found by the search index, and a link that comes again by one of its own."""

import json

import sqlalchemy as sa
from alembic import op

from techsum.library.words import tag_word

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index, and a word for each tag to what a summary is found by."""
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        op.execute("CREATE INDEX summaries_links ON summaries (reader, source)")
        add = "UPDATE summary_words SET words = words || ' ' || :word WHERE rowid = :number"
    else:
        # a link may be longer than a row of a sorted index
        op.execute("CREATE INDEX summaries_links ON summaries USING hash (source)")
        add = (
            "UPDATE summaries SET summary_words = summary_words || array_to_tsvector(ARRAY[:word])"
            " WHERE number = :number"
        )
    rows = connection.execute(
        sa.text("SELECT number, tags FROM summaries WHERE CAST(tags AS TEXT) <> '[]'")
    ).all()
    for number, tags in rows:
        for tag in json.loads(tags) if isinstance(tags, str) else tags:
            connection.execute(sa.text(add), {"word": tag_word(tag), "number": number})


def downgrade() -> None:
    """Remove the index; the words of tags do no harm."""
    op.execute("DROP INDEX summaries_links")
