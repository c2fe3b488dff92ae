"""Copying one database into another: every table, counted on both sides. For the step from SQLite to PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, LargeBinary, Table, func, select, text

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.many import insert_many
from mailbot.adapters.store.tables import metadata
from mailbot.errors import PermanentError

ROWS_AT_ONCE, MESSAGES_AT_ONCE = 500, 10  # a message may have megabytes
OF_THE_DATABASE_ITSELF = frozenset({"meta", "lease"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """How many rows a table has here and there after the copy."""

    name: str
    source: int
    target: int


def copy_database(source: Database, target: Database) -> Iterator[CopiedTable]:
    """Copy every row into an empty database, in one transaction. Raises PermanentError if it is not empty or counts differ.

    The secret of tagged addresses goes along, so that bounces of earlier letters still find home; leases do not.
    """
    with source.reading() as old, target.writing() as new:
        tables = [table for table in metadata.sorted_tables if table.name not in OF_THE_DATABASE_ITSELF]
        filled = [table.name for table in tables if _count(new, table)]
        if filled:
            raise PermanentError(f"the target has rows in '{filled[0]}' already; name an empty database")
        _copy_secret(old, new)
        for table in tables:
            yield _copy(old, new, table)


def _copy(old: Connection, new: Connection, table: Table) -> CopiedTable:
    at_once = MESSAGES_AT_ONCE if any(isinstance(column.type, LargeBinary) for column in table.c) else ROWS_AT_ONCE
    rows = old.execution_options(yield_per=at_once).execute(select(table).order_by(*table.primary_key.columns))
    for some in rows.mappings().partitions():
        insert_many(new, table, [dict(row) for row in some])
    if new.dialect.name == "postgresql":
        _go_on_counting(new, table)
    copied = CopiedTable(name=table.name, source=_count(old, table), target=_count(new, table))
    if copied.source != copied.target:
        raise PermanentError(f"table '{table.name}': {copied.source} rows became {copied.target}; nothing was kept")
    return copied


def _copy_secret(old: Connection, new: Connection) -> None:
    meta = metadata.tables["meta"]
    secret = old.execute(select(meta.c.value).where(meta.c.key == "tag_secret")).scalar_one_or_none()
    if secret is not None:
        new.execute(meta.delete().where(meta.c.key == "tag_secret"))
        new.execute(meta.insert().values(key="tag_secret", value=secret))


def _go_on_counting(new: Connection, table: Table) -> None:
    """PostgreSQL's own counters do not see ids that were written down: let them go on behind the highest."""
    key = table.c.get("id")
    if key is None or not isinstance(key.type, Integer):
        return
    highest = new.execute(select(func.max(key))).scalar_one()
    if highest is not None:
        counter = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
        new.execute(counter, {"name": f'"{table.name}"', "highest": highest})


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
