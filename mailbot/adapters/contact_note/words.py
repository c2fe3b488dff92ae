"""Words and lines of a text, each with where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.contact_note import Finding
from mailbot.core.message import Span

MOST_TEXT = 30_000
"""Characters of a text that are looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the space around it; ``start``: where it begins in the text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def finding(self, start: int = 0, end: int | None = None) -> Finding:
        """A part of the line as what was found."""
        part = self.text[start:end]
        return Finding(" ".join(part.split()), (Span(self.start + start, self.start + start + len(part)),))


def lines_of(text: str, first: int = 0) -> list[Line]:
    """Every line from offset ``first`` on; an empty one has no text."""
    found, start = list[Line](), first
    for raw in text[first:MOST_TEXT].split("\n"):
        bare = raw.strip(" \t\r*_>|")
        found.append(Line(bare, start + raw.find(bare) if bare else start))
        start += len(raw) + 1
    return found


@lru_cache(maxsize=64)
def pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these phrases as whole words, the longest first; apostrophes of both kinds are one."""
    said = (
        r"\s{1,4}".join(re.escape(word).replace("'", "['’]") for word in phrase.split())
        for phrase in sorted(phrases, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)", re.IGNORECASE)


def last_end(phrases: tuple[str, ...], text: str) -> int:
    """Where the last of these phrases ends in a text, or -1."""
    return max((found.end() for found in pattern(phrases).finditer(text)), default=-1)


_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|no|nos|rd|ave|cllr|rev|prof|e\.g|i\.e|etc|approx|tel|ref|ext)|\b[a-z])$", re.IGNORECASE
)
_ENDS = re.compile(r"[.!?]+[\"'”’)]*(?=\s|$)|\n\s*\n")


def sentences(text: str, first: int) -> Iterator[Line]:
    """The sentences of a text from offset ``first`` on, each with its mark; an empty line ends one, too."""
    start = first
    for end in _ENDS.finditer(text, first, MOST_TEXT):
        if end.group().startswith(".") and _ABBREVIATED.search(text, start, end.start()):
            continue
        yield from _sentence(text, start, end.end())
        start = end.end()
    yield from _sentence(text, start, min(len(text), MOST_TEXT))


def _sentence(text: str, start: int, end: int) -> Iterator[Line]:
    bare = text[start:end].strip()
    if bare:
        yield Line(bare, start + text[start:end].find(bare))
