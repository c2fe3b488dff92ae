"""Case references: ``HC-2611-0042-7``. Sayable on the phone, free of the class (it changes), with a check digit.

Prefix of the organisation, year and month of opening, running number, and a Damm check digit over all digits, which
catches every single wrong digit and every swap of neighbours (H. M. Damm, 2004).
"""

import re
from datetime import date
from functools import lru_cache

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def _check_digit(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def period_of(opened_on: date) -> str:
    """The year and month within which numbers run: ``2611`` for November 2026."""
    return f"{opened_on.year % 100:02}{opened_on.month:02}"


def make_reference(prefix: str, period: str, number: int) -> str:
    """The reference of the ``number``-th case of ``period`` (four digits, more when a month has more cases)."""
    running = f"{number:04}"
    return f"{prefix}-{period}-{running}-{_check_digit(period + running)}"


def find_references(prefix: str, text: str) -> tuple[str, ...]:
    """Every reference with this prefix and a right check digit in ``text``, in order, without repeats.

    Hyphens may be missing, doubled as spaces or typed as dashes, and letters may be of either case: people retype.
    """
    found = dict[str, None]()
    for period, running, check in _pattern(prefix).findall(text):
        if _check_digit(period + running) == int(check):
            found[f"{prefix}-{period}-{running}-{check}"] = None
    return tuple(found)


@lru_cache(maxsize=4)
def _pattern(prefix: str) -> re.Pattern[str]:
    gap = r"[\s\-\u2010-\u2015]?"
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(prefix)}{gap}(\d{{4}}){gap}(\d{{4,6}}){gap}(\d)(?!\d)", re.IGNORECASE)


MOST_PARTS, LEAST_LENGTH, MOST_LENGTH = 6, 4, 40
_LINE = 200
_PART = re.compile(r"\w+")


def pieces(line: str) -> frozenset[str]:
    """Every piece of a subject that could be another system's reference, such as ``FOI/2026/0815``.

    It has a digit, begins and ends with a letter or digit, and has up to six parts and 40 characters.
    """
    text = " ".join(line.split())[:_LINE]
    if not any(character.isdigit() for character in text):
        return frozenset()
    parts = [found.span() for found in _PART.finditer(text)]
    found = (text[first:last] for number, (first, _) in enumerate(parts) for _, last in parts[number : number + MOST_PARTS])
    return frozenset(
        piece for piece in found if LEAST_LENGTH <= len(piece) <= MOST_LENGTH and any(each.isdigit() for each in piece)
    )
