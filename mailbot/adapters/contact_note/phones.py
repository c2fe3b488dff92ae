"""The writer's own phone numbers: of the United Kingdom and the Crown dependencies, and those written with a country's code.

In doubt there is none: references, years, accounts and the numbers of others look much the same.
"""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatch, PhoneNumberMatcher

from mailbot.adapters.contact_note.words import MOST_TEXT, last_end
from mailbot.core.contact_note import ContactRules, Finding
from mailbot.core.message import Span

HOME = "GB"
CODE = 44
BEFORE = 90
MOST_PHONES = 3
MOST_LETTERS = 24
CLOSING = 400
_OWN = re.compile(r"(?:1\d{8,9}|2\d{9}|7[1-57-9]\d{8})$")
_BEGINS = re.compile(r"\+|0[1-9]|\(0|0044")
_BREAK = re.compile(r"[.!?;]\s|\n\s*\n|\n")
_LETTERS = re.compile(r"[^\W\d_]")


def phones(text: str, rules: ContactRules, ours: frozenset[str], closes_at: int) -> tuple[Finding, ...]:
    """The numbers at which the writer can be reached, as people write them, each once.

    ``ours``: numbers (E.164) of the organisation itself and its partners; ``closes_at``: where the writer signs.
    """
    found = dict[str, Finding]()
    for match in PhoneNumberMatcher(text[:MOST_TEXT], HOME, leniency=Leniency.POSSIBLE, max_tries=MOST_TEXT):
        key = in_full(match.number)
        if _is_phone(match) and key not in ours and _is_theirs(match, text, rules, closes_at):
            found.setdefault(key, Finding(_shown(match.number), (Span(match.start, match.end),)))
    return tuple(found.values())[:MOST_PHONES]


def known_numbers(written: Iterator[str]) -> frozenset[str]:
    """Phone numbers as a directory has them, in the form in which they are compared; what is none is left out."""
    known = set[str]()
    for one in written:
        try:
            known.add(in_full(phonenumbers.parse(one, HOME)))
        except phonenumbers.NumberParseException:
            continue
    return frozenset(known)


def in_full(number: PhoneNumber) -> str:
    """E.164: the form in which two numbers are compared."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _shown(number: PhoneNumber) -> str:
    form = PhoneNumberFormat.NATIONAL if number.country_code == CODE else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def _is_phone(match: PhoneNumberMatch) -> bool:
    """A national number with its nought, of a place or a mobile; a foreign one only in full, and of a plan that exists."""
    if not _BEGINS.match(match.raw_string):
        return False
    if match.number.country_code != CODE:
        return phonenumbers.is_valid_number(match.number)
    return _OWN.match(str(match.number.national_number)) is not None


def _is_theirs(match: PhoneNumberMatch, text: str, rules: ContactRules, closes_at: int) -> bool:
    """Whether what stands before a number, or that it stands alone or below the signature, makes it the writer's."""
    before = _before(text, match.start)
    mine, others, none = (last_end(words, before) for words in (rules.phone_mine, rules.phone_theirs, rules.not_a_phone))
    if max(others, none) >= 0 and mine <= max(others, none):
        return False
    if mine >= 0 or match.start > closes_at:
        return True
    first, end = text.rfind("\n", 0, match.start) + 1, text.find("\n", match.end)
    line = text[first : match.start] + text[match.end : end if end >= 0 else len(text)]
    return len(_LETTERS.findall(line)) <= MOST_LETTERS and len(text) - match.end < CLOSING


def _before(text: str, start: int) -> str:
    """What stands before a number in its sentence and line; the line above, where it begins its line."""
    said = text[max(0, start - BEFORE) : start]
    cut = max((found.end() for found in _BREAK.finditer(said.rstrip())), default=0)
    return said[cut:]
