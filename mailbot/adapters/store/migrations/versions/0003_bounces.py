"""Bounces: the tag that names a letter, addresses at which nothing arrives, and what comes back without being ours."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("tag", sa.String(length=16), server_default=sa.text("''"), nullable=False))
    op.execute("UPDATE outbox SET tag = substr(message_id, 1, 16)")
    op.create_index("ix_outbox_tag", "outbox", ["tag"], unique=False)
    op.create_table(
        "unreachable",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name=op.f("fk_unreachable_outbox_outbox")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_unreachable")),
    )
    op.create_index(
        "ix_event_backscatter",
        "event",
        ["at"],
        unique=False,
        sqlite_where=sa.text("rule = 'backscatter'"),
        postgresql_where=sa.text("rule = 'backscatter'"),
    )
