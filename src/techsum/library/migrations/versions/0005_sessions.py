"""Who is signed in where, so that signing out ends it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the sessions."""
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("began", sa.Float, nullable=False),
    )
    op.create_index("sessions_began", "sessions", ["began"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("sessions_began", "sessions")
    op.drop_table("sessions")
