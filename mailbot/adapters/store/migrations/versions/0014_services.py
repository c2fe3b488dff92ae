"""Which service a case is about, who is spared it, how it ended; and the versions of the directory."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("case", sa.Column("routed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("case", sa.Column("service", sa.String(length=400), nullable=True))
    op.add_column("case", sa.Column("proposed", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("case", sa.Column("named", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("case", sa.Column("outcome", sa.String(length=400), nullable=True))
    op.create_table(
        "directory_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_version")),
    )
