"""The log of contacts, and what staff took down of those that came by no message."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "contact_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.Column("mailbox", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=400), nullable=False),
        sa.Column("service", sa.String(length=400), nullable=False),
        sa.Column("category", sa.Integer(), nullable=True),
        sa.Column("category_name", sa.String(length=400), nullable=False),
        sa.Column("channel", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=400), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_contact_log_case_case")),
        sa.ForeignKeyConstraint(["mailbox"], ["mailbox.id"], name=op.f("fk_contact_log_mailbox_mailbox")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_contact_log_message_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_log")),
    )
    op.create_index(op.f("ix_contact_log_at"), "contact_log", ["at"], unique=False)
    op.create_index(op.f("ix_contact_log_case"), "contact_log", ["case"], unique=False)
    op.create_index(op.f("ix_contact_log_message"), "contact_log", ["message"], unique=False)
    op.create_table(
        "contact_note",
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=400), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("preferred", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("asked_for", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_contact_note_case_case")),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_contact_note")),
    )
