"""Whom an absence reply offers to turn to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.standard.absence.values import Absentee, ContactKind, Known, OfferedContact
from mailbot.core.standard.absence.words import AbsenceWords, any_of, says
from mailbot.core.standard.contact import ADDRESS, phones
from mailbot.core.standard.mail import Line
from mailbot.core.written_date import MONTHS

_EXTENSION = re.compile(
    r"\b(?:ext(?:ension|n)?\b\.?:?|x)\s*(\d{3,6})\b|\b(?:call|ring|phone|dial|on|tel)\s+(\d{4,6})\b(?!\d)", re.IGNORECASE
)
_PAGE = re.compile(
    r"\b(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov\.uk|nhs\.uk|org\.uk|co\.uk|gov\.je)\b(?:/\S*)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<!reference )(?<!case )(?<!charity )(?<!company )(?<!registration )\b(?:numbers?|no)\b:?(?:\s+is)?", re.IGNORECASE
)
_YOURS = re.compile(r"\byour (?:e-?mails?|calls?|messages?)\b", re.IGNORECASE)
_TEAM = re.compile(r"(?:[A-Z][\w&]+\s+){1,4}(?:Team|Desk|Office|Services?|Centre|Unit|Department)\b")
_NAME = re.compile(r"(?:[A-Z][a-z]+(?:[-'’][A-Z]?[a-z]+)*\s+){1,2}[A-Z][a-z]+(?:[-'’][A-Z]?[a-z]+)*")
_MONTHS = frozenset({*MONTHS, *(name[:3] for name in MONTHS)})
_LOOSE = re.compile(r"\s*\(\d{0,3}$")
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
_OWN_WITHIN = 60
_SAME_DIGITS = 9
"""Two numbers are the same whose last digits are, so many of them: +44 1632 and 01632."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRead:
    """Whom a reply offers; None for nobody. ``own``: it offers the absent person's own number or address.

    ``watched``: somebody else reads what arrives. ``unsure``: why what there is may be a contact, or may not.
    """

    offered: OfferedContact | None = None
    own: bool = False
    watched: bool = False
    unsure: str = ""


def read_contact(
    sentences: Sequence[str], signature: Sequence[Line], links: Iterable[str], absentee: Absentee, words: AbsenceWords
) -> ContactRead:
    """Whom the sentences of a reply offer. ``links``: addresses and numbers that stand behind its words."""
    reading = _Reading(absentee, words)
    found = [*reading.in_sentences(sentences), *reading.in_links(links)]
    ranked = sorted(found, key=lambda each: (list(ContactKind).index(each.kind), each.value.islower()))
    offered = ranked[0] if ranked else None
    unsure = "" if offered else reading.in_signature(signature) or reading.pointing(sentences)
    return ContactRead(
        offered=offered,
        own=reading.own,
        watched=any(says(any_of(words.misleading).sub(" ", each), words.watched) for each in sentences),
        unsure=unsure,
    )


def with_directory(offered: OfferedContact, known: Known | None) -> OfferedContact:
    """The contact, and whether the directory has it."""
    if known is None:
        return offered
    match offered.kind:
        case ContactKind.ADDRESS:
            there = offered.value in known.addresses
        case ContactKind.PHONE:
            there = any(_same(digits_of(offered.value), each) for each in known.phones)
        case ContactKind.NAME:
            there = offered.value.lower() in known.names
        case ContactKind.PAGE:
            there = False
    return OfferedContact(kind=offered.kind, value=offered.value, known=there)


def _number(written: str) -> str:
    """A number without the bracket of what stands beside it; empty for a date."""
    number = _LOOSE.sub("", written.strip())
    number = number.lstrip("(") if ")" not in number else number
    return "" if _DATE.fullmatch(number) else number


def _pages(sentence: str) -> Iterator[str]:
    for match in _PAGE.finditer(ADDRESS.sub(" ", sentence)):
        yield match[0].rstrip(".,;)")


def digits_of(number: str) -> str:
    """The digits of a number."""
    return "".join(each for each in number if each.isdigit())


class _Reading:
    def __init__(self, absentee: Absentee, words: AbsenceWords) -> None:
        self._absentee, self._words, self.own = absentee, words, False
        self._locals = frozenset(each.partition("@")[0] for each in absentee.addresses)

    def in_sentences(self, sentences: Sequence[str]) -> Iterator[OfferedContact]:
        offering = False
        for sentence in sentences:
            offering = says(sentence, self._words.offering) or (offering and len(sentence.split()) <= 8)  # a list below it
            yield from self._ways(sentence)
            yield from (OfferedContact(kind=ContactKind.PAGE, value=page) for page in _pages(sentence))
            if offering:
                yield from self._names(sentence)

    def _ways(self, sentence: str) -> Iterator[OfferedContact]:
        for match in ADDRESS.finditer(sentence):
            value = match[0].lower().strip("'")
            yield from self._unless_own(ContactKind.ADDRESS, value, about_me=self._is_about_me(sentence, match))
        said = _NUMBER.sub("tel", sentence)
        for match in phones(said):
            if number := _number(match[0]):
                yield from self._unless_own(ContactKind.PHONE, number, about_me=self._is_about_me(said, match))
        bare = ADDRESS.sub(" ", sentence)
        for match in _EXTENSION.finditer(bare):
            value = match[1] or match[2]
            yield from self._unless_own(ContactKind.PHONE, value, about_me=self._is_about_me(bare, match))

    def _is_about_me(self, sentence: str, match: re.Match[str]) -> bool:
        """ "Call me on" stands before it, and nobody else in between."""
        before = sentence[max(match.start() - _OWN_WITHIN, 0) : match.start()]
        own = any_of(self._words.own).search(before)
        return own is not None and not says(before[own.end() :], self._words.others) and not _NAME.search(before[own.end() :])

    def _unless_own(self, kind: ContactKind, value: str, *, about_me: bool) -> Iterator[OfferedContact]:
        if about_me or self._is_own(kind, value):
            self.own = True
        else:
            yield OfferedContact(kind=kind, value=value)

    def _is_own(self, kind: ContactKind, value: str) -> bool:
        if kind is ContactKind.ADDRESS:
            return value in self._absentee.addresses or value.partition("@")[0] in self._locals
        return any(_same(digits_of(value), each) for each in self._absentee.phones)

    def _names(self, sentence: str) -> Iterator[OfferedContact]:
        bare = _YOURS.sub(" ", ADDRESS.sub(" ", sentence))
        for match in (*_TEAM.finditer(bare), *_NAME.finditer(bare)):
            if self._is_another(match[0]) and self._is_offered(bare, match):
                yield OfferedContact(kind=ContactKind.NAME, value=" ".join(match[0].split()))
        for other in any_of(self._words.others).finditer(bare):
            if self._is_offered(bare, other):
                yield OfferedContact(kind=ContactKind.NAME, value=other[0].lower())

    def _is_offered(self, sentence: str, match: re.Match[str]) -> bool:
        offering = self._words.offering
        return says(sentence[: match.start()], offering) or says(sentence[match.end() :], offering)

    def _is_another(self, name: str) -> bool:
        """The name of somebody else, and not "Jan Merry Christmas"."""
        return name.lower() != self._absentee.name.lower() and _MONTHS.isdisjoint(name.split())

    def in_links(self, links: Iterable[str]) -> Iterator[OfferedContact]:
        for link in links:
            if address := ADDRESS.search(link):
                yield from self._unless_own(ContactKind.ADDRESS, address[0].lower(), about_me=False)
            elif link.startswith("tel:"):
                yield from self._unless_own(ContactKind.PHONE, link.removeprefix("tel:"), about_me=False)

    def pointing(self, sentences: Sequence[str]) -> str:
        """Why a sentence may offer somebody all the same."""
        for sentence in (any_of(self._words.misleading).sub(" ", each) for each in sentences):
            if says(sentence, self._words.pointing) and not says(sentence, self._words.own) and not self.own:
                return "it seems to name somebody, and it is not clear whom"
        return ""

    def in_signature(self, signature: Sequence[Line]) -> str:
        """Why what stands below the name may be a contact."""
        for line in signature:
            if any(not self._is_own(ContactKind.ADDRESS, each.lower()) for each in ADDRESS.findall(line.text)):
                return "an address stands in the signature, and it is not said whose it is"
            if any(phones(line.text)) and says(line.text, self._words.shared_lines):
                return "a number of the office stands in the signature"
        return ""


def _same(one: str, other: str) -> bool:
    return one == other or (len(one) >= _SAME_DIGITS and one[-_SAME_DIGITS:] == other[-_SAME_DIGITS:])
