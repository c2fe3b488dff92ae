"""``mailbot db copy``: from SQLite to PostgreSQL, and on from there; and databases that cannot be used."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.tables import case, metadata
from tests.e2e.command_line import run_cli
from tests.e2e.kill_scene import Arrival, Scene, users
from tests.servers.dovecot import StartDovecot
from tests.servers.ports import free_ports
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.dovecot
OF_THE_DATABASE_ITSELF = {"meta", "lease"}
EX_DATAERR, EX_UNAVAILABLE, EX_CONFIG = 65, 69, 78

LATER = Arrival(mailbox="foi", id="later", head="From: Fay <fay@example.org>\nSubject: Buoys", text="The lamp is out.")


def counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    tables = [table for table in metadata.sorted_tables if table.name not in OF_THE_DATABASE_ITSELF]
    with database.reading() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def references(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(case.c.reference).order_by(case.c.id)).scalars())


def test_a_copied_installation_goes_on(start_dovecot: StartDovecot, postgres: Postgres, tmp_path: Path) -> None:
    """Every row is there, nothing is done again, and the next case gets the next reference; a second copy is refused."""
    target = postgres.database()
    with closing(Scene("moving", tmp_path, start_dovecot(users(["moving"])), "none")) as scene:
        before, had, numbered = scene.run_until_quiet(), counts(scene.database), references(scene.database)
        copied = run_cli("db", "copy", target, "--config", str(scene.config))
        assert copied.returncode == 0, copied.stderr
        assert [line for line in copied.stdout.splitlines() if "rows here" in line] == [
            f"{table.name}: {had[table.name]} rows here, {had[table.name]} there"
            for table in metadata.sorted_tables
            if table.name in had
        ]
        again = run_cli("db", "copy", target, "--config", str(scene.config))
        assert again.returncode == EX_DATAERR
        assert "already; name an empty database" in again.stderr
        scene.move_to(target)
        assert counts(scene.database) == had
        assert scene.run_until_quiet().letters == before.letters
        scene.deliver(LATER)
        after = scene.run_until_quiet()
        assert references(scene.database)[:-1] == numbered
        assert [number.split("-")[2] for number in references(scene.database)[1:]] == ["0001", "0002", "0003", "0004"]
    assert set(before.accepted) < set(after.accepted)
    assert len(after.accepted) == len(before.accepted) + 1 == len(scene.smtp.accepted)


def test_a_copy_needs_a_database_to_copy(tmp_path: Path, postgres: Postgres, start_dovecot: StartDovecot) -> None:
    """A slip in the configuration does not end in the copy of an empty database."""
    with closing(Scene("slip", tmp_path, start_dovecot(users(["slip"])), "none")) as scene:
        scene.database.close()
        scene.config.write_text(scene.config.read_text().replace("mailbot.db", "mailbat.db"))
        refused = run_cli("db", "copy", postgres.database(), "--config", str(scene.config))
    assert refused.returncode == EX_CONFIG
    assert "there is no database" in refused.stderr
    assert not (tmp_path / "mailbat.db").exists()


def unusable(tmp_path: Path, url: str) -> Path:
    """A configuration with this database."""
    config = tmp_path / "mailbot.toml"
    server = '{ host = "127.0.0.1", port = 1, tls = "none" }'
    config.write_text(
        f'[organisation]\nname = "Harbour Council"\n[storage]\ndatabase = "{url}"\n'
        f'[[mailbox]]\nname = "foi"\naddress = "foi@harbour.example"\nimap = {server}\nsmtp = {server}\n'
    )
    return config


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql+psycopg://test@127.0.0.1:{unused}/mailbot", EX_UNAVAILABLE, "cannot be reached"),
        (
            "postgresql+psycopg://test@127.0.0.1:{port}/nobody_made_it",
            EX_UNAVAILABLE,
            'database "nobody_made_it" does not exist',
        ),
        ("postgresql+psycopg://nobody_knows@127.0.0.1:{port}/postgres", EX_UNAVAILABLE, 'role "nobody_knows" does not exist'),
        ("mysql://127.0.0.1/mailbot", EX_CONFIG, "write sqlite:///path/to/mailbot.db or postgresql+psycopg://user@host/name"),
        ("postgresql+psycopg://test:secret@127.0.0.1/mailbot", EX_CONFIG, "a password does not belong into the URL"),
        ("sqlite:////nowhere/at/all/mailbot.db", EX_CONFIG, "the folder /nowhere/at/all does not exist; create it first"),
    ],
)
def test_an_unusable_database_is_named(postgres: Postgres, tmp_path: Path, url: str, code: int, said: str) -> None:
    """A server that is not there, a name nobody knows, a URL that is none: which one, and what to do, and never a password."""
    (unused,) = free_ports(1)
    config = unusable(tmp_path, url.format(unused=unused, port=postgres.port))
    refused = run_cli("run", "--config", str(config))
    assert refused.returncode == code
    assert refused.stderr.startswith("mailbot: ")
    assert "storage.database: " in refused.stderr
    assert said in refused.stderr
    assert "secret" not in refused.stderr
    assert "Traceback" not in refused.stderr
