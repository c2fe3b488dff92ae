"""Who is copied in on a letter."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("copies", sa.JSON(none_as_null=True), nullable=True))
