"""The receipts of the last hours, so that a flood of them is capped whoever they go to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailbox", sa.Integer(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox"], ["mailbox.id"], name=op.f("fk_answer_mailbox_mailbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_at", "answer", ["at", "mailbox"])
    op.create_index("ix_answer_domain_at", "answer", ["domain", "at"])
    op.create_index("ix_answer_shape_at", "answer", ["shape", "at"])
