"""What else a message asks for, and what else a case is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for table in ("message", "case"):
        op.add_column(table, sa.Column("also", sa.JSON(), nullable=True))
