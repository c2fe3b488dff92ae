"""A language that letters are written in: its dates, and what it calls things that a pack has a word for.

No locale of the machine takes part: a letter reads the same on every one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

ENGLISH_CODE = "en"
OURS = frozenset({"class_words", "privacy_notice", "signatory"})
"""The values whose words come from a pack. Nothing that a person wrote is ever put into another language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """``code`` is the two letters of ISO 639-1. ``words``: the pack's English words, each with what this language says.

    ``reference`` and ``on_behalf_of``: what stands on paper before a case's number, and before the organisation that signs.
    ``not_applicable``: how the part of a letter begins that does not apply, with its reason behind it.
    """

    code: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    reference: str = "Reference"
    on_behalf_of: str = "for and on behalf of"
    not_applicable: str = "Not applicable, because"

    def date(self, day: date) -> str:
        """A date with its weekday: ``Tuesday 22 December 2026``."""
        return f"{self.weekdays[day.weekday()]} {day.day} {self.months[day.month - 1]} {day.year}"

    def value(self, name: str, value: str | None) -> str | None:
        """The value of a letter's name as this language writes it."""
        if isinstance(value, LetterDate):
            return self.date(value.day)
        return self.words.get(value, value) if value and name in OURS else value


ENGLISH = Tongue(
    code=ENGLISH_CODE,
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
)


class LetterDate(str):
    """A date in English words that still knows its ``day``, so that a letter in another language can write it."""

    __slots__ = ("day",)
    day: date


def letter_date(day: date) -> LetterDate:
    """A date as letters show it, with its weekday."""
    words = LetterDate(ENGLISH.date(day))
    words.day = day
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """For whom a letter is written: by which pack, and in which language if the letter is there in it."""

    pack: str = ""
    tongue: Tongue = ENGLISH


PLAIN_MANNER = Manner()
