"""Days as people write them into an absence reply, counted from the day on which it was sent.

``Monday 5th January``, ``5/1/27``, ``2027-01-05``, ``the 4th``, ``Friday 4th``, ``Monday``, ``next week``, ``3 to 14 August``.
Numbers are in the British order. What names no day that exists is unreadable, and never read as another day.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailbot.core.written_date import MONTHS, WEEKDAYS

_FRIDAY = 4
_PAST_COUNTS = 2
"""A day without its year is the nearest one; one that is over counts as so many times as far away."""

_STALE = 120
"""So many days ago at most lies a day that its weekday tells; otherwise its writer took the wrong weekday."""

_PARTS = {"early": (1, 10), "beg": (1, 10), "sta": (1, 10), "mid": (10, 20), "late": (20, 31), "end": (25, 31), "the": (25, 31)}
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_MONTH = rf"(?:{'|'.join(MONTHS)}|{'|'.join(name[:3] for name in MONTHS)}|sept)\b\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_TH = r"\s?(?:st|nd|rd|th)\b"
_YEAR = r"(?:20\d\d\b|['’]\d\d\b|\d\d\b(?![:.]\d)(?!\s?(?:am|pm|days?|hours?)\b))"
_TO = r"\s*(?:-|–|—|to|until|till|through|and|&)\s*"
_ON = rf"(?:(?:{_WEEKDAY}),?\s+)?(?:the\s+)?"
_DAY_FORMS = {
    "iso": r"\d{4}-\d\d?-\d\d?(?![\w-])",
    "numeric": rf"{_ON}\d{{1,2}}(?P<mark>[/.-])\d{{1,2}}(?P=mark)(?:\d{{4}}|\d{{2}})(?![\w/])(?!\.\d)",
    "slashed": rf"{_ON}\d{{1,2}}/\d{{1,2}}(?![\w/])(?!\.\d)",
    "day_month": rf"{_ON}\d{{1,2}}(?:{_TH})?(?:\s+of)?[\s-]*{_MONTH}(?:[\s,-]+{_YEAR})?",
    "month_day": rf"{_ON}{_MONTH}\s+(?:the\s+)?\d{{1,2}}(?:{_TH})?(?![\d:])(?:,?\s+20\d\d\b)?(?:\s?[-–]\s?{_DAY}\b)?",
    "borrowing": rf"{_ON}{_DAY}(?:{_TH})?(?={_TO}{_ON}{_DAY}(?:{_TH})?(?:\s+of)?\s+{_MONTH})",
    "weekday_day": rf"{_WEEKDAY},?\s+(?:the\s+)?{_DAY}(?:{_TH}|\b(?![:.]\d)(?!\s?(?:am|pm)\b)(?!{_TO}\d))",
    "ordinal": rf"(?:the\s+)?{_DAY}{_TH}(?!\s+(?:floor|street|avenue|century|birthday|anniversary|edition|quarter|party))",
    "commencing": r"(?:w/?c|w/?b|(?:the\s+)?week\s+(?:commencing|beginning|of))(?=[\s:]+\w)",
    "next_week": rf"next\s+week\b(?!\s+(?:on\s+)?{_WEEKDAY})",
    "week_on": rf"a\s+week\s+(?:on\s+)?{_WEEKDAY}|{_WEEKDAY}\s+week\b",
    "weekday": rf"(?:(?:next|this|this\s+coming|coming)\s+)?{_WEEKDAY}(?:\s+(?:of\s+)?next\s+week)?",
    "next_weekday": rf"next\s+week\s+(?:on\s+)?{_WEEKDAY}",
    "relative": r"(?:today|tomorrow)\b",
    "month": rf"(?:(?:early|mid|late|the\s+end\s+of|end\s+of|beginning\s+of|start\s+of)[\s-]+)?{_MONTH}(?:\s+20\d\d\b)?",
}
_PATTERN = re.compile(
    rf"(?<![\w/@.£#+])(?:{'|'.join(f'(?P<{name}>{form})' for name, form in _DAY_FORMS.items())})", re.IGNORECASE
)
_WEEKDAY_AT, _MONTH_AT = re.compile(rf"\b{_WEEKDAY}", re.IGNORECASE), re.compile(rf"{_MONTH}", re.IGNORECASE)
_SHORT_WEEKDAYS, _SHORT_MONTHS = [name[:3] for name in WEEKDAYS], [name[:3] for name in MONTHS]
_NUMBERS = re.compile(r"\d+")
_BEFORE_A_MONTH = re.compile(r"\b(?:in|until|till|til|from|to|since|through|during|end of)\s+$", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_AMBIGUOUS = frozenset({"sat", "sun", "wed", "mar", "may", "mon", "march"})
"""Words that are no day's or month's in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A day in a text, ``start`` to ``end`` in characters; ``first`` and ``last`` differ where it names a week or a month.

    ``first`` is None for what is no day that exists. ``sure``: its year was written, or its weekday tells it.
    ``bare``: it is a weekday and no more.
    """

    start: int
    end: int
    first: date | None = None
    last: date | None = None
    sure: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class _Sent:
    """The message's own day; ``far``: what has no year lies ahead."""

    on: date
    far: bool


@dataclass(frozen=True, slots=True)
class _Found:
    first: date | None = None
    last: date | None = None
    sure: bool = False


def days_in(text: str, sent_on: date, *, far: bool = False) -> tuple[Days, ...]:
    """Every day of a text, in order. ``far``: a day without its year lies ahead (long absences), however far."""
    found, sent = list[Days](), _Sent(sent_on, far)
    for match in reversed([each for each in _PATTERN.finditer(text) if _is_meant(each)]):
        form, after = match.lastgroup or "", found[-1] if found else None
        if form in ("borrowing", "commencing"):
            if after is None or after.first is None:
                continue
            if form == "borrowing":
                found.append(_borrowed(match, after))
            else:
                found[-1] = replace(after, start=match.start(), last=after.first + timedelta(days=4))
            continue
        found += reversed(list(_read(match, form, sent)))
    return tuple(reversed(found))


def _is_meant(match: re.Match[str]) -> bool:
    """Not "may", "sat" and "24/7"; a month alone follows a word such as "in"."""
    said = _WORD.findall(match[0])
    if any(word in _AMBIGUOUS for word in said) or match[0] == "24/7":
        return False
    if match.lastgroup == "month":
        return len(said) > 1 or bool(_BEFORE_A_MONTH.search(match.string, max(match.start() - 20, 0), match.start()))
    return True


def _read(match: re.Match[str], form: str, sent: _Sent) -> Iterator[Days]:
    try:
        found = _READERS[form](match[0], sent)
    except ValueError:
        if form == "slashed":
            return
        found = _Found()
    yield Days(
        start=match.start(), end=match.end(), first=found.first, last=found.last, sure=found.sure, bare=form == "weekday"
    )
    numbers = _NUMBERS.findall(match[0])
    if form == "month_day" and found.first and len(numbers) > 1 and len(numbers[-1]) <= 2:  # "August 3-14"
        upto = found.first.replace(day=min(int(numbers[-1]), monthrange(found.first.year, found.first.month)[1]))
        end = match.end()
        yield Days(start=end - len(numbers[-1]), end=end, first=upto, last=upto, sure=found.sure)


def _borrowed(match: re.Match[str], after: Days) -> Days:
    """The day of "3 to 14 August" that has no month of its own."""
    number, until = int(_NUMBERS.findall(match[0])[0]), after.first or date.min
    month = until if number <= until.day else until.replace(day=1) - timedelta(days=1)
    day = month.replace(day=min(number, monthrange(month.year, month.month)[1]))
    return Days(start=match.start(), end=match.end(), first=day, last=day, sure=after.sure)


# The forms ------------------------------------------------------------------------------------------------------------


def _iso(said: str, _sent: _Sent) -> _Found:
    year, month, day = map(int, _NUMBERS.findall(said))
    return _one(date(year, month, day), sure=True)


def _numeric(said: str, _sent: _Sent) -> _Found:
    day, month, year = map(int, _NUMBERS.findall(said))
    return _on_its_weekday(date(year + 2000 if year < 100 else year, month, day), _weekday_in(said))


def _slashed(said: str, sent: _Sent) -> _Found:
    day, month = map(int, _NUMBERS.findall(said))
    return _of_some_year(day, month, _weekday_in(said), sent)


def _day_month(said: str, sent: _Sent) -> _Found:
    numbers = [int(each) for each in _NUMBERS.findall(said)]
    return _named(numbers, said, sent)


def _month_day(said: str, sent: _Sent) -> _Found:
    numbers = [int(each) for each in _NUMBERS.findall(said)]
    years = [each for each in numbers[1:] if each > 99]
    return _named([numbers[0], *years], said, sent)


def _named(numbers: list[int], said: str, sent: _Sent) -> _Found:
    month, weekday = _month_in(said), _weekday_in(said)
    if len(numbers) == 1:
        return _of_some_year(numbers[0], month, weekday, sent)
    year = numbers[1] if numbers[1] > 99 else numbers[1] + 2000
    return _on_its_weekday(date(year, month, numbers[0]), weekday)


def _weekday_day(said: str, sent: _Sent) -> _Found:
    number, weekday = int(_NUMBERS.findall(said)[0]), _weekday_in(said)
    fitting = [each for each in _monthly(number, sent.on, range(-2, 13)) if each.weekday() == weekday]
    return _one(_nearest(fitting, sent.on), sure=True)


def _ordinal(said: str, sent: _Sent) -> _Found:
    ahead = [each for each in _monthly(int(_NUMBERS.findall(said)[0]), sent.on, range(4)) if each >= sent.on]
    return _one(ahead[0])


def _next_week(_said: str, sent: _Sent) -> _Found:
    monday = _monday_of(sent.on) + timedelta(days=7)
    return _Found(monday, monday + timedelta(days=_FRIDAY), True)


def _week_on(said: str, sent: _Sent) -> _Found:
    return _one(_coming(_named_weekday(said), sent.on) + timedelta(days=7), sure=True)


def _weekday(said: str, sent: _Sent) -> _Found:
    """ "Monday" is the next one, "next Monday" and "Monday next week" the next week's, "this Monday" this week's."""
    weekday, lowered = _named_weekday(said), said.lower()
    if "next" in lowered:
        return _one(_monday_of(sent.on) + timedelta(days=7 + weekday), sure=True)
    if lowered.startswith("this") and _monday_of(sent.on) + timedelta(days=weekday) >= sent.on:
        return _one(_monday_of(sent.on) + timedelta(days=weekday), sure=True)
    return _one(_coming(weekday, sent.on), sure=True)


def _relative(said: str, sent: _Sent) -> _Found:
    return _one(sent.on + timedelta(days=said.lower() == "tomorrow"), sure=True)


def _month(said: str, sent: _Sent) -> _Found:
    number, years = _month_in(said), [int(each) for each in _NUMBERS.findall(said)]
    year = years[0] if years else sent.on.year + (number < sent.on.month)
    longest = monthrange(year, number)[1]
    part = next((_PARTS[each] for each in _PARTS if len(said.split()) > 1 and said.lower().startswith(each)), (1, 31))
    return _Found(date(year, number, part[0]), date(year, number, min(part[1], longest)), True)


_READERS: dict[str, Callable[[str, _Sent], _Found]] = {
    "iso": _iso,
    "numeric": _numeric,
    "slashed": _slashed,
    "day_month": _day_month,
    "month_day": _month_day,
    "weekday_day": _weekday_day,
    "ordinal": _ordinal,
    "next_week": _next_week,
    "week_on": _week_on,
    "weekday": _weekday,
    "next_weekday": _weekday,
    "relative": _relative,
    "month": _month,
}


# The calendar ---------------------------------------------------------------------------------------------------------


def _one(day: date, *, sure: bool = False) -> _Found:
    return _Found(day, day, sure)


def _on_its_weekday(day: date, weekday: int | None) -> _Found:
    return _Found() if weekday not in (None, day.weekday()) else _one(day, sure=True)


def _of_some_year(day: int, month: int, weekday: int | None, sent: _Sent) -> _Found:
    """Without its year: the nearest such day, or the one that has this weekday."""
    possible = list(_existing(day, ((year, month) for year in range(sent.on.year - 1, sent.on.year + 3))))
    recent = sent.on - timedelta(days=_STALE)
    fitting = [each for each in possible if weekday is None or (each.weekday() == weekday and each >= recent)]
    if possible and not fitting:
        return _Found()
    if sent.far:
        fitting = [each for each in fitting if each >= sent.on]
    return _one(_nearest(fitting, sent.on), sure=weekday is not None)


def _nearest(possible: Iterable[date], sent_on: date) -> date:
    """Raises ValueError where there is none."""
    return min(possible, key=lambda each: (each - sent_on).days if each >= sent_on else (sent_on - each).days * _PAST_COUNTS)


def _monthly(day: int, sent_on: date, months: range) -> Iterator[date]:
    ordinals = (sent_on.year * 12 + sent_on.month - 1 + each for each in months)
    yield from _existing(day, ((each // 12, each % 12 + 1) for each in ordinals))


def _existing(day: int, months: Iterable[tuple[int, int]]) -> Iterator[date]:
    for year, month in months:
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            yield date(year, month, day)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _coming(weekday: int, sent_on: date) -> date:
    """The next such weekday after the message's own."""
    return sent_on + timedelta(days=(weekday - sent_on.weekday() - 1) % 7 + 1)


def _weekday_in(said: str) -> int | None:
    match = _WEEKDAY_AT.search(said)
    return _SHORT_WEEKDAYS.index(match[0][:3].capitalize()) if match else None


def _named_weekday(said: str) -> int:
    """Raises ValueError where there is none."""
    weekday = _weekday_in(said)
    if weekday is None:
        raise ValueError
    return weekday


def _month_in(said: str) -> int:
    bare = _WEEKDAY_AT.sub(" ", said)
    match = _MONTH_AT.search(bare)
    return _SHORT_MONTHS.index(match[0][:3].capitalize()) + 1 if match else 0
