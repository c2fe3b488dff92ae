"""What people say the class of a case is, for mailbot to learn from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.Column("old_class", sa.String(length=400), nullable=False),
        sa.Column("new_class", sa.String(length=400), nullable=False),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_correction_case_case")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_correction_message_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_case"), "correction", ["case"])
