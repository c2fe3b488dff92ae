"""New rows of one table, written at once by the quickest way that the database has.

SQLAlchemy prepares every value of every row by itself, and psycopg sends every row by itself; for rows of one form that takes
longer than the database needs. Here what a column does to its values is looked up once, PostgreSQL takes the rows by COPY, and
SQLite by one prepared statement.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError, StatementError

Row = Mapping[str, Any]
MOST_COLUMNS = 1_000


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows that all name the same columns; the others take the database's own defaults.

    Raises what SQLAlchemy raises for the same rows.
    """
    names = tuple(rows[0])
    try:
        values = list(zip(*(_prepared(table, name, connection.dialect, rows) for name in names), strict=True))
    except (TypeError, ValueError) as error:
        raise StatementError(f"a row of {table.name} cannot be written", f"INSERT INTO {table.name}", None, error) from error
    if connection.dialect.name == "postgresql":
        _copy(connection, _named("COPY", table, names, " FROM STDIN"), values)
    else:
        connection.exec_driver_sql(_named("INSERT INTO", table, names, f" VALUES ({', '.join('?' * len(names))})"), values)


def _prepared(table: Table, name: str, dialect: Dialect, rows: Sequence[Row]) -> Iterable[Any]:
    """One column of all rows, as the driver takes it."""
    column = (row[name] for row in rows)
    prepare = _processor(table, name, dialect)
    return map(prepare, column) if prepare else column


@lru_cache(maxsize=MOST_COLUMNS)
def _processor(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect)


@cache
def _named(verb: str, table: Table, names: tuple[str, ...], rest: str) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'{verb} "{table.name}" ({columns}){rest}'


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
