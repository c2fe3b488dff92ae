"""Dates as people write them into a text, and whether the weekday beside one is right."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH = rf"(?:{'|'.join(f'{name}|{name[:3]}' for name in MONTHS)})\b"
_DATE = re.compile(
    rf"\b(?:(?P<weekday>{'|'.join(WEEKDAYS)}),? (?:the )?)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})"
    rf"(?:,? (?P<year>\d{{4}})\b)?|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}(?P<mark>[/.])\d{1,2}(?P=mark)\d{2,4}\b"
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date in a text, ``start`` in characters. ``right_weekday``: the one to write where another one stands, or none."""

    start: int
    words: str
    right_weekday: str = ""


def written_dates(text: str) -> Iterator[WrittenDate]:
    """Every date of a text, in order: ``Friday 4 December 2026``, ``4th December``, ``4/12/2026``, ``2026-12-04``."""
    for match in _DATE.finditer(text):
        yield WrittenDate(match.start(), match[0], _right_weekday(match))


def _right_weekday(match: re.Match[str]) -> str:
    if not (match["weekday"] and match["year"]):
        return ""
    month = next(number for number, name in enumerate(MONTHS, start=1) if name[:3] == match["month"][:3])
    try:
        weekday = WEEKDAYS[date(int(match["year"]), month, int(match["day"])).weekday()]
    except ValueError:
        return ""
    return "" if weekday == match["weekday"] else weekday
