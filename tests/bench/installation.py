"""The mailbot that is measured: one watched mailbox, live since before the messages came, with nothing in its way."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailbot.adapters.store import Database, SqlStore
from mailbot.app import Policies, database_of, load_policies, open_store
from mailbot.config import Config, load
from mailbot.pipeline.commands import Commands

NAME = "enquiries"
ADDRESS = "enquiries@harbour.example"
PASSWORD = "secret"
CONNECTIONS = 8
CONFIG = """
[organisation]
name = "Harbour Council"
reference_prefix = "HC"
[limits]
answers_per_mailbox_per_hour = 1000000000
answers_per_subject_per_hour = 1000000000
answers_per_domain_per_hour = 1000000000
answers_per_hour = 1000000000
[storage]
database = {database}
[[mailbox]]
name = "{name}"
address = "{address}"
start_from = "beginning"
sent_copy = "none"
smtp_connections = {connections}
letters_per_minute = 1000000000
imap = {{ host = "127.0.0.1", port = {imap_port}, tls = "none", user = "{address}", password = {{ path = {password} }} }}
smtp = {{ host = "127.0.0.1", port = {smtp_port}, tls = "none" }}
"""


@dataclass(frozen=True, slots=True)
class FixedClock:
    """It is always the same moment."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A fresh one in ``folder``: its configuration, its empty database, its rules."""

    config_path: Path
    config: Config
    database: Database
    store: SqlStore
    policies: Policies


def install(folder: Path, database: str, imap_port: int, smtp_port: int, live_since: datetime) -> Installation:
    """Write the configuration, make the database (an SQLAlchemy URL, empty) and go live."""
    password, path = folder / "password", folder / "mailbot.toml"
    password.write_text(PASSWORD)
    path.write_text(
        CONFIG.format(
            database=json.dumps(database),
            name=NAME,
            address=ADDRESS,
            connections=CONNECTIONS,
            imap_port=imap_port,
            smtp_port=smtp_port,
            password=json.dumps(str(password)),
        )
    )
    config = load(path, {})
    opened = database_of(config)
    store, secret = open_store(config, opened, live_since)
    Commands(store=store, clock=FixedClock(live_since), actor="bench").go_live(NAME)
    return Installation(config_path=path, config=config, database=opened, store=store, policies=load_policies(config, secret))
