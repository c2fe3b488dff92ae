"""INSERT … ON CONFLICT in the dialect of the database: the one statement that SQLAlchemy has no common word for."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(dialect: str, table: Table) -> Any:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update`` (alike on both databases)."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
