"""Clocks: from a rule, a calendar and a moment to a due date, its derivation, and the moments somebody is told.

A clock given in working or calendar days starts on the day after receipt (FOIA s.10(1): "following the date of
receipt"); one in calendar months runs to the corresponding day (ICO on UK GDPR art. 12(3)) and, if that is no working
day, to the next one. ``due_at`` is the last second of the due day, local time.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mailbot.core.action import Deadline, Reason, StartClock
from mailbot.core.calendar import ONE_DAY, Derivation, Skipped, WorkingCalendar
from mailbot.core.policy import ClockRule, Unit

WARN, DUE = "warn", "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedClock:
    """What ``compute`` found: the local due date, the last second of that day in UTC, and which days did not count."""

    rule: ClockRule
    due_on: date
    due_at: datetime
    derivation: Derivation

    @property
    def why(self) -> str:
        """The derivation in words, for the history and for ``explain``."""
        unit = self.rule.unit.value.replace("_", " ")
        if self.rule.amount == 1:
            unit = unit.removesuffix("s")
        skipped = ", ".join(f"{day.on:%d %b} {day.why}" for day in self.derivation.skipped)
        passed_over = f"; not counted: {skipped}" if skipped else ""
        return f"{self.rule.amount} {unit} ({self.rule.calendar}; {self.rule.source}){passed_over}"


def compute(rule: ClockRule, calendar: WorkingCalendar, received_at: datetime) -> ComputedClock:
    """The due date of ``rule`` for something received at ``received_at`` (aware)."""
    derivation = _count(rule, calendar, calendar.local_date(received_at))
    due_at = calendar.end_of(derivation.due_on).astimezone(UTC)
    return ComputedClock(rule=rule, due_on=derivation.due_on, due_at=due_at, derivation=derivation)


def start(rule: ClockRule, calendar: WorkingCalendar, received_at: datetime, started_by: str) -> StartClock:
    """The action that starts the clock, with a deadline for the warning (if the rule asks for one) and for the date."""
    clock = compute(rule, calendar, received_at)
    deadlines = [Deadline(kind=DUE, due_at=clock.due_at + timedelta(seconds=1))]
    if rule.warn_before:
        warn_on = _working_days_before(calendar, clock.due_on, rule.warn_before)
        warn_at = calendar.next_opening(datetime.combine(warn_on, datetime.min.time(), tzinfo=calendar.zone))
        if received_at < warn_at:
            deadlines.insert(0, Deadline(kind=WARN, due_at=warn_at.astimezone(UTC)))
    return StartClock(
        name=rule.name,
        started_by=started_by,
        started_at=received_at,
        due_at=clock.due_at,
        why=clock.why,
        stopped_by=rule.stopped_by,
        deadlines=tuple(deadlines),
        reason=Reason(f"clock-{rule.name}", rule.source),
    )


def _count(rule: ClockRule, calendar: WorkingCalendar, received_on: date) -> Derivation:
    if rule.unit is Unit.WORKING_DAYS:
        return calendar.add_working_days(received_on, rule.amount)
    if rule.unit is Unit.CALENDAR_DAYS:
        return Derivation(received_on + ONE_DAY * rule.amount, ())
    return _next_working_day(calendar, _add_months(received_on, rule.amount))


def _add_months(day: date, months: int) -> date:
    """The corresponding day of a later month, or that month's last day where it has none."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def _next_working_day(calendar: WorkingCalendar, day: date) -> Derivation:
    skipped = list[Skipped]()
    while (why := calendar.why_closed(day)) is not None:
        skipped.append(Skipped(day, why))
        day += ONE_DAY
    return Derivation(day, tuple(skipped))


def _working_days_before(calendar: WorkingCalendar, day: date, days: int) -> date:
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_working_day(day)
    return day
