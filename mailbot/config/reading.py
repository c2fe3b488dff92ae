"""Reading a configuration: file, then environment; relative paths; and the commented example."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from mailbot.config.servers import OAuth, SecretRef, Server, Tls
from mailbot.config.values import CHECKOUT, SHIPPED, Config, Mailbox, Organisation, Paths
from mailbot.errors import ConfigError
from mailbot.toml_values import convert, read_toml

ENVIRONMENT_PREFIX = "MAILBOT_"


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
        services=folder / config.paths.services if config.paths.services else None,
        models=folder / config.paths.models if config.paths.models else None,
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
