"""How a text reads: its sentences, and the age from which they are read with ease."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

_END = re.compile(r"(?<=[.!?])[\"”’')\]]*\s+(?=[\"“‘'(]?[^\W_a-z])")
_CLOSED = re.compile(r"[.!?…][\"”’')\]]*$")
_OPEN_FROM, _FULL_FROM, _FULL_TO = 40, 60, 80
"""A line of so many characters may go on below; one that a mail program filled has so many."""

_PROSE = 8
_LEAST_WORDS = 30
_AGE_AT_GRADE_0, _GROWN_UP = 5, 18


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it begins in its text, in characters."""

    start: int
    text: str

    @property
    def words(self) -> int:
        """Whatever stands between spaces is a word."""
        return len(self.text.split())


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, in order. A line's end ends one, unless a mail program broke the line there (RFC 3676)."""
    start = 0
    for line in _unwrapped(text).split("\n"):
        at = 0
        for end in (*(match.end() for match in _END.finditer(line)), len(line)):
            if found := line[at:end].strip():
                yield Sentence(start + at + len(line[at:end]) - len(line[at:end].lstrip()), found)
            at = end
        start += len(line) + 1


def reading_age(text: str) -> int | None:
    """The age, in years, from which a text is read with ease, 18 at most; None for a text of fewer than 30 words.

    The Automated Readability Index: 4.71 letters per word + 0.5 words per sentence - 21.43 is the school grade, and grade 1
    begins at the age of six (Senter and Smith, AMRL-TR-66-220, 1967). It counts letters, not syllables, so that it needs no
    dictionary. Headings, labels, addresses and whatever has a digit are not counted.
    """
    prose = [one for one in sentences(text) if _CLOSED.search(one.text) or one.words >= _PROSE]
    words = [word for one in prose for word in one.text.split() if _is_plain(word)]
    if len(words) < _LEAST_WORDS:
        return None
    letters = sum(character.isalpha() for word in words for character in word)
    grade = 4.71 * letters / len(words) + 0.5 * len(words) / len(prose) - 21.43
    return min(max(ceil(grade), 0) + _AGE_AT_GRADE_0, _GROWN_UP)


def _is_plain(word: str) -> bool:
    """Neither a number nor a reference nor an address."""
    return any(map(str.isalpha, word)) and not any(map(str.isdigit, word)) and "@" not in word and "://" not in word


def _unwrapped(text: str) -> str:
    """The text, as long as it was, with a space in place of each line's end that only keeps lines short."""
    lines = text.split("\n")
    ends = (" " if _is_wrapped(line, following) else "\n" for line, following in pairwise(lines))
    return "".join(line + end for line, end in zip(lines, (*ends, ""), strict=True))


def _is_wrapped(line: str, following: str) -> bool:
    """Whether a line is long, leaves its sentence open, and the next one goes on with it.

    A capital might begin a new sentence: it is taken for a name's where the line above is full and has no label.
    """
    bare, first = line.rstrip(), following.lstrip()[:1]
    if len(bare) < _OPEN_FROM or bare[-1] in ".!?:;" or not first:
        return False
    return first.islower() or (first.isupper() and _FULL_FROM <= len(bare) <= _FULL_TO and ":" not in bare)
