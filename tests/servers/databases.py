"""Databases that have their tables already: the migrations run once in a process of the test run, and are copied."""

import tempfile
from functools import cache
from pathlib import Path

from mailbot.adapters.store import open_database
from tests.servers.postgres import Postgres


def sqlite_with_tables(file: Path) -> str:
    """Make a new SQLite database; returns its URL."""
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(_sqlite_tables())
    return f"sqlite:///{file}"


def postgresql_with_tables(postgres: Postgres) -> str:
    """Make a new database on this server; returns its URL."""
    return postgres.database(like=_postgresql_tables(postgres))


@cache
def _sqlite_tables() -> bytes:
    with tempfile.TemporaryDirectory(prefix="tables-") as folder:
        file = Path(folder) / "tables.db"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


@cache
def _postgresql_tables(postgres: Postgres) -> str:
    url = postgres.database()
    open_database(url).close()
    return url
