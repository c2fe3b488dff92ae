"""Every loop of one process, wired together: watching, deciding, sweeping, sending.

Each loop does its job only while this process holds the job's lease; on SQLite nobody else can, on PostgreSQL another
daemon may. Whoever gets a lease starts that job anew from the tables.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.contact_files import files_of
from mailbot.adapters.jobs import EventWake, Ticker
from mailbot.adapters.store.instance import only_daemon
from mailbot.adapters.webhook import HttpWebhook
from mailbot.app import (
    SignIns,
    check_secrets,
    database_of,
    imap_mailbox,
    load_policies,
    open_store,
    reader_of,
    smtp_transport,
)
from mailbot.config import AfterIntake, Config, Mailbox
from mailbot.errors import MailbotError
from mailbot.one_core import on_one_core
from mailbot.pipeline.alarms import Alarms
from mailbot.pipeline.catching_up import CatchingUp
from mailbot.pipeline.contact_month import ContactMonth
from mailbot.pipeline.directory_change import DirectoryChange
from mailbot.pipeline.gaps import Gaps
from mailbot.pipeline.inbound import Inbound
from mailbot.pipeline.intake import Intake, WatchedFolder
from mailbot.pipeline.leases import RENEW_SECONDS, GuardedStore, LeaseLostError, Leases
from mailbot.pipeline.letter_commands import check_published
from mailbot.pipeline.outbox import Outbox, Sender
from mailbot.pipeline.recount import Recount
from mailbot.pipeline.staff_notes import StaffNotes
from mailbot.pipeline.standards import Standards
from mailbot.pipeline.timers import Timers
from mailbot.pipeline.watch import Watcher
from mailbot.ports import Clock, Reader
from mailbot.reading import ReadingRules
from mailbot.runner import Runner, Trouble, attempt
from mailbot.staff_mail import ReadStaffMails

INBOUND, TIMERS, LEASES, OUTBOX, WATCH = "inbound", "timers", "leases", "outbox", "watch"
TROUBLE_SHOWN = timedelta(seconds=60)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """After how many seconds a loop looks by itself, where nothing wakes it.

    ``poll``: how long work waits at most that another process has put into the tables.
    """

    sweep: float = 15.0
    catch_up: float = 0.5
    poll: float = 2.0
    standby: float = 3.0


USUAL = Pace()


class Daemon:
    """The loops. ``start`` returns at once; ``stop`` within ten seconds. Raises ConfigError, PolicyError, StorageError.

    ``reader`` makes what reads messages, None: as configured; ``clock`` None: the machine's.
    """

    def __init__(
        self,
        config: Config,
        *,
        reader: Callable[[ReadingRules], Reader] | None = None,
        clock: Clock | None = None,
        pace: Pace = USUAL,
    ) -> None:
        self._config = config
        self._pace = pace
        self._clock = clock or SystemClock()
        self._wake = EventWake()
        self._ticker = Ticker(self._wake)
        self.runner = Runner(self._wake.wake_all)
        self._held = ExitStack()
        self._sign_ins = SignIns(self._clock)
        check_secrets(config, self._sign_ins)
        self._database = database_of(config)
        self._held.callback(self._database.close)
        self._held.enter_context(only_daemon(config.storage.database))
        self.store, tag_secret = open_store(config, self._database, self._clock.now())
        self._policies = load_policies(config, tag_secret)
        letters, policies = self._policies.letters, self._policies.mailboxes
        check_published(self.store, letters, policies.values())
        holder = f"process {os.getpid()} on {socket.gethostname()} ({secrets.token_hex(2)})"
        self._leases = Leases(store=self.store, clock=self._clock, holder=holder)
        if self._database.is_sqlite:
            self._forget_dead_processes()
        self._make_reader = reader or partial(reader_of, config)
        self._inbound: Inbound | None = None
        self._timers = Timers(
            store=self._guarded(TIMERS),
            letters=letters,
            policies=policies,
            clock=self._clock,
            attempt=attempt,
            originals=self._policies.originals,
        )
        now = self._clock.now()
        self._catching_up = CatchingUp(store=self.store, clock=self._clock, mailboxes=[*policies], since=now)
        self._counted = False
        self._recount = Recount(store=self._guarded(TIMERS), policies=policies, clock=self._clock)
        self._directory = DirectoryChange(store=self._guarded(TIMERS), letters=letters, policies=policies, clock=self._clock)
        self._contact_month = ContactMonth(
            store=self._guarded(TIMERS), letters=letters, policies=policies, clock=self._clock, files=files_of
        )
        self._gaps = Gaps(store=self._guarded(TIMERS), letters=letters, policies=policies, clock=self._clock)
        self._alarms = Alarms(
            store=self._guarded(TIMERS),
            letters=letters,
            policies=policies,
            clock=self._clock,
            webhook=HttpWebhook(),
            attempt=attempt,
        )

        self._standards = Standards(
            store=self._guarded(INBOUND),
            policies=policies,
            rules=self._policies.standards,
            absences=self._policies.absences,
            reader=ReadStaffMails(self._policies.reading.quoting),
            clock=self._clock,
            attempt=attempt,
        )

        self._staff_notes = StaffNotes(
            store=self._guarded(TIMERS),
            letters=letters,
            policies=policies,
            standards={name: rules.standard for name, rules in self._policies.standards.items()},
            clock=self._clock,
            attempt=attempt,
        )

    def start(self) -> None:
        """Start every loop."""
        for mailbox in self._config.mailbox:
            watcher, sender = self._watcher(mailbox), self._sender(mailbox)
            self._start_loop(f"watch {mailbox.name}", partial(self._watch, watcher))
            self._start_loop(f"send {mailbox.name}", partial(self._send, mailbox, sender))
            self._ticker.every(self._pace.poll, OUTBOX, mailbox.name)
        for name, loop in ((INBOUND, self._decide), (TIMERS, self._sweep), (LEASES, self._renew)):
            self._start_loop(name, loop)
        for seconds, kind in ((self._pace.poll, INBOUND), (self._pace.sweep, TIMERS), (RENEW_SECONDS, LEASES)):
            self._ticker.every(seconds, kind)
        self._ticker.start()
        log.info("started", mailboxes=len(self._config.mailbox))

    def stop(self) -> bool:
        """End every loop in order; True if all ended in time."""
        self._ticker.stop()
        orderly = self.runner.stop()
        if orderly:
            with suppress(MailbotError):  # where the database is out of reach the leases run out by themselves
                self._leases.release()
        self._held.close()
        log.info("stopped", orderly=orderly)
        return orderly

    # The loops, each one turn of the supervisor's wheel ------------------------------------------------------------

    def _watch(self, watcher: Watcher) -> None:
        name = f"watch {watcher.mailbox}"
        if not self._leases.hold(name):
            self._wake.wait(WATCH, watcher.mailbox, seconds=self._pace.standby)
            return
        if (rest := self._rest_of(watcher.mailbox)) > 0:
            self.runner.stopped.wait(min(rest, RENEW_SECONDS))
            return
        with suppress(LeaseLostError):
            watcher.run(partial(self._must_end, name))

    def _rest_of(self, mailbox: str) -> float:
        """Seconds for which the server has asked to be left alone, whichever process it asked."""
        with self.store.view() as transaction:
            until = transaction.mailboxes.get(mailbox).reading_rests_until
        return (until - self._clock.now()).total_seconds() if until else 0.0

    def _decide(self) -> None:
        """Decide about everything that waits. What reads messages is made here, in this thread."""
        if self._inbound is None:
            self._inbound = self._make_inbound()
        if self._leases.hold(INBOUND):
            with suppress(LeaseLostError), on_one_core():
                for _ in self._inbound.drain():
                    self._wake_outbox()
                    if self._must_end(INBOUND):
                        break
                while not self._must_end(INBOUND) and self._standards.judge():
                    pass
        self._wake.wait(INBOUND, seconds=self._pace.standby)

    def _sweep(self) -> None:
        if not self._leases.hold(TIMERS):
            self._wake.wait(TIMERS, seconds=self._pace.standby)
            return
        caught_up = self._catching_up.done()
        with suppress(LeaseLostError):
            self._count_again()
            while caught_up and not self._must_end(TIMERS) and self._timers.sweep():
                pass
            if caught_up:  # or the digest would call late what has been answered
                self._timers.run_jobs()
                self._staff_notes.run()
                self._contact_month.run()
            self._alarms.ring()
            self._gaps.remind()
            for mailbox in self._config.mailbox:
                self._outbox(mailbox.name, TIMERS).resolve_doubts(self._sender(mailbox))
            self._wake_outbox()
        self._wake.wait(TIMERS, seconds=self._pace.sweep if caught_up else self._pace.catch_up)

    def _count_again(self) -> None:
        """Before the first sweep: dates that rest on other calendars than these are counted by these.

        What is new in the directory is announced, too.
        """
        if self._counted:
            return
        self._directory.announce()
        for _ in self._recount.catch_up():
            if self._must_end(TIMERS):
                return
        self._counted = True

    def _send(self, mailbox: Mailbox, sender: Sender) -> None:
        name = f"send {mailbox.name}"
        if not self._leases.hold(name):
            self._wake.wait(OUTBOX, mailbox.name, seconds=self._pace.standby)
            return
        with suppress(LeaseLostError):
            asyncio.run(self._deliver(mailbox, sender, name))

    async def _deliver(self, mailbox: Mailbox, sender: Sender, name: str) -> None:
        """Whatever an earlier holder of this job left unsettled is in doubt first."""
        outbox = self._outbox(mailbox.name, name)
        # wake-ups are waited for in a thread, each connection may fetch a token in one, and names are looked up in one
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(mailbox.smtp_connections + 2))
        if outbox.recover(mailbox.name):
            log.warning("letters_in_doubt", mailbox=mailbox.name)
            self._wake.wake(TIMERS)  # the first sweep may have looked for doubts before they were written down
        wait = partial(self._wake.wait, OUTBOX, mailbox.name, seconds=self._pace.poll)
        transports = [smtp_transport(mailbox, self._sign_ins) for _ in range(mailbox.smtp_connections)]
        await outbox.deliver(sender, transports, partial(self._must_end, name), wait)

    def _renew(self) -> None:
        self._leases.renew()
        self._wake.wait(LEASES, seconds=RENEW_SECONDS)

    # Wiring --------------------------------------------------------------------------------------------------------

    def _must_end(self, lease: str) -> bool:
        return self.runner.stopped.is_set() or not self._leases.is_held(lease)

    def _guarded(self, lease: str) -> GuardedStore:
        return GuardedStore(store=self.store, leases=self._leases, name=lease)

    def _forget_dead_processes(self) -> None:
        """The lock on the SQLite file is ours, so whoever held a lease is gone."""
        with self.store.transaction() as transaction:
            transaction.leases.clear()

    def _wake_outbox(self) -> None:
        for mailbox in self._config.mailbox:
            self._wake.wake(OUTBOX, mailbox.name)

    def _make_inbound(self) -> Inbound:
        reader = self._make_reader(self._policies.reading)
        self._held.callback(reader.close)
        return Inbound(
            store=self._guarded(INBOUND),
            reader=reader,
            letters=self._policies.letters,
            screening=self._policies.screening,
            holding=self._policies.holding,
            replies=self._policies.replies,
            subjects=self._policies.reading.subjects,
            quoting=self._policies.reading.quoting,
            bounces=self._policies.bounces,
            flags=self._policies.reading.flags,
            requests=self._policies.reading.requests,
            names=self._policies.names,
            originals=self._policies.originals,
            rules_version=self._policies.reading.version,
            policies=self._policies.mailboxes,
            clock=self._clock,
            attempt=attempt,
        )

    def _outbox(self, mailbox: str, lease: str) -> Outbox:
        policy = self._policies.mailboxes[mailbox]
        return Outbox(
            store=self._guarded(lease),
            letters=self._policies.letters,
            policy=policy,
            clock=self._clock,
            originals=self._policies.originals,
        )

    def _sender(self, mailbox: Mailbox) -> Sender:
        return Sender(mailbox=mailbox.name, letters_per_minute=mailbox.letters_per_minute, sent_copy=mailbox.sent_copy)

    def _watcher(self, mailbox: Mailbox) -> Watcher:
        store = self._guarded(f"watch {mailbox.name}")
        return Watcher(
            mailbox=mailbox.name,
            connect=partial(imap_mailbox, self._config, mailbox, self._sign_ins),
            intake=Intake(store=store, clock=self._clock, wake=self._wake),
            wake=self._wake,
            inbox=_folder(mailbox, mailbox.folders.inbox, "inbox"),
            also=tuple(_polled(mailbox)),
            sent=mailbox.folders.sent,
            sent_copy=mailbox.sent_copy,
            poll_seconds=mailbox.poll_seconds,
            idle=mailbox.idle,
        )

    def _start_loop(self, name: str, body: Callable[[], None]) -> None:
        self.runner.start(name, body, partial(self._note_trouble, name))

    def _note_trouble(self, loop: str, found: Trouble) -> None:
        """Show what keeps a loop from its work until it has had the time to try again."""
        until = self._clock.now() + timedelta(seconds=found.seconds)
        with self.store.transaction() as transaction:
            transaction.leases.note_trouble(loop, found.error, until + TROUBLE_SHOWN)
            if loop.startswith(WATCH):
                mailbox = loop.removeprefix(f"{WATCH} ")
                transaction.mailboxes.mark_trouble(mailbox, found.error, until, until if found.asked else None)


def _polled(mailbox: Mailbox) -> Iterator[WatchedFolder]:
    yield from (_folder(mailbox, folder, "also") for folder in mailbox.folders.also)
    if mailbox.folders.junk:
        yield _folder(mailbox, mailbox.folders.junk, "junk")


def _folder(mailbox: Mailbox, folder: str, role: str) -> WatchedFolder:
    return WatchedFolder(
        mailbox=mailbox.name,
        folder=folder,
        role=role,
        start_from=mailbox.start_from,
        finish=role == "inbox" and mailbox.after_intake is not AfterIntake.LEAVE,
    )
