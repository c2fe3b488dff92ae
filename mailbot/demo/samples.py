"""The demo's messages: invented letters to two group mailboxes of an invented council, dated within the last hour."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files

_SPREAD = timedelta(hours=1)
_DATE = b"@DATE@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A message and the address it is for. ``content`` is RFC 5322 with CRLF; ``about`` is a line for people."""

    file: str
    mailbox: str
    about: str
    content: bytes


def samples(now: datetime) -> tuple[Sample, ...]:
    """All messages in order of arrival, evenly spread over the hour before ``now`` (aware); the last is the newest."""
    folder = files("mailbot.demo") / "samples"
    entries = tomllib.loads((folder / "index.toml").read_text(encoding="utf-8"))["sample"]
    step = _SPREAD / len(entries)
    return tuple(
        Sample(content=_dated((folder / entry["file"]).read_bytes(), now - step * (len(entries) - place)), **entry)
        for place, entry in enumerate(entries)
    )


def _dated(content: bytes, sent_at: datetime) -> bytes:
    """``content`` with its placeholders filled by the date of RFC 5322 section 3.3."""
    return content.replace(_DATE, format_datetime(sent_at).encode("ascii"))
