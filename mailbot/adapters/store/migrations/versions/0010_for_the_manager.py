"""What the next digest tells a manager of single messages is found without looking at every event."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    lately = sa.text("kind = 'for-the-manager'")
    op.create_index("ix_event_for_the_manager", "event", ["at"], unique=False, sqlite_where=lately, postgresql_where=lately)
