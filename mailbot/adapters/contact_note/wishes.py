"""How the writer would like to be answered, and what they ask for: only what they say."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mailbot.adapters.contact_note.words import Line, last_end, pattern, sentences
from mailbot.core.contact_note import ContactRules, Finding
from mailbot.core.message import Span

BEFORE = 40
MOST_ASKED, LONGEST_ASKED, LONGEST_ABOUT = 5, 300, 120
_CLAUSE = re.compile(r"[.!?;,]\s|\n|\b(?:but|so)\b")


def wish(text: str, wishes: Mapping[str, tuple[str, ...]], rules: ContactRules) -> Finding | None:
    """The first of these wishes that the writer has, by its name; one that they deny is none."""
    found = sorted((one.start(), one.end(), name) for name, words in wishes.items() for one in pattern(words).finditer(text))
    meant = (Finding(name, (Span(start, end),)) for start, end, name in found if not _denied(text, start, rules))
    return next(meant, None)


def _denied(text: str, start: int, rules: ContactRules) -> bool:
    said = text[max(0, start - BEFORE) : start]
    cut = max((one.end() for one in _CLAUSE.finditer(said)), default=0)
    return last_end(rules.never, said[cut:]) >= 0


def asked_for(text: str, first: int, end: int, rules: ContactRules) -> tuple[Finding, ...]:
    """The sentences between two offsets that ask for something."""
    return tuple(_asking(text[:end], first, rules))[:MOST_ASKED]


def _asking(text: str, first: int, rules: ContactRules) -> Iterator[Finding]:
    for said in sentences(text, first):
        asks = said.text.rstrip("\"'”’)").endswith("?") or pattern(rules.asks).search(said.text)
        if asks and not pattern(rules.asks_nothing).search(said.text):
            yield said.finding(0, LONGEST_ASKED)


def about(subject: str, base: str, text: str, first: int, rules: ContactRules) -> Finding | None:
    """What it is about: the subject without marks of replies (``base``: it so, in lower case), or else the first sentence."""
    at = subject.lower().rfind(base)
    if base and base.strip(" .!?") not in rules.empty_subjects:
        return Finding(subject[at:].strip() if at >= 0 else base, (Span(max(at, 0), len(subject)),))
    said = next(sentences(text, first), None)
    return said.finding(0, LONGEST_ABOUT) if said else None


_GREETING = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening|day)|to whom|morning|afternoon)\b[^.!?,\n]{0,60}[,.!]?",
    re.IGNORECASE,
)
_FEW_WORDS = 6


def greeting_of(lines: Sequence[Line]) -> Line | None:
    """Where somebody is greeted, if they are among the first lines: with a comma behind it, or in a few words."""
    for line in [line for line in lines if line.text][:16]:
        found = _GREETING.match(line.text)
        if found:
            few = len(found.group().split()) <= _FEW_WORDS
            return Line(found.group() if few else found.group().split()[0], line.start)
    return None
