"""By which words a case knows its names again, where they are hidden."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("case", sa.Column("name_marks", sa.JSON(none_as_null=True), nullable=True))
