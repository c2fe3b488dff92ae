"""The stage of the kill tests: two watched mailboxes on a real IMAP server, a relay, and a daemon that can be killed."""

import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock

from sqlalchemy import TextClause, bindparam, select, text

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.store import open_database
from mailbot.adapters.store.columns import UtcDateTime
from mailbot.adapters.store.tables import outbox
from mailbot.app import open_store
from mailbot.config import load
from mailbot.core.action import OpenCase
from mailbot.core.case import ClockStop, Moment
from mailbot.core.clock_action import Deadline, StartClock
from mailbot.core.reason import Reason
from mailbot.core.reference import period_of
from mailbot.pipeline.commands import Commands
from mailbot.ports import Cursor, Transaction
from tests.e2e.end_state import EndState, Folders, end_state
from tests.e2e.killed_daemon import ShiftedClock, run
from tests.servers.databases import sqlite_with_tables
from tests.servers.dovecot import Dovecot
from tests.servers.letters import Accepted
from tests.servers.smtp import SmtpServer

AFTER_INTAKE = {"enquiries": "move", "foi": "leave"}
FOLDERS = ("INBOX", "Handled", "Sent")
PASSWORD = "secret"
AFTER_DOT = "dot.after"
PATIENCE_SECONDS = 60
LOOK_EVERY_SECONDS = 0.05

# On every start the scene's clock is one step further: a wait for the Sent folder is over, a dead daemon's lease has run out.
BEGINNING = datetime(2025, 12, 2, 10, 0, tzinfo=UTC)  # a Tuesday, in opening hours; IMAP takes no future date
STEP = timedelta(minutes=11)

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.e2e.ready_to_fork"])

CONFIG_HEAD = """
[organisation]
name = "Harbour Council"
reference_prefix = "HC"
[storage]
database = "{database}"
[log]
level = "error"
"""
CONFIG_MAILBOX = """
[[mailbox]]
name = "{name}"
address = "{name}@harbour.example"
manager = "manager@harbour.example"
start_from = "beginning"
after_intake = "{after_intake}"
idle = false
poll_seconds = 1
letters_per_minute = 600
sent_copy = "{sent_copy}"
folders = {{ sent = "Sent" }}
imap = {{ host = "127.0.0.1", port = {imap_port}, tls = "none", user = "{user}", password = {{ path = "{password}" }} }}
smtp = {{ host = "127.0.0.1", port = {smtp_port}, tls = "none" }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that lies in a mailbox before the daemon starts."""

    mailbox: str
    id: str
    head: str
    text: str

    def content(self) -> bytes:
        lines = (f"To: {self.mailbox}@harbour.example", f"Message-ID: <{self.id}@example.org>", *self.head.splitlines())
        return ("\r\n".join((*lines, "", self.text, ""))).encode()


UNDELIVERABLE = """From: Mail Delivery System <mailer-daemon@relay.example>
Subject: Undelivered mail
In-Reply-To: <records@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=limit"""
REPORT = """--limit
Content-Type: text/plain

Nobody of that name is known here.
--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; cyrus@example.org
Action: failed
Status: 5.1.1
--limit--"""
OVERLOADED = "\n".join(["From: Ira <ira@example.org>", "Subject: Too much", *(f"X-Filler: {n}" for n in range(2_001))])
MAIL = (
    Arrival(mailbox="enquiries", id="lamp", head="From: Ada <ada@example.org>\nSubject: Dark pier", text="The lamp is out."),
    Arrival(
        mailbox="enquiries",
        id="lamp-again",
        head="From: Ada <ada@example.org>\nSubject: Re: Dark pier\nIn-Reply-To: <lamp@example.org>",
        text="It is the lamp by the steps.",
    ),
    Arrival(
        mailbox="enquiries",
        id="away",
        head="From: Ben <ben@example.org>\nSubject: Away\nAuto-Submitted: auto-replied",
        text="I am back on Monday.",
    ),
    Arrival(mailbox="enquiries", id="overloaded", head=OVERLOADED, text="Nobody reads this far."),
    Arrival(
        mailbox="foi",
        id="records",
        head="From: Cyrus <cyrus@example.org>\nSubject: Dredging",
        text="Send me the records of last year's dredging.",
    ),
    Arrival(
        mailbox="foi",
        id="crew",
        head="From: Dora <dora@example.org>\nSubject: The crew",
        text="How I was spoken to is unacceptable.",
    ),
    Arrival(mailbox="foi", id="bounce", head=UNDELIVERABLE, text=REPORT),
)
LETTERS = 4  # one for each case: Ada's, Cyrus's, Dora's; and the manager hears of a case that is overdue

# What a daemon at rest has left to do: each of these counts is 0.
TO_DO = {
    "folders to look at": f"SELECT {2 * len(AFTER_INTAKE)} - count(*) FROM folder_cursor WHERE read_at >= :since",
    "loops": f"SELECT {2 * len(AFTER_INTAKE) + 2} - count(*) FROM lease WHERE holder LIKE :holder",
    "messages": "SELECT :arrived - count(*) FROM location WHERE role = 'inbox' AND state <> 'stored'",
    "copies": "SELECT :filed - count(*) FROM location WHERE role = 'sent' AND state <> 'stored'",
    "moves": """SELECT count(*) FROM location l JOIN mailbox m ON m.id = l.mailbox
        WHERE m.name = 'enquiries' AND l.folder = 'INBOX' AND NOT l.handled_on_server AND l.gone_at IS NULL""",
    "deadlines": "SELECT count(*) FROM deadline WHERE fired_at IS NULL AND due_at < :since",
    "letters": "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt')",
}

_LOOKING_AFTER_CHILDREN = Lock()
"""Whenever a process is started multiprocessing asks all others whether they have ended. Two threads that ask the same one at
once get its exit code and 255."""


def _join(process: BaseProcess) -> None:
    """Wait for a process to end, but not for ever."""
    wait([process.sentinel], PATIENCE_SECONDS)
    with _LOOKING_AFTER_CHILDREN:
        process.join(0)


def users(scenes: Sequence[str]) -> dict[str, str]:
    """Names and passwords of the IMAP users of several scenes, which can share a server."""
    return {_user(mailbox, scene): PASSWORD for scene in scenes for mailbox in AFTER_INTAKE}


class Scene:
    """One installation, live, with ``MAIL`` waiting in its mailboxes and a case that is overdue. Close it at the end.

    ``sent_copy`` is the word of the configuration; under ``server`` the relay files each letter that it accepts.
    ``database`` is the URL of an empty database; None: a new file in ``folder``. With each start its clock makes a ``step``.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        dovecot: Dovecot,
        sent_copy: str,
        database: str | None = None,
        *,
        step: timedelta = STEP,
    ) -> None:
        self.smtp = SmtpServer()
        self._name = name
        self._dovecot = dovecot
        self._folder = folder
        self._sent_copy = sent_copy
        self._arrived = 0
        self._filed = 0
        self._filing = Lock()
        self._kills_at_letter = 0
        self._processes: list[BaseProcess] = []
        self._clock = ShiftedClock(BEGINNING - SystemClock().now())
        self._step = step
        self._places = folder / "places"
        url = database or sqlite_with_tables(folder / "mailbot.db")
        self.config = self._write_config(url)
        self.database = open_database(url)
        self._go_live()
        for seconds, arrival in enumerate(MAIL):
            self.deliver(arrival, BEGINNING - timedelta(hours=1) + timedelta(seconds=seconds))
        self.smtp.fail(at="DOT", how="accept_then_call", call=self._accepted, times=10 * LETTERS)
        self.smtp.start()

    @property
    def places(self) -> list[str]:
        """The places that the last daemon reached, in order."""
        return self._places.read_text().split()

    def deliver(self, arrival: Arrival, received_at: datetime | None = None) -> None:
        """A message arrives, now by the scene's clock if nothing else is said."""
        at = received_at or self._clock.now()
        self._dovecot.append(_user(arrival.mailbox, self._name), arrival.content(), received_at=at)
        self._arrived += 1

    def move_to(self, database: str) -> None:
        """From the next start on everything lies in another database."""
        self.database.close()
        self.config = self._write_config(database)
        self.database = open_database(database)

    def close(self) -> None:
        """Stop everything that still runs."""
        for process in self._processes:
            process.kill()
            _join(process)
        self.smtp.stop()
        self.database.close()

    def start(self, place: str = "", nth: int = 0, how: signal.Signals = signal.SIGKILL) -> BaseProcess:
        """Start a daemon, which is to send itself the signal ``how`` when it comes to ``place`` for the ``nth`` time."""
        self._clock = ShiftedClock(self._clock.by + self._step)
        what = (self.config, self._clock, self._places, place, nth, how)
        self._processes.append(PROCESSES.Process(target=run, args=what))  # not "daemonic": it starts a process to read
        with _LOOKING_AFTER_CHILDREN:
            self._processes[-1].start()
        return self._processes[-1]

    def run_until_killed(self, place: str, nth: int) -> None:
        """Start the daemon and let it die when it comes to ``place`` for the ``nth`` time.

        At ``AFTER_DOT`` the relay has the ``nth`` letter and the daemon does not know it: there the relay kills.
        """
        if place == AFTER_DOT:
            self._kills_at_letter, place, nth = nth, "", 0
        process = self.start(place, nth)
        _join(process)
        assert process.exitcode == -signal.SIGKILL, f"the daemon did not come to {place}"
        self._let_the_relay_finish()

    def run_until_quiet(self) -> EndState:
        """Start the daemon, let it do all there is to do, stop it, and look what there is."""
        process = self.start()
        started_at = self._clock.now()
        until = time.monotonic() + PATIENCE_SECONDS
        while (to_do := self._to_do(process, started_at)) and time.monotonic() < until:
            time.sleep(LOOK_EVERY_SECONDS)
        process.terminate()
        _join(process)
        assert not to_do, f"{self._name}: the daemon did not come to rest: {', '.join(to_do)}; {self._letters()}"
        assert process.exitcode == 0, f"the daemon did not stop in order: {process.exitcode}"
        return end_state(self.database, self._folders(), self.smtp.accepted)

    def _to_do(self, process: BaseProcess, since: datetime) -> list[str]:
        about = {"since": since, "holder": f"process {process.pid} %", "arrived": self._arrived, "filed": self._filed}
        with self.database.reading() as connection:
            found = [what for what, query in TO_DO.items() if connection.execute(_bound(query, about)).scalar_one()]
        return found or (["copies"] if self._filed != about["filed"] else [])  # one was filed while it was asked

    def _letters(self) -> list[tuple[object, ...]]:
        """The letters as they stand, for whoever must find out why one has not gone."""
        shown = select(outbox.c.id, outbox.c.state, outbox.c.doubts, outbox.c.attempted_at, outbox.c.detail)
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(shown)]

    def _folders(self) -> Folders:
        return {
            (mailbox, folder): self._dovecot.messages(_user(mailbox, self._name), folder)
            for mailbox in AFTER_INTAKE
            for folder in FOLDERS
        }

    def _accepted(self, letter: Accepted) -> None:
        """The relay has taken a letter and has not said so yet."""
        self._file_copies()
        if self._processes and letter is self._fatal():
            self._processes[-1].kill()

    def _file_copies(self) -> None:
        """Every letter that was accepted lies in its mailbox's Sent folder, where the server is one that files."""
        with self._filing:
            for letter in self.smtp.accepted[self._filed :] if self._sent_copy == "server" else ():
                mailbox = letter.reverse_path.partition("@")[0]
                self._dovecot.append(_user(mailbox, self._name), letter.content, "Sent", self._clock.now(), ["\\Seen"])
                self._filed += 1

    def _let_the_relay_finish(self) -> None:
        """A letter that was on the wire when its sender died is accepted, and filed, or not: it does not stay open."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.smtp.connections and time.monotonic() < until:
            time.sleep(LOOK_EVERY_SECONDS)
        self._file_copies()

    def _fatal(self) -> Accepted | None:
        """The letter at which the relay kills the daemon."""
        accepted = self.smtp.accepted
        return accepted[self._kills_at_letter - 1] if 0 < self._kills_at_letter <= len(accepted) else None

    def _write_config(self, database: str) -> Path:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        mailboxes = [
            CONFIG_MAILBOX.format(
                name=name,
                after_intake=after_intake,
                sent_copy=self._sent_copy,
                user=_user(name, self._name),
                password=password,
                imap_port=self._dovecot.port,
                smtp_port=self.smtp.port,
            )
            for name, after_intake in AFTER_INTAKE.items()
        ]
        path = self._folder / "mailbot.toml"
        path.write_text(CONFIG_HEAD.format(database=database) + "".join(mailboxes))
        return path

    def _go_live(self) -> None:
        at = BEGINNING - timedelta(hours=2)
        store, _ = open_store(load(self.config, {}), self.database, at)
        for mailbox in AFTER_INTAKE:
            Commands(store=store, clock=FixedClock(at), actor="test").go_live(mailbox)
        with store.transaction() as transaction:
            _open_overdue_case(transaction)
            # The morning digest tells what there is at its moment: it has gone.
            transaction.jobs.claim("digest:manager@harbour.example", BEGINNING.date().isoformat(), at)
            for mailbox in AFTER_INTAKE:
                # It ran before: a copy that is filed before the first look at Sent would never be seen.
                numbered = self._dovecot.uidvalidity(_user(mailbox, self._name), "Sent")
                transaction.mailboxes.set_cursor(mailbox, "Sent", "sent", Cursor(uidvalidity=numbered, last_uid=0))
                transaction.mailboxes.mark_read(mailbox, "Sent", "sent", at)


def _open_overdue_case(transaction: Transaction) -> None:
    """A case of two months ago whose response is due since yesterday."""
    opened_at, due_at = BEGINNING - timedelta(days=60), BEGINNING - timedelta(days=1)
    opened = OpenCase(
        class_="enquiry",
        customer="edith@example.org",
        customer_name="Edith",
        subject="Moorings",
        opened_at=opened_at,
        observed=False,
        reason=Reason("no-known-case"),
    )
    case_id, _ = transaction.cases.open("enquiries", "HC", period_of(opened_at.date()), "generic", opened)
    clock = StartClock(
        name="response",
        started_by="receipt",
        started_at=opened_at,
        due_at=due_at,
        why="two months",
        stopped_by=(ClockStop.RESPONSE_SENT,),
        deadlines=(Deadline(kind=Moment.DUE, due_at=due_at),),
        reason=Reason("clock"),
    )
    transaction.cases.start_clock(case_id, clock)


def _bound(query: str, about: Mapping[str, object]) -> TextClause:
    """The query with those of the values that it names."""
    kinds = {"since": UtcDateTime()}
    named = {name: value for name, value in about.items() if f":{name}" in query}
    return text(query).bindparams(*(bindparam(name, value, type_=kinds.get(name)) for name, value in named.items()))


@dataclass(frozen=True, slots=True)
class FixedClock:
    """It is always the same moment."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def _user(mailbox: str, scene: str) -> str:
    return f"{mailbox}.{scene}"
