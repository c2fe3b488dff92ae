"""What staff send, held against the standard: which messages, what was found, and what somebody is spared."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "staff_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=True),
        sa.Column("team", sa.String(length=400), nullable=True),
        sa.Column("outcome", sa.String(length=400), nullable=True),
        sa.Column("why", sa.String(length=400), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailbox"], ["mailbox.id"], name=op.f("fk_staff_mail_mailbox_mailbox")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_staff_mail_message_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_mail")),
    )
    op.create_index("ix_staff_mail_month", "staff_mail", ["month", "team"], unique=False)
    open_mail = sa.text("judged_at IS NULL")
    op.create_index("ix_staff_mail_waiting", "staff_mail", ["id"], sqlite_where=open_mail, postgresql_where=open_mail)
    op.create_table(
        "standard_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.Column("mailbox", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("team", sa.String(length=400), nullable=False),
        sa.Column("rule", sa.String(length=400), nullable=False),
        sa.Column("clause", sa.String(length=400), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.Column("offsets", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailbox"], ["mailbox.id"], name=op.f("fk_standard_finding_mailbox_mailbox")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_standard_finding_message_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_finding")),
    )
    op.create_index("ix_standard_finding_month", "standard_finding", ["month", "team"], unique=False)
    op.create_index("ix_standard_finding_person", "standard_finding", ["person", "month"], unique=False)
    untold = sa.text("told_at IS NULL")
    op.create_index("ix_standard_finding_untold", "standard_finding", ["id"], sqlite_where=untold, postgresql_where=untold)
    op.create_table(
        "standard_waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_waiver")),
    )
    op.create_index(op.f("ix_standard_waiver_person"), "standard_waiver", ["person"], unique=False)
