"""Counting: from a clock rule, a calendar and a first day to the last day in time. ``core.clock`` says what it means."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from mailbot.core.calendar import ONE_DAY, WorkingCalendar
from mailbot.core.clock_rule import ClockRule, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Days that do not count because we waited for the customer, both included."""

    from_on: date
    until_on: date


def due_on(rule: ClockRule, calendar: WorkingCalendar, start_on: date, pauses: tuple[Pause, ...], extensions: int) -> date:
    """The last day in time: ``rule`` counted from ``start_on`` (day 0) without the pauses, with so many extensions."""
    found = _count(rule, calendar, start_on, pauses, (rule.amount, rule.unit))
    extension = rule.extension
    if extensions and extension is not None:
        more = extension.amount * (1 if extension.total else extensions)
        if extension.total:
            later = _count(rule, calendar, start_on, pauses, (more, extension.unit))
        elif extension.unit is rule.unit:
            later = _count(rule, calendar, start_on, pauses, (rule.amount + more, rule.unit))
        else:
            later = _after(calendar, found, more, extension.unit)
        found = max(found, later)
    return calendar.working_day_from(found) if rule.rolls else found


def _count(
    rule: ClockRule, calendar: WorkingCalendar, start_on: date, pauses: tuple[Pause, ...], length: tuple[int, Unit]
) -> date:
    """The last day of ``length``, counted from ``start_on`` without the days of the pauses."""
    amount, unit = length
    before = start_on - ONE_DAY if rule.counts_first_day else start_on
    if unit is Unit.WORKING_DAYS:
        waited = sum(calendar.working_days_between(pause.from_on - ONE_DAY, pause.until_on) for pause in pauses)
        return calendar.nth_working_day(before, amount + waited)
    days = sum((pause.until_on - pause.from_on).days + 1 for pause in pauses)
    if unit is Unit.CALENDAR_DAYS:
        return before + ONE_DAY * (amount + days)
    return _add_months(start_on, amount) - (start_on - before) + ONE_DAY * days


def _after(calendar: WorkingCalendar, day: date, amount: int, unit: Unit) -> date:
    if unit is Unit.WORKING_DAYS:
        return calendar.nth_working_day(day, amount)
    return day + ONE_DAY * amount if unit is Unit.CALENDAR_DAYS else _add_months(day, amount)


def _add_months(day: date, months: int) -> date:
    """The corresponding day of a later month, or that month's last day where it has none."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def span(amount: int, unit: Unit) -> str:
    """A length of time in words: ``20 working days``."""
    words = unit.value.replace("_", " ")
    return f"{amount} {words.removesuffix('s') if amount == 1 else words}"
