"""Rows that nobody reads yet: kept back and written many at a time, before anything else is asked of the connection."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, Executable, Table, event

from mailbot.adapters.store.many import Change, insert_many, insert_new, update_many
from mailbot.adapters.store.tables import metadata

READS_NO_ROWS = "mailbot_reads_no_rows"
"""The execution option of a statement before which nothing need be written: it looks into no table."""

_ORDER = {table: number for number, table in enumerate(metadata.sorted_tables)}


Later = Callable[[list[Any]], object]


class Pending:
    """What is kept back of one transaction: new rows, each table's after those that it refers to, then other statements.

    The other statements run in the order in which each was first used. Whoever reads or writes through the same
    connection finds everything written; a row that is refused is refused there and then.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Table, list[dict[str, Any]]] = {}
        self._changes: dict[str, tuple[Later, list[Any]]] = {}
        self._watches = False

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Insert ``row`` later; all rows of a table have the same keys."""
        self._watch()
        self._rows.setdefault(table, []).append(row)

    def insert_new(self, table: Table, row: dict[str, Any]) -> None:
        """Insert ``row`` later, unless it is there already."""
        self._later(f"insert {table.name}", partial(insert_new, self._connection, table), row)

    def update(self, name: str, change: Change, row: dict[str, Any]) -> None:
        """Change later the row whose ``id`` is given. Under one ``name`` all rows have the same keys, and each comes once."""
        self._later(name, partial(update_many, self._connection, change), row)

    def execute(self, name: str, statement: Executable, row: dict[str, Any]) -> None:
        """Run ``statement`` later with every row given under ``name``."""
        self._later(name, partial(self._connection.execute, statement), row)

    def execute_for(self, name: str, statement: Executable, number: int) -> None:
        """Run ``statement`` later for all numbers given under ``name``: its expanding parameter ``these``."""
        self._later(name, lambda these: self._connection.execute(statement, {"these": these}), number)

    def execute_last(self, name: str, statement: Executable, row: dict[str, Any]) -> None:
        """Run ``statement`` later with the last row given under ``name``."""
        self._watch()
        self._changes[name] = (partial(self._connection.execute, statement), [row])

    def flush(self) -> None:
        """Write everything now. Rows that are refused raise as if they had been written one by one."""
        rows, self._rows = self._rows, {}
        changes, self._changes = self._changes, {}
        for table in sorted(rows, key=_ORDER.__getitem__):
            insert_many(self._connection, table, rows[table])
        for write, values in changes.values():
            write(values)

    def _later(self, name: str, write: Later, value: Any) -> None:
        self._watch()
        self._changes.setdefault(name, (write, []))[1].append(value)

    def _watch(self) -> None:
        if not self._watches:
            self._watches = True
            event.listen(self._connection, "before_execute", self._before)

    def _before(self, _connection: object, _what: object, _many: object, _one: object, options: Mapping[str, Any]) -> None:
        if not options.get(READS_NO_ROWS):
            self.flush()
