"""Many rows of one table, written or changed at once by the quickest way that the database has.

SQLAlchemy prepares every value of every row by itself, and psycopg sends every row by itself; for rows of one form that takes
longer than the database needs. Here what a column does to its values is looked up once, PostgreSQL takes new rows by COPY and
changes as one array for each column, and SQLite takes either by one prepared statement.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError, StatementError

Row = Mapping[str, Any]
MOST_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of ``table``, known by their ``id``, get new values. Where ``unless`` has a value already, they stay as they are."""

    table: Table
    unless: str = ""


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows that all name the same columns; the others take the database's own defaults.

    Raises what SQLAlchemy raises for the same rows.
    """
    names = tuple(rows[0])
    columns = _columns(connection, table, names, rows)
    if connection.dialect.name == "postgresql":
        _copy(connection, _named("COPY", table, names, " FROM STDIN"), zip(*columns, strict=True))
    else:
        _execute(connection, _named("INSERT INTO", table, names, f" VALUES ({_marks(names)})"), columns)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Like ``insert_many``; rows that are there already stay as they are."""
    names = tuple(rows[0])
    source = (
        _arrays(table, names, connection.dialect) if connection.dialect.name == "postgresql" else f"VALUES ({_marks(names)})"
    )
    statement = _named("INSERT INTO", table, names, f" {source} ON CONFLICT DO NOTHING")
    _execute(connection, statement, _columns(connection, table, names, rows))


def update_many(connection: Connection, change: Change, rows: Sequence[Row]) -> None:
    """Change rows: each names its ``id`` and the same columns as the others. Raises what SQLAlchemy raises."""
    names = tuple(name for name in rows[0] if name != "id")
    columns = _columns(connection, change.table, (*names, "id"), rows)
    _execute(connection, _update(change, names, connection.dialect), columns)


def _columns(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Row]) -> list[list[Any]]:
    """The columns of all rows, as the driver takes them."""
    try:
        return [list(_prepared(table, name, connection.dialect, rows)) for name in names]
    except (TypeError, ValueError) as error:
        raise StatementError(f"a row of {table.name} cannot be written", table.name, None, error) from error


def _execute(connection: Connection, statement: str, columns: Sequence[list[Any]]) -> None:
    """PostgreSQL takes whole columns, SQLite row by row."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(columns))
    else:
        connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _prepared(table: Table, name: str, dialect: Dialect, rows: Sequence[Row]) -> Iterable[Any]:
    """One column of all rows, as the driver takes it."""
    column = map(itemgetter(name), rows)
    prepare = _processor(table, name, dialect)
    return map(prepare, column) if prepare else column


@lru_cache(maxsize=MOST_COLUMNS)
def _processor(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect)


@cache
def _named(verb: str, table: Table, names: tuple[str, ...], rest: str) -> str:
    return f'{verb} "{table.name}" ({", ".join(map(_quoted, names))}){rest}'


@lru_cache(maxsize=MOST_COLUMNS)
def _update(change: Change, names: tuple[str, ...], dialect: Dialect) -> str:
    table, key = _quoted(change.table.name), _quoted("id")
    unless = f" AND {table}.{_quoted(change.unless)} IS NULL" if change.unless else ""
    columns = list(map(_quoted, names))
    if dialect.name == "postgresql":
        values = ", ".join(f"{column} = new.{column}" for column in columns)
        new = f"({_arrays(change.table, (*names, 'id'), dialect)}) AS new ({', '.join([*columns, key])})"
        return f"UPDATE {table} SET {values} FROM {new} WHERE {table}.{key} = new.{key}{unless}"  # noqa: S608  # names of our own
    return f"UPDATE {table} SET {', '.join(f'{column} = ?' for column in columns)} WHERE {key} = ?{unless}"  # noqa: S608


def _arrays(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    """Rows from one array for each column, in PostgreSQL's words; without lengths: a cast would cut what must be refused."""
    types = [table.c[name].type.compile(dialect).partition("(")[0] for name in names]
    return f"SELECT * FROM unnest({', '.join(f'%b::{one}[]' for one in types)})"  # noqa: S608


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


def _quoted(name: str) -> str:
    return f'"{name}"'


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    errors = dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors as error:
        raise DBAPIError.instance(statement, None, error, errors, dialect=dialect) from error
