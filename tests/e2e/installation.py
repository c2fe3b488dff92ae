"""One mailbot for a story: its configuration file, its daemon in this process or another, and what may be asked of it."""

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mailbot.adapters.store import open_database
from mailbot.adapters.store.queries import CaseLine, CaseView, HeldLine, LetterLine, Queries
from mailbot.adapters.store.views import MailboxLine
from mailbot.config import Config, load
from mailbot.daemon import Daemon, Pace
from mailbot.pipeline.commands import Commands
from mailbot.ports import Clock, Reader
from mailbot.reading import ReadingRules, spacy_reader
from tests.e2e.command_line import MAILBOT, Said, run_cli
from tests.e2e.messages import message, read_letter
from tests.servers.databases import sqlite_with_tables
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

ENQUIRIES, FOI = "enquiries@harbour.example", "foi@harbour.example"
MANAGER = "manager@harbour.example"
DIGEST = "Today in "
PATIENCE = 45.0  # seconds; a busy machine takes its time to start a process
BORDER = {"authserv_id": "mx.harbour.example"}
BRISK = Pace(sweep=0.2, catch_up=0.1, poll=0.2, standby=0.2)  # a story waits for people, not for its own daemon
BEGINNING = datetime(2025, 12, 23, 10, 0, tzinfo=UTC)  # in opening hours, holidays ahead; IMAP takes no future date
T = TypeVar("T")

MOST_READERS = 8  # 14 MB each
_readers: dict[str, Reader] = {}


def reader(rules: ReadingRules) -> Reader:
    """A reader by these rules alone. Loading takes two seconds, and the rules are the same in most stories."""
    version = f"{rules.version}-{rules.directory.version}"
    if version not in _readers:
        if len(_readers) == MOST_READERS:
            _readers.pop(next(reversed(_readers)))  # the first is the shipped rules'
        _readers[version] = spacy_reader(replace(rules, learning=None))
    return _readers[version]


class StoryClock:
    """A clock that begins on Tuesday 23 December 2025 at 10:00, goes on at the pace of the real one, and can be moved."""

    def __init__(self) -> None:
        self._offset = BEGINNING - _real_now()

    def now(self) -> datetime:
        return _real_now() + self._offset

    def move(self, **time_ahead: float) -> None:
        """Move ahead by ``days=``, ``minutes=`` and so on."""
        self._offset += timedelta(**time_ahead)


class RealClock:
    """The machine's clock, for stories in which another process looks at the same database."""

    def now(self) -> datetime:
        return _real_now()

    def move(self, **time_ahead: float) -> None:
        """Wait for it."""
        time.sleep(timedelta(**time_ahead).total_seconds())


class MovableClock(Clock, Protocol):
    """What a story needs of its clock."""

    def move(self, **time_ahead: float) -> None: ...


class Installation:
    """``mailboxes`` gives each mailbox's name what differs from the plainest settings; tables are merged."""

    def __init__(
        self,
        folder: Path,
        dovecot: Dovecot,
        smtp: SmtpServer,
        *,
        mailboxes: Mapping[str, Mapping[str, Any]],
        clock: MovableClock,
        tables: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.folder, self.dovecot, self.smtp, self.clock = folder, dovecot, smtp, clock
        self.config_path, self._password_path = folder / "mailbot.toml", folder / "password"
        self._password_path.write_text("secret\n")
        self._write(mailboxes, tables)
        if self.config.storage.database == f"sqlite:///{self.database_path}":
            sqlite_with_tables(self.database_path)
        self._database = open_database(self.config.storage.database)
        self.queries = Queries(self._database)
        self.daemon: Daemon | None = None

    @property
    def config(self) -> Config:
        return load(self.config_path, {})

    # Running -------------------------------------------------------------------------------------------------------

    def start(self, *, live: bool = True) -> None:
        """Start the daemon in this process and return once it has looked into every mailbox that lets it."""
        self.daemon = Daemon(self.config, reader=reader, clock=self.clock, pace=BRISK)
        if live and not any(line.live_since for line in self.mailboxes().values()):
            self.go_live()
        self.daemon.start()
        self.wait_until(self._has_looked, "a first look into every mailbox")

    def stop(self) -> None:
        """Stop the daemon; a second time does nothing."""
        daemon, self.daemon = self.daemon, None
        if daemon is not None:
            assert daemon.stop(), "a loop did not end in time"

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self._database.close()

    def go_live(self) -> None:
        """Let letters go for mail from now on. IMAP knows whole seconds only, so the next one is waited for."""
        assert self.daemon is not None
        for mailbox in self.config.mailbox:
            Commands(store=self.daemon.store, clock=self.clock, actor="manager").go_live(mailbox.name)
        self.clock.move(seconds=1)

    def commands(self) -> Commands:
        """The commands of a member of staff."""
        assert self.daemon is not None
        return Commands(store=self.daemon.store, clock=self.clock, actor="officer")

    def cli(self, *words: str) -> Said:
        """Run ``mailbot`` with these words and this configuration."""
        return run_cli(*words, "--config", str(self.config_path))

    def run(self) -> "subprocess.CompletedProcess[str]":
        """``mailbot run`` in a process of its own, for when it is going to refuse."""
        command = [*MAILBOT, "run", "--config", str(self.config_path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    @contextmanager
    def process(self, environment: Mapping[str, str] | None = None) -> "Iterator[subprocess.Popen[str]]":
        """``mailbot run`` in a process of its own, once it has looked into every mailbox; its log is in a pipe."""
        command = [*MAILBOT, "run", "--config", str(self.config_path)]
        own = {**os.environ, **(environment or {})}
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=own) as process:
            try:
                self.wait_until(lambda: process.poll() is not None or self._has_looked(), "a first look into every mailbox")
                yield process
            finally:
                process.kill()

    # Mail ----------------------------------------------------------------------------------------------------------

    def proves_alive(self, letters: int) -> None:
        """All that came before has been dealt with: a stranger's message is answered, and that is letter ``letters``.

        The morning's digest is not counted: it goes when the mailboxes have been read, whatever else goes meanwhile.
        """
        stranger = f"stranger{letters}@example.org"
        self.deliver(message(sender=f"Stranger <{stranger}>", subject="Something else"))
        self.wait_until(lambda: stranger in self.told() and not self.outbox("sending"), "the stranger's letter, noted as sent")
        assert (self.told()[-1], len(self.told())) == (stranger, letters)

    def told(self) -> list[str]:
        """Whom every letter went to that the SMTP server accepted, but for the morning's digest."""
        found = [read_letter(letter.content) for letter in self.smtp.accepted]
        return [str(letter["To"]) for letter in found if not str(letter["Subject"]).startswith(DIGEST)]

    def deliver(self, content: bytes, user: str = ENQUIRIES, folder: str = "INBOX") -> None:
        """A message arrives now."""
        self.dovecot.append(user, content, folder, received_at=self.clock.now())

    def letters(self, count: int) -> list[EmailMessage]:
        """The letters that the SMTP server accepted, once there are exactly ``count`` and mailbot knows it."""
        found = [read_letter(letter.content) for letter in self.smtp.wait_for(count, PATIENCE)]
        self.wait_until(lambda: not self.outbox("sending"), "every reply to be noted")
        assert len(found) == count, [str(letter["Subject"]) for letter in found]
        return found

    # Facts ---------------------------------------------------------------------------------------------------------

    def wait_until(self, fact: Callable[[], T], what: str) -> T:
        """The fact, once it holds. Fails with what mailbot knows when it does not come to hold."""
        until = time.monotonic() + PATIENCE
        while not (found := fact()):
            if time.monotonic() > until:
                raise AssertionError(f"waited in vain for {what}: {self.mailboxes()}; {self.queries.held()}")
            time.sleep(0.05)
        return found

    def cases(self, count: int) -> tuple[CaseLine, ...]:
        """The cases, the oldest first, once there are at least ``count``; more than that is a failure."""
        self.wait_until(lambda: len(self.queries.cases(limit=1000)) >= count, f"{count} cases")
        found = self.queries.cases(limit=1000)
        assert len(found) == count
        return found[::-1]

    def case(self, reference: str) -> CaseView:
        found = self.queries.case(reference)
        assert found is not None, reference
        return found

    def wait_for_event(self, reference: str, kind: str) -> CaseView:
        """The case, once its history has an event of this kind."""
        self.wait_until(lambda: any(event.kind == kind for event in self.case(reference).events), f"{kind} in {reference}")
        return self.case(reference)

    def outbox(self, *states: str) -> tuple[LetterLine, ...]:
        """Letters in these states, the oldest first."""
        return self.queries.letters(states, 1000)[::-1]

    def held(self, count: int) -> tuple[HeldLine, ...]:
        """What is held, once it is ``count``."""
        self.wait_until(lambda: len(self.queries.held()) == count, f"{count} held")
        return self.queries.held()

    def mailboxes(self) -> dict[str, MailboxLine]:
        return {line.name: line for line in self.queries.status(self.clock.now()).mailboxes}

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Facts for which no screen exists yet, straight from the tables."""
        with closing(sqlite3.connect(self.database_path)) as connection:
            return connection.execute(sql, values).fetchall()

    @property
    def database_path(self) -> Path:
        return self.folder / "mailbot.db"

    def wait_for_decisions(self, messages: int) -> None:
        """Return once so many messages have been decided about, and none waits."""
        self.wait_until(lambda: len(self._undecided_and_decided("recorded", "held")) >= messages, f"{messages} decisions")
        self.wait_until(lambda: not self._undecided_and_decided("stored"), "nothing that waits")

    # Inside --------------------------------------------------------------------------------------------------------

    def _undecided_and_decided(self, *states: str) -> list[tuple[Any, ...]]:
        marks = ",".join("?" * len(states))
        return self.rows(f"SELECT id FROM location WHERE role != 'sent' AND state IN ({marks})", *states)

    def _has_looked(self) -> bool:
        in_trouble = {name for name, line in self.mailboxes().items() if line.last_error}
        query = "SELECT name, folder FROM folder_cursor f JOIN mailbox m ON m.id = f.mailbox WHERE read_at NOT NULL"
        looked = {(name, folder) for name, folder in self.rows(query)}
        return all(
            mailbox.name in in_trouble or (mailbox.name, folder) in looked
            for mailbox in self.config.mailbox
            for folder in filter(None, (mailbox.folders.inbox, *mailbox.folders.also, mailbox.folders.junk))
        )

    def _write(self, mailboxes: Mapping[str, Mapping[str, Any]], tables: Mapping[str, Mapping[str, Any]]) -> None:
        top = {
            "organisation": {"name": "Harbour Council", "reference_prefix": "HC"},
            "border": BORDER,
            "processing": {"classifier": False},
            **tables,
        }
        lines = [line for name, table in top.items() for line in (f"[{name}]", *_keys(table))]
        for name, settings in mailboxes.items():
            lines += ["[[mailbox]]", *_keys(_merged(self._plain(name), settings))]
        self.config_path.write_text("\n".join(lines) + "\n")

    def _plain(self, name: str) -> dict[str, Any]:
        address = f"{name}@harbour.example"
        return {
            "name": name,
            "address": address,
            "manager": MANAGER,
            "sent_copy": "none",
            "poll_seconds": 1,
            "letters_per_minute": 6000,
            "imap": {
                "host": self.dovecot.host,
                "port": self.dovecot.port,
                "tls": "none",
                "user": address,
                "password": {"path": str(self._password_path)},
            },
            "smtp": {"host": self.smtp.host, "port": self.smtp.port, "tls": "none"},
        }


class Install(Protocol):
    """The fixture ``install``: makes an installation, which is closed when the test ends. Settings are a mailbox's."""

    def __call__(
        self,
        dovecot: Dovecot,
        smtp: SmtpServer,
        /,
        *,
        mailboxes: Mapping[str, Mapping[str, Any]] | Sequence[str] = ...,
        clock: MovableClock | None = ...,
        tables: Mapping[str, Mapping[str, Any]] = ...,
        **settings: Any,
    ) -> Installation: ...


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # stories go on at the pace of the real clock


def _merged(plain: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    tables = {key: {**plain[key], **value} for key, value in other.items() if isinstance(plain.get(key), Mapping)}
    return {**plain, **other, **tables}


def _keys(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in table.items() if value is not None]


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_keys(value)) + " }"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)
