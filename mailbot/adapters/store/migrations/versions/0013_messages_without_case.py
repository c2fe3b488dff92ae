"""How many messages lately got no case is counted without looking at every such message there ever was."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.drop_index("ix_message_case", "message")
    op.create_index("ix_message_case", "message", ["case", "recorded_at"])
