"""What all tables share: their metadata, and the version of the whole."""

from sqlalchemy import MetaData

SCHEMA_VERSION = 23
"""Counts up with every migration."""

COMPAT_VERSION = 6
"""The oldest program (by its SCHEMA_VERSION) that may open a database of this version."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
