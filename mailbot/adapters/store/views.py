"""What people look at: values for screens and reports, as ``queries`` finds them."""

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.contact_note import ContactNote
from mailbot.core.message import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLine:
    """One mailbox on the status page."""

    name: str
    live_since: datetime | None
    fresh_at: datetime | None
    backoff_until: datetime | None
    last_error: str | None
    sending_error: str | None
    waiting: int
    held: int
    letters: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One event of a history; ``spans`` point into the text of message ``message_row``. ``taken_back``: it counts no more."""

    at: datetime
    actor: str
    kind: str
    rule: str
    detail: str
    pack_version: str
    message_row: int | None
    spans: tuple[Span, ...] = ()
    taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLine:
    """An address at which nothing arrives; the letter and the case that showed it, unless an answer of staff did."""

    address: str
    since: datetime
    letter_id: int | None
    letter: str | None
    reference: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status page. ``running_until`` is the daemon's last word about being alive.

    ``moved``: dates, and ``backscatter``: bounces of what we never sent, both within a week. ``bounced``: letters that did
    not arrive, in open cases. ``unreachable``: addresses at which nothing arrives.
    """

    holder: str | None
    running_until: datetime | None
    mailboxes: tuple[MailboxLine, ...]
    open_cases: int
    late_cases: int
    next_due_at: datetime | None
    notices: tuple[EventLine, ...]
    troubles: tuple[str, ...]
    held: int
    failed: int
    bounced: int
    unreachable: int
    backscatter: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """An alarm that nobody has taken."""

    id: int
    mailbox: str
    reference: str | None
    what: str
    raised_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in a list. ``due_at`` is its next date; ``old_reference`` and ``told_on`` are the system's it came from.

    ``also``: other classes whose clocks it has. ``service``: what it is about, once that is sure; ``proposed``: the best ones
    while it is not. ``outcome``: how it ended, if that was said.
    """

    reference: str
    mailbox: str
    class_: str
    status: str
    customer: str
    subject: str
    opened_at: datetime
    due_at: datetime | None
    observed: bool
    stage: str | None
    old_reference: str | None
    told_on: date | None
    also: tuple[str, ...]
    owner: str | None
    service: str | None
    language: str | None
    proposed: tuple[str, ...]
    outcome: str | None

    @property
    def what(self) -> str:
        """Everything that the customer wants, in classes."""
        return " + ".join((self.class_, *self.also))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One clock of a case with its derivation. ``counts_from``: later than ``started_at`` once it began anew."""

    name: str
    started_by: str
    started_at: datetime
    counts_from: datetime
    original_due_at: datetime
    due_at: datetime
    paused_on: date | None
    stopped_at: datetime | None
    outcome: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """A phrase rule that spoke for or against the class, and where in the text."""

    rule: str
    weight: float
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """A flag of a message and a rule that raised it; ``span`` is empty where the sender's address did."""

    flag: str
    rule: str
    weight: float
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message of a case, with its judgement. ``full_text`` is None once it has been erased."""

    row: int
    direction: str
    received_at: datetime
    sender: str
    subject: str
    verdict: str
    class_: str
    best_class: str
    also: tuple[str, ...]
    confidence: float
    evidence: tuple[EvidenceLine, ...]
    flags: tuple[FlagLine, ...]
    rules_version: str
    full_text: str | None

    @property
    def text(self) -> str | None:
        """The body alone."""
        return self.full_text[len(self.subject) + 2 :] if self.full_text is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One outgoing letter."""

    id: int
    reference: str | None
    mailbox: str
    letter: str
    letter_version: str
    recipient: str
    state: str
    attempts: int
    doubts: int
    created_at: datetime
    attempted_at: datetime | None
    not_before: datetime
    settled_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLine:
    """What a person said the class of a case was, instead of which, and why."""

    at: datetime
    actor: str
    old_class: str
    new_class: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """Everything about one case. ``turns``: what it was merged into, split from or linked with, and the other's reference.

    ``corrections``: of its class, the oldest first. ``note``: what staff took down of a contact that came by no message.
    """

    line: CaseLine
    clocks: tuple[ClockLine, ...]
    messages: tuple[MessageLine, ...]
    letters: tuple[LetterLine, ...]
    events: tuple[EventLine, ...]
    turns: tuple[tuple[str, str], ...]
    corrections: tuple[CorrectionLine, ...]
    note: ContactNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """Something set aside for a person: a message (``location``) or a letter."""

    id: int
    what: str
    mailbox: str
    rule: str
    detail: str
    held_at: datetime
    received_at: datetime | None
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingLine:
    """One message that came in. ``is_first``: it opened its case."""

    sender: str
    subject: str
    verdict: str
    may_answer: bool
    received_at: datetime
    reference: str | None
    is_first: bool
