"""What an organisation decided, as validated values: packs, clocks, screening rules, class rules.

All of it comes from files under ``rules/``; nothing here has a default that names an organisation or a number of days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from mailbot.core.calendar import WorkingCalendar
from mailbot.core.case import ClockStop

UNSURE = "unsure"


class Unit(StrEnum):
    """What an amount of time counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"


class ClockStart(StrEnum):
    """The event that starts a clock."""

    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """How long something may take: ``amount`` units of ``calendar`` from ``starts_on``, for the named classes.

    ``promised`` clocks are the ones a letter may state to a customer. ``warn_before`` is in working days.
    """

    name: str
    classes: tuple[str, ...]
    starts_on: ClockStart
    amount: int
    unit: Unit
    calendar: str
    stopped_by: tuple[ClockStop, ...]
    source: str
    warn_before: int = 0
    promised: bool = False
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPolicy:
    """What a pack does with one class: its words in letters, its receipt, the confidence from which it acts.

    ``clocks = false`` says that nobody waits for an answer (invoices, newsletters).
    """

    words: str
    receipt: str
    threshold: float
    policy_link: str = ""
    clocks: bool = True
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The policy of one organisation. ``calendars`` holds every calendar its clocks name; ``version`` is its digest."""

    name: str
    title: str
    version: str
    review_due: date
    calendar: str
    classes: Mapping[str, ClassPolicy]
    clocks: tuple[ClockRule, ...]
    neutral_receipt: str
    overdue_alert: str
    digest: str
    privacy_notice: str
    calendars: Mapping[str, WorkingCalendar] = field(default_factory=dict)

    @property
    def working_calendar(self) -> WorkingCalendar:
        """The calendar of the organisation itself: its opening hours decide when scheduled letters go."""
        return self.calendars[self.calendar]

    def clocks_for(self, class_: str) -> tuple[ClockRule, ...]:
        """The clocks of a class; for ``unsure`` the strictest plausible ones, by name (design: the clock still runs)."""
        if class_ != UNSURE:
            return tuple(rule for rule in self.clocks if class_ in rule.classes)
        strictest = dict[str, ClockRule]()
        for rule in self.clocks:
            held = strictest.get(rule.name)
            if held is None or _length(rule) < _length(held):
                strictest[rule.name] = rule
        return tuple(strictest.values())


def _length(rule: ClockRule) -> float:
    """A rough length in calendar days: enough to say which of two clocks is the stricter."""
    return rule.amount * {Unit.WORKING_DAYS: 1.4, Unit.CALENDAR_DAYS: 1.0, Unit.CALENDAR_MONTHS: 30.4}[rule.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRule:
    """A header field that says what a message is, or a reason not to answer it, with the standard it follows.

    ``token`` compares the first token only (comments and parameters are allowed behind it, RFC 3834 section 5);
    ``contains`` and ``starts_with`` compare the whole value. ``silence`` adds a reason for silence
    and leaves the verdict alone.
    """

    id: str
    header: str
    source: str
    verdict: Literal["auto_reply", "bounce", "list", "other_automatic", "spam", "silence"]
    present: bool = False
    token_in: tuple[str, ...] = ()
    token_not_in: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRule:
    """Local parts of sender addresses that are machines: whole, as a beginning, or as an end."""

    id: str
    source: str
    verdict: Literal["auto_reply", "bounce", "list", "other_automatic", "spam"]
    local_part: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRules:
    """Every screening rule in its order, and the version (digest) of the files they came from."""

    version: str
    headers: tuple[HeaderRule, ...]
    senders: tuple[SenderRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that speak for (positive weight) or against a class. ``in_subject``: they count only in the subject."""

    text: str
    weight: float
    in_subject: bool = False
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """The phrase rule of one class, with texts that must and must not be given that class."""

    class_: str
    phrases: tuple[Phrase, ...]
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRules:
    """The phrase rules of every class and the version (digest) of their files."""

    version: str
    rules: tuple[ClassRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many automatic letters may go: the last guard against a loop (RFC 3834 section 2)."""

    answers_per_sender_per_day: int
    letters_per_manager_per_day: int


class ReversePathKind(StrEnum):
    """Where bounces of our letters go: to the mailbox, to a tagged form of its address, or nowhere (RFC 3834 s. 3.3)."""

    OWN = "own"
    TAGGED = "tagged"
    NULL = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPolicy:
    """What the decision must know about the mailbox a message came to.

    ``answerable_addresses`` are the watched addresses and their aliases: mail addressed to none of them was sent blind
    or through a list (RFC 5230 section 4.5). Empty: every message counts as addressed to us.
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
    tag_secret: bytes = field(repr=False)
