"""Trouble from below: a full disk, a locked database, a clock that steps. Nothing is lost, and nothing is done twice."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from mailbot.adapters.reading_process import ReadingProcess
from mailbot.adapters.store import Database, SqlStore, open_database
from mailbot.adapters.store.queries import Queries
from mailbot.adapters.store.tables import case, deadline, location, outbox
from mailbot.app import Policies, load_policies
from mailbot.config import AfterIntake, Config, Mailbox, Organisation, Server, Tls
from mailbot.core.delivery import Reply, SentCopy
from mailbot.core.message import Fetched
from mailbot.errors import StorageError, TransientError
from mailbot.pipeline.connections import Answered
from mailbot.pipeline.inbound import MAX_MESSAGES, Inbound
from mailbot.pipeline.outbox import Outbox, Sender
from mailbot.pipeline.timers import Timers
from mailbot.ports import Cursor, Reader, ReadMessage
from mailbot.reading import PlainReader
from mailbot.runner import attempt
from tests.servers.databases import sqlite_with_tables
from tests.servers.readers import NO_RULES, NoPhrases, fragile

MORNING = datetime(2025, 12, 2, 10, 0, tzinfo=UTC)  # a Tuesday, in opening hours
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SENDER = Sender(mailbox="foi", letters_per_minute=20, sent_copy=SentCopy.NONE)
ACCEPTED = Reply(code=250, text="2.0.0 accepted")


@dataclass
class Hands:
    """A clock whose hands are moved by hand."""

    at: datetime = MORNING

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Office:
    """Intake's storing, deciding, sweeping and sending on one database, each a call.

    ``went`` is whom the relay took letters for: the customers, and the manager for the morning digest.
    """

    database: Database
    clock: Hands
    policies: Policies
    reader: Reader = field(default_factory=lambda: PlainReader(NoPhrases(), NO_RULES))
    went: list[str] = field(default_factory=list)
    _uids: int = 0

    def __post_init__(self) -> None:
        self.store = SqlStore(self.database)
        self.store.register("Harbour Council", {"foi": ("foi@harbour.example", "generic")}, self.clock.now(), "00")
        with self.store.transaction() as transaction:
            transaction.mailboxes.go_live("foi", self.clock.now() - DAY)
        common = {"store": self.store, "letters": self.policies.letters, "clock": self.clock}
        self.inbound = Inbound(
            **common,
            reader=self.reader,
            screening=self.policies.screening,
            holding=self.policies.holding,
            replies=self.policies.replies,
            subjects=self.policies.reading.subjects,
            quoting=self.policies.reading.quoting,
            bounces=self.policies.bounces,
            rules_version="1",
            policies=self.policies.mailboxes,
            attempt=attempt,
        )
        self.timers = Timers(**common, policies=self.policies.mailboxes, attempt=attempt)
        self.outbox = Outbox(**common, policy=self.policies.mailboxes["foi"])

    def arrives(self, text: str = "How deep is the harbour?", field: str = "") -> None:
        """Somebody new writes, now; ``field`` is one more of the head."""
        self._uids += 1
        name = f"customer{self._uids}@example.org"
        head = f"From: {name}\r\nTo: foi@harbour.example\r\nMessage-ID: <{self._uids}@example.org>\r\nSubject: Depth{field}"
        content = f"{head}\r\n\r\n{text}\r\n".encode()
        arrived = Fetched(uid=self._uids, received_at=self.clock.now(), size=len(content), content=content)
        behind = Cursor(uidvalidity=1, last_uid=self._uids)
        with self.store.transaction() as transaction:
            transaction.messages.store("foi", "INBOX", "inbox", behind, [arrived], self.clock.now())
            transaction.mailboxes.set_cursor("foi", "INBOX", "inbox", behind)

    def works(self) -> None:
        """Decide about what waits, act on what is due, and send what may go."""
        list(self.inbound.drain())
        self.timers.sweep()
        self.timers.run_jobs()
        while letters := self.outbox.settle_and_claim([], SENDER, 1):
            self.went += [letter.envelope.recipient for letter in letters]
            self.outbox.settle([Answered(letter, ACCEPTED) for letter in letters])

    def count(self, table: type, *conditions: object) -> int:
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


@pytest.fixture(scope="module")
def policies() -> Policies:
    """The shipped rules and letters for one mailbox with a manager."""
    server = Server(host="localhost", port=1, tls=Tls.NONE)
    mailbox = Mailbox(
        name="foi",
        address="foi@harbour.example",
        manager="manager@harbour.example",
        imap=server,
        smtp=server,
        after_intake=AfterIntake.LEAVE,
    )
    return load_policies(Config(organisation=Organisation(name="Harbour Council"), mailbox=(mailbox,)))


@pytest.fixture
def office(tmp_path: Path, policies: Policies) -> Iterator[Office]:
    """An office at work since Tuesday morning; its database waits hardly at all for others."""
    with closing(open_database(sqlite_with_tables(tmp_path / "mailbot.db"))) as database:
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 50"))
        database.engine.dispose()
        yield Office(database=database, clock=Hands(), policies=policies)


@contextmanager
def full_disk(office: Office) -> Iterator[None]:
    """The database may not grow by a page, which is what SQLite makes of a disk without room (SQLITE_FULL)."""

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(office.database.engine, "connect", limit)
    office.database.engine.dispose()
    yield
    event.remove(office.database.engine, "connect", limit)
    office.database.engine.dispose()


@contextmanager
def locked_from_outside(office: Office) -> Iterator[None]:
    """A backup program has the database for itself, longer than anybody here waits."""
    with closing(sqlite3.connect(str(office.database.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def random_text() -> str:
    """Text that does not get smaller when it is compressed."""
    import hashlib

    return "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(2_000))


def test_a_full_disk_stores_nothing_by_halves(office: Office) -> None:
    """What finds no room is refused as trouble that passes, and the cursor stays before it; with room it comes in once."""
    office.arrives()
    office.works()
    with full_disk(office):
        with pytest.raises(StorageError, match="database or disk is full"):
            office.arrives(random_text())
        with office.store.view() as transaction:
            cursor = transaction.mailboxes.cursor("foi", "INBOX")
        assert cursor == Cursor(uidvalidity=1, last_uid=1)
        assert office.count(location) == 1
    office.arrives(random_text())
    office.works()
    assert (office.count(location), office.count(case)) == (2, 2)
    assert sorted(office.went) == ["customer1@example.org", "customer3@example.org", "manager@harbour.example"]


def test_a_locked_database_holds_everything_up_and_nothing_is_forgotten(office: Office) -> None:
    """While another program has the database no decision is written and no letter claimed; then each happens once."""
    office.arrives()
    with locked_from_outside(office):
        for work in (lambda: list(office.inbound.drain()), office.timers.run_jobs, office.arrives):
            with pytest.raises(StorageError, match="database is locked"):
                work()
    office.works()
    office.arrives()
    office.works()
    assert office.count(case) == 2
    assert sorted(office.went) == ["customer1@example.org", "customer3@example.org", "manager@harbour.example"]


def test_a_letter_that_was_accepted_while_the_database_was_locked_does_not_go_again(office: Office) -> None:
    """The relay's answer is written down once the database is free again: one letter."""
    office.arrives()
    list(office.inbound.drain())
    answered = [Answered(letter, ACCEPTED) for letter in office.outbox.settle_and_claim([], SENDER, 1)]
    with locked_from_outside(office), pytest.raises(StorageError):
        office.outbox.settle(answered)
    office.outbox.settle(answered)
    assert office.outbox.settle_and_claim([], SENDER, 1) == []
    assert office.count(outbox, outbox.c.state == "sent") == 1


def test_a_message_that_kills_the_process_that_reads_is_held_alone(tmp_path: Path, policies: Policies) -> None:
    """The others of its batch are answered; the one is held with a sentence that says why."""
    with (
        closing(open_database(sqlite_with_tables(tmp_path / "mailbot.db"))) as database,
        closing(ReadingProcess(fragile, attempt)) as reader,
    ):
        office = Office(database, Hands(), policies, reader)
        for text in ("How deep is it?", "The Gorgon has come.", "How wide is it?"):
            office.arrives(text)
        for _ in range(3):  # the daemon's loop backs off and comes again
            with pytest.raises(TransientError):
                office.works()
        office.works()
        assert office.went == ["customer1@example.org", "customer3@example.org", "manager@harbour.example"]
        (held,) = Queries(database).held()
        assert held.rule == "cannot-be-decided"
        assert held.detail == "the process that reads messages ended each time it read this one"


def test_what_is_read_ahead_is_what_comes_next(office: Office) -> None:
    """Hundred by hundred, each batch is what was announced; an older message that comes meanwhile is in none of them twice."""
    asked = list[tuple[list[bytes], list[bytes]]]()
    plain = office.inbound.reader

    class Watched:
        def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
            asked.append((list(contents), list(soon)))
            if len(asked) == 1:
                office.clock.move(-DAY)
                office.arrives("This came late, and is older than all others.")
                office.clock.move(DAY)
            return plain.read(contents)

    office.inbound = replace(office.inbound, reader=Watched())
    for _ in range(2 * MAX_MESSAGES + 50):
        office.arrives()
    assert list(office.inbound.drain()) == [MAX_MESSAGES, MAX_MESSAGES, 51]
    assert [soon for _, soon in asked] == [contents for contents, _ in asked[1:]] + [[]]
    assert b"This came late" in asked[2][0][0]
    assert office.count(location, location.c.state == "recorded") == 2 * MAX_MESSAGES + 51


@pytest.mark.parametrize("steps", [(-HOUR, HOUR), (HOUR, -HOUR), (-HOUR, -HOUR, HOUR, HOUR)])
def test_a_clock_that_steps_repeats_and_loses_no_letter(office: Office, steps: tuple[timedelta, ...]) -> None:
    """The clock jumps by an hour between messages, there and back: one case and one letter for each, and one digest.

    The digest names the customer who asked for no automatic letter.
    """
    office.arrives(field="\r\nX-Auto-Response-Suppress: All")
    for step in (*steps, timedelta(0)):
        office.arrives()
        office.works()
        office.clock.move(step)
        office.works()
    office.clock.move(2 * HOUR)
    office.works()
    customers = [f"customer{number}@example.org" for number in range(2, len(steps) + 3)]
    assert sorted(office.went) == [*customers, "manager@harbour.example"]
    assert office.count(case) == len(customers) + 1


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_a_clock_that_steps_about_a_deadline_fires_it_once(office: Office, step: timedelta) -> None:
    """The manager hears once of a response that is overdue, whichever way the clock jumps just after that."""
    office.arrives()
    office.works()
    with office.database.reading() as connection:
        due_at = connection.execute(select(func.max(deadline.c.due_at))).scalar_one()
    office.clock.at = due_at + 10 * HOUR + timedelta(minutes=30)  # the next morning, open for half an hour
    office.works()
    alerts = [office.count(outbox, outbox.c.purpose == "overdue_alert")]
    for move in (step, -step):
        office.clock.move(move)
        office.works()
        alerts.append(office.count(outbox, outbox.c.purpose == "overdue_alert"))
    assert alerts == [1, 1, 1]
    assert office.count(deadline, deadline.c.due_at <= due_at, deadline.c.fired_at.is_(None)) == 0


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_a_clock_that_steps_runs_a_day_s_job_once(office: Office, step: timedelta) -> None:
    """The morning digest belongs to its day: a jump of an hour within it makes no second one."""
    office.arrives()
    list(office.inbound.drain())  # the receipt waits, so that the digest would have something to tell later on
    for move in (timedelta(0), step, -step):
        office.clock.move(move)
        office.timers.run_jobs()
    assert office.count(outbox, outbox.c.purpose == "digest") <= 1
