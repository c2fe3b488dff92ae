"""Many rows of one table at once, as SQLite and as PostgreSQL take them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    create_engine,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError

from mailbot.adapters.store import open_database
from mailbot.adapters.store.columns import UtcDateTime
from mailbot.adapters.store.many import Change, insert_many, insert_new, update_many
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import raw
from tests.servers.databases import postgresql_with_tables
from tests.servers.postgres import Postgres

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
THINGS = MetaData()
thing = Table(
    "thing",
    THINGS,
    Column("id", Integer, primary_key=True),
    Column("name", String(8), nullable=False),
    Column("content", LargeBinary),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("name"),
)
HOSTILE = ["it's", '"', "{a,b}", "\\", "NULL", "née\n", "%s"]


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """A table of invented things, in a transaction."""
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'things.db'}" if on_sqlite else request.getfixturevalue("postgres").database()
    engine = create_engine(url)
    with engine.begin() as connection:
        THINGS.create_all(connection)
        yield connection
    engine.dispose()


def row(number: int, name: str, content: bytes = b"", ended_at: datetime | None = None) -> dict[str, object]:
    return {"id": number, "name": name, "content": content, "ended_at": ended_at}


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(one) for one in connection.execute(select(thing).order_by(thing.c.id))]


def test_new_rows_are_kept_byte_for_byte(connection: Connection) -> None:
    """Quotes, braces, line ends, bytes of every value and empty fields come back as they were given."""
    given = [row(number, name, bytes(range(256)), None if number % 2 else NOON) for number, name in enumerate(HOSTILE)]
    insert_many(connection, thing, given[:3])
    insert_new(connection, thing, given[3:])
    assert rows(connection) == [tuple(one.values()) for one in given]


def test_what_is_there_already_stays_as_it_is(connection: Connection) -> None:
    """Among new rows an old one, and one that comes twice, change nothing."""
    insert_new(connection, thing, [row(1, "old", b"first")])
    insert_new(connection, thing, [row(1, "old", b"second"), row(2, "new", b"a"), row(3, "new", b"b")])
    assert rows(connection) == [(1, "old", b"first", None), (2, "new", b"a", None)]


def test_each_row_gets_its_own_values_unless_it_has_ended(connection: Connection) -> None:
    """What was settled before keeps its moment; the others get theirs."""
    later = datetime(2026, 3, 3, 12, tzinfo=UTC)
    insert_many(connection, thing, [row(1, "a"), row(2, "b", ended_at=NOON), row(3, "c")])
    changes = [{"id": number, "ended_at": later, "name": f"{number}'"} for number in (1, 2)]
    update_many(connection, Change(thing, unless="ended_at"), changes)
    assert rows(connection) == [(1, "1'", b"", later), (2, "b", b"", NOON), (3, "c", b"", None)]


@pytest.mark.parametrize("write", [insert_many, insert_new])
def test_what_a_table_cannot_hold_is_refused_and_not_cut(connection: Connection, write: object) -> None:
    """A name that is missing is an error; on PostgreSQL one that is too long is one, too."""
    wrong = row(1, "nine char") if connection.dialect.name == "postgresql" else row(1, None)  # type: ignore[arg-type]
    assert callable(write)
    with pytest.raises(DBAPIError), connection.begin_nested():
        write(connection, thing, [wrong])
    assert rows(connection) == []


COUNT = thing.update().where(thing.c.id == 1).values(content=bindparam("up_to"))
FORGET = thing.delete().where(thing.c.id.in_(bindparam("these", expanding=True)))


def test_of_what_is_said_again_and_again_the_last_counts(connection: Connection) -> None:
    """What waits is written before anybody reads: each row once, a counter with its last value, one statement for many rows."""
    pending = Pending(connection)
    insert_many(connection, thing, [row(number, f"n{number}") for number in (1, 2, 3)])
    for number in (1, 2, 3):
        pending.update("end", Change(thing), {"id": number, "ended_at": NOON})
        pending.execute_last("count", COUNT, {"up_to": bytes([number])})
    for number in (2, 3):
        pending.execute_for("forget", FORGET, number)
    assert rows(connection) == [(1, "n1", b"\x03", NOON)]


def test_postgresql_keeps_long_values_by_its_quick_compression_after_a_rollback_too(postgres: Postgres) -> None:
    """Where the server was built with LZ4, which Debian's is. Every connection says so when it is opened."""
    with closing(open_database(postgresql_with_tables(postgres))) as database:
        with pytest.raises(ZeroDivisionError), database.writing():
            raise ZeroDivisionError
        with database.writing() as connection:
            kept = {"sha256": "0", "content": b"lamp " * 10_000, "size": 50_000, "stored_at": NOON}
            connection.execute(raw.insert(), kept)
            found = connection.execute(select(func.pg_column_compression(raw.c.content))).scalar_one()
    assert found == "lz4"
