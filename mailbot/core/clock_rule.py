"""Clock rules: what a law or a pack says about how long something may take. ``core.clock`` counts by them."""

from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.case import Channel, ClockKind, ClockStop


class Unit(StrEnum):
    """What an amount of time counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"


class ClockStart(StrEnum):
    """The event that starts a clock. ``conclusion`` and ``asking_letter`` are letters of ours that went."""

    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"
    CLARIFICATION = "clarification"
    ASSIGNMENT = "assignment"
    CONCLUSION = "conclusion"
    ASKING_LETTER = "asking_letter"
    CALL_BACK = "call_back"


class ClockEvent(StrEnum):
    """What we may wait for from a customer: asking pauses a clock, or the answer starts it anew, as the rule says."""

    CLARIFICATION = "clarification"
    IDENTITY = "identity"
    FEE = "fee"
    WAITING = "waiting"


class ReceiptRule(StrEnum):
    """On which day something is received that comes on a closed day.

    ``act``: on that day (the statutes; the earlier date). ``code``: on the next working day (Code of Practice under
    s.45 of the Freedom of Information Act 2000, July 2018). It concerns clocks that count working days, and no others.
    """

    ACT = "act"
    CODE = "code"


class ExtendedBy(StrEnum):
    """Who may extend a clock: a person with a reason, or the notice that tells of the delay. No notice moves a statute."""

    PERSON = "person"
    NOTICE = "notice"


class WhenPassed(StrEnum):
    """What happens when a date passes unmet."""

    ALERT = "alert"
    DELAY_NOTICE = "delay_notice"
    NOTICE = "notice"
    CLOSE = "close"
    START_DEPENDANTS = "start_dependants"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """By how much a clock may be extended, by whom, how often, and with which letter.

    ``total``: ``amount`` is counted in all, from the start (a limit such as forty working days); otherwise it is added to
    what the clock has. ``letter`` may be empty: the person who extends writes.
    """

    amount: int
    unit: Unit
    source: str
    total: bool = False
    by: ExtendedBy = ExtendedBy.PERSON
    letter: str = ""
    at_most: int = 1
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """How long something may take: ``amount`` units of ``calendar`` from ``starts_on``.

    ``name``: one word, unique for a class and channel in its pack. ``title``: what people call it.
    ``kind``: its role; of several clocks in one role one binds. ``classes``: the classes it applies to.
    ``channels``: the ways of contact it applies to; none named means every one.
    ``starts_on``: the event it runs from. ``amount``, ``unit``, ``calendar``: how long, counted in what, by whose days.
    ``counts_first_day``: the day it starts on is its first ("thirty days beginning when it is received").
    ``rolls``: a date that falls on a closed day moves to the next working day.
    ``pauses_on``: waiting for these leaves out the days waited; ``resets_on``: their answer starts it anew. It stands still
    while either is waited for.
    ``extension``: how it may be extended, if at all. ``stopped_by``: the events that end it.
    ``repeats``: begins again with each notice until something stops it.
    ``warn_before``: working days before the date at which staff are warned; 0 for never.
    ``notice_before``: working days before the date at which the notice of delay goes; only with ``delay_notice`` (J3).
    ``when_passed``: what happens then. ``promised``: a letter may state its date to a customer.
    ``law``: the statute or code that sets it; empty for a pack's own. ``source``: the clause, or where the law was read.
    """

    name: str
    kind: ClockKind
    classes: tuple[str, ...]
    starts_on: ClockStart
    amount: int
    unit: Unit
    calendar: str
    stopped_by: tuple[ClockStop, ...]
    source: str
    title: str = ""
    channels: tuple[Channel, ...] = ()
    counts_first_day: bool = False
    rolls: bool = False
    pauses_on: tuple[ClockEvent, ...] = ()
    resets_on: tuple[ClockEvent, ...] = ()
    extension: Extension | None = None
    repeats: bool = False
    warn_before: int = 0
    notice_before: int = 0
    when_passed: WhenPassed = WhenPassed.ALERT
    promised: bool = False
    law: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    @property
    def statutory(self) -> bool:
        """Whether a law or a code sets it: no pack changes it, and it outranks a pack's own."""
        return bool(self.law)

    @property
    def authority(self) -> str:
        """What it rests on: the law, or the clause of the pack."""
        return self.law or self.source

    @property
    def rough_days(self) -> float:
        return rough_days(self.amount, self.unit)

    def applies_to(self, channel: Channel) -> bool:
        return not self.channels or channel in self.channels


def rough_days(amount: int, unit: Unit) -> float:
    """A rough length in calendar days: enough to say which of two spans of time is the shorter."""
    return amount * {Unit.WORKING_DAYS: 1.4, Unit.CALENDAR_DAYS: 1.0, Unit.CALENDAR_MONTHS: 30.4}[unit]
