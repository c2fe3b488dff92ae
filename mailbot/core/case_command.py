"""What a member of staff says of a case, as values: the third of the three doors."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.assignment import AssignmentMaterial
from mailbot.core.case import Case, Channel, EndedClock, FiledMessage, Turn
from mailbot.core.clock_rule import ClockEvent
from mailbot.core.directory import Person
from mailbot.core.enclosure import File
from mailbot.core.handover import HandoverMaterial
from mailbot.core.information_request import Lack
from mailbot.core.issuing_rule import LetterIssued, LetterReleased
from mailbot.core.ladder import Told
from mailbot.core.letter import OutboxLetter, OutboxState
from mailbot.core.redaction import HiddenTexts
from mailbot.core.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMonthOver:
    """The log of a ``month`` (``2026-11``) is due for a partner's designated contact (N8): ``files``, and ``totals`` of all."""

    month: str
    organisation: str
    contact: str
    totals: tuple[str, ...]
    files: tuple[File, ...]
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNoted:
    """Staff spoke with the customer: by which channel, when, and what came of it (J10). ``call_back``: they want a call (O9).

    ``answers``: it was the answer that was owed; ``of``: to these of several classes of the case, or else to the main one.
    """

    channel: Channel
    at: datetime
    outcome: str
    answers: bool = True
    of: tuple[str, ...] = ()
    call_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDone:
    """Nothing more is owed: the case is closed. ``first_contact``: it was answered when it first came (N1)."""

    at: datetime
    reason: str
    first_contact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWaits:
    """The customer was asked for something, at that moment, and the case waits for it."""

    event: ClockEvent
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationAsked:
    """The customer is asked in one letter for what their request for information lacks (J12). ``words``: staff add them.

    ``lacks``: what that is; ``asked_at``: when they were asked before; None: never.
    """

    lacks: tuple[Lack, ...]
    at: datetime
    words: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnswered:
    """What the customer was asked for has come, by a way that mailbot did not see."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened:
    """A closed case is open again; its answer is owed anew from that moment."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockExtended:
    """A person extends a clock (empty name: the one that binds) for a reason, which the customer is told if a letter goes."""

    clock_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuieted:
    """No automatic letter until that moment; clocks go on for staff. None ends the quiet."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned:
    """Somebody has the case now. ``material``: what they are told of it; None where there is no message."""

    name: str
    address: str
    material: AssignmentMaterial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAcknowledged:
    """The formal acknowledgement went by a way that mailbot did not see."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSaid:
    """The customer is to be written to in this language (ISO 639-1), if the pack answers in it."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSurveyed:
    """The survey after a case was sent; or none will be, for the reason in ``unsent``."""

    at: datetime
    unsent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAfterAll:
    """The receipt goes to somebody who was silenced or capped: a person has looked, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNamed:
    """A person says whose case it is that was opened for nobody known, by their address. ``hold``: what asked for it."""

    address: str
    hold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMerged:
    """The case is one matter with another, and goes into it. ``hold``: what asked whether it is.

    ``hidden``: of the one of them whose names were not hidden before, if those of the other are (F11).
    """

    into: Case
    at: datetime
    hold: int | None = None
    hidden: HiddenTexts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSplit:
    """These of its messages, all of which are given, are another matter: they get a case of their own."""

    chosen: tuple[int, ...]
    messages: tuple[FiledMessage, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesLinked:
    """The case has to do with another."""

    other: Case
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerUndone:
    """What the owner answered and is still ``waiting`` does not go to the customer."""

    waiting: tuple[OutboxLetter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWithdrawn:
    """The customer does not want it dealt with any more, and a person has made sure."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnUndone:
    """The newest turn of the case is taken back. ``other`` is the other case it concerned.

    ``letters`` of the case to its customer and ``messages`` of it say what somebody who was named as that already has.
    """

    turn: Turn
    other: Case | None
    at: datetime
    letters: tuple[OutboxLetter, ...] = ()
    messages: tuple[FiledMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What has become of a case so far, as far as giving it another class must know it.

    ``ended``: its clocks that have stopped. ``assigned_at``, ``asked_at``: when it last got an owner, when its customer was
    last asked for something. ``answered``: staff have answered. ``receipts``: every one, the oldest first.
    """

    ended: tuple[EndedClock, ...] = ()
    assigned_at: datetime | None = None
    asked_at: datetime | None = None
    answered: bool = False
    receipts: tuple[OutboxLetter, ...] = ()

    @property
    def waiting(self) -> list[OutboxLetter]:
        """The receipts that may still go."""
        return [one for one in self.receipts if one.state in (OutboxState.QUEUED, OutboxState.DEFERRED)]

    @property
    def last_receipt(self) -> str:
        """The letter that its customer has, or will have, as far as anybody knows: the last that left. Empty: none did."""
        left = (OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT)
        return next((one.letter for one in reversed(self.receipts) if one.state in left), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReclassified:
    """A person says what the case is: another class than it has. ``why``: in their words; may be empty.

    ``also``: what else the customer wants, in classes; None: what was said of that before holds.
    """

    class_: str
    why: str
    also: tuple[str, ...] | None = None
    past: Past
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHandedOver:
    """The case goes to whoever answers for a service, and the customer is told (N2). ``by``: who says so.

    ``told``: the contact of today; None: nobody is there. ``words``: what is added for both. ``material``: what goes along;
    None where the case has no message. ``instead_of``: who had it before and is not there. ``taken_for``: it was taken down for
    them, and nobody has had it before; a ``service`` without a name is a person, who was named.
    """

    service: Service
    told: Told | None
    material: HandoverMaterial | None
    words: str = ""
    by: str = ""
    instead_of: str = ""
    taken_for: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTaken:
    """Whoever the case was handed to sees to it."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """The customer agrees that their case is passed on to another organisation (N6). ``how``: in what words, or by what way."""

    at: datetime
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagConfirmed:
    """Whoever was told of a flag confirms it, and the pack's next role hears of it (F11). ``raised``: the case bears it."""

    flag: str
    by: str
    raised: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNoted:
    """A threat or abuse that reached staff by another way than mail (J15)."""

    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLimited:
    """For a time nothing automatic goes to the customer of a case, on this and their other cases (G6).

    ``sent``: the letters that went to them; ``others``: their other open cases.
    """

    until: datetime
    reason: str
    by: str
    sent: frozenset[str]
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAllowed:
    """A limit ends sooner than was said. ``others``: as of ``ContactLimited``; ``limited``: there is one."""

    reason: str
    by: str
    limited: bool
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MisconductNoticed:
    """Whoever deals with a case saw that somebody of ours may have done wrong, and says so; never inferred (F12)."""

    about: Person
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRestricted:
    """The case is about somebody of ours, which nothing in its messages told mailbot (F11).

    ``hidden``: what was recorded of it, and why ``by`` says so, without names. ``named``: addresses of people of ours whom it
    is about; ``names_somebody``: whoever it is about was named, one of ours or not.
    """

    hidden: HiddenTexts
    by: str
    at: datetime
    named: tuple[str, ...] = ()
    names_somebody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOpened:
    """Somebody opens message ``number`` of the case as it came. ``address``: theirs; ``why``: in their words."""

    number: int
    by: str
    address: str
    why: str
    at: datetime


CaseCommand = (
    ContactNoted
    | CaseDone
    | CaseWaits
    | ClarificationAsked
    | CustomerAnswered
    | CaseReopened
    | ClockExtended
    | CaseQuieted
    | CaseAssigned
    | CaseAcknowledged
    | LanguageSaid
    | CaseSurveyed
    | AnswerAfterAll
    | CustomerNamed
    | CaseMerged
    | CaseSplit
    | CasesLinked
    | AnswerUndone
    | CaseWithdrawn
    | TurnUndone
    | CaseReclassified
    | CaseHandedOver
    | CaseTaken
    | ConsentGiven
    | FlagConfirmed
    | CaseRestricted
    | RawOpened
    | IncidentNoted
    | ContactLimited
    | ContactAllowed
    | MisconductNoticed
    | LetterIssued
    | LetterReleased
)
