"""The composition root: configuration -> adapters -> flows. The only file that knows every part."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Literal
from zoneinfo import ZoneInfo

import structlog

from mailbot.adapters.credentials import PasswordCredentials, read_secret
from mailbot.adapters.imap import Finishing, ImapAccount, ImapMailbox
from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.oauth import (
    EXCHANGE_SCOPE,
    GMAIL_SCOPE,
    MICROSOFT_LOGIN,
    GoogleAccount,
    MicrosoftApp,
    TokenCredentials,
    TokenSource,
    google_tokens,
    microsoft_tokens,
)
from mailbot.adapters.reading_process import ReadingProcess
from mailbot.adapters.rule_files import (
    load_absence_rules,
    load_bounces,
    load_classes,
    load_contact,
    load_directory,
    load_flags,
    load_holding,
    load_names,
    load_pack,
    load_quoting,
    load_replies,
    load_requests,
    load_routing_words,
    load_screening,
    load_standard_rules,
    load_subjects,
    own_pack,
)
from mailbot.adapters.smtp import SmtpAccount, SmtpTransport
from mailbot.adapters.spacy_model.keeping import default_folder
from mailbot.adapters.store import Database, NotReadyError, SqlStore, open_database
from mailbot.adapters.tls import tls_context
from mailbot.config import AfterIntake, Config, Mailbox, OAuth, SecretRef, Server, Tls, TrustedSender
from mailbot.core.bounce import BounceRules
from mailbot.core.contact_note import ContactRules
from mailbot.core.directory import Directory, team_of
from mailbot.core.holding import HoldingRules
from mailbot.core.own_id import signed
from mailbot.core.person_name import NameRules
from mailbot.core.policy import Caps, MailboxPolicy, Pack
from mailbot.core.relay import Relay
from mailbot.core.reply import ReplyRules
from mailbot.core.route import directory_words
from mailbot.core.screening_rules import Scoring, ScreeningRules
from mailbot.core.standard.absence.judge import AbsenceRules
from mailbot.core.standard.judge import Rules
from mailbot.errors import ConfigError, MailbotError, PolicyError
from mailbot.learning import Learning
from mailbot.pipeline.rule_examples import untold, unwritable_letters
from mailbot.ports import Clock, Credentials, Mechanism, Reader
from mailbot.reading import ReadingRules, ReadOriginals, reader_alone, spacy_reader
from mailbot.runner import attempt

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that was decided about: rules, letters, and the policy of each mailbox, all checked."""

    screening: ScreeningRules
    holding: HoldingRules
    bounces: BounceRules
    replies: ReplyRules
    reading: ReadingRules
    contact: ContactRules
    names: NameRules
    letters: JinjaLetters
    mailboxes: Mapping[str, MailboxPolicy]
    standards: Mapping[str, Rules]
    absences: Mapping[str, AbsenceRules]

    @property
    def originals(self) -> ReadOriginals:
        """What reads a customer's message for whoever takes it over."""
        people = next(iter(self.mailboxes.values())).directory
        phones = (each.phone for each in people.people), (each.phone for each in people.organisations)
        numbers = [people.phone, *phones[0], *phones[1]]
        return ReadOriginals(self.reading, self.contact, tuple(filter(None, numbers)))


def load_policies(config: Config, tag_secret: bytes = b"") -> Policies:
    """Read and check rules, packs, calendars and letters. Raises PolicyError with file and key."""
    rules, zone = config.paths.rules_folder, ZoneInfo(config.organisation.time_zone)
    packs = {
        name: load_pack(rules, name, zone, config.organisation.name) for name in {mailbox.pack for mailbox in config.mailbox}
    }
    letters = JinjaLetters(config.paths.letters_folder, token=lambda: signed(secrets.token_hex(16), tag_secret))
    people = people_of(config)
    mailboxes = {mailbox.name: _policy(config, mailbox, packs[mailbox.pack], people, tag_secret) for mailbox in config.mailbox}
    for policy in mailboxes.values():
        for trouble in (*unwritable_letters(policy, letters.specs, letters.missing), *untold(policy, letters.specs)):
            raise PolicyError(f"{rules / 'packs' / policy.pack.name / 'pack.toml'}: {trouble}")
    screening = load_screening(rules)
    return Policies(
        screening=screening,
        holding=load_holding(rules),
        bounces=load_bounces(rules),
        replies=load_replies(rules),
        reading=load_reading(rules, screening.scoring, learning_of(config), people),
        contact=load_contact(rules),
        names=load_names(rules),
        letters=letters,
        mailboxes=mailboxes,
        standards=(standards := _standards(rules, mailboxes)),
        absences=_absences(rules, standards),
    )


def load_reading(
    rules: Path, scoring: Scoring | None = None, learning: Learning | None = None, directory: Directory | None = None
) -> ReadingRules:
    """The rules by which messages are read. Raises PolicyError with file and key."""
    return ReadingRules(
        classes=load_classes(rules),
        flags=load_flags(rules),
        subjects=load_subjects(rules),
        quoting=load_quoting(rules),
        scoring=scoring,
        learning=learning,
        requests=load_requests(rules),
        directory=directory_words(directory or Directory(), load_routing_words(rules)),
    )


def _standards(rules: Path, mailboxes: Mapping[str, MailboxPolicy]) -> dict[str, Rules]:
    """The standard of each mailbox whose staff are judged. Raises PolicyError for a pack that names none."""
    found = dict[str, Rules]()
    for policy in (each for each in mailboxes.values() if each.judges_staff):
        if policy.standards is None:
            raise PolicyError(
                f"{rules / 'packs' / policy.pack.name / 'pack.toml'}: standards: is missing, and the configuration says"
                ' standards.on = true; write [standards] with standard = "generic"'
            )
        found[policy.name] = load_standard_rules(rules, policy.standards.standard)
    return found


def _absences(rules: Path, standards: Mapping[str, Rules]) -> dict[str, AbsenceRules]:
    """What the automatic replies to each mailbox are held against, where its standard says anything of them."""
    held = {name: found.standard.name for name, found in standards.items() if found.standard.absence}
    return {name: load_absence_rules(rules, standard) for name, standard in held.items()}


def learning_of(config: Config) -> Learning | None:
    """Where this installation's classifier learns from; None where the rules are to judge alone."""
    if not config.processing.classifier:
        return None
    own = re.sub(r"[^A-Za-z0-9]+", "-", config.organisation.reference_prefix).lower()
    return Learning(rules=config.paths.rules_folder, models=config.paths.models or default_folder(), own=own)


def people_of(config: Config) -> Directory:
    """The organisation's people; nobody where no file names them. Raises PolicyError."""
    file = config.paths.services
    return load_directory(file, config.served, config.organisation.time_zone) if file else Directory()


def _policy(config: Config, mailbox: Mailbox, pack: Pack, people: Directory, tag_secret: bytes) -> MailboxPolicy:
    team, services = team_of(people, mailbox.name), config.paths.services
    own = frozenset(each.address.lower() for each in config.mailbox)
    aliases = frozenset(alias.lower() for each in config.mailbox for alias in each.aliases)
    return MailboxPolicy(
        name=mailbox.name,
        address=mailbox.address,
        organisation=config.organisation.name,
        reference_prefix=config.organisation.reference_prefix,
        signatory=mailbox.signatory or pack.signatory,
        manager=mailbox.manager or (team.manager if team else None),
        reply_to=mailbox.reply_to,
        max_ack_age_hours=mailbox.max_ack_age / timedelta(hours=1),
        start_at=_start_at(mailbox, ZoneInfo(config.organisation.time_zone)),
        pack=own_pack(services, people, mailbox.name, pack) if services else pack,
        caps=Caps(
            answers_per_sender_per_day=config.limits.answers_per_sender_per_day,
            letters_per_manager_per_day=config.limits.letters_per_manager_per_day,
            answers_per_mailbox_per_hour=config.limits.answers_per_mailbox_per_hour,
            answers_per_subject_per_hour=config.limits.answers_per_subject_per_hour,
            answers_per_domain_per_hour=config.limits.answers_per_domain_per_hour,
            answers_per_hour=config.limits.answers_per_hour,
        ),
        own_addresses=own,
        answerable_addresses=own | aliases,
        reverse_path=mailbox.reverse_path,
        ack=mailbox.ack,
        tag_secret=tag_secret,
        relays=tuple(_relay(sender) for sender in config.trusted_senders),
        authserv_id=config.border.id,
        internal_marks=tuple(_mark(each) for each in mailbox.internal_marks),
        spam_fields=frozenset(name.lower() for name in config.border.spam_fields),
        team=team,
        directory=people,
        judges_staff=config.standards.on,
        relays_replies=mailbox.relay_replies,
        footers=tuple(each.strip().lower() for each in config.border.footers),
    )


def _mark(field: str) -> tuple[str, str]:
    name, _, value = field.partition(":")
    return name.strip().lower(), value.strip().lower()


def _relay(sender: TrustedSender) -> Relay:
    return Relay(
        name=sender.name,
        address=sender.address.lower(),
        channel=sender.channel,
        authenticated=sender.authenticated,
        networks=sender.networks,
        person_address=sender.person_address,
        person_name=sender.person_name,
        person_text=sender.person_text,
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


Protocol = Literal["imap", "smtp"]
PROTOCOLS: tuple[Protocol, ...] = ("imap", "smtp")


class SignIns:
    """How to sign in to each server. Where IMAP and SMTP of a mailbox ask alike, they share one token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sources = dict[tuple[OAuth, str], TokenSource]()
        self._made = dict[tuple[str, Protocol], Credentials | None]()
        self._lock = Lock()

    def to(self, mailbox: Mailbox, protocol: Protocol) -> Credentials | None:
        """The credentials for a mailbox's server; None for a relay that asks for none.

        Raises ConfigError for a secret, certificate or key that cannot be used, and for a package that is missing.
        """
        with self._lock:
            if (mailbox.name, protocol) not in self._made:
                server = mailbox.imap if protocol == "imap" else mailbox.smtp
                self._made[mailbox.name, protocol] = self._make(f"mailbox.{mailbox.name}.{protocol}", server)
            return self._made[mailbox.name, protocol]

    def ready(self, mailbox: Mailbox, protocol: Protocol) -> None:
        """Whether the secrets of a server are in place, without asking anybody. Raises ConfigError."""
        credentials = self.to(mailbox, protocol)
        if isinstance(credentials, PasswordCredentials):
            credentials.read()

    def _make(self, where: str, server: Server) -> Credentials | None:
        if server.user is None:
            return None
        if server.password is not None:
            return PasswordCredentials(user=server.user, read=secret_reader(f"{where}.password", server.password))
        if server.oauth is None:
            return None
        same = (replace(server.oauth, mechanism="xoauth2"), server.user)
        source = self._sources.get(same) or self._sources.setdefault(same, self._source(f"{where}.oauth", *same))
        return TokenCredentials(user=server.user, mechanism=Mechanism(server.oauth.mechanism), source=source)

    def _source(self, where: str, oauth: OAuth, user: str) -> TokenSource:
        if oauth.key is not None:
            account = GoogleAccount(
                where=where, key=secret_reader(f"{where}.key", oauth.key), subject=user, scope=oauth.scope or GMAIL_SCOPE
            )
            return google_tokens(account, self._clock)
        app = MicrosoftApp(
            where=where,
            tenant=oauth.tenant or "",
            client_id=oauth.client_id or "",
            secret=secret_reader(f"{where}.secret", oauth.secret) if oauth.secret else None,
            certificate=secret_reader(f"{where}.certificate", oauth.certificate) if oauth.certificate else None,
            authority=oauth.authority or MICROSOFT_LOGIN,
            scope=oauth.scope or EXCHANGE_SCOPE,
        )
        return microsoft_tokens(app, self._clock)


def imap_mailbox(config: Config, mailbox: Mailbox, sign_ins: SignIns) -> ImapMailbox:
    """Sign in to a mailbox. Raises TransientError."""
    server, credentials = mailbox.imap, sign_ins.to(mailbox, "imap")
    if credentials is None:
        raise ConfigError(f"mailbox.{mailbox.name}.imap: write user and password, or user and oauth")
    account = ImapAccount(
        host=server.host,
        port=server.port,
        tls=server.tls.value,
        credentials=credentials,
        context=None if server.tls is Tls.NONE else tls_context(server.ca_path),
        timeout_seconds=server.timeout_seconds,
    )
    finishing = Finishing(
        move_to=mailbox.folders.handled if mailbox.after_intake is AfterIntake.MOVE else None,
        flag=mailbox.flag if mailbox.after_intake is AfterIntake.FLAG else None,
    )
    return ImapMailbox(account, finishing, config.limits.message_size_mb * 1024 * 1024)


def smtp_transport(mailbox: Mailbox, sign_ins: SignIns) -> SmtpTransport:
    """A connection to the mailbox's relay, opened at its first letter."""
    server = mailbox.smtp
    return SmtpTransport(
        SmtpAccount(
            host=server.host,
            port=server.port,
            tls=server.tls.value,
            credentials=sign_ins.to(mailbox, "smtp"),
            context=None if server.tls is Tls.NONE else tls_context(server.ca_path),
            timeout_seconds=server.timeout_seconds,
        )
    )


def reader_of(config: Config, rules: ReadingRules) -> Reader:
    """What reads messages, in a process of its own if the configuration says so. Raises TransientError."""
    return ReadingProcess(partial(reader_alone, rules), attempt) if config.processing.child_process else spacy_reader(rules)


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


def check_secrets(config: Config, sign_ins: SignIns) -> None:
    """A missing secret is a configuration error at the start, not a refused sign-in later. Raises ConfigError."""
    for mailbox in config.mailbox:
        for protocol in PROTOCOLS:
            sign_ins.ready(mailbox, protocol)
