"""The configuration: TOML into frozen values. It says where and how; what an organisation decided lies in ``rules/``.

Order of precedence: command line, environment (``MAILBOT_<SECTION>__<KEY>``), file, default. Secrets never stand in the
file: each is a table that says where to find it.
"""

from mailbot.config.reading import example_text, load, sample_config
from mailbot.config.servers import OAuth, SecretRef, Server, Tls
from mailbot.config.values import (
    AfterIntake,
    Border,
    Config,
    Folders,
    Limits,
    Log,
    Mailbox,
    Organisation,
    Paths,
    Storage,
    TrustedSender,
)

__all__ = [
    "AfterIntake",
    "Border",
    "Config",
    "Folders",
    "Limits",
    "Log",
    "Mailbox",
    "OAuth",
    "Organisation",
    "Paths",
    "SecretRef",
    "Server",
    "Storage",
    "Tls",
    "TrustedSender",
    "example_text",
    "load",
    "sample_config",
]
