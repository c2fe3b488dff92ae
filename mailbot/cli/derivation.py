"""A date and how it came about, in words for people and as a value for programs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from mailbot.core.calendar import ONE_DAY, Skipped
from mailbot.core.clock import ComputedClock, binding, shut_on
from mailbot.core.clock_rule import ClockRule, ReceiptRule, Unit

_READINGS = {
    ReceiptRule.ACT: "if received on the closed day itself, as the statutes say",
    ReceiptRule.CODE: "if received on the next working day, as the Code of Practice under s.45 FOIA says",
}


def as_json(clock: ComputedClock) -> dict[str, Any]:
    """The value that programs read; ``law`` is the pack's clause where no law sets the clock."""
    return {
        "name": clock.rule.name,
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "law": clock.rule.authority,
        "skipped": [{"on": day.on, "why": day.why} for day in clock.derivation.skipped],
    }


def as_text(clocks: Sequence[ComputedClock], later: Iterable[ClockRule]) -> Iterator[str]:
    """Lines for people: each clock, then those that something later starts."""
    bound = binding(clocks)
    for clock in clocks:
        yield from _clock(clock, binds=clock in bound)
    for rule in later:
        yield f"{rule.name}: starts with the {rule.starts_on.value.replace('_', ' ')} ({rule.authority})"
    if not clocks:
        yield "no clock: nobody waits for an answer to this"


def _clock(clock: ComputedClock, *, binds: bool) -> Iterator[str]:
    rule = clock.rule
    title = f" ({rule.title})" if rule.title not in ("", rule.name) else ""
    yield f"{rule.name}{title}: due {_day(clock.due_on)}, until midnight {clock.calendar.zone.key}"
    if not binds:
        yield "  outranked    another clock for the same binds: the law's before the pack's, then the earlier"
    yield f"  {'law ' if rule.statutory else 'rule'}         {rule.authority}"
    yield f"  from         {_day(clock.received_on)}{_moved(clock)}"
    yield f"  how long     {clock.length}, {_from_when(clock)}"
    yield from _not_counted(clock)
    if clock.other_reading:
        reading, day = clock.other_reading
        yield f"  or           {_day(day)}, {_READINGS[reading]}"
    if shut := shut_on(clock):
        yield f"  note         {shut}"
    yield ""


def _moved(clock: ComputedClock) -> str:
    return f", counted as {_day(clock.counted_from)}" if clock.counted_from != clock.received_on else ""


def _from_when(clock: ComputedClock) -> str:
    if clock.rule.unit is Unit.CALENDAR_MONTHS:
        return "to the corresponding day, or the last one of a shorter month"
    return f"calendar {clock.calendar.name}, the first on {_day(clock.first_day)}"


def _not_counted(clock: ComputedClock) -> Iterator[str]:
    skipped = clock.derivation.skipped
    weekend = [day.on for day in skipped if day.on.weekday() >= 5 and day.why == clock.calendar.why_closed(day.on)]
    if weekend:
        yield f"  not counted  weekends: {', '.join(_spans(weekend))}"
    yield from (f"  not counted  {_day(day.on)}: {day.why}" for day in _others(skipped, weekend))


def _others(skipped: Iterable[Skipped], weekend: Sequence[date]) -> Iterator[Skipped]:
    return (day for day in skipped if day.on not in weekend)


def _spans(days: Sequence[date]) -> Iterator[str]:
    """Days that follow one another, as one: ``28–29 Nov``."""
    for first in (day for day in days if day - ONE_DAY not in days):
        last = first
        while last + ONE_DAY in days:
            last += ONE_DAY
        same_month = first.month == last.month
        begins = f"{first.day}" if same_month else f"{first.day} {first:%b}"
        yield f"{first.day} {first:%b}" if first == last else f"{begins}–{last.day} {last:%b}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
