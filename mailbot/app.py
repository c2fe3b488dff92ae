"""The composition root: configuration -> adapters -> flows. The only file that knows every part."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from mailbot.adapters.credentials import read_secret
from mailbot.adapters.imap import Finishing, ImapAccount, ImapMailbox
from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import load_classes, load_pack, load_screening
from mailbot.adapters.smtp import SmtpAccount, SmtpTransport
from mailbot.adapters.store import Database, NotReadyError, SqlStore, open_database
from mailbot.adapters.tls import tls_context
from mailbot.config import AfterIntake, Config, Mailbox, SecretRef, Tls
from mailbot.core.policy import Caps, ClassRules, MailboxPolicy, Pack, ScreeningRules
from mailbot.errors import ConfigError, MailbotError, PolicyError
from mailbot.pipeline.rule_examples import unwritable_letters

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
    mailboxes = {mailbox.name: _policy(config, mailbox, packs[mailbox.pack], tag_secret) for mailbox in config.mailbox}
    for policy in mailboxes.values():
        for trouble in unwritable_letters(policy, letters.specs, letters.missing):
            raise PolicyError(f"{rules / 'packs' / policy.pack.name / 'pack.toml'}: {trouble}")
    return Policies(screening=load_screening(rules), classes=load_classes(rules), letters=letters, mailboxes=mailboxes)


def _policy(config: Config, mailbox: Mailbox, pack: Pack, tag_secret: bytes) -> MailboxPolicy:
    own = frozenset(each.address.lower() for each in config.mailbox)
    aliases = frozenset(alias.lower() for each in config.mailbox for alias in each.aliases)
    return MailboxPolicy(
        name=mailbox.name,
        address=mailbox.address,
        organisation=config.organisation.name,
        reference_prefix=config.organisation.reference_prefix,
        signatory=mailbox.signatory,
        manager=mailbox.manager,
        reply_to=mailbox.reply_to,
        max_ack_age_hours=mailbox.max_ack_age / timedelta(hours=1),
        start_at=_start_at(mailbox, ZoneInfo(config.organisation.time_zone)),
        pack=pack,
        caps=Caps(
            answers_per_sender_per_day=config.limits.answers_per_sender_per_day,
            letters_per_manager_per_day=config.limits.letters_per_manager_per_day,
        ),
        own_addresses=own,
        answerable_addresses=own | aliases,
        reverse_path=mailbox.reverse_path,
        tag_secret=tag_secret,
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


def database_of(config: Config, *, create: bool = True) -> Database:
    """The configured database. Only the daemon creates one or brings it up to date. Raises ConfigError, StorageError."""
    secret = config.storage.password
    password = secret_reader("storage.password", secret)() if secret else None
    return open_database(config.storage.database, password, create=create)


def why_database_unusable(config: Config) -> str | None:
    """Why the daemon could not use its database, or None; one that does not exist yet is no hindrance."""
    try:
        database_of(config, create=False).close()
    except NotReadyError:
        return None
    except MailbotError as error:
        return str(error)
    return None


def open_store(config: Config, database: Database, now: datetime) -> tuple[SqlStore, bytes]:
    """The store with a row for every configured mailbox, and the secret of its tagged addresses."""
    store = SqlStore(database)
    mailboxes = {mailbox.name: (mailbox.address, mailbox.pack) for mailbox in config.mailbox}
    secret = store.register(config.organisation.name, mailboxes, now, new_secret=secrets.token_hex(32))
    return store, bytes.fromhex(secret)


def check_secrets(config: Config) -> None:
    """A missing secret is a configuration error at the start, not a refused sign-in later. Raises ConfigError."""
    for mailbox in config.mailbox:
        for protocol, server in (("imap", mailbox.imap), ("smtp", mailbox.smtp)):
            if server.password is not None:
                secret_reader(f"mailbox.{mailbox.name}.{protocol}.password", server.password)()
