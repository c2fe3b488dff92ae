"""A case: the matter a customer wrote about, its number, its state, and its clocks."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    """How a contact reached us: the channels of the contact log."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"
    WEB = "web"
    FAX = "fax"
    SOCIAL = "social"
    COMMENT_CARD = "comment_card"


class ClockKind(StrEnum):
    """The role a clock plays in its case. Of several clocks in the same role one binds (``clock.binding``)."""

    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"
    RESPONSE = "response"
    CONCLUSION = "conclusion"
    REVIEW = "review"
    PROGRESS = "progress"
    STATUS = "status"
    CALL_BACK = "call_back"
    SURVEY = "survey"
    SILENCE = "silence"
    TAKING = "taking"
    PASSING_ON = "passing_on"


class ClockStop(StrEnum):
    """The events that stop a clock."""

    RECEIPT_SENT = "receipt_sent"
    ACKNOWLEDGEMENT_SENT = "acknowledgement_sent"
    RESPONSE_SENT = "response_sent"
    CONCLUSION_SENT = "conclusion_sent"
    CALL_MADE = "call_made"
    SURVEY_SENT = "survey_sent"
    CUSTOMER_ANSWERED = "customer_answered"
    CASE_CLOSED = "case_closed"
    TAKEN = "taken"


RAW_OPENED = "raw-opened"
NAMES_HIDDEN, RESTRICTED_BY_STAFF = "names-hidden", "restricted-by-staff"
"""What the history says where names are not recorded of a case any more (F11)."""
ASSIGNED, WAITS, ANSWERED_BY_STAFF = "assigned", "waits", "answered-by-staff"
PROPOSAL, RECLASSIFIED = "proposal", "reclassified"
"""The kind of event that proposes another class to a person, and the rule by which a person said so."""
HELD_OFF_BY_STAFF = "held-off-by-staff"
"""The rule by which a history tells that staff wrote, and that the answer is still to come."""
FIRST_CONTACT = "first_contact"
"""The outcome of a case that was answered when it first came, from what is published (N1)."""
ANSWERED_IN_PART = "answered-in-part"
"""The rule by which a history tells that an answer left something owed that the customer wants besides."""
THANKS = "thanks"
"""The rule by which a history tells that a customer only thanked us."""
INCIDENT = "incident"
"""The kind of event that logs a threat or abuse, and what became of the contact (J15)."""
FOR_THE_MANAGER = "for-the-manager"
"""The kind of event that the next morning digest names."""
WITHDRAWAL_NOT_PROVEN = "withdrawal-not-proven"
"""The question whether a form's withdrawal is genuine: unlike others, it is about a message in the case where it belongs."""
ANSWERED_BY_OWNER = "answered-by-owner"
"""The rule by which a history tells that what an owner wrote in reply to mailbot has gone to the customer."""
ANSWERED = (ANSWERED_BY_STAFF, f"stopped-by-{ClockStop.RESPONSE_SENT.value}", ANSWERED_BY_OWNER)
"""The rules by which a case's history tells that it was given to somebody, that its customer was asked, and that staff have
answered: in writing, or by phone or in person."""


class Moment(StrEnum):
    """The moments in a clock's life at which something is due.

    ``announce``: a letter of which the owner has not heard in time is announced first, and goes a working day later.
    """

    WARN = "warn"
    TODAY = "today"
    NO_OWNER = "no_owner"
    UNREAD = "unread"
    HEADS_UP = "heads_up"
    NOTICE = "notice"
    ANNOUNCE = "announce"
    DUE = "due"
    OVERDUE_NEXT = "overdue_next"
    OVERDUE_LAST = "overdue_last"


class CaseStatus(StrEnum):
    """The three words people say aloud."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Role(StrEnum):
    """How somebody takes part in a case: by writing as its customer, or copied in, or by a letter that reached them."""

    CUSTOMER = "customer"
    PARTY = "party"


class TurnKind(StrEnum):
    """A turn that a case took and that can be taken back."""

    MERGED = "merged"
    SPLIT = "split"
    LINKED = "linked"
    WITHDRAWN = "withdrawn"
    CONTACT = "contact"
    CUSTOMER_NAMED = "customer-named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn of ``case_id``: merged into ``other_id``, split so that ``other_id`` came of it, linked with it.

    Or one of its own: withdrawn, a contact noted, its customer named.
    """

    id: int
    kind: TurnKind
    case_id: int
    other_id: int | None
    status_before: CaseStatus
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledMessage:
    """A message of a case, as far as splitting it must know it. ``row`` is the number that ``case show`` gives."""

    row: int
    came_in: bool
    sender: str
    subject: str
    class_: str
    received_at: datetime
    may_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """A clock of a case that has not stopped.

    ``counts_from`` is the moment from which it is counted now: later than ``started_at`` once it began anew.
    ``pauses`` are spans of days, both ends included, that were left out; ``paused_on`` is set while it stands still.
    """

    id: int
    name: str
    kind: ClockKind
    law: str
    started_by: str
    started_at: datetime
    counts_from: datetime
    due_at: datetime
    original_due_at: datetime
    why: str
    stopped_by: tuple[ClockStop, ...]
    pauses: tuple[tuple[date, date], ...] = ()
    paused_on: date | None = None
    extensions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppableClock:
    """Of a clock of a case that has not stopped what is needed to stop it, and no more."""

    id: int
    due_at: datetime
    stopped_by: tuple[ClockStop, ...]
    paused_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedClock:
    """A clock of a case that has stopped: as it was then, when, and its outcome."""

    clock: RunningClock
    stopped_at: datetime
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as the decision sees it. ``observed`` marks one opened while mailbot only watched.

    ``may_write``: the customer was permitted a letter once, and has an address for more. ``last_message_id``: of the
    customer's newest message. ``waits_for``: what the customer was asked for, while the case waits.
    ``delay_reason``: why it takes longer, in the words of staff, when they last gave more time.
    ``opened_by_staff``: somebody has read a message of it, or taken it. ``also``: other classes whose clocks it has.
    ``service``: what it is about, once that is sure; ``proposed``: the best services while it is not. ``named``: addresses of
    people of ours whom it names and who are spared it: neither owner nor told (F11). ``outcome``: how it ended, if said.
    ``restricted``: no name of anybody of ours is recorded of its messages, and few open them (F11); ``name_marks``: by which
    the words are known that were names in it.
    ``language``: the customer's (ISO 639-1), English where nobody found or said another.
    """

    id: int
    reference: str
    mailbox: str
    pack: str
    class_: str
    status: CaseStatus
    customer: str
    subject: str
    opened_at: datetime
    version: int
    observed: bool
    closed_at: datetime | None = None
    quiet: bool = False
    owner: str | None = None
    owner_address: str | None = None
    channel: Channel = Channel.EMAIL
    may_write: bool = False
    opened_by_staff: bool = False
    last_message_id: str = ""
    waits_for: str = ""
    delay_reason: str = ""
    clocks: tuple[RunningClock, ...] = ()
    also: tuple[str, ...] = ()
    service: str = ""
    proposed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    outcome: str = ""
    restricted: bool = False
    name_marks: tuple[str, ...] = ()
    language: str = "en"

    @property
    def what(self) -> str:
        """Everything that the customer wants, in classes: ``complaint + foi_request``."""
        return " + ".join((self.class_, *self.also))

    def clock(self, clock_id: int) -> RunningClock | None:
        """The running clock with this row, or None if it has stopped."""
        return next((running for running in self.clocks if running.id == clock_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a manager hears about in the morning: references of cases, counts, and mailboxes that could not be read.

    ``surveys``: cases whose survey is to be sent now (F17), and surveys of the calendar whose period has begun (F18).
    ``waiting``: cases that have waited for their customer until after the date that the law had given them.
    ``flagged``: cases with what the manager is to know of them. ``unclear``: cases that nobody has yet whose class is unsure,
    or in which a request seems to hide.
    """

    late: tuple[str, ...] = ()
    due_today: tuple[str, ...] = ()
    due_soon: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    unowned: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    bounced: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    open: int = 0
    held: int = 0
    failed: int = 0
    alarms: int = 0
    moved: int = 0
    backscatter: int = 0
    filed: int = 0

    def without(self, references: Collection[str]) -> "Figures":
        """The figures without the cases of these references, for somebody who is spared them (F11)."""
        if not references:
            return self
        lines = {one.name: each for one in fields(self) if isinstance(each := getattr(self, one.name), tuple)}
        kept: dict[str, Any] = {}
        for name, each in lines.items():
            kept[name] = tuple(line for line in each if not _names_one(line, references))
        return replace(self, **kept)

    def __add__(self, other: "Figures") -> "Figures":
        """The figures of two mailboxes together."""
        return Figures(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


def _names_one(line: str, references: Collection[str]) -> bool:
    return any(reference in line for reference in references)
