"""Phrases that a text should not use, and where they stand in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

NUMBER, ANY_ENDING = "#", "*"
KEY = 3
"""Phrases are looked up by so many letters of their first word."""

WORD = re.compile(r"[^\W_]+(?:['’‑-][^\W_]+)*")


class Rule(StrEnum):
    """What is wrong with a text. ``WORDED`` are those whose wordings stand in a file."""

    IRRITATING = "irritating"
    OFFICIALESE = "officialese"
    PROMISE = "promise"
    BLAME = "blame"
    NO_DATE = "no_date"
    ASKS_WHY = "asks_why"
    SHOUTING = "shouting"
    ABBREVIATION = "abbreviation"
    LONG_SENTENCE = "long_sentence"
    READING_AGE = "reading_age"
    MISSING = "missing"
    TOO_LONG = "too_long"
    FIXED_DATE = "fixed_date"
    WRONG_WEEKDAY = "wrong_weekday"
    SUBJECT = "subject"
    MARKUP = "markup"


WORDED = (Rule.IRRITATING, Rule.OFFICIALESE, Rule.PROMISE, Rule.BLAME, Rule.NO_DATE, Rule.ASKS_WHY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Phrases to avoid, in lower case, and what to write instead.

    ``#`` is a number, and ``*`` at the end of a word any ending. ``clause``: whose wish it is; empty: plain English.
    ``must_hit`` and ``must_not_hit`` are sentences in which a phrase must be found, or none.
    """

    rule: Rule
    words: tuple[str, ...]
    instead: str
    clause: str = ""
    must_hit: tuple[str, ...] = ()
    must_not_hit: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a phrase stands in a text, in characters, and the number of the list it is from."""

    start: int
    end: int
    which: int


class Phrases:
    """Lists of phrases, looked for together. ``numbers``: the words that are numbers."""

    def __init__(self, lists: Iterable[Sequence[str]], numbers: frozenset[str]) -> None:
        self._numbers = numbers
        self._by_start = dict[str, list[tuple[tuple[str, ...], int]]]()
        for which, phrases in enumerate(lists):
            for words in (tuple(phrase.split()) for phrase in phrases):
                self._by_start.setdefault(words[0][:KEY], []).append((words, which))

    def find(self, text: str) -> Iterator[Place]:
        """Where they stand, in order: the longest at each place, and none within another."""
        words, at = _words(text), 0
        while at < len(words):
            found = [
                (len(phrase), which) for phrase, which in self._beginning(words[at].text) if self._stands(phrase, words, at)
            ]
            length, which = max(found, default=(1, None))
            if which is not None:
                yield Place(words[at].start, words[at + length - 1].end, which)
            at += length

    def _beginning(self, word: str) -> Sequence[tuple[tuple[str, ...], int]]:
        numbered = self._by_start.get(NUMBER, ()) if self._is_number(word) else ()
        return (*self._by_start.get(word[:KEY], ()), *numbered)

    def _stands(self, phrase: Sequence[str], words: Sequence["_Word"], at: int) -> bool:
        there = words[at : at + len(phrase)]
        return (
            len(there) == len(phrase) and all(map(self._is, there, phrase)) and not any(word.begins_anew for word in there[1:])
        )

    def _is(self, word: "_Word", wanted: str) -> bool:
        if wanted == NUMBER:
            return self._is_number(word.text)
        return word.text.startswith(wanted[:-1]) if wanted.endswith(ANY_ENDING) else word.text == wanted

    def _is_number(self, word: str) -> bool:
        return word.isdecimal() or word in self._numbers


class _Word(NamedTuple):
    """A word in lower case. ``begins_anew``: more than a space and one line's end lies before it."""

    start: int
    end: int
    text: str
    begins_anew: bool


def _words(text: str) -> list[_Word]:
    found, last = list[_Word](), 0
    for match in WORD.finditer(text):
        gap = text[last : match.start()]
        said = match[0].lower().replace("’", "'").replace("‑", "-")
        found.append(_Word(match.start(), match.end(), said, not gap.isspace() or gap.count("\n") > 1))
        last = match.end()
    return found


def failing_wordings(wordings: Iterable[Wording], numbers: frozenset[str]) -> Iterator[str]:
    """A sentence for every example of a wording that does not come out as it says."""
    for wording in wordings:
        phrases = Phrases([wording.words], numbers)
        for text in wording.must_hit:
            if not any(phrases.find(text)):
                yield f'{wording.rule.value}: must hit: "{text}": none of {", ".join(wording.words)} stands in it'
        for text in wording.must_not_hit:
            for place in phrases.find(text):
                yield f'{wording.rule.value}: must not hit: "{text}": "{text[place.start : place.end]}" stands in it'
