"""Whom an absence reply offers to turn to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.standard.absence.values import Absentee, ContactKind, Known, OfferedContact
from mailbot.core.standard.absence.words import AbsenceWords, any_of, says
from mailbot.core.standard.contact import ADDRESS, phones
from mailbot.core.standard.mail import Line

_EXTENSION = re.compile(
    r"\b(?:ext(?:ension|n)?\b\.?:?|x)\s?(\d{3,6})\b|\b(?:call|ring|phone|dial|on|tel)\s+(\d{4,6})\b(?!\d)", re.IGNORECASE
)
_PAGE = re.compile(
    r"\b(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov\.uk|nhs\.uk|org\.uk|co\.uk|gov\.je)\b(?:/\S*)?",
    re.IGNORECASE,
)
_YOURS = re.compile(r"\byour (?:e-?mails?|calls?|messages?)\b", re.IGNORECASE)
_NAME = re.compile(r"(?:[A-Z][a-z]+(?:[-'’][A-Z]?[a-z]+)*\s+){1,2}[A-Z][a-z]+(?:[-'’][A-Z]?[a-z]+)*")
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
    ranked = sorted(found, key=lambda each: list(ContactKind).index(each.kind))
    offered = ranked[0] if ranked else None
    unsure = "" if offered else reading.in_signature(signature)
    return ContactRead(
        offered=offered, own=reading.own, watched=any(says(each, words.watched) for each in sentences), unsure=unsure
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
            about_me = says(sentence, self._words.own) and not says(sentence, self._words.others)
            yield from self._ways(sentence, about_me=about_me)
            if offering and not about_me:
                yield from self._pages_and_names(sentence)

    def _ways(self, sentence: str, *, about_me: bool) -> Iterator[OfferedContact]:
        for address in ADDRESS.findall(sentence):
            yield from self._unless_own(ContactKind.ADDRESS, address.lower().strip("'"), about_me=about_me)
        for number in (match[0].strip() for match in phones(sentence)):
            yield from self._unless_own(ContactKind.PHONE, number, about_me=about_me)
        for match in _EXTENSION.finditer(ADDRESS.sub(" ", sentence)):
            yield from self._unless_own(ContactKind.PHONE, match[1] or match[2], about_me=about_me)

    def _unless_own(self, kind: ContactKind, value: str, *, about_me: bool) -> Iterator[OfferedContact]:
        if about_me or self._is_own(kind, value):
            self.own = True
        else:
            yield OfferedContact(kind=kind, value=value)

    def _is_own(self, kind: ContactKind, value: str) -> bool:
        if kind is ContactKind.ADDRESS:
            return value in self._absentee.addresses or value.partition("@")[0] in self._locals
        return any(_same(digits_of(value), each) for each in self._absentee.phones)

    def _pages_and_names(self, sentence: str) -> Iterator[OfferedContact]:
        bare = _YOURS.sub(" ", ADDRESS.sub(" ", sentence))
        for match in _PAGE.finditer(bare):
            yield OfferedContact(kind=ContactKind.PAGE, value=match[0].rstrip(".,;)"))
        for match in _NAME.finditer(bare):
            if match[0].lower() != self._absentee.name.lower() and says(bare[: match.start()], self._words.offering):
                yield OfferedContact(kind=ContactKind.NAME, value=" ".join(match[0].split()))
        for other in any_of(self._words.others).finditer(bare):
            if says(bare[: other.start()], self._words.offering) or says(bare[other.end() :], self._words.offering):
                yield OfferedContact(kind=ContactKind.NAME, value=other[0].lower())

    def in_links(self, links: Iterable[str]) -> Iterator[OfferedContact]:
        for link in links:
            if address := ADDRESS.search(link):
                yield from self._unless_own(ContactKind.ADDRESS, address[0].lower(), about_me=False)
            elif link.startswith("tel:"):
                yield from self._unless_own(ContactKind.PHONE, link.removeprefix("tel:"), about_me=False)

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
