"""Letters a test's SMTP server has accepted, and the folder in which they outlive it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A letter the server took responsibility for (RFC 5321 section 4.2.5), whether or not its client learned of it.

    ``reverse_path`` is empty for the null reverse path; ``content`` is what came between DATA and the dot, without the
    dots that were doubled on the way; ``at`` is aware, UTC.
    """

    reverse_path: str
    recipients: tuple[str, ...]
    content: bytes
    at: datetime


def write_accepted(folder: Path, number: int, letter: Accepted) -> None:
    """Write ``000001.eml`` and its envelope ``000001.json``, which appears last and whole: then the letter is there."""
    stem = f"{number:06d}"
    (folder / f"{stem}.eml").write_bytes(letter.content)
    envelope = {"reverse_path": letter.reverse_path, "recipients": letter.recipients, "at": letter.at.isoformat()}
    unfinished = folder / f"{stem}.unfinished"
    unfinished.write_text(json.dumps(envelope))
    unfinished.rename(folder / f"{stem}.json")


def read_accepted(folder: Path) -> list[Accepted]:
    """The letters in a server's folder, in the order of their acceptance; may be called from another process."""
    return [_read(envelope) for envelope in sorted(folder.glob("*.json"))]


def _read(envelope_path: Path) -> Accepted:
    envelope = json.loads(envelope_path.read_text())
    return Accepted(
        reverse_path=envelope["reverse_path"],
        recipients=tuple(envelope["recipients"]),
        content=envelope_path.with_suffix(".eml").read_bytes(),
        at=datetime.fromisoformat(envelope["at"]),
    )
