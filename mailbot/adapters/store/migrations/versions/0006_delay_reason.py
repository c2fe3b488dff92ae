"""Why a case takes longer, in the words of staff."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("case", sa.Column("delay_reason", sa.Text(), nullable=True))
