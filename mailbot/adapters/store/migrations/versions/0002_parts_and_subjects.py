"""Who takes part in a case in which role, and what it is about as subjects are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    role = sa.Column("role", sa.String(length=400), server_default=sa.text("'customer'"), nullable=False)
    op.add_column("participant", role)
    op.add_column("participant", sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_participant_address_subject", "participant", ["address", "subject"])
