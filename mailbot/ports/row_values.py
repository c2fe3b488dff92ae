"""What rows hold, as values that adapters and pipeline hand to each other."""

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.classify import Classification
from mailbot.core.lead import Part
from mailbot.core.letter import Envelope, Lane, Purpose
from mailbot.core.message import Direction, Message, Origin
from mailbot.core.screen import Screening
from mailbot.ports.letters import Composed


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a folder has been stored: every UID up to ``last_uid`` is in the store.

    UIDs below ``reindex_until`` were there when the server renumbered the folder: they may be old acquaintances.
    """

    uidvalidity: int
    last_uid: int
    reindex_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxRow:
    """What the store knows about a watched mailbox."""

    name: str
    started_at: datetime
    live_since: datetime | None
    fresh_at: datetime | None
    backoff_until: datetime | None
    last_error: str | None
    reading_rests_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A decided message on its way into the store. ``parts``: who takes part in its case by it; ``about``: its base subject.

    ``name_marks``: by these the names of its case are known, if they are hidden.
    """

    parsed: Message
    direction: Direction
    origin: Origin
    received_at: datetime
    screening: Screening
    classification: Classification
    recorded_at: datetime
    parts: tuple[Part, ...] = ()
    about: str = ""
    name_marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """The bytes of a message as they are kept. ``is_all``: the whole of it, not its head alone."""

    row: int
    content: bytes
    received_at: datetime
    is_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """A message that is already in the store."""

    row: int
    case_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswer:
    """A message that staff sent from the mailbox. ``sent_at``: the moment at which it stopped clocks."""

    case_id: int
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A rendered letter on its way into the outbox."""

    key: str
    mailbox: str
    case_id: int | None
    message_row: int | None
    purpose: Purpose
    letter: str
    lane: Lane
    composed: Composed
    envelope: Envelope
    not_before: datetime
    states_date: date | None
    in_reply_to: str
    references: tuple[str, ...]
    observed: bool
    created_at: datetime
    clock_id: int | None = None
