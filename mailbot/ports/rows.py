"""The store: its repositories as protocols, and the values that go in and out of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mailbot.core.action import (
    AddDeadline,
    ChangeCase,
    CloseGap,
    JoinCase,
    KeepNote,
    LogContact,
    MoveClock,
    OpenCase,
    OpenGap,
    RaiseAlarm,
    Reason,
    RemindGap,
    ReplaceDeadline,
    RestartClock,
    SettleContacts,
    StartClock,
    StopClock,
    TakeTurn,
)
from mailbot.core.case import Case, EndedClock, Figures, FiledMessage, RunningClock, Turn
from mailbot.core.classify import Classification
from mailbot.core.contact_log import LoggedContact
from mailbot.core.contact_note import ContactNote
from mailbot.core.delivery import Pace, Settlement, WaitingLetter
from mailbot.core.flood import Answered
from mailbot.core.gap import Gap
from mailbot.core.lead import Clues, Leads, Part
from mailbot.core.letter import Envelope, Lane, OutboxLetter, Purpose
from mailbot.core.message import Direction, Fetched, Located, Message, Origin
from mailbot.core.screen import Screening
from mailbot.core.trigger import DeadlineReached
from mailbot.ports.absences import AbsenceRows
from mailbot.ports.assignments import AssignmentRows
from mailbot.ports.directory import DirectoryRows
from mailbot.ports.history import CorrectionRows, Happened
from mailbot.ports.letters import Composed, DraftRows, LetterRows
from mailbot.ports.outside import Alarm
from mailbot.ports.recounts import RecountRows
from mailbot.ports.running import JobRows, LeaseRows
from mailbot.ports.standards import StandardRows


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
    """A decided message on its way into the store. ``parts``: who takes part in its case by it; ``about``: its base subject."""

    parsed: Message
    direction: Direction
    origin: Origin
    received_at: datetime
    screening: Screening
    classification: Classification
    recorded_at: datetime
    parts: tuple[Part, ...] = ()
    about: str = ""


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


class MailboxRows(Protocol):
    """Watched mailboxes and how far each folder has been read."""

    def get(self, mailbox: str) -> MailboxRow: ...

    def cursor(self, mailbox: str, folder: str) -> Cursor | None: ...

    def set_cursor(self, mailbox: str, folder: str, role: str, cursor: Cursor) -> None: ...

    def mark_read(self, mailbox: str, folder: str, role: str, at: datetime) -> None: ...

    def sent_known_until(self, mailbox: str) -> datetime | None: ...

    def mark_trouble(self, mailbox: str, error: str, until: datetime, rests_until: datetime | None) -> None: ...

    def rest_sending(self, mailbox: str, until: datetime) -> None: ...

    def mark_sending(self, mailbox: str, error: str | None) -> None: ...

    def go_live(self, mailbox: str, at: datetime) -> None: ...


class MessageRows(Protocol):
    """Raw bytes, where they lie, and the messages they are."""

    def store(self, mailbox: str, folder: str, role: str, cursor: Cursor, batch: Sequence[Fetched], at: datetime) -> None: ...

    def waiting(self, limit: int, max_bytes: int, besides: Sequence[int] = ()) -> list[Located]: ...

    def opening(self, case_id: int) -> tuple[bytes, datetime] | None: ...

    def raw(self, case_id: int, number: int) -> bytes | None: ...

    def known(self, digests: Sequence[str]) -> dict[str, KnownMessage]: ...

    def known_ids(self, message_ids: Sequence[str]) -> set[str]: ...

    def add(self, located: Located, new: NewMessage, case_id: int | None) -> int: ...

    def settle_location(self, location_id: int, message_row: int) -> None: ...

    def hold(self, location_id: int, reason: Reason, at: datetime) -> None: ...

    def ask(self, location_id: int, reason: Reason, at: datetime) -> None: ...

    def asked(self, hold_id: int) -> tuple[int, str] | None: ...

    def answered(self, hold_id: int, at: datetime) -> None: ...

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

    def many(self, case_ids: Sequence[int]) -> dict[int, Case]: ...

    def running(self, case_ids: Sequence[int]) -> list[RunningClock]: ...

    def join(self, action: JoinCase) -> None: ...

    def leads(self, of: Sequence[Clues]) -> Leads: ...

    def take_part(self, case_id: int, parts: Iterable[Part], about: str) -> None: ...

    def add_event(self, happened: Happened) -> None: ...

    def start_clock(self, case_id: int, action: StartClock) -> None: ...

    def move_clock(self, action: MoveClock) -> None: ...

    def add_deadline(self, action: AddDeadline) -> None: ...

    def replace_deadline(self, action: ReplaceDeadline) -> None: ...

    def change(self, action: ChangeCase, at: datetime) -> None: ...

    def quiets_over(self, now: datetime) -> list[int]: ...

    def find(self, reference: str) -> int | None: ...

    def old_references(self, among: Sequence[str]) -> frozenset[str]: ...

    def stop_clock(self, action: StopClock) -> None: ...

    def restart_clock(self, action: RestartClock) -> None: ...

    def stopped(self, case_id: int, at: datetime) -> tuple[RunningClock, ...]: ...

    def ended(self, case_id: int) -> tuple[EndedClock, ...]: ...

    def last_events(self, case_id: int, rules: Sequence[str]) -> dict[str, datetime]: ...

    def details(self, case_id: int, rule: str) -> tuple[str, ...]: ...

    def participants(self, case_id: int) -> tuple[str, ...]: ...

    def naming(self, address: str) -> frozenset[str]: ...

    def due_deadlines(self, now: datetime, limit: int) -> list[tuple[DeadlineReached, int]]: ...

    def claim(self, deadline_ids: Sequence[int], at: datetime) -> set[int]: ...

    def figures(self, mailbox: str, now: datetime, today_ends: datetime, soon: datetime, since: datetime | None) -> Figures: ...


class ContactRows(Protocol):
    """The log of contacts, and what staff took down of those that came by no message."""

    def log(self, mailbox: str, case_id: int, message_row: int | None, action: LogContact, at: datetime) -> None: ...

    def settle(self, case_id: int, action: SettleContacts, at: datetime) -> None: ...

    def between(self, since: datetime, until: datetime) -> list[LoggedContact]: ...

    def take_back(self, turn: Turn) -> None: ...

    def keep_note(self, case_id: int, action: KeepNote) -> None: ...

    def note(self, case_id: int) -> ContactNote | None: ...


class GapRows(Protocol):
    """Information that is missing from somebody's pages, until it is there."""

    def next_number(self) -> int: ...

    def open(self, action: OpenGap) -> None: ...

    def close(self, action: CloseGap, at: datetime) -> None: ...

    def remind(self, action: RemindGap) -> None: ...

    def get(self, number: int) -> Gap | None: ...

    def open_with(self, case_id: int, contact: str) -> Gap | None: ...

    def due(self, now: datetime) -> list[Gap]: ...


class TurnRows(Protocol):
    """Turns that cases take, and that can be taken back."""

    def take(self, action: TakeTurn, case_id: int, other_id: int | None, actor: str, at: datetime) -> None: ...

    def take_back(self, found: Turn, at: datetime) -> None: ...

    def newest(self, case_id: int) -> Turn | None: ...

    def merged_into(self, case_id: int) -> int: ...

    def messages(self, case_id: int) -> tuple[FiledMessage, ...]: ...

    def letters(self, case_id: int, recipient: str) -> tuple[OutboxLetter, ...]: ...

    def without_case(self, number: int) -> tuple[str, FiledMessage] | None: ...

    def give(self, number: int, case_id: int) -> None: ...


class OutboxRows(Protocol):
    """Letters on their way out."""

    def add(self, letter: NewLetter) -> None: ...

    def first_in_line(self, mailbox: str, now: datetime, limit: int) -> list[WaitingLetter]: ...

    def pace(self, mailbox: str, since: datetime, until: datetime) -> Pace: ...

    def claim(self, letter_ids: Sequence[int], at: datetime) -> None: ...

    def settle(self, settlements: Mapping[int, Settlement], at: datetime) -> set[int]: ...

    def doubtful(self, mailbox: str) -> list[OutboxLetter]: ...

    def doubt_interrupted(self, mailbox: str, detail: str) -> int: ...

    def confirm(self, message_id: str, alias: str, at: datetime) -> int | None: ...

    def get(self, letter_id: int) -> OutboxLetter: ...

    def ours(self, message_ids: Sequence[str]) -> frozenset[str]: ...

    def noticed_since(self, case_ids: Sequence[int], since: datetime) -> frozenset[int]: ...

    def sent_since(self, addresses: Sequence[str], since: datetime) -> dict[str, int]: ...

    def hold(self, letter_id: int, reason: Reason, at: datetime) -> None: ...

    def put_back(self, hold_id: int, at: datetime) -> bool: ...

    def retry(self, letter_id: int, at: datetime) -> bool: ...

    def send_again(self, letter_id: int, detail: str, at: datetime) -> None: ...

    def withdraw(self, letter_id: int, why: str, at: datetime) -> None: ...

    def receipts(self, case_id: int) -> tuple[OutboxLetter, ...]: ...

    def put_off(self, letter_id: int, until: datetime) -> None: ...

    def unfiled(self, mailbox: str, limit: int) -> list[OutboxLetter]: ...

    def filed(self, letter_id: int, at: datetime) -> None: ...


class ReturnRows(Protocol):
    """What comes back: letters that did not arrive, and addresses (in lower case) at which nothing does."""

    def letters(self, message_ids: Sequence[str], tags: Sequence[str]) -> dict[str, OutboxLetter]: ...

    def answers(self, message_ids: Sequence[str]) -> dict[str, SentAnswer]: ...

    def bounced(self, letter_id: int, detail: str, at: datetime) -> None: ...

    def mark(self, address: str, letter_id: int | None, at: datetime) -> None: ...

    def withdraw(self, address: str, why: str, at: datetime) -> list[OutboxLetter]: ...

    def clear(self, address: str) -> bool: ...

    def unreachable(self, among: Sequence[str]) -> frozenset[str]: ...


class AnswerRows(Protocol):
    """The receipts of the last hours, counted by what they have in common."""

    def add(self, mailbox: str, recipient: str, shape: str, at: datetime) -> None: ...

    def since(self, at: datetime, domains: Collection[str], shapes: Collection[str]) -> Answered: ...

    def forget(self, now: datetime) -> None: ...


class AlarmRows(Protocol):
    """What cannot wait, until somebody takes it."""

    def add(self, mailbox: str, case_id: int | None, action: RaiseAlarm, at: datetime) -> None: ...

    def ringing(self, now: datetime) -> list[Alarm]: ...

    def rang(self, alarm_id: int, next_at: datetime) -> None: ...

    def take(self, alarm_id: int, by: str, at: datetime) -> bool: ...


class Transaction(Protocol):
    """The repositories within one transaction. It commits when its block ends and rolls back on any error."""

    @property
    def mailboxes(self) -> MailboxRows: ...

    @property
    def messages(self) -> MessageRows: ...

    @property
    def cases(self) -> CaseRows: ...

    @property
    def turns(self) -> TurnRows: ...

    @property
    def contacts(self) -> ContactRows: ...

    @property
    def gaps(self) -> GapRows: ...

    @property
    def corrections(self) -> CorrectionRows: ...

    @property
    def outbox(self) -> OutboxRows: ...

    @property
    def returns(self) -> ReturnRows: ...

    @property
    def answers(self) -> AnswerRows: ...

    @property
    def alarms(self) -> AlarmRows: ...

    @property
    def recounts(self) -> RecountRows: ...

    @property
    def letters(self) -> LetterRows: ...

    @property
    def drafts(self) -> DraftRows: ...

    @property
    def directory(self) -> DirectoryRows: ...

    @property
    def assignments(self) -> AssignmentRows: ...

    @property
    def standards(self) -> StandardRows: ...

    @property
    def absences(self) -> AbsenceRows: ...

    @property
    def jobs(self) -> JobRows: ...

    @property
    def leases(self) -> LeaseRows: ...


class Store(Protocol):
    """The tables. Raises StorageError when they cannot be written, PermanentError when a row is refused."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...

    def view(self) -> AbstractContextManager[Transaction]: ...
