"""Days as people write them into an absence reply, counted from the day on which it was sent.

``Monday 5th January``, ``5/1/27``, ``2027-01-05``, ``the 4th``, ``Friday 4th``, ``Monday``, ``next week``, ``3 to 14 August``.
Numbers are in the British order. What names no day that exists is unreadable, and never read as another day.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailbot.core.standard.absence.day_forms import MEANINGS, MONTH, NUMBER, WEEKDAY, Meaning, Sent

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_TH = r"\s?(?:st|nd|rd|th)\b"
_YEAR = rf"(?:20\d\d\b|['’]\d\d\b|\d\d\b(?![:.]\d)(?!\s?(?:am|pm|days?|hours?)\b)(?!\s?{MONTH}))"
_TO = r"\s*(?:-|–|—|to|until|till|through|and|&)\s*"
_ON = rf"(?:(?:{WEEKDAY}),?\s+\(?)?(?:the\s+)?"
_PART = r"(?:early|mid|late|the\s+end\s+of|end\s+of|beginning\s+of|start\s+of)"
_FORMS = {
    "iso": r"\d{4}-\d\d?-\d\d?(?![\w-])",
    "numeric": rf"{_ON}\d{{1,2}}(?P<mark>[/.-])\d{{1,2}}(?P=mark)(?:\d{{4}}|\d{{2}})(?![\w/])(?!\.\d)",
    "slashed": rf"{_ON}\d{{1,2}}/\d{{1,2}}(?![\w/])(?!\.\d)",
    "day_month": rf"{_ON}\d{{1,2}}(?:{_TH})?(?:\s+of)?[\s-]*{MONTH}(?:[\s,-]+{_YEAR})?",
    "month_day": rf"{_ON}{MONTH}\s+(?:the\s+)?\d{{1,2}}(?:{_TH})?(?![\d:])(?:,?\s+20\d\d\b)?(?:\s?[-–]\s?{_DAY}\b)?",
    "borrowing": rf"{_ON}{_DAY}(?:{_TH})?(?={_TO}{_ON}{_DAY}(?:{_TH})?(?:\s+of)?\s+{MONTH})",
    "weekday_day": rf"{WEEKDAY},?\s+\(?(?:the\s+)?{_DAY}(?:{_TH}|\b(?![:.]\d)(?!\s?(?:am|pm)\b)(?!{_TO}\d))",
    "ordinal": rf"(?:the\s+)?{_DAY}{_TH}(?!\s+(?:floor|street|avenue|century|birthday|anniversary|edition|quarter|party))",
    "commencing": r"(?:w/?c|w/?b|(?:the\s+)?week\s+(?:commencing|beginning|of))(?=[\s:]+\w)",
    "next_week": rf"next\s+week\b(?!\s+(?:on\s+)?{WEEKDAY})",
    "week_on": rf"a\s+week\s+(?:today|tomorrow|(?:on\s+)?{WEEKDAY})|{WEEKDAY}\s+week\b",
    "weekday": rf"(?:(?:next|this|this\s+coming|coming)\s+)?{WEEKDAY}(?:\s+(?:of\s+)?next\s+week)?",
    "next_weekday": rf"next\s+week\s+(?:on\s+)?{WEEKDAY}",
    "relative": r"(?:today|tomorrow)\b",
    "month": rf"(?:{_PART}[\s-]+)?{MONTH}(?:\s+20\d\d\b)?",
}
_PATTERN = re.compile(rf"(?<![\w/@.£#+])(?:{'|'.join(f'(?P<{name}>{form})' for name, form in _FORMS.items())})", re.IGNORECASE)
_BEFORE_A_MONTH = re.compile(r"\b(?:in|until|till|til|from|to|since|through|during|end of)\s+$", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_AMBIGUOUS = frozenset({"sat", "sun", "wed", "mar", "may", "mon", "march"})
"""Words that are no day's or month's in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A day in a text, ``start`` to ``end`` in characters; ``first`` and ``last`` differ where it names a week or a month.

    ``first`` is None for what is no day that exists. ``sure``: its year was written, or its weekday tells it. ``fits``: the
    weekday beside it is its own. ``bare``: it is a weekday and no more.
    """

    start: int
    end: int
    first: date | None = None
    last: date | None = None
    sure: bool = False
    fits: bool = True
    bare: bool = False


def days_in(text: str, sent_on: date, *, far: bool = False) -> tuple[Days, ...]:
    """Every day of a text, in order. ``far``: a day without its year lies ahead (long absences), however far."""
    found = list[Days]()
    for match in reversed([each for each in _PATTERN.finditer(text) if _is_meant(each)]):
        after = found[-1] if found else None
        if match["borrowing"] and after and after.first:
            found.append(_borrowed(match, after, after.first))
        elif match["commencing"] and after and after.first:
            found[-1] = replace(after, start=match.start(), last=after.first + timedelta(days=4))
        elif not (match["borrowing"] or match["commencing"]):
            found += reversed(list(_read(match, Sent(sent_on, far))))
    return tuple(reversed(found))


def _is_meant(match: re.Match[str]) -> bool:
    """Not "may", "sat" and "24/7"; a month alone follows a word such as "in"."""
    said = _WORD.findall(match[0])
    if any(word in _AMBIGUOUS for word in said) or match[0] == "24/7":
        return False
    if match["month"]:
        return len(said) > 1 or bool(_BEFORE_A_MONTH.search(match.string, max(match.start() - 20, 0), match.start()))
    return True


def _read(match: re.Match[str], sent: Sent) -> Iterator[Days]:
    try:
        found = MEANINGS[match.lastgroup or ""](match[0], sent)
    except (ValueError, StopIteration, OverflowError):
        if match["slashed"]:
            return
        found = Meaning()
    read = Days(start=match.start(), end=match.end(), first=found.first, last=found.last, sure=found.sure, fits=found.fits)
    yield replace(read, bare=bool(match["weekday"]))
    numbers = NUMBER.findall(match[0])
    if match["month_day"] and found.first and len(numbers) > 1 and len(numbers[-1]) <= 2:  # "August 3-14"
        upto = _in_month_of(found.first, int(numbers[-1]))
        yield replace(read, start=match.end() - len(numbers[-1]), first=upto, last=upto)


def _borrowed(match: re.Match[str], after: Days, until: date) -> Days:
    """The day of "3 to 14 August" that has no month of its own."""
    number = int(NUMBER.findall(match[0])[0])
    day = _in_month_of(until if number <= until.day else until.replace(day=1) - timedelta(days=1), number)
    return Days(start=match.start(), end=match.end(), first=day, last=day, sure=after.sure)


def _in_month_of(day: date, number: int) -> date:
    return day.replace(day=min(number, monthrange(day.year, day.month)[1]))
