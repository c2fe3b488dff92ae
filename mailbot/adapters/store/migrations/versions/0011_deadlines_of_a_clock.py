"""The deadlines of a clock that have not fired are found by one index: a planner without figures went through all open ones."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_index("ix_deadline_clock", "deadline")
    op.create_index("ix_deadline_clock", "deadline", ["clock", "fired_at"])
