"""What an organisation decided, as validated values: packs, clocks, screening rules, class rules.

All of it comes from files under ``rules/``; nothing here has a default that names an organisation or a number of days.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailbot.core.assignment import AssignmentRule
from mailbot.core.calendar import WorkingCalendar
from mailbot.core.case import Channel, ClockKind
from mailbot.core.clock_rule import ClockRule, ClockStart, ReceiptRule
from mailbot.core.directory import Directory, Team
from mailbot.core.event_letters import EventLetters
from mailbot.core.handover_rule import HandoverPolicy
from mailbot.core.intents import ONE_INTENT, Intents
from mailbot.core.issuing_rule import NO_ISSUING, Issuing
from mailbot.core.ladder import Rung
from mailbot.core.letter import PLAIN_FONT, Font
from mailbot.core.message import Message
from mailbot.core.relay import Relay, is_internal, is_proven
from mailbot.core.route_rule import NO_ROUTES, RoutePolicy
from mailbot.core.standards_rule import StandardsPolicy
from mailbot.core.subclass import Subclass
from mailbot.core.survey import Survey
from mailbot.core.tongue import ENGLISH, Manner, Tongue

UNSURE = "unsure"
AWAITED = frozenset({ClockKind.RECEIPT, ClockKind.ACKNOWLEDGEMENT, ClockKind.RESPONSE, ClockKind.CONCLUSION})
"""The roles a customer waits for from the first day, whatever their message turns out to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPolicy:
    """What a pack does with one class: its words in letters, its receipt, the confidence from which it acts.

    ``threshold`` holds where the rules judge alone, ``threshold_learnt`` where the classifier judges with them (its confidence
    is a probability), ``threshold_alone`` where it judges with no phrase of the rules for the class, if that is to be higher.
    ``clocks = false`` says that nobody waits for an answer (invoices, newsletters). ``confirm_reclassified``: a case that a
    person gives this class later is confirmed anew, with this class's receipt. ``stage``: at which of the stages of
    ``[issuing]`` it is recorded, 1 for the first; 0: at none. ``addressee``: to whom its receipt says that it goes (J17).
    """

    words: str
    receipt: str
    threshold: float
    threshold_learnt: float
    threshold_alone: float = 0.0
    policy_link: str = ""
    clocks: bool = True
    confirm_reclassified: bool = False
    stage: int = 0
    addressee: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagPolicy:
    """What a pack does with a message that bears a flag, whatever its class.

    ``words``: what the people on duty, and managers, are told. ``alarm``: they hear of it at once, at any hour, until somebody
    takes it. ``digest``: the manager's next morning digest names the case.
    ``receipt``: the letter that confirms it instead of the one of its class; it names no class and promises no date.
    ``call``: whom such a letter tells the customer to call.
    ``tells``: who is written to: ``access_contact`` of the directory, or everybody in a role of it; ``next``: what the mail
    asks them to do. ``then``: the role that hears of it once it is confirmed (``mailbot case confirm``).
    ``incident``: it is logged as one (``mailbot incident list``); ``warning``: the letter of staff after which the contact may
    be limited (J15, G6).
    ``opens``: names of people are blacked out of what is recorded, and only this role opens the raw message (F11).
    """

    words: str
    alarm: bool = False
    digest: bool = False
    receipt: str = ""
    call: str = ""
    tells: str = ""
    next: str = ""
    then: str = ""
    opens: str = ""
    incident: bool = False
    warning: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """Who among staff hears of what, and when.

    ``ladder``: who is told of a passed date, in this order. ``ladder_step``: working days from one to the next.
    ``no_owner_share``: the part of a clock's time, above 0 and up to 1, after which a case without an owner is alerted (G4).
    ``unread_after``: working days after which a message that nobody opened or took is alerted (N4).
    ``alarm_every_minutes``: minutes from one mail of an alarm to the next, at any hour, until somebody takes it (F9).
    ``gap_every``: working days after which whoever keeps pages is asked again for what is missing there (N9);
    ``gap_reminders``: after so many reminders the manager hears that nobody answers, and again after as many more.
    ``heads_up_before``: working days before an automatic letter to a customer at which the owner hears of it.
    ``digest_ahead``: working days that the morning digest looks ahead, after today.
    ``duty_rota``: the rota that hears alarms, by its name among the services; empty: the mailbox's manager does.
    """

    ladder: tuple[Rung, ...]
    ladder_step: int
    no_owner_share: float
    unread_after: int
    alarm_every_minutes: int
    gap_every: int
    gap_reminders: int
    heads_up_before: int
    digest_ahead: int
    duty_rota: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """How long a conversation lasts, in days of the calendar.

    ``subject_window_days``: a reply without ids joins the case of the same person and subject if that had a message so lately.
    ``reopen_within_days``: a reply to a case that was closed so lately opens it again; a later one opens a case that is
    linked with it. ``withdrawal_quiet_days``: how long letters rest when a customer withdraws, until a person decides.
    """

    subject_window_days: int
    reopen_within_days: int
    withdrawal_quiet_days: int
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The policy of one organisation. ``calendars`` holds every calendar its clocks name; ``version`` is its digest.

    ``receipt`` says on which day something is received that comes on a closed day. ``review_due``: when somebody looks at
    the policy again (F20). ``signatory``: who signs letters of a mailbox that names nobody itself; ``on_behalf_of``: for
    whom on paper, where it is not the organisation (J8). ``flags``: what each brings; where two change the receipt, the one
    that is written first does. ``font``: what letters are set in.
    ``subclasses``: classes that are not looked for in texts, but told by the flags of another class.
    ``tongues``: the languages besides English in which customers get their letters, by code.
    ``handover``: how cases are handed over; None where they are not. ``assignment``: what goes with the mail that gives a case.
    ``standards``: how what staff send is judged, where the configuration switches that on.
    """

    name: str
    title: str
    version: str
    review_due: date
    calendar: str
    classes: Mapping[str, ClassPolicy]
    clocks: tuple[ClockRule, ...]
    letters: EventLetters
    alerts: Alerting
    threads: Threads
    privacy_notice: str
    signatory: str = ""
    on_behalf_of: str = ""
    surveys: tuple[Survey, ...] = ()
    receipt: ReceiptRule = ReceiptRule.ACT
    calendars: Mapping[str, WorkingCalendar] = field(default_factory=dict)
    flags: Mapping[str, FlagPolicy] = field(default_factory=dict)
    intents: Intents = ONE_INTENT
    routes: RoutePolicy = NO_ROUTES
    handover: HandoverPolicy | None = None
    assignment: AssignmentRule
    standards: StandardsPolicy | None = None
    font: Font = PLAIN_FONT
    issuing: Issuing = NO_ISSUING
    subclasses: tuple[Subclass, ...] = ()
    tongues: Mapping[str, Tongue] = field(default_factory=dict)

    @property
    def working_calendar(self) -> WorkingCalendar:
        """The calendar of the organisation itself: its opening hours decide when scheduled letters go."""
        return self.calendars[self.calendar]

    @property
    def looked_for(self) -> Mapping[str, ClassPolicy]:
        """The classes that are looked for in texts: all but sub-classes."""
        names = {one.name for one in self.subclasses}
        return {name: policy for name, policy in self.classes.items() if name not in names}

    def stage_of(self, class_: str) -> str:
        """At which stage a case of this class is recorded when it is opened; empty: at none."""
        policy = self.classes.get(class_)
        return self.issuing.stages[policy.stage - 1].name if policy and policy.stage else ""

    def manner(self, language: str) -> Manner:
        """How a letter of this pack is written to somebody of a language: in it if the pack answers in it, else in English."""
        return Manner(pack=self.name, tongue=self.tongues.get(language, ENGLISH))

    def clocks_for(
        self,
        class_: str,
        channel: Channel = Channel.EMAIL,
        event: ClockStart = ClockStart.RECEIPT,
        also: Sequence[str] = (),
    ) -> tuple[ClockRule, ...]:
        """The clocks that ``event`` starts for a class that came by ``channel``, and for what else the customer wants.

        Of several with one name and law the strictest. For ``unsure`` the strictest plausible one of each role that a customer
        waits for (design: the clock still runs).
        """
        started = [rule for rule in self.clocks if rule.starts_on is event and rule.applies_to(channel)]
        if class_ == UNSURE:
            return _strictest(started, lambda rule: rule.kind if rule.kind in AWAITED else None)
        wanted = [rule for one in (class_, *also) for rule in started if one in rule.classes]
        return _strictest(wanted, lambda rule: (rule.name, rule.law))

    @property
    def runs_from_acknowledgement(self) -> bool:
        """Whether any clock of this pack begins with an acknowledgement."""
        return any(rule.starts_on is ClockStart.ACKNOWLEDGEMENT for rule in self.clocks)

    def rule(self, name: str, class_: str, channel: Channel, law: str = "", also: Sequence[str] = ()) -> ClockRule | None:
        """The clock of this name and law for a class and channel (``unsure``: the strictest of that name), or None.

        A date of the law may be another matter's that was merged into the case; one of a law no longer named goes by its name.
        """
        found = [rule for rule in self.clocks if rule.name == name and rule.applies_to(channel)]
        meant = [rule for rule in found if class_ == UNSURE or {class_, *also} & set(rule.classes)]
        by_law = [rule for rule in meant if rule.law == law] or [rule for rule in found if law and rule.law == law]
        return min(by_law or meant, key=lambda rule: rule.rough_days, default=None)


def _strictest(rules: Iterable[ClockRule], key: Callable[[ClockRule], Hashable]) -> tuple[ClockRule, ...]:
    """Of the rules with one key the shortest, the first of equals; those whose key is None are left out."""
    strictest = dict[Hashable, ClockRule]()
    for rule in rules:
        same = key(rule)
        if same is not None and (same not in strictest or rule.rough_days < strictest[same].rough_days):
            strictest[same] = rule
    return tuple(strictest.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many automatic letters may go: the last guard against a loop (RFC 3834 section 2).

    ``answers_per_subject_per_hour`` holds for subjects of one shape, whoever sends them. ``answers_per_hour`` is the breaker
    of the whole installation: beyond it no receipt goes, and an alarm rings.
    """

    answers_per_sender_per_day: int
    letters_per_manager_per_day: int
    answers_per_mailbox_per_hour: int
    answers_per_subject_per_hour: int
    answers_per_domain_per_hour: int
    answers_per_hour: int


class AckWhen(StrEnum):
    """When a receipt goes: at once, or only if staff have not answered by the morning of the day it is due (J2)."""

    IMMEDIATE = "immediate"
    BY_DEADLINE = "by-deadline"


class ReversePathKind(StrEnum):
    """Where bounces of our letters go: to the mailbox, to a tagged form of its address, or nowhere (RFC 3834 s. 3.3)."""

    OWN = "own"
    TAGGED = "tagged"
    NULL = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPolicy:
    """What the decision must know about the mailbox a message came to.

    ``answerable_addresses`` are the watched addresses and their aliases: mail addressed to none of them was sent blind
    or through a list (RFC 5230 section 4.5). Empty: every message counts as addressed to us. ``relays`` are trusted senders;
    ``authserv_id`` names our border in Authentication-Results, empty: no such field is believed. ``internal_marks``: fields by
    which our server marks mail from within (``core.relay.is_internal``). ``spam_fields`` (lower case)
    are those by which it marks spam, empty: all that are known. ``team`` serves the mailbox;
    ``relays_replies``: an owner's plain reply goes to the customer. ``footers``: how the notes begin, in lower case, that our
    server puts below every message.
    ``directory`` has everybody who may be told (``core.directory.who_is_told``), and is empty where no file names them.
    ``judges_staff``: what staff send is held against the pack's standard.
    """

    name: str
    address: str
    organisation: str
    reference_prefix: str
    signatory: str
    manager: str | None
    reply_to: str | None
    max_ack_age_hours: float
    start_at: datetime | None
    pack: Pack
    caps: Caps
    own_addresses: frozenset[str]
    answerable_addresses: frozenset[str]
    reverse_path: ReversePathKind
    ack: AckWhen = AckWhen.IMMEDIATE
    tag_secret: bytes = field(repr=False)
    relays: tuple[Relay, ...] = ()
    authserv_id: str = ""
    internal_marks: tuple[tuple[str, str], ...] = ()
    spam_fields: frozenset[str] = frozenset()
    team: Team | None = None
    directory: Directory = field(default_factory=Directory, repr=False)
    judges_staff: bool = False
    relays_replies: bool = False
    footers: tuple[str, ...] = ()

    @property
    def standards(self) -> StandardsPolicy | None:
        """How what staff send is judged; None where it is not."""
        return self.pack.standards if self.judges_staff else None

    def is_ours(self, address: str) -> bool:
        """Whether an address (in comparison form) is a watched one, an alias of one, or one of staff."""
        return address in self.own_addresses or address in self.answerable_addresses or self.is_colleague(address)

    def has_in_directory(self, address: str) -> bool:
        """Whether the directory names somebody of ours, or of a partner that is one with us, at this address (lower case)."""
        person = next((one for one in self.directory.people if one.address == address), None)
        employer = self.directory.organisation_named(person.organisation) if person and person.organisation else None
        return person is not None and not (employer is not None and employer.another)

    def proves(self, message: Message) -> bool:
        """Whether our border vouches for the author, or our server for mail from within, of a colleague."""
        if is_proven(message, self.authserv_id):
            return True
        return self.has_in_directory(message.sender) and is_internal(message, self.internal_marks, self.authserv_id)

    def is_colleague(self, address: str) -> bool:
        """Whether an address (in comparison form) is one of staff: in the directory, or at the mailbox's own domain."""
        same_domain = address.rpartition("@")[2] == self.address.lower().rpartition("@")[2]
        return bool(address) and (same_domain or any(person.address == address for person in self.directory.people))
