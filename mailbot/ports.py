"""What the flows need from the outside, as small protocols. Adapters implement them; tests may too."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from mailbot.core.action import JoinCase, OpenCase, Reason, StartClock, StopClock
from mailbot.core.case import Case, Figures
from mailbot.core.classify import Classification, Hit
from mailbot.core.delivery import CaseStanding, Reply, Settlement
from mailbot.core.letter import Envelope, Lane, LetterValues, OutboxLetter, Purpose
from mailbot.core.match import Candidate
from mailbot.core.message import Direction, Fetched, Located, Message, Origin
from mailbot.core.mime import Headers
from mailbot.core.screen import Screening
from mailbot.core.trigger import DeadlineReached

# Time, wake-ups, judgement ---------------------------------------------------------------------------------------------


class Clock(Protocol):
    """The only source of the present moment."""

    def now(self) -> datetime: ...


class Wake(Protocol):
    """Wakes a loop. Droppable, coalesced, without payload: the tables say what there is to do."""

    def wake(self, kind: str, key: str = "") -> None: ...

    def wait(self, kind: str, key: str = "", *, seconds: float) -> None: ...


class Phrases(Protocol):
    """Finds the phrases of the class rules in texts."""

    def hits(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]: ...


class Attempt(Protocol):
    """Runs work whose failure must not stop the rest; the supervisor's way to set one bad message aside.

    Returns None, or a sentence that names the failure. Transient errors pass through: they are nobody's fault.
    """

    def __call__(self, work: Callable[[], object]) -> str | None: ...


# Letters and the ways out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready to leave: its bytes, its Message-ID, and the version of its text."""

    content: bytes
    message_id: str
    letter_version: str


class Letters(Protocol):
    """Renders a letter into final bytes. Raises PolicyError if a name has neither value nor fallback."""

    def compose(self, letter: str, values: LetterValues, headers: Headers) -> Composed: ...


class Transport(Protocol):
    """Hands letters to one mailbox's relay over one kept connection. Every failure is a Reply, never an exception."""

    async def send(self, envelope: Envelope, content: bytes) -> Reply: ...

    async def close(self) -> None: ...


# Signing in ------------------------------------------------------------------------------------------------------------


class Mechanism(StrEnum):
    """How a server is told who signs in: a password, or an access token (XOAUTH2, or OAUTHBEARER of RFC 7628)."""

    PASSWORD = "password"  # noqa: S105  # the name of a way, not a secret
    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What one sign-in needs. ``secret`` is a password or an access token; it shows in no repr and no log."""

    mechanism: Mechanism
    user: str
    secret: str = field(repr=False)
    renew_at: datetime | None = None
    """From this moment on a session should be replaced by one with a new token; None: never."""


class Credentials(Protocol):
    """Asked anew at each sign-in, so that a changed secret needs no restart. May be used by several threads."""

    def sign_in(self) -> SignIn:
        """What to sign in with now. Raises ConfigError for a missing secret, TransientError if no token is to be had."""

    def is_stale(self, used: SignIn) -> bool:
        """Whether a session that began with ``used`` should be replaced."""

    def refused(self, used: SignIn) -> None:
        """The server did not accept ``used``: what was kept of it is forgotten."""


# The mailbox -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """What SELECT said."""

    uidvalidity: int
    uidnext: int


class MailFolder(Protocol):
    """One signed-in connection to one mailbox. Raises TransientError when the connection or the server fails."""

    @property
    def can_idle(self) -> bool: ...

    @property
    def stale(self) -> bool: ...

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> None: ...

    def close(self) -> None: ...

    def sent_folder(self) -> str | None: ...

    def select(self, folder: str) -> FolderState: ...

    def uids_after(self, uid: int) -> list[int]: ...

    def uids_since(self, day: date) -> list[int]: ...

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]: ...

    def seen_uids(self, uids: Sequence[int]) -> dict[int, bool]: ...

    @property
    def can_finish(self) -> bool: ...

    def finish(self, uids: Sequence[int]) -> list[int]: ...

    def append(self, folder: str, content: bytes, at: datetime) -> None: ...


# The store -------------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A decided message on its way into the store."""

    parsed: Message
    direction: Direction
    origin: Origin
    received_at: datetime
    screening: Screening
    classification: Classification
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """A message that is already in the store."""

    row: int
    case_id: int | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of a case's history. ``detail`` never holds a customer's words; ``spans`` point to them."""

    at: datetime
    actor: str
    kind: str
    reason: Reason
    pack_version: str = ""
    case_id: int | None = None
    message_row: int | None = None


class MailboxRows(Protocol):
    """Watched mailboxes and how far each folder has been read."""

    def get(self, mailbox: str) -> MailboxRow: ...

    def cursor(self, mailbox: str, folder: str) -> Cursor | None: ...

    def set_cursor(self, mailbox: str, folder: str, role: str, cursor: Cursor) -> None: ...

    def mark_read(self, mailbox: str, folder: str, role: str, at: datetime) -> None: ...

    def sent_known_until(self, mailbox: str) -> datetime | None: ...

    def mark_trouble(self, mailbox: str, error: str, until: datetime) -> None: ...

    def mark_sending(self, mailbox: str, error: str | None) -> None: ...

    def go_live(self, mailbox: str, at: datetime) -> None: ...


class MessageRows(Protocol):
    """Raw bytes, where they lie, and the messages they are."""

    def store(self, mailbox: str, folder: str, role: str, cursor: Cursor, batch: Sequence[Fetched], at: datetime) -> None: ...

    def waiting(self, limit: int, max_bytes: int) -> list[Located]: ...

    def known(self, digests: Sequence[str]) -> dict[str, KnownMessage]: ...

    def known_ids(self, message_ids: Sequence[str]) -> set[str]: ...

    def add(self, located: Located, new: NewMessage, case_id: int | None) -> int: ...

    def settle_location(self, location_id: int, message_row: int) -> None: ...

    def hold(self, location_id: int, reason: Reason, at: datetime) -> None: ...

    def put_back(self, hold_id: int, at: datetime) -> bool: ...

    def to_finish(self, mailbox: str, folder: str, uidvalidity: int) -> list[int]: ...

    def finished(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None: ...

    def newest_uids(self, mailbox: str, folder: str, uidvalidity: int, limit: int) -> list[int]: ...

    def note_flags(
        self, mailbox: str, folder: str, uidvalidity: int, seen: dict[int, bool], asked: Sequence[int], at: datetime
    ) -> None: ...


class CaseRows(Protocol):
    """Cases, their history and their clocks."""

    def open(self, mailbox: str, prefix: str, period: str, pack: str, action: OpenCase) -> tuple[int, str]: ...

    def get(self, case_id: int) -> Case: ...

    def join(self, action: JoinCase, address: str) -> None: ...

    def candidates(self, ids: Sequence[str], references: Sequence[str]) -> tuple[Candidate, ...]: ...

    def add_event(self, happened: Happened) -> None: ...

    def start_clock(self, case_id: int, action: StartClock) -> None: ...

    def stop_clock(self, action: StopClock) -> None: ...

    def due_deadlines(self, now: datetime, limit: int) -> list[tuple[DeadlineReached, int]]: ...

    def fire(self, deadline_id: int, at: datetime) -> None: ...

    def figures(self, mailbox: str, now: datetime, soon: datetime) -> Figures: ...


class OutboxRows(Protocol):
    """Letters on their way out."""

    def add(self, letter: NewLetter) -> None: ...

    def next_waiting(self, mailbox: str, now: datetime) -> OutboxLetter | None: ...

    def attempts_within(self, mailbox: str, since: datetime, until: datetime) -> int: ...

    def claim(self, letter_id: int, at: datetime) -> None: ...

    def settle(self, letter_id: int, settlement: Settlement, at: datetime) -> bool: ...

    def standing(self, case_id: int) -> CaseStanding: ...

    def doubtful(self, mailbox: str) -> list[OutboxLetter]: ...

    def doubt_interrupted(self, mailbox: str, detail: str) -> int: ...

    def confirm(self, message_id: str, alias: str, at: datetime) -> int | None: ...

    def get(self, letter_id: int) -> OutboxLetter: ...

    def ours(self, message_ids: Sequence[str]) -> frozenset[str]: ...

    def sent_since(self, addresses: Sequence[str], since: datetime) -> dict[str, int]: ...

    def hold(self, letter_id: int, reason: Reason, at: datetime) -> None: ...

    def put_back(self, hold_id: int, at: datetime) -> bool: ...

    def retry(self, letter_id: int, at: datetime) -> bool: ...

    def send_again(self, letter_id: int, detail: str, at: datetime) -> None: ...

    def withdraw(self, letter_id: int, why: str, at: datetime) -> None: ...

    def unfiled(self, mailbox: str, limit: int) -> list[OutboxLetter]: ...

    def filed(self, letter_id: int, at: datetime) -> None: ...


class JobRows(Protocol):
    """Calendar jobs: each runs once per period, whoever asks first."""

    def claim(self, job: str, period: str, at: datetime) -> bool: ...


class LeaseRows(Protocol):
    """Which process does what, each with a fence that counts its holders."""

    def acquire(self, name: str, holder: str, now: datetime, until: datetime) -> int | None: ...

    def is_held(self, name: str, holder: str, fence: int) -> bool: ...

    def release(self, holder: str, now: datetime) -> None: ...

    def note_trouble(self, name: str, error: str, until: datetime) -> None: ...

    def clear(self) -> None: ...


class Transaction(Protocol):
    """The repositories within one transaction. It commits when its block ends and rolls back on any error."""

    @property
    def mailboxes(self) -> MailboxRows: ...

    @property
    def messages(self) -> MessageRows: ...

    @property
    def cases(self) -> CaseRows: ...

    @property
    def outbox(self) -> OutboxRows: ...

    @property
    def jobs(self) -> JobRows: ...

    @property
    def leases(self) -> LeaseRows: ...


class Store(Protocol):
    """The tables. Raises StorageError when they cannot be written, PermanentError when a row is refused."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...

    def view(self) -> AbstractContextManager[Transaction]: ...
