"""The language that a case is in: letters to its customer go in it where its pack answers in it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("case", sa.Column("language", sa.String(length=400), nullable=True))
