"""INSERT … ON CONFLICT in the dialect of the connection: the one statement that SQLAlchemy has no common word for."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update`` (alike on both databases)."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
