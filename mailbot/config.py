"""The configuration: TOML into frozen values. It says where and how; what an organisation decided lies in ``rules/``.

Order of precedence: command line, environment (``MAILBOT_<SECTION>__<KEY>``), file, default. Secrets never stand in the
file: each is a table that says where to find it.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from mailbot.core.delivery import SentCopy
from mailbot.core.policy import ReversePathKind
from mailbot.errors import ConfigError
from mailbot.toml_values import convert, read_toml

SHIPPED = Path(__file__).with_name("shipped")
CHECKOUT = Path(__file__).parent.parent
ENVIRONMENT_PREFIX = "MAILBOT_"
ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")  # ASCII: others need SMTPUTF8 (RFC 6531) at every relay on the way
_STRICT = {"extra": "forbid"}


class Tls(StrEnum):
    """How a connection is protected. ``none`` is for the loopback address only."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class AfterIntake(StrEnum):
    """What is done to a message on the server once it is safely stored."""

    LEAVE = "leave"
    MOVE = "move"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Where a secret lies: a systemd credential, a file, or an environment variable. Exactly one of them."""

    credential: str | None = None
    path: Path | None = None
    env: str | None = None
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.credential, self.path, self.env)) != 1:
            raise ValueError("write exactly one of { credential = … }, { path = … } or { env = … }")


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Where an access token for a mailbox comes from, in place of a password.

    Microsoft 365: an app of the tenant, which proves itself by a ``secret`` or by a ``certificate`` (a PEM file with the
    certificate and its private key). Google Workspace: the ``key`` of a service account with domain-wide delegation.
    """

    provider: Literal["microsoft", "google"]
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    tenant: str | None = None
    client_id: str | None = None
    secret: SecretRef | None = None
    certificate: SecretRef | None = None
    secret_expires_on: date | None = None
    authority: str | None = None
    key: SecretRef | None = None
    scope: str | None = None
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        needed, foreign = _OAUTH_KEYS[self.provider]
        for key in foreign:
            if getattr(self, key) is not None:
                raise ValueError(f'{key}: provider = "{self.provider}" has no such key; leave it out')
        for key, instead in needed.items():
            _require(getattr(self, key), key, instead)
        if self.provider == "microsoft" and (self.secret is None) == (self.certificate is None):
            raise ValueError('write exactly one of secret = { path = "…" } or certificate = { path = "…" }')
        _require((self.authority or "https://").startswith("https://"), "authority", "an address that begins with https://")


_OAUTH_KEYS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "microsoft": (
        {"tenant": "the Directory (tenant) ID of the app", "client_id": "the Application (client) ID of the app"},
        ("key",),
    ),
    "google": (
        {"key": '{ path = "…" }, the JSON key of the service account'},
        ("tenant", "client_id", "secret", "certificate", "secret_expires_on", "authority"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server and how to sign in to it: as ``user``, with a ``password`` or with a token by ``oauth``."""

    host: str
    port: int
    tls: Tls = Tls.IMPLICIT
    user: str | None = None
    password: SecretRef | None = None
    oauth: OAuth | None = None
    ca_path: Path | None = None
    timeout_seconds: int = 60
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        if self.tls is Tls.NONE and not _is_loopback(self.host):
            raise ValueError(
                f'tls = "none" is for the loopback address only, and {self.host} is not; write tls = "implicit" or "starttls"'
            )
        if not 0 < self.port < 65536:
            raise ValueError("port must lie between 1 and 65535")
        if self.password is not None and self.oauth is not None:
            raise ValueError("write password or oauth, not both")
        if self.oauth is not None and self.user is None:
            raise ValueError("user and oauth belong together: write the mailbox's own address as user")
        if self.oauth is None and (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: write both or neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """IMAP folders: ``inbox`` is watched, ``also`` are polled, copies of sent letters lie in ``sent``."""

    inbox: str = "INBOX"
    also: tuple[str, ...] = ()
    sent: str | None = None
    handled: str = "Handled"
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        named = [self.inbox, *self.also, *((self.sent,) if self.sent else ()), self.handled]
        twice = {folder for folder in named if named.count(folder) > 1}
        _require(not twice, "folders", f"each folder once; {', '.join(sorted(twice))} stands in two places")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One watched group mailbox."""

    name: str
    address: str
    imap: Server
    smtp: Server
    pack: str = "generic"
    manager: str | None = None
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
    smtp_connections: int = 1
    letters_per_minute: int = 20
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        _require(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", self.name), "name", "lower-case letters, digits and hyphens")
        for key in ("address", "manager", "reply_to"):
            value = getattr(self, key)
            _require(value is None or ADDRESS.fullmatch(value), key, "one plain address such as foi@council.example")
        for alias in self.aliases:
            _require(ADDRESS.fullmatch(alias), "aliases", "plain addresses such as info@council.example")
        for key in ("poll_seconds", "smtp_connections", "letters_per_minute"):
            _require(getattr(self, key) > 0, key, "a number greater than 0")
        _require(self.flag.strip(), "flag", 'a flag such as "\\\\Flagged"')
        _require(
            not self.manager or self.manager.lower() != self.address.lower(), "manager", "a person's address, not the mailbox"
        )
        bearer = self.smtp.oauth is not None and self.smtp.oauth.mechanism == "oauthbearer"
        _require(not bearer, "smtp.oauth.mechanism", '"xoauth2", the only way to hand a token to an SMTP server here')
        needs_sent = self.sent_copy is SentCopy.APPEND and self.folders.sent is None
        _require(not needs_sent, "folders.sent", 'the Sent folder, because sent_copy = "append" needs it')


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who answers. ``reference_prefix`` begins every case reference."""

    name: str
    time_zone: str = "Europe/London"
    reference_prefix: str = "CASE"
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        _require(self.name.strip(), "name", "the full name of your organisation")
        _require(re.fullmatch(r"[A-Z]{2,6}", self.reference_prefix), "reference_prefix", "two to six capital letters")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"time_zone: there is no zone '{self.time_zone}'; write one such as Europe/London") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The database, as an SQLAlchemy URL."""

    database: str = "sqlite:///mailbot.db"
    password: SecretRef | None = None
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Rules and letters; the shipped ones by default."""

    rules: Path | None = None
    letters: Path | None = None
    __pydantic_config__ = _STRICT

    @property
    def rules_folder(self) -> Path:
        return self.rules or (SHIPPED / "rules" if SHIPPED.is_dir() else CHECKOUT / "rules")

    @property
    def letters_folder(self) -> Path:
        return self.letters or (SHIPPED / "letters" if SHIPPED.is_dir() else CHECKOUT / "templates" / "letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The last guards: letters to one sender a day, and the size from which a message is held unread."""

    answers_per_sender_per_day: int = 5
    letters_per_manager_per_day: int = 50
    message_size_mb: int = 50
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        _require(self.answers_per_sender_per_day > 0, "answers_per_sender_per_day", "a number greater than 0")
        _require(self.letters_per_manager_per_day > 0, "letters_per_manager_per_day", "a number greater than 0")
        _require(self.message_size_mb > 0, "message_size_mb", "a number of megabytes greater than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """How the log is written: lines for people or JSON for machines."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration."""

    organisation: Organisation
    mailbox: tuple[Mailbox, ...]
    storage: Storage = field(default_factory=Storage)
    paths: Paths = field(default_factory=Paths)
    limits: Limits = field(default_factory=Limits)
    log: Log = field(default_factory=Log)
    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        _require(self.mailbox, "mailbox", "at least one [[mailbox]]")
        for key in ("name", "address"):
            values = [getattr(mailbox, key).lower() for mailbox in self.mailbox]
            twice = {value for value in values if values.count(value) > 1}
            _require(
                not twice,
                f"mailbox.{key}",
                f"a different one for each mailbox; {', '.join(sorted(twice))} stands twice",
            )
        _require(self.mailbox, "mailbox", "at least one [[mailbox]]")


def load(path: Path, environment: Mapping[str, str]) -> Config:
    """Read a configuration file. Raises ConfigError naming file, key, and what to write instead.

    Relative paths in it are taken from the file's own folder.
    """
    data = read_toml(path)
    mailboxes = data.get("mailbox", [])
    if not isinstance(mailboxes, list) or not all(isinstance(item, dict) for item in mailboxes):
        raise ConfigError(f"{path}: mailbox: write [[mailbox]], with two brackets, above each mailbox")
    _override(data, environment)
    overridden = sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and "__" in name)
    config = convert(Config, _durations(data, path), f"{path} (with {', '.join(overridden)})" if overridden else path)
    return _resolved(config, path.parent)


def sample_config() -> Config:
    """A configuration for judging messages without an installation: the shipped rules, an invented organisation."""
    server = Server(host="localhost", port=1, tls=Tls.NONE)
    mailbox = Mailbox(name="sample", address="sample@example.org", imap=server, smtp=server)
    return Config(organisation=Organisation(name="Example Council"), mailbox=(mailbox,))


def example_text(answers: Mapping[str, str]) -> str:
    """The commented example with ``answers`` (dotted keys of the sample's first mailbox) put in place of its values."""
    source = SHIPPED if SHIPPED.is_dir() else CHECKOUT
    section, lines = "", list[str]()
    for line in (source / "config.example.toml").read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[+([a-z.]+)\]+", line):
            section = header[1]
        lines.append(_answered(line, section, answers))
    return "\n".join(lines) + "\n"


def _answered(line: str, section: str, answers: Mapping[str, str]) -> str:
    """A line of the example with the answer to its key, or to the path of its secret, if there is one."""
    key = re.match(r"([a-z_]+) = ({ path = )?", line)
    answer = answers.get(f"{section}.{key[1]}{'.path' if key[2] else ''}") if key else None
    if key is None or answer is None:
        return line
    value = json.dumps(answer, ensure_ascii=False)
    return f"{key[1]} = {{ path = {value} }}" if key[2] else f"{key[1]} = {value}"


def _require(holds: object, key: str, instead: str) -> None:
    if not holds:
        raise ValueError(f"{key}: write {instead}")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _override(data: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Put ``MAILBOT_STORAGE__DATABASE`` and ``MAILBOT_MAILBOX__<name>__IMAP__HOST`` over what the file says."""
    for variable, text in environment.items():
        parts = variable.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        if not variable.startswith(ENVIRONMENT_PREFIX) or len(parts) < 2:
            continue
        table: Any = data
        if parts[0] == "mailbox":
            table, parts = _named_mailbox(data, variable, parts[1]), parts[2:]
        for part in parts[:-1]:
            table = table.setdefault(part, {}) if isinstance(table, dict) else None
        if not parts or not isinstance(table, dict):
            raise ConfigError(f"environment: {variable}: names no key; write MAILBOT_<SECTION>__<KEY>")
        table[parts[-1]] = _toml_value(text)


def _named_mailbox(data: dict[str, Any], variable: str, name: str) -> Any:
    for mailbox in data.get("mailbox", []):
        if str(mailbox.get("name", "")).replace("-", "_") == name:
            return mailbox
    raise ConfigError(f"environment: {variable}: there is no mailbox named '{name}'")


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _durations(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """``max_ack_age = "3 days"`` into a length of time."""
    for mailbox in data.get("mailbox", []):
        value = mailbox.get("max_ack_age")
        if value is None:
            continue
        found = re.fullmatch(r"(\d+) (hour|day)s?", str(value))
        if not found or int(found[1]) == 0:
            raise ConfigError(f'{path}: mailbox.max_ack_age: write a length of time such as "3 days" or "48 hours"')
        mailbox["max_ack_age"] = timedelta(hours=int(found[1]) * (24 if found[2] == "day" else 1))
    return data


def _resolved(config: Config, folder: Path) -> Config:
    """Relative paths of the file, taken from its folder."""
    paths = Paths(
        rules=folder / config.paths.rules if config.paths.rules else None,
        letters=folder / config.paths.letters if config.paths.letters else None,
    )
    prefix, database = "sqlite:///", config.storage.database
    if database.startswith(prefix) and database != prefix + ":memory:":
        database = f"{prefix}{(folder / database.removeprefix(prefix)).absolute()}"
    storage = replace(config.storage, database=database, password=_secret(config.storage.password, folder))
    mailboxes = tuple(
        replace(mailbox, imap=_server(mailbox.imap, folder), smtp=_server(mailbox.smtp, folder)) for mailbox in config.mailbox
    )
    return replace(config, paths=paths, storage=storage, mailbox=mailboxes)


def _server(server: Server, folder: Path) -> Server:
    ca_path = folder / server.ca_path if server.ca_path else None
    return replace(server, password=_secret(server.password, folder), oauth=_oauth(server.oauth, folder), ca_path=ca_path)


def _oauth(oauth: OAuth | None, folder: Path) -> OAuth | None:
    if oauth is None:
        return None
    return replace(
        oauth,
        secret=_secret(oauth.secret, folder),
        certificate=_secret(oauth.certificate, folder),
        key=_secret(oauth.key, folder),
    )


def _secret(secret: SecretRef | None, folder: Path) -> SecretRef | None:
    return replace(secret, path=folder / secret.path) if secret and secret.path else secret
