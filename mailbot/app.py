"""The composition root: configuration -> adapters -> flows. The only file that knows every part."""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.credentials import read_secret
from mailbot.adapters.imap import Finishing, ImapAccount, ImapMailbox
from mailbot.adapters.jobs import EventWake, Ticker
from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.parser import parse, why_unreadable
from mailbot.adapters.rule_files import load_classes, load_pack, load_screening
from mailbot.adapters.smtp import SmtpAccount, SmtpTransport
from mailbot.adapters.store import Database, SqlStore, open_database
from mailbot.adapters.store.instance import only_daemon
from mailbot.adapters.tls import tls_context
from mailbot.config import AfterIntake, Config, Mailbox, SecretRef, Tls
from mailbot.core.policy import Caps, ClassRules, MailboxPolicy, ScreeningRules
from mailbot.errors import ConfigError, PolicyError
from mailbot.pipeline.inbound import Inbound
from mailbot.pipeline.intake import Intake, WatchedFolder
from mailbot.pipeline.outbox import Lane, Outbox
from mailbot.pipeline.timers import Timers
from mailbot.pipeline.watch import Watcher
from mailbot.ports import Clock, Phrases
from mailbot.runner import Runner, attempt

INBOUND_SECONDS = 30
SWEEP_SECONDS = 15
OUTBOX_SECONDS = 5
DAEMON_LEASE = "daemon"
LEASE = timedelta(seconds=60)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that was decided about: rules, letters, and the policy of each mailbox, all checked."""

    screening: ScreeningRules
    classes: ClassRules
    letters: JinjaLetters
    mailboxes: Mapping[str, MailboxPolicy]


def load_policies(config: Config, tag_secret: bytes = b"") -> Policies:
    """Read and check rules, packs, calendars and letters. Raises PolicyError with file and key."""
    rules, zone = config.paths.rules_folder, ZoneInfo(config.organisation.time_zone)
    packs = {name: load_pack(rules, name, zone) for name in {mailbox.pack for mailbox in config.mailbox}}
    letters = JinjaLetters(config.paths.letters_folder)
    for name, pack in packs.items():
        named = {
            pack.neutral_receipt,
            pack.overdue_alert,
            pack.digest,
            *(each.receipt for each in pack.classes.values()),
        }
        unknown = sorted(named - set(letters.specs))
        if unknown:
            raise PolicyError(f"{rules / 'packs' / name / 'pack.toml'}: there is no letter '{unknown[0]}'")
    own = frozenset(mailbox.address.lower() for mailbox in config.mailbox)
    aliases = frozenset(alias.lower() for mailbox in config.mailbox for alias in mailbox.aliases)
    return Policies(
        screening=load_screening(rules),
        classes=load_classes(rules),
        letters=letters,
        mailboxes={
            mailbox.name: MailboxPolicy(
                name=mailbox.name,
                address=mailbox.address,
                organisation=config.organisation.name,
                reference_prefix=config.organisation.reference_prefix,
                signatory=mailbox.signatory,
                manager=mailbox.manager,
                reply_to=mailbox.reply_to,
                max_ack_age_hours=mailbox.max_ack_age / timedelta(hours=1),
                start_at=_start_at(mailbox, zone),
                pack=packs[mailbox.pack],
                caps=Caps(answers_per_sender_per_day=config.limits.answers_per_sender_per_day),
                own_addresses=own,
                answerable_addresses=own | aliases,
                reverse_path=mailbox.reverse_path,
                tag_secret=tag_secret,
            )
            for mailbox in config.mailbox
        },
    )


def _start_at(mailbox: Mailbox, zone: ZoneInfo) -> datetime | None:
    """The moment from which mail counts; None: from the first look on."""
    if mailbox.start_from == "now":
        return None
    if mailbox.start_from == "beginning":
        return datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
    return datetime.combine(mailbox.start_from, time.min, tzinfo=zone)


def secret_reader(what: str, ref: SecretRef) -> Callable[[], str]:
    """A reader for one secret; it is read at each sign-in, so that a changed password needs no restart."""
    return lambda: read_secret(what, credential=ref.credential, path=ref.path, env=ref.env)


def imap_mailbox(config: Config, mailbox: Mailbox) -> ImapMailbox:
    """Sign in to a mailbox. Raises TransientError."""
    server = mailbox.imap
    if server.user is None or server.password is None:
        raise ConfigError(f"mailbox.{mailbox.name}.imap: write user and password")
    account = ImapAccount(
        host=server.host,
        port=server.port,
        tls=server.tls.value,
        user=server.user,
        password=secret_reader(f"mailbox.{mailbox.name}.imap.password", server.password),
        context=None if server.tls is Tls.NONE else tls_context(server.ca_path),
        timeout_seconds=server.timeout_seconds,
    )
    finishing = Finishing(
        move_to=mailbox.folders.handled if mailbox.after_intake is AfterIntake.MOVE else None,
        flag=mailbox.flag if mailbox.after_intake is AfterIntake.FLAG else None,
    )
    return ImapMailbox(account, finishing, config.limits.message_size_mb * 1024 * 1024)


def smtp_transport(mailbox: Mailbox) -> SmtpTransport:
    """A connection to the mailbox's relay, opened at its first letter."""
    server = mailbox.smtp
    reader = secret_reader(f"mailbox.{mailbox.name}.smtp.password", server.password) if server.password else None
    return SmtpTransport(
        SmtpAccount(
            host=server.host,
            port=server.port,
            tls=server.tls.value,
            user=server.user,
            password=reader,
            context=None if server.tls is Tls.NONE else tls_context(server.ca_path),
            timeout_seconds=server.timeout_seconds,
        )
    )


def open_store(config: Config, database: Database, now: datetime) -> tuple[SqlStore, bytes]:
    """The store with a row for every configured mailbox, and the secret of its tagged addresses."""
    store = SqlStore(database)
    mailboxes = {mailbox.name: (mailbox.address, mailbox.pack) for mailbox in config.mailbox}
    secret = store.register(config.organisation.name, mailboxes, now, new_secret=secrets.token_hex(32))
    return store, bytes.fromhex(secret)


class Daemon:
    """Every loop of one process, wired together. ``start`` returns at once; ``stop`` within ten seconds."""

    def __init__(self, config: Config, *, phrases: Callable[[ClassRules], Phrases], clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._wake = EventWake()
        self._ticker = Ticker(self._wake)
        self.runner = Runner(self._wake.wake_all)
        self._held = ExitStack()
        self._held.enter_context(only_daemon(config.storage.database))
        self._check_secrets()
        self._database = open_database(config.storage.database)
        self.store, tag_secret = open_store(config, self._database, self._clock.now())
        self._policies = load_policies(config, tag_secret)
        self._outbox = Outbox(
            store=self.store, letters=self._policies.letters, policies=self._policies.mailboxes, clock=self._clock
        )
        self._timers = Timers(
            store=self.store, letters=self._policies.letters, policies=self._policies.mailboxes, clock=self._clock
        )
        self._lanes = {
            mailbox.name: Lane(mailbox=mailbox.name, letters_per_minute=mailbox.letters_per_minute, sent_copy=mailbox.sent_copy)
            for mailbox in config.mailbox
        }
        self._phrases = phrases
        self._inbound: Inbound | None = None

    def start(self) -> None:
        """Start every loop."""
        for mailbox in self._config.mailbox:
            watcher = self._watcher(mailbox)
            trouble = self._trouble(mailbox.name)
            self.runner.start(f"watch {mailbox.name}", partial(watcher.run, self._stopped), trouble)
        self.runner.start("inbound", self._decide)
        self.runner.start("timers", self._sweep)
        self.runner.start("outbox", lambda: asyncio.run(self._send()))
        for seconds, kind in ((INBOUND_SECONDS, "inbound"), (SWEEP_SECONDS, "timers")):
            self._ticker.every(seconds, kind)
        for mailbox in self._config.mailbox:
            self._ticker.every(OUTBOX_SECONDS, "outbox", mailbox.name)
        self._ticker.start()
        log.info("started", mailboxes=len(self._config.mailbox))

    def stop(self) -> bool:
        """End every loop in order; True if all ended in time."""
        self._ticker.stop()
        orderly = self.runner.stop()
        with self.store.transaction() as transaction:
            transaction.jobs.release(DAEMON_LEASE)
        self._database.close()
        self._held.close()
        log.info("stopped", orderly=orderly)
        return orderly

    # The loops -----------------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        """Decide about everything that waits, then wait for more. spaCy is loaded here, in this thread."""
        if self._inbound is None:
            self._inbound = Inbound(
                store=self.store,
                parse=parse,
                why_unreadable=why_unreadable,
                phrases=self._phrases(self._policies.classes),
                letters=self._policies.letters,
                screening=self._policies.screening,
                rules_version=self._policies.classes.version,
                policies=self._policies.mailboxes,
                clock=self._clock,
                attempt=attempt,
            )
        while not self._stopped() and self._inbound.drain():
            self._wake_outbox()
        self._wake.wait("inbound", seconds=INBOUND_SECONDS)

    def _sweep(self) -> None:
        now = self._clock.now()
        with self.store.transaction() as transaction:
            transaction.jobs.hold_lease(DAEMON_LEASE, f"process {os.getpid()}", now + LEASE)
        while not self._stopped() and self._timers.sweep():
            pass
        self._timers.run_jobs()
        self._outbox.resolve_doubts(self._lanes)
        self._wake_outbox()
        self._wake.wait("timers", seconds=SWEEP_SECONDS)

    async def _send(self) -> None:
        """One task a connection. Whatever an earlier run left unsettled is in doubt first."""
        if self._outbox.recover():
            log.warning("letters_in_doubt")
            self._wake.wake("timers")  # the first sweep may have looked for doubts before they were written down
        tasks = [
            asyncio.create_task(
                self._outbox.deliver(
                    self._lanes[mailbox.name], smtp_transport(mailbox), self._stopped, self._waiting_for(mailbox.name)
                )
            )
            for mailbox in self._config.mailbox
            for _ in range(mailbox.smtp_connections)
        ]
        try:
            while not self._stopped():
                done, _ = await asyncio.wait(tasks, timeout=0.5, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
            await asyncio.wait(tasks, timeout=5)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # Wiring --------------------------------------------------------------------------------------------------------

    def _stopped(self) -> bool:
        return self.runner.stopped.is_set()

    def _waiting_for(self, mailbox: str) -> Callable[[], None]:
        return lambda: self._wake.wait("outbox", mailbox, seconds=OUTBOX_SECONDS)

    def _wake_outbox(self) -> None:
        for mailbox in self._config.mailbox:
            self._wake.wake("outbox", mailbox.name)

    def _watcher(self, mailbox: Mailbox) -> Watcher:
        return Watcher(
            mailbox=mailbox.name,
            connect=lambda: imap_mailbox(self._config, mailbox),
            intake=Intake(store=self.store, clock=self._clock, wake=self._wake),
            wake=self._wake,
            inbox=self._folder(mailbox, mailbox.folders.inbox, "inbox"),
            also=tuple(self._folder(mailbox, folder, "also") for folder in mailbox.folders.also),
            sent=mailbox.folders.sent,
            sent_copy=mailbox.sent_copy,
            poll_seconds=mailbox.poll_seconds,
            idle=mailbox.idle,
        )

    def _folder(self, mailbox: Mailbox, folder: str, role: str) -> WatchedFolder:
        return WatchedFolder(
            mailbox=mailbox.name,
            folder=folder,
            role=role,
            start_from=mailbox.start_from,
            finish=role == "inbox" and mailbox.after_intake is not AfterIntake.LEAVE,
        )

    def _trouble(self, mailbox: str) -> Callable[[str, float], None]:
        def note(error: str, delay: float) -> None:
            until = self._clock.now() + timedelta(seconds=delay)
            with self.store.transaction() as transaction:
                transaction.mailboxes.mark_trouble(mailbox, error, until)

        return note

    def _check_secrets(self) -> None:
        """A missing secret is a configuration error at the start, not a refused sign-in later."""
        for mailbox in self._config.mailbox:
            for protocol, server in (("imap", mailbox.imap), ("smtp", mailbox.smtp)):
                if server.password is not None:
                    secret_reader(f"mailbox.{mailbox.name}.{protocol}.password", server.password)()
