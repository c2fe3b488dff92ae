"""The three doors: what makes mailbot decide something."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Channel, Figures, Moment, RunningClock
from mailbot.core.case_command import CaseCommand, CaseHandedOver, ContactMonthOver
from mailbot.core.contact_note import ContactNote
from mailbot.core.directory import Person
from mailbot.core.gap import GapClosed, GapReminderDue, GapReported
from mailbot.core.letter import OutboxLetter
from mailbot.core.message import Message, Origin
from mailbot.core.owner_reply import EarlierAnswer
from mailbot.core.report import Outcome
from mailbot.core.staff_count import TeamMonth
from mailbot.core.staff_finding import KeptFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a bounce is about: a letter of ours, or (``letter`` is None) an answer that staff sent from the mailbox.

    ``recipient``: where it went. ``outcome``: what became of it; None if the bounce does not say. ``case_id``: None for a
    letter that belongs to no case. ``clocks``: those that had stopped because it went. ``others``: other addresses that take
    part in the case. ``unreachable``: members of staff (lower case) at whose address nothing arrives.
    """

    letter: OutboxLetter | None
    recipient: str
    outcome: Outcome | None
    case_id: int | None
    clocks: tuple[RunningClock, ...] = ()
    others: tuple[str, ...] = ()
    unreachable: frozenset[str] = frozenset()

    @property
    def is_copy(self) -> bool:
        """Whether it went to the customer, too, and only a copy came back."""
        return self.letter is not None and self.recipient in self.letter.envelope.copies


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageArrived:
    """A message was read from a watched folder. ``live``: it came after the mailbox went live.

    ``born_at``: how old it is for letters; the sender's date where the server renumbered its folder. ``unreadable``: why a
    person must read it; ``put_back``: a person has, and wants it decided about by what can be read. ``our_letter``: the
    Message-ID of the letter of ours that this is a copy of. ``message_id_taken``: another message with other content has
    the same Message-ID. ``by_staff``: a colleague wrote it, by an address that our border did not find
    forged. ``receipt_doubt``: why the server's date of arrival was not believed. ``returned``: what it brings back, if it is
    a bounce of something of ours.
    ``unproven``: the trusted sender whose address it bears without the proof that it came from there.
    ``is_passed_on``: a colleague passed it on, and its author is the customer; ``unclear_forward``: why that author is unclear.
    """

    message: Message
    origin: Origin
    received_at: datetime
    born_at: datetime
    live: bool
    unreadable: str = ""
    put_back: bool = False
    our_letter: str = ""
    message_id_taken: bool = False
    by_staff: bool = False
    channel: Channel = Channel.EMAIL
    in_junk: bool = False
    unproven: str = ""
    receipt_doubt: str = ""
    returned: Returned | None = None
    is_passed_on: bool = False
    unclear_forward: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTaken:
    """Staff took down what a customer wants who rang, came in or wrote on paper (N12). ``message``: it, as if it were written.

    ``for_somebody``: it was said whom it is for, and no rule gives it to anybody. ``consent``: how the customer agreed to its
    being passed on to another organisation (N6); empty: they were not asked. ``anonymous``: they left no way to reach them.
    """

    message: Message
    note: ContactNote
    channel: Channel
    taken_by: str
    live: bool
    for_somebody: bool = False
    consent: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoArrived:
    """A message that is in a case already came to this mailbox too."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReached:
    """A moment in a running clock's life has come. ``planned_at`` is when it was to come.

    ``handover``: of a clock after which a rule hands the case over, the handover as it would be now.
    """

    deadline_id: int
    kind: Moment
    planned_at: datetime
    clock_id: int
    clock_name: str
    due_at: datetime
    handover: "CaseHandedOver | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue:
    """The morning's figures for one manager are due for ``period`` (a local date). ``told``: who reads them today."""

    manager: str
    told: str
    period: str
    figures: Figures
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryChanged:
    """The directory of services says something else than when it was last read. ``digest``: of what it says now."""

    digest: str
    changes: tuple[str, ...]
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNoteDue:
    """Something was found in messages of a member of staff, and they are to hear of it. ``period``: the local date.

    ``signature_text``: a signature that would put it right, if one would; ``signature``: a message that holds it, to copy from.
    """

    person: Person
    found: tuple[KeptFinding, ...]
    period: str
    live: bool
    signature_text: str = ""
    signature: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMonthDue:
    """A month is over, and a team's manager is to hear what was found in it."""

    manager: str
    found: TeamMonth
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWithdrawn:
    """A letter was no longer true when its turn came: what goes instead?

    Of an answer of the owner: ``own`` are its words, ``earlier`` is what a colleague answered first.
    """

    letter: OutboxLetter
    why: str
    earlier: EarlierAnswer | None = None
    own: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRefused:
    """Our own relay refuses a letter of a case for good, or all tries at handing it in are used up."""

    letter: OutboxLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRings:
    """An alarm that nobody has taken rings, for the first time or again."""

    number: int
    what: str
    times: int


# What staff say ---------------------------------------------------------------------------------------------------------


Trigger = (
    MessageArrived
    | ContactTaken
    | AlsoArrived
    | DeadlineReached
    | DigestDue
    | LetterRefused
    | LetterWithdrawn
    | AlarmRings
    | DirectoryChanged
    | StaffNoteDue
    | StaffMonthDue
    | ContactMonthOver
    | GapReported
    | GapClosed
    | GapReminderDue
    | CaseCommand
)
