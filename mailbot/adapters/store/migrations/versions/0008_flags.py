"""The flags of a message, with what raised them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("message", sa.Column("flags", sa.JSON(), nullable=True))
