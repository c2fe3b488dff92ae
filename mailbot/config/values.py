"""The whole configuration as frozen values; each refuses by itself what cannot be."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from mailbot.config.servers import STRICT, SecretRef, Server, require
from mailbot.core.case import Channel
from mailbot.core.delivery import SentCopy
from mailbot.core.directory import ServedMailbox
from mailbot.core.policy import AckWhen, ReversePathKind
from mailbot.core.relay import UNNAMED

PACKAGE = Path(__file__).parent.parent
SHIPPED = PACKAGE / "shipped"
CHECKOUT = PACKAGE.parent
MOST_MEGABYTES = 70
"""The largest message that is read: a file of 50 MB is 68 MB of it (``adapters.parser.limits``)."""
ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")  # ASCII: others need SMTPUTF8 (RFC 6531) at every relay on the way


class AfterIntake(StrEnum):
    """What is done to a message on the server once it is safely stored."""

    LEAVE = "leave"
    MOVE = "move"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """IMAP folders: ``inbox`` is watched, ``also`` are polled, copies of sent letters lie in ``sent``.

    ``junk`` is polled for people who were misfiled there.
    """

    inbox: str = "INBOX"
    also: tuple[str, ...] = ()
    junk: str | None = None
    sent: str | None = None
    handled: str = "Handled"
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named = [
            self.inbox,
            *self.also,
            *((self.junk,) if self.junk else ()),
            *((self.sent,) if self.sent else ()),
            self.handled,
        ]
        twice = {folder for folder in named if named.count(folder) > 1}
        require(not twice, "folders", f"each folder once; {', '.join(sorted(twice))} stands in two places")


_INTERNAL_MARK = re.compile(r"[A-Za-z0-9-]+:[ \t]*\*?[^\s*][^*]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One watched group mailbox."""

    name: str
    address: str
    imap: Server
    smtp: Server
    pack: str = "generic"
    manager: str | None = None
    team: str | None = None
    signatory: str = ""
    aliases: tuple[str, ...] = ()
    reply_to: str | None = None
    start_from: Literal["now", "beginning"] | date = "now"
    max_ack_age: timedelta = timedelta(days=3)
    folders: Folders = field(default_factory=Folders)
    after_intake: AfterIntake = AfterIntake.LEAVE
    flag: str = "\\Flagged"
    idle: bool = True
    poll_seconds: int = 120
    sent_copy: SentCopy = SentCopy.SERVER
    reverse_path: ReversePathKind = ReversePathKind.OWN
    ack: AckWhen = AckWhen.IMMEDIATE
    smtp_connections: int = 1
    letters_per_minute: int = 20
    relay_replies: bool = False
    internal_marks: tuple[str, ...] = ()
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        require(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", self.name), "name", "lower-case letters, digits and hyphens")
        for key in ("address", "manager", "reply_to"):
            value = getattr(self, key)
            require(value is None or ADDRESS.fullmatch(value), key, "one plain address such as foi@council.example")
        for alias in self.aliases:
            require(ADDRESS.fullmatch(alias), "aliases", "plain addresses such as info@council.example")
        for key in ("poll_seconds", "smtp_connections", "letters_per_minute"):
            require(getattr(self, key) > 0, key, "a number greater than 0")
        require(self.flag.strip(), "flag", 'a flag such as "\\\\Flagged"')
        require(
            not self.manager or self.manager.lower() != self.address.lower(), "manager", "a person's address, not the mailbox"
        )
        bearer = self.smtp.oauth is not None and self.smtp.oauth.mechanism == "oauthbearer"
        require(not bearer, "smtp.oauth.mechanism", '"xoauth2", the only way to hand a token to an SMTP server here')
        require(
            not (self.relay_replies and self.reply_to),
            "reply_to",
            "nothing, because with relay_replies = true the answers of owners must come to this mailbox",
        )
        for mark in self.internal_marks:
            need = 'fields with their values, such as ["X-MS-Exchange-Organization-AuthAs: Internal"]'
            require(_INTERNAL_MARK.fullmatch(mark), "internal_marks", need)
        needs_sent = self.sent_copy is SentCopy.APPEND and self.folders.sent is None
        require(not needs_sent, "folders.sent", 'the Sent folder, because sent_copy = "append" needs it')


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who answers. ``reference_prefix`` begins every case reference."""

    name: str
    time_zone: str = "Europe/London"
    reference_prefix: str = "CASE"
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        require(self.name.strip(), "name", "the full name of your organisation")
        require(re.fullmatch(r"[A-Z]{2,6}", self.reference_prefix), "reference_prefix", "two to six capital letters")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"time_zone: there is no zone '{self.time_zone}'; write one such as Europe/London") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The database, as an SQLAlchemy URL."""

    database: str = "sqlite:///mailbot.db"
    password: SecretRef | None = None
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Rules and letters, the shipped ones by default; and the file of the organisation's people, if there is one."""

    rules: Path | None = None
    letters: Path | None = None
    services: Path | None = None
    models: Path | None = None
    __pydantic_config__ = STRICT

    @property
    def rules_folder(self) -> Path:
        return self.rules or (SHIPPED / "rules" if SHIPPED.is_dir() else CHECKOUT / "rules")

    @property
    def letters_folder(self) -> Path:
        return self.letters or (SHIPPED / "letters" if SHIPPED.is_dir() else CHECKOUT / "templates" / "letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The last guards: how many receipts go to whom within a day and an hour, and the size from which a message is held."""

    answers_per_sender_per_day: int = 5
    answers_per_mailbox_per_hour: int = 600
    answers_per_subject_per_hour: int = 30
    answers_per_domain_per_hour: int = 60
    answers_per_hour: int = 2_000
    letters_per_manager_per_day: int = 50
    message_size_mb: int = MOST_MEGABYTES
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        for key in (
            "answers_per_sender_per_day",
            "answers_per_mailbox_per_hour",
            "answers_per_subject_per_hour",
            "answers_per_domain_per_hour",
            "answers_per_hour",
            "letters_per_manager_per_day",
        ):
            require(getattr(self, key) > 0, key, "a number greater than 0")
        possible = f"a number of megabytes from 1 to {MOST_MEGABYTES}"
        require(0 < self.message_size_mb <= MOST_MEGABYTES, "message_size_mb", possible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Our own mail border. ``authserv_id`` is its name in Authentication-Results (RFC 8601); no other is believed.

    ``unnamed_results``: it writes that field without a name, and takes all others off mail from outside (Exchange Online).
    ``spam_fields``: the header fields by which it marks spam; where some are named, no other server's mark counts.
    ``footers``: how the notes begin that it puts below messages of staff.
    """

    authserv_id: str = ""
    unnamed_results: bool = False
    spam_fields: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        require(
            not re.search(r"[\s;]", self.authserv_id), "authserv_id", "the one word before the first semicolon of the field"
        )
        named = self.authserv_id and self.unnamed_results
        require(not named, "unnamed_results", "false, or leave authserv_id out: the border has a name or none")
        for begins in self.footers:
            require(len(begins.strip()) >= 10, "footers", "the first words of each note, ten characters or more")
        for name in self.spam_fields:
            require(re.fullmatch(r"[A-Za-z0-9-]+", name), "spam_fields", 'names of header fields, such as ["X-Spam-Flag"]')

    @property
    def id(self) -> str:
        """By what its results are known; empty where nobody said."""
        return UNNAMED if self.unnamed_results else self.authserv_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedSender:
    """A web form, scanner, voicemail or fax gateway of ours, behind which a person stands (``core.relay.Relay``)."""

    name: str
    address: str
    channel: Channel
    authenticated: bool = False
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    person_address: str = ""
    person_name: str = ""
    person_text: str = ""
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        require(self.name.strip(), "name", "a word for it, such as website-form")
        require(ADDRESS.fullmatch(self.address), "address", "the address that it sends from")
        require(
            self.authenticated or self.networks,
            "authenticated",
            'true, or networks = ["192.0.2.0/24"]: an address alone can be forged by anybody',
        )
        for key in ("person_address", "person_name", "person_text"):
            value = getattr(self, key)
            well = not value or re.fullmatch(r"(header|line):\S.*", value)
            require(well, key, '"header:Reply-To", or "line:E-mail" for a line of the text that begins with that label')


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """How messages are read: by a process of its own, or by the daemon itself; with a classifier, or by rules alone."""

    child_process: bool = True
    classifier: bool = True
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """Whether what staff send is held against the standard that their pack names. Tell them before."""

    on: bool = False
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """How the log is written: lines for people or JSON for machines."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration."""

    organisation: Organisation
    mailbox: tuple[Mailbox, ...]
    storage: Storage = field(default_factory=Storage)
    paths: Paths = field(default_factory=Paths)
    limits: Limits = field(default_factory=Limits)
    border: Border = field(default_factory=Border)
    trusted_senders: tuple[TrustedSender, ...] = ()
    processing: Processing = field(default_factory=Processing)
    standards: Standards = field(default_factory=Standards)
    log: Log = field(default_factory=Log)
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        require(self.mailbox, "mailbox", "at least one [[mailbox]]")
        for key in ("name", "address"):
            values = [getattr(mailbox, key).lower() for mailbox in self.mailbox]
            twice = {value for value in values if values.count(value) > 1}
            require(
                not twice,
                f"mailbox.{key}",
                f"a different one for each mailbox; {', '.join(sorted(twice))} stands twice",
            )
        require(self.mailbox, "mailbox", "at least one [[mailbox]]")
        named = next((mailbox.name for mailbox in self.mailbox if mailbox.team and not self.paths.services), None)
        require(named is None, "paths.services", f"the file of your people and teams, because mailbox {named} names a team")

        nobody = self.standards.on and not self.paths.services
        require(not nobody, "paths.services", "the file of your people: 'standards.on = true' asks who wrote a message")
        relaying = [mailbox for mailbox in self.mailbox if mailbox.relay_replies]
        for key, lacks in (
            ("border.authserv_id", [one for one in relaying if not (self.border.id or one.internal_marks)]),
            ("paths.services", relaying if not self.paths.services else []),
        ):
            why = "passes on what owners answer, by their proof at the border and the directory"
            require(not lacks, key, f"it, because mailbox {lacks[0].name if lacks else ''} {why}")
        unproven = next((one.name for one in self.trusted_senders if one.authenticated and not self.border.id), None)
        require(
            unproven is None, "border.authserv_id", f"the id of your border, because trusted sender {unproven} is authenticated"
        )

    @property
    def served(self) -> tuple[ServedMailbox, ...]:
        """What the file of people is checked against: each mailbox with its addresses and its team."""
        return tuple(
            ServedMailbox(name=mailbox.name, addresses=(mailbox.address, *mailbox.aliases), team=mailbox.team)
            for mailbox in self.mailbox
        )
