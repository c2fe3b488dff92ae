"""Row numbers drawn before the rows are written, so that rows that refer to each other are written many at a time."""

from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, literal, select

from mailbot.adapters.store.pending import READS_NO_ROWS

FIRST_BLOCK, LARGEST_BLOCK = 32, 512


class Numbers:
    """The next row numbers of one writing transaction. Every new row of a table that is asked for here is numbered here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._drawn: dict[str, Iterator[int]] = {}

    def next(self, table: Table) -> int:
        """A number that no row of ``table`` has or will get."""
        if table.name not in self._drawn:
            self._drawn[table.name] = self._draw(table)
        return next(self._drawn[table.name])

    def _draw(self, table: Table) -> Iterator[int]:
        """SQLite has one writer, and this is it. PostgreSQL hands out numbers from its sequence; some stay unused."""
        if self._connection.dialect.name == "sqlite":
            yield from count(self._connection.execute(_highest(table)).scalar_one() + 1)
        block = FIRST_BLOCK
        while True:
            yield from self._connection.execute(_from_sequence(table), {"block": block}).scalars().all()
            block = min(2 * block, LARGEST_BLOCK)


@cache
def _highest(table: Table) -> Select[Any]:
    return select(func.coalesce(func.max(table.c.id), 0))


@cache
def _from_sequence(table: Table) -> Select[Any]:
    sequence = func.pg_get_serial_sequence(literal(f'"{table.name}"'), literal("id"))
    drawn = select(func.nextval(sequence)).select_from(func.generate_series(1, bindparam("block")).alias("block"))
    return drawn.execution_options(**{READS_NO_ROWS: True})
