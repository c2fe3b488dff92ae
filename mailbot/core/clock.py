"""Clocks: from a rule, a calendar and a moment to a due date, its derivation, and the moments somebody is told.

A clock in working or calendar days starts on the day after receipt (FOIA s.10(1): "following the date of receipt") unless
its rule counts the first day; one in calendar months runs to the corresponding day (ICO on UK GDPR art. 12(3)).
Days waited are left out from the day of asking to the day of the answer, both included (FOIA s.10(2); UK GDPR
art. 12A(5)). ``due_at`` is the last second of the due day, local time. Everything here is a value: a clock is never
changed, a new one is computed. What cannot be done to a clock (an extension its rule does not know) is a ValueError.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from mailbot.core.calendar import ONE_DAY, Derivation, ShutNotice, Skipped, WorkingCalendar
from mailbot.core.case import ClockKind
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, ReceiptRule, Unit
from mailbot.core.counting import Pause, due_on, span

OWED = frozenset({ClockKind.RESPONSE, ClockKind.CONCLUSION, ClockKind.REVIEW})
"""The roles of clocks that run while the customer is owed an answer."""

EARLIEST_YEAR = 2000
AHEAD = timedelta(hours=1)
_WHEN_IT_ARRIVES = frozenset({ClockStart.RECEIPT, ClockStart.CLARIFICATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedClock:
    """A clock and its date: what it was computed from, the local due date and the last second of that day in UTC.

    ``received_on`` is the local day of the event, ``counted_from`` the day 0 of the count (later only if a receipt on
    a closed day counts as received on the next working day). ``paused_on`` is set while the clock stands still: the
    date is then the one without the days that are still being waited.
    """

    rule: ClockRule
    calendar: WorkingCalendar
    started_at: datetime
    receipt: ReceiptRule
    received_on: date
    counted_from: date
    due_on: date
    due_at: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: int = 0
    paused_on: date | None = None

    @property
    def kind(self) -> ClockKind:
        return self.rule.kind

    @property
    def statutory(self) -> bool:
        return self.rule.statutory

    @property
    def first_day(self) -> date:
        """The first day that can count."""
        first = self.counted_from if self.rule.counts_first_day else self.counted_from + ONE_DAY
        return self.calendar.working_day_from(first) if self.rule.unit is Unit.WORKING_DAYS else first

    @property
    def derivation(self) -> Derivation:
        """The due date with every day that was left out, and why."""
        return Derivation(self.due_on, tuple(self._skipped()))

    @property
    def is_known(self) -> bool:
        """Whether the calendar knows the closed days of the whole span; otherwise the date is a guess."""
        return self.calendar.knows(self.received_on) and self.calendar.knows(self.due_on)

    @property
    def other_reading(self) -> tuple[ReceiptRule, date] | None:
        """The due date by the other rule about receipt on a closed day, where it differs."""
        other = ReceiptRule.CODE if self.receipt is ReceiptRule.ACT else ReceiptRule.ACT
        found = _compute(self.rule, self.calendar, self.started_at, other, self.pauses, self.extensions).due_on
        return None if found == self.due_on else (other, found)

    @property
    def length(self) -> str:
        """How long, in words: ``20 working days``, with its extension if it has one."""
        extension, words = self.rule.extension, span(self.rule.amount, self.rule.unit)
        if not self.extensions or extension is None:
            return words
        if extension.total:
            return f"{words}, extended to {span(extension.amount, extension.unit)} in all"
        return f"{words}, extended by {span(extension.amount * self.extensions, extension.unit)}"

    @property
    def why(self) -> str:
        """The derivation in words, for the history and for ``explain``."""
        skipped = ", ".join(f"{day.on:%d %b} {day.why}" for day in self.derivation.skipped)
        passed_over = f"; not counted: {skipped}" if skipped else ""
        return f"{self.length} ({self.rule.calendar}; {self.rule.authority}){passed_over}"

    def _skipped(self) -> Iterator[Skipped]:
        first = self.counted_from if self.rule.counts_first_day else self.counted_from + ONE_DAY
        unrolled = due_on(replace(self.rule, rolls=False), self.calendar, self.counted_from, self.pauses, self.extensions)
        for number in range((self.due_on - first).days + 1):
            day = first + ONE_DAY * number
            closed = self.calendar.why_closed(day) if self.rule.unit is Unit.WORKING_DAYS or day >= unrolled else None
            if closed is not None:
                yield Skipped(day, closed)
            elif any(pause.from_on <= day <= pause.until_on for pause in self.pauses):
                yield Skipped(day, "the clock stood still, waiting for an answer")


class Dated(Protocol):
    """Anything with a role, a date and a standing in law: a computed clock, or one about to be started."""

    @property
    def kind(self) -> ClockKind: ...

    @property
    def statutory(self) -> bool: ...

    @property
    def due_at(self) -> datetime: ...


D = TypeVar("D", bound=Dated)


def binding(clocks: Iterable[D]) -> tuple[D, ...]:
    """The clock that binds in each role, of the clocks of one case: a statutory one before a pack's own, then the earliest."""
    found = dict[ClockKind, D]()
    for clock in sorted(clocks, key=lambda clock: (not clock.statutory, clock.due_at)):
        found.setdefault(clock.kind, clock)
    return tuple(found.values())


class ReceiptDoubt(StrEnum):
    """Why a date of receipt cannot be right."""

    IN_THE_FUTURE = "received_in_the_future"
    TOO_LONG_AGO = "received_before_2000"


def doubt_receipt(received_at: datetime, now: datetime) -> ReceiptDoubt | None:
    """Why ``received_at`` cannot be a moment of receipt, or None. A server's clock may be an hour ahead of ours."""
    if received_at > now + AHEAD:
        return ReceiptDoubt.IN_THE_FUTURE
    return ReceiptDoubt.TOO_LONG_AGO if received_at.year < EARLIEST_YEAR else None


def compute(
    rule: ClockRule, calendar: WorkingCalendar, started_at: datetime, receipt: ReceiptRule = ReceiptRule.ACT
) -> ComputedClock:
    """The due date of ``rule`` for something received, or otherwise begun, at ``started_at`` (aware)."""
    return _compute(rule, calendar, started_at, receipt, (), 0)


class Counted(Protocol):
    """What a clock that runs is counted from, wherever it is kept: ``core.case.RunningClock`` says what each means."""

    @property
    def counts_from(self) -> datetime: ...

    @property
    def pauses(self) -> tuple[tuple[date, date], ...]: ...

    @property
    def paused_on(self) -> date | None: ...

    @property
    def extensions(self) -> int: ...


def restored(
    rule: ClockRule, calendar: WorkingCalendar, running: Counted, receipt: ReceiptRule = ReceiptRule.ACT
) -> ComputedClock:
    """A clock that runs, computed anew from what is known of it."""
    pauses = tuple(Pause(from_on=first, until_on=last) for first, last in running.pauses)
    found = _compute(rule, calendar, running.counts_from, receipt, pauses, running.extensions)
    return replace(found, paused_on=running.paused_on)


def recount(clock: ComputedClock, calendar: WorkingCalendar) -> ComputedClock:
    """The same clock by a changed calendar: a holiday more never makes its date earlier."""
    return _counted_again(replace(clock, calendar=calendar))


def extend(clock: ComputedClock) -> ComputedClock:
    """The clock with one extension more. Its date is never earlier than before.

    Raises ValueError if its rule knows no extension, or it has had them all.
    """
    extension = clock.rule.extension
    if extension is None:
        raise ValueError(f"the clock '{clock.rule.name}' cannot be extended: {clock.rule.authority} knows no extension")
    if clock.extensions >= extension.at_most:
        times = "once" if extension.at_most == 1 else f"{extension.at_most} times"
        raise ValueError(f"the clock '{clock.rule.name}' can be extended {times} at most: {extension.source}")
    return _counted_again(replace(clock, extensions=clock.extensions + 1))


def reset(clock: ComputedClock, at: datetime) -> ComputedClock:
    """The clock begun anew at ``at``, as if that had been the receipt (FOIA s.10(6)). Raises ValueError before its start."""
    if at < clock.started_at:
        raise ValueError(f"the clock '{clock.rule.name}' cannot begin anew before it began")
    return compute(clock.rule, clock.calendar, at, clock.receipt)


def pause(clock: ComputedClock, at: datetime) -> ComputedClock:
    """The clock, standing still from the day of ``at``. Raises ValueError outside its time, or if it stands still already."""
    day = clock.calendar.local_date(at)
    if clock.paused_on is not None:
        raise ValueError(f"the clock '{clock.rule.name}' stands still already, since {clock.paused_on}")
    if not clock.received_on <= day <= clock.due_on:
        raise ValueError(f"the clock '{clock.rule.name}' runs from {clock.received_on} to {clock.due_on}: not paused on {day}")
    return replace(clock, paused_on=day)


def resume(clock: ComputedClock, at: datetime) -> ComputedClock:
    """The clock running again after the day of ``at``; the days it stood still move its date.

    Raises ValueError if it was not paused, or was paused later than that.
    """
    day = clock.calendar.local_date(at)
    if clock.paused_on is None or day < clock.paused_on:
        raise ValueError(f"the clock '{clock.rule.name}' cannot go on on {day}: it did not stand still")
    not_yet_counted = clock.pauses[-1].until_on + ONE_DAY if clock.pauses else clock.first_day
    waited = Pause(from_on=max(clock.paused_on, not_yet_counted), until_on=day)
    pauses = (*clock.pauses, waited) if waited.from_on <= day else clock.pauses
    return _counted_again(replace(clock, paused_on=None, pauses=pauses))


def asked(clock: ComputedClock, event: ClockEvent, at: datetime) -> ComputedClock:
    """What asking the customer does to the clock: it stands still if the answer lets it go on or begins it anew.

    Where the law counts from the answer, nothing is owed before that has come (FOIA s.1(3), s.10(6)).
    """
    return pause(clock, at) if event in (*clock.rule.pauses_on, *clock.rule.resets_on) else clock


def answered(clock: ComputedClock, event: ClockEvent, at: datetime) -> ComputedClock:
    """What the customer's answer does to the clock: it begins anew, goes on, or takes no notice."""
    if event in clock.rule.resets_on:
        return reset(clock, at)
    return resume(clock, at) if event in clock.rule.pauses_on else clock


def next_repeat(clock: ComputedClock, told_at: datetime) -> ComputedClock:
    """The next date of a repeating clock once the customer was told at ``told_at``. Raises ValueError for one that does not."""
    if not clock.rule.repeats:
        raise ValueError(f"the clock '{clock.rule.name}' does not repeat")
    return compute(clock.rule, clock.calendar, told_at)


def shut_on(clock: ComputedClock) -> ShutNotice | None:
    """Whether the organisation's own shut days, which no clock leaves out, cover the date: then answer before them."""
    return clock.calendar.shut_notice(clock.due_on)


def _counted_again(clock: ComputedClock) -> ComputedClock:
    found = _compute(clock.rule, clock.calendar, clock.started_at, clock.receipt, clock.pauses, clock.extensions)
    return replace(found, paused_on=clock.paused_on)


def _compute(
    rule: ClockRule,
    calendar: WorkingCalendar,
    started_at: datetime,
    receipt: ReceiptRule,
    pauses: tuple[Pause, ...],
    extensions: int,
) -> ComputedClock:
    received_on = calendar.local_date(started_at)
    by_code = receipt is ReceiptRule.CODE and rule.unit is Unit.WORKING_DAYS and rule.starts_on in _WHEN_IT_ARRIVES
    counted_from = calendar.working_day_from(received_on) if by_code else received_on
    last = due_on(rule, calendar, counted_from, pauses, extensions)
    return ComputedClock(
        rule=rule,
        calendar=calendar,
        started_at=started_at,
        receipt=receipt,
        received_on=received_on,
        counted_from=counted_from,
        due_on=last,
        due_at=calendar.end_of(last).astimezone(UTC),
        pauses=pauses,
        extensions=extensions,
    )
