"""Rows that nobody reads before the transaction ends: kept back and written many at a time."""

from typing import Any

from sqlalchemy import Connection, Executable, Table


class Pending:
    """Statements with their rows, in the order in which each statement was first used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[str, tuple[Executable, list[dict[str, Any]]]] = {}

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Insert ``row`` at the end; all rows of a table have the same keys."""
        self.execute(f"insert {table.name}", table.insert(), row)

    def execute(self, name: str, statement: Executable, row: dict[str, Any]) -> None:
        """Run ``statement`` at the end with every row given under ``name``."""
        self._rows.setdefault(name, (statement, []))[1].append(row)

    def flush(self) -> None:
        """Write everything now. Rows that are refused raise as if they had been written one by one."""
        rows, self._rows = self._rows, {}
        for statement, values in rows.values():
            self._connection.execute(statement, values)
