"""What each form in which people write a day means, counted from the day of the message."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.core.written_date import MONTHS, WEEKDAYS

WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
MONTH = rf"(?:{'|'.join(MONTHS)}|{'|'.join(name[:3] for name in MONTHS)}|sept)\b\.?"
NUMBER = re.compile(r"\d+")

_FRIDAY = 4
_PAST_COUNTS = 2
"""A day without its year is the nearest one; one that is over counts as so many times as far away."""

_BEHIND, _AHEAD = timedelta(days=120), timedelta(days=366)
"""So far off at most lies a day of which the weekday tells the year; otherwise its writer took the wrong weekday."""

_LONG_OVER = timedelta(days=60)
_PARTS = {"early": (1, 10), "beg": (1, 10), "sta": (1, 10), "mid": (10, 20), "late": (20, 31), "end": (25, 31), "the": (25, 31)}
_WEEKDAY_AT, _MONTH_AT = re.compile(rf"\b{WEEKDAY}", re.IGNORECASE), re.compile(MONTH, re.IGNORECASE)
_SHORT_WEEKDAYS, _SHORT_MONTHS = [name[:3] for name in WEEKDAYS], [name[:3] for name in MONTHS]


@dataclass(frozen=True, slots=True)
class Sent:
    """The message's own day; ``far``: what has no year lies ahead, however far."""

    on: date
    far: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """The days that a form means, None for a day that does not exist.

    ``sure``: its year is written, or told by its weekday. ``fits``: the weekday beside it is that day's.
    """

    first: date | None = None
    last: date | None = None
    sure: bool = False
    fits: bool = True


def _iso(said: str, _sent: Sent) -> Meaning:
    year, month, day = _numbers(said)
    return _one(date(year, month, day), sure=True)


def _numeric(said: str, sent: Sent) -> Meaning:
    """ "5/1/27" is 5 January. One that is long over is not read where the other order makes it a day soon."""
    day, month, year = _numbers(said)
    found = date(_whole(year), month, day)
    if day <= 12 and found < sent.on - _LONG_OVER and sent.on <= date(_whole(year), day, month) <= sent.on + _LONG_OVER:
        return Meaning()
    return _of_its_year(found, said)


def _slashed(said: str, sent: Sent) -> Meaning:
    day, month = _numbers(said)
    return _of_some_year(day, month, said, sent)


def _day_month(said: str, sent: Sent) -> Meaning:
    day, *year = _numbers(said)
    return (
        _of_its_year(date(_whole(year[0]), _month_in(said), day), said)
        if year
        else _of_some_year(day, _month_in(said), said, sent)
    )


def _month_day(said: str, sent: Sent) -> Meaning:
    day, *others = _numbers(said)
    year = [each for each in others if each > 99]  # "August 3-14" has no year
    return _of_its_year(date(year[0], _month_in(said), day), said) if year else _of_some_year(day, _month_in(said), said, sent)


def _weekday_day(said: str, sent: Sent) -> Meaning:
    """ "Friday 4th": the nearest month in which the fourth is a Friday."""
    weekday = weekday_in(said)
    return _one(_nearest((each for each in _monthly(said, sent, range(-2, 13)) if each.weekday() == weekday), sent), sure=True)


def _ordinal(said: str, sent: Sent) -> Meaning:
    """ "The 4th": the next one."""
    return _one(next(each for each in _monthly(said, sent, range(4)) if each >= sent.on))


def _next_week(_said: str, sent: Sent) -> Meaning:
    monday = _monday_of(sent) + timedelta(days=7)
    return Meaning(monday, monday + timedelta(days=_FRIDAY), True)


def _week_on(said: str, sent: Sent) -> Meaning:
    """ "Monday week", "a week on Monday", "a week today"."""
    weekday = weekday_in(said)
    day = sent.on + timedelta(days="tomorrow" in said.lower()) if weekday is None else _coming(weekday, sent)
    return _one(day + timedelta(days=7), sure=True)


def _weekday(said: str, sent: Sent) -> Meaning:
    """ "Monday" is the next one, "next Monday" and "Monday next week" the next week's, "this Monday" this week's."""
    weekday, lowered = weekday_in(said) or 0, said.lower()
    this = _monday_of(sent) + timedelta(days=weekday)
    if "next" in lowered:
        return _one(this + timedelta(days=7), sure=True)
    return _one(this if lowered.startswith("this") and this >= sent.on else _coming(weekday, sent), sure=True)


def _relative(said: str, sent: Sent) -> Meaning:
    return _one(sent.on + timedelta(days=said.lower() == "tomorrow"), sure=True)


def _month(said: str, sent: Sent) -> Meaning:
    """ "In September" is this year's or the next's: all of it, or "early", "mid", "late" a part."""
    number, years = _month_in(said), _numbers(said)
    year = years[0] if years else sent.on.year + (number < sent.on.month)
    part = next((_PARTS[each] for each in _PARTS if said.lower().startswith(each)), (1, 31))
    return Meaning(date(year, number, part[0]), date(year, number, min(part[1], monthrange(year, number)[1])), True)


MEANINGS: Mapping[str, Callable[[str, Sent], Meaning]] = {
    "iso": _iso,
    "numeric": _numeric,
    "slashed": _slashed,
    "day_month": _day_month,
    "month_day": _month_day,
    "weekday_day": _weekday_day,
    "ordinal": _ordinal,
    "next_week": _next_week,
    "next_weekday": _weekday,
    "week_on": _week_on,
    "weekday": _weekday,
    "relative": _relative,
    "month": _month,
}
"""By the name of a form: what a text in that form means. Raises ValueError, or StopIteration, for no day that exists."""


def weekday_in(said: str) -> int | None:
    """The weekday that stands in a form, Monday is 0."""
    match = _WEEKDAY_AT.search(said)
    return _SHORT_WEEKDAYS.index(match[0][:3].capitalize()) if match else None


def _month_in(said: str) -> int:
    match = _MONTH_AT.search(_WEEKDAY_AT.sub(" ", said))
    return _SHORT_MONTHS.index(match[0][:3].capitalize()) + 1 if match else 0


def _numbers(said: str) -> list[int]:
    return [int(each) for each in NUMBER.findall(said)]


def _whole(year: int) -> int:
    return year if year > 99 else year + 2000  # "27" is 2027


def _one(day: date, *, sure: bool = False) -> Meaning:
    return Meaning(day, day, sure)


def _of_its_year(day: date, said: str) -> Meaning:
    """With its year. One whose weekday is another's is no day: the slip may lie in the year as well."""
    return Meaning() if weekday_in(said) not in (None, day.weekday()) else _one(day, sure=True)


def _of_some_year(day: int, month: int, said: str, sent: Sent) -> Meaning:
    """Without its year: the nearest such day, or the one that has this weekday; where none has it soon, the number counts."""
    weekday = weekday_in(said)
    possible = list(_existing(day, ((year, month) for year in range(sent.on.year - 1, sent.on.year + 5))))
    wanted = [each for each in possible if each >= sent.on] if sent.far else possible
    soon = [each for each in wanted if sent.far or sent.on - _BEHIND <= each <= sent.on + _AHEAD]
    fitting = [each for each in soon if each.weekday() == weekday]
    if weekday is None or not fitting:
        found = _nearest(wanted, sent)
        return Meaning(found, found, fits=weekday is None) if weekday is None or found >= sent.on else Meaning()
    return _one(_nearest(fitting, sent), sure=True)


def _nearest(possible: Iterable[date], sent: Sent) -> date:
    """Raises ValueError where there is none."""
    return min(possible, key=lambda each: (each - sent.on).days * (1 if each >= sent.on else -_PAST_COUNTS))


def _monthly(said: str, sent: Sent, months: range) -> Iterator[date]:
    """The day of this number in each month, counted from the message's."""
    ordinals = (sent.on.year * 12 + sent.on.month - 1 + each for each in months)
    yield from _existing(_numbers(said)[0], ((each // 12, each % 12 + 1) for each in ordinals))


def _existing(day: int, months: Iterable[tuple[int, int]]) -> Iterator[date]:
    for year, month in months:
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            yield date(year, month, day)


def _monday_of(sent: Sent) -> date:
    return sent.on - timedelta(days=sent.on.weekday())


def _coming(weekday: int, sent: Sent) -> date:
    """The next such weekday after the message's own."""
    return sent.on + timedelta(days=(weekday - sent.on.weekday() - 1) % 7 + 1)
