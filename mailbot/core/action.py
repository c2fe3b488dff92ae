"""What a decision consists of. Actions are values; ``pipeline.record`` is the one place that carries them out."""

from dataclasses import dataclass, field
from datetime import date, datetime

from mailbot.core.case import CaseStatus, Channel, Turn, TurnKind
from mailbot.core.clock_action import AddDeadline, MoveClock, ReplaceDeadline, RestartClock, StartClock, StopClock
from mailbot.core.contact_action import CloseGap, KeepNote, LimitContact, LogContact, OpenGap, RemindGap, SettleContacts
from mailbot.core.enclosure import File
from mailbot.core.letter import Audience, Lane, LetterValues, Purpose, Written
from mailbot.core.reason import Reason
from mailbot.core.redaction import HiddenTexts
from mailbot.core.staff_finding import StaffMailKind


@dataclass(frozen=True, slots=True)
class Permission:
    """Leave to send one automatic letter to one address. Only ``core.screen`` makes one (the one loop guard).

    ``copies``: addresses of staff and partners who are copied in.
    """

    recipient: str
    reason: Reason
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Open a case for the message that arrived, or one from an older system with what that knew of it.

    ``told_on``: the date that the customer was told there. ``service``, ``proposed`` and ``named`` are as of ``Case``;
    ``owner``: name and address of whom a rule gives it to, who is still to take it.
    ``restricted`` and ``name_marks`` are as of ``Case``. ``language``: the customer's, if another than ours was found.
    ``waits_for``: what they are asked for by the same decision. ``quiet_until``: nothing automatic goes before.
    """

    class_: str
    customer: str
    customer_name: str
    subject: str
    opened_at: datetime
    observed: bool
    may_write: bool = False
    channel: Channel = Channel.EMAIL
    stage: str | None = None
    old_reference: str | None = None
    told_on: date | None = None
    also: tuple[str, ...] = ()
    service: str = ""
    proposed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    owner: tuple[str, str] | None = None
    restricted: bool = False
    name_marks: tuple[str, ...] = ()
    language: str = ""
    waits_for: str = ""
    quiet_until: datetime | None = None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCase:
    """File the message that arrived in an existing case."""

    case_id: int
    version: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMessage:
    """Keep the message without a case: automatic mail, a copy of our own, history."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLetter:
    """Render a letter now and put its final bytes into the outbox. Needs a ``Permission``.

    ``key`` is what it is about (message digest, deadline): purpose + recipient + key can exist only once.
    ``states_date`` is the date the letter promises: once it has passed, the letter is withdrawn. ``clock_id``: the clock it
    speaks of; once that has stopped, a letter about what is owed is withdrawn. ``shape``: of the subject that it answers.
    ``language``: its reader's; the letter goes in it where its pack answers in it.
    ``enclosed``: messages of somebody's, ready to be attached (``core.enclosure``).
    ``text``: what a person wrote; None: the letter as its files and ``values`` make it. ``files`` go with it.
    """

    permission: Permission
    purpose: Purpose
    letter: str
    audience: Audience
    lane: Lane
    key: str
    values: LetterValues
    not_before: datetime
    observed: bool
    states_date: date | None = None
    clock_id: int | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    shape: str = ""
    language: str = "en"
    enclosed: tuple[bytes, ...] = field(default=(), repr=False)
    text: Written | None = None
    files: tuple[File, ...] = ()
    reason: Reason = field(default_factory=lambda: Reason("letter"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCase:
    """Change what a case is; None leaves a thing as it is. ``owner`` is name and address; ``quiet_until`` ends a quiet.

    ``nobodys``: whoever had it has it no more.

    ``customer`` is the address of somebody who takes part in the case from now on as its customer.
    """

    case_id: int
    reason: Reason
    status: CaseStatus | None = None
    waits_for: str | None = None
    delay_reason: str | None = None
    owner: tuple[str, str] | None = None
    quiet_until: datetime | None = None
    may_write: bool | None = None
    customer: str | None = None
    class_: str | None = None
    also: tuple[str, ...] | None = None
    service: str | None = None
    named: tuple[str, ...] | None = None
    outcome: str | None = None
    language: str | None = None
    stage: str | None = None
    restricted: bool | None = None
    subject: str | None = None
    nobodys: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HideTexts:
    """What was recorded of a case before its names were to be hidden becomes black where they stand (F11)."""

    case_id: int
    hidden: HiddenTexts
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnClass:
    """Keep what a person says the class of a case is, beside the message that opened it: mailbot learns from it."""

    case_id: int
    old_class: str
    new_class: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawLetter:
    """A letter that waits does not go; one that has left is not called back."""

    letter_id: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTurn:
    """A case takes a turn that can be taken back. A case that is None is the one that was just opened.

    ``messages`` go from one to the other with the letters about them (None: all, and all letters), and so do ``clocks``.
    ``stopped`` clocks, of either, end without an outcome. ``ended`` clocks are stopped by the same decision and ``begun`` ones,
    by name and law, started: taken back, the first run again and the others end. ``customer``: the address whose case it is
    from now on. ``hold``: the question that the turn answers; it is asked again when the turn is taken back.
    """

    kind: TurnKind
    case_id: int | None
    other_id: int | None
    status_before: CaseStatus
    messages: tuple[int, ...] | None = ()
    clocks: tuple[int, ...] = ()
    stopped: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()
    begun: tuple[tuple[str, str], ...] = ()
    customer: str = ""
    hold: int | None = None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Take back a turn: messages, letters and clocks go where they were; what it stopped runs again with its old dates."""

    turn: Turn
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWhichCase:
    """The message has its case; a person is asked whether it belongs to one of those that the reason names, or is genuine."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Tell the duty rota at once and again and again until somebody takes it. ``key``: a second one is the same alarm."""

    key: str
    what: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSilent:
    """No automatic answer, and why: shown to staff, with its clock running."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Set the message aside for a person. It counts from receipt and is put back with one command."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLetter:
    """A letter of ours was found in the Sent folder: whatever its row said, it has gone.

    ``alias`` is the Message-ID of the copy: some servers give it a new one.
    """

    message_id: str
    alias: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterReturned:
    """A letter of ours did not arrive. ``detail``: what the other server said, without addresses."""

    letter_id: int
    detail: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAddress:
    """Nothing arrives at this address (lower case): no automatic letter goes there until the mark is cleared."""

    address: str
    letter_id: int | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAddress:
    """Something came from this address (lower case): it works."""

    address: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeStaffMail:
    """Hold the message against the standard for staff, later: nothing about its case waits for that."""

    kind: StaffMailKind
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Write down a finding in the history and do nothing else."""

    kind: str
    reason: Reason


Action = (
    OpenCase
    | JoinCase
    | FileMessage
    | ChangeCase
    | HideTexts
    | LearnClass
    | WithdrawLetter
    | TakeTurn
    | TakeBack
    | AskWhichCase
    | StartClock
    | MoveClock
    | AddDeadline
    | ReplaceDeadline
    | StopClock
    | QueueLetter
    | RaiseAlarm
    | KeepSilent
    | Hold
    | ConfirmLetter
    | LetterReturned
    | MarkAddress
    | ClearAddress
    | RestartClock
    | JudgeStaffMail
    | LogContact
    | KeepNote
    | SettleContacts
    | LimitContact
    | OpenGap
    | RemindGap
    | CloseGap
    | Note
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Actions in the order in which they are carried out, in one transaction."""

    actions: tuple[Action, ...]
