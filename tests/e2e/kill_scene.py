"""The stage of the kill tests: two watched mailboxes on a real IMAP server, a relay, and a daemon that can be killed."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.store import open_database
from mailbot.app import open_store
from mailbot.config import load
from mailbot.pipeline.commands import Commands
from tests.e2e.end_state import EndState, Folders, end_state
from tests.e2e.killed_daemon import run
from tests.servers.dovecot import Dovecot
from tests.servers.letters import Accepted
from tests.servers.smtp import SmtpServer

AFTER_INTAKE = {"enquiries": "move", "foi": "leave"}
FOLDERS = ("INBOX", "Handled", "Sent")
PASSWORD = "secret"
AFTER_DOT = "dot.after"
PATIENCE_SECONDS = 30
LOOK_EVERY_SECONDS = 0.05

# Each daemon is forked from a process that has imported it: importing takes longer than the whole scene.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.e2e.killed_daemon", "mailbot.daemon", "mailbot.cli.logs", "mailbot.cli.options"])

CONFIG_HEAD = """
[organisation]
name = "Harbour Council"
reference_prefix = "HC"
[storage]
database = "sqlite:///mailbot.db"
[log]
level = "error"
"""
CONFIG_MAILBOX = """
[[mailbox]]
name = "{name}"
address = "{name}@harbour.example"
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
)
LETTERS = 3  # one for each case: Ada's, Cyrus's, Dora's


# What a daemon at rest has left to do: each of these counts is 0.
TO_DO = {
    "folders to look at": f"SELECT {2 * len(AFTER_INTAKE)} - count(*) FROM folder_cursor WHERE read_at >= :since",
    "loops": f"SELECT {2 * len(AFTER_INTAKE) + 2} - count(*) FROM lease WHERE holder LIKE :holder",
    "messages": f"SELECT {len(MAIL)} - count(*) FROM location WHERE role = 'inbox' AND state <> 'stored'",
    "copies": "SELECT :filed - count(*) FROM location WHERE role = 'sent' AND state <> 'stored'",
    "moves": """SELECT count(*) FROM location l JOIN mailbox m ON m.id = l.mailbox
        WHERE m.name = 'enquiries' AND l.folder = 'INBOX' AND NOT l.handled_on_server AND l.gone_at IS NULL""",
    "letters": "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt')",
}


def users(scenes: Sequence[str]) -> dict[str, str]:
    """Names and passwords of the IMAP users of several scenes, which can share a server."""
    return {_user(mailbox, scene): PASSWORD for scene in scenes for mailbox in AFTER_INTAKE}


class Scene:
    """One installation, live, with ``MAIL`` waiting in its mailboxes since ``received_at``. Close it at the end.

    ``sent_copy`` is the word of the configuration; under ``server`` the relay files each letter that it accepts.
    """

    def __init__(self, name: str, folder: Path, dovecot: Dovecot, sent_copy: str, received_at: datetime) -> None:
        self.smtp = SmtpServer()
        self._name = name
        self._dovecot = dovecot
        self._files = sent_copy == "server"
        self._filed = 0
        self._kills_at_letter = 0
        self._process: BaseProcess | None = None
        self._config = self._write_config(folder, sent_copy)
        (folder / "mailbot.db").write_bytes(_new_database())
        self.database = open_database(f"sqlite:///{folder / 'mailbot.db'}")
        self._go_live(received_at)
        for seconds, arrival in enumerate(MAIL):
            at = received_at + timedelta(seconds=seconds)
            dovecot.append(_user(arrival.mailbox, name), arrival.content(), received_at=at)
        self.smtp.fail(at="DOT", how="accept_then_call", call=self._accepted, times=10 * LETTERS)
        self.smtp.start()

    def close(self) -> None:
        """Stop everything that still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self.smtp.stop()
        self.database.close()

    def run_until_killed(self, place: str, nth: int) -> None:
        """Start the daemon and let it die when it comes to ``place`` for the ``nth`` time.

        At ``AFTER_DOT`` the relay has the ``nth`` letter and the daemon does not know it: there the relay kills.
        """
        if place == AFTER_DOT:
            self._kills_at_letter, place, nth = nth, "", 0
        process = self._start(place, nth)
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == -signal.SIGKILL, f"the daemon did not come to {place}"

    def run_until_quiet(self) -> EndState:
        """Start the daemon, let it do all there is to do, stop it, and look what there is."""
        started_at = SystemClock().now()
        process = self._start()
        until = time.monotonic() + PATIENCE_SECONDS
        while (to_do := self._to_do(process, started_at)) and time.monotonic() < until:
            time.sleep(LOOK_EVERY_SECONDS)
        process.terminate()
        process.join(PATIENCE_SECONDS)
        assert not to_do, f"the daemon did not come to rest: {', '.join(to_do)}"
        assert process.exitcode == 0, f"the daemon did not stop in order: {process.exitcode}"
        return end_state(self.database, self._folders(), self.smtp.accepted)

    def _start(self, place: str = "", nth: int = 0) -> BaseProcess:
        self._process = PROCESSES.Process(target=run, args=(self._config, place, nth), daemon=True)
        self._process.start()
        return self._process

    def _to_do(self, process: BaseProcess, since: datetime) -> list[str]:
        about = {
            "since": since.replace(tzinfo=None).isoformat(" ", "microseconds"),
            "holder": f"process {process.pid} %",
            "filed": self._filed,
        }
        with self.database.reading() as connection:
            return [what for what, query in TO_DO.items() if connection.execute(text(query), about).scalar_one()]

    def _folders(self) -> Folders:
        return {
            (mailbox, folder): self._dovecot.messages(_user(mailbox, self._name), folder)
            for mailbox in AFTER_INTAKE
            for folder in FOLDERS
        }

    def _accepted(self, letter: Accepted) -> None:
        """The relay has taken a letter and has not said so yet."""
        if self._files:
            mailbox = letter.reverse_path.partition("@")[0]
            self._dovecot.append(_user(mailbox, self._name), letter.content, folder="Sent", flags=["\\Seen"])
            self._filed += 1
        if self._process is not None and self._process.pid is not None and letter is self._fatal():
            os.kill(self._process.pid, signal.SIGKILL)

    def _fatal(self) -> Accepted | None:
        """The letter at which the relay kills the daemon."""
        accepted = self.smtp.accepted
        return accepted[self._kills_at_letter - 1] if 0 < self._kills_at_letter <= len(accepted) else None

    def _write_config(self, folder: Path, sent_copy: str) -> Path:
        password = folder / "password"
        password.write_text(PASSWORD)
        mailboxes = [
            CONFIG_MAILBOX.format(
                name=name,
                after_intake=after_intake,
                sent_copy=sent_copy,
                user=_user(name, self._name),
                password=password,
                imap_port=self._dovecot.port,
                smtp_port=self.smtp.port,
            )
            for name, after_intake in AFTER_INTAKE.items()
        ]
        path = folder / "mailbot.toml"
        path.write_text(CONFIG_HEAD + "".join(mailboxes))
        return path

    def _go_live(self, at: datetime) -> None:
        store, _ = open_store(load(self._config, {}), self.database, at)
        for mailbox in AFTER_INTAKE:
            Commands(store=store, clock=FixedClock(at), actor="test").go_live(mailbox)


@cache
def _new_database() -> bytes:
    """A database as the first start makes it. Copying it is quicker than making it for each scene."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mailbot.db"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


@dataclass(frozen=True, slots=True)
class FixedClock:
    """It is always the same moment."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def _user(mailbox: str, scene: str) -> str:
    return f"{mailbox}.{scene}"
