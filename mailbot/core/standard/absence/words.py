"""Values: the words by which absence replies are read, and where they stand in a text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

_NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_BEFORE, _BEHIND, _BESIDE = 40, 15, 60
"""Characters that are looked at around the words for a reason."""

_CLAUSE = re.compile(r"[;:,(–]")
_LETTERS = re.compile(r"[^\W\d_]+")
_TIME = r"\d{1,2}(?:[:.]?\d\d)?\s*(?:am|pm|hrs|hours|noon|o'clock)?"
_BETWEEN = r"[\s-]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason for being away that is not given (J9). ``private``: its words are never shown or kept.
    ``short``: whoever is away for that is back on the same day.

    ``words`` are enough, ``likely`` ones behind one of ``beside`` in the same sentence; neither with one of ``unless`` close
    by. ``instead``: what to write.
    """

    name: str
    words: tuple[str, ...]
    instead: str
    private: bool = False
    short: bool = False
    likely: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    must_hit: tuple[str, ...] = ()
    must_not_hit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceWords:
    """How staff say that they are away; ``rules/phrases/absence.toml`` explains the fields. Lower case."""

    away: tuple[str, ...]
    back_again: tuple[str, ...]
    myself: tuple[str, ...]
    one_day: tuple[str, ...]
    left: tuple[str, ...]
    pattern: tuple[str, ...]
    unmonitored: tuple[str, ...]
    closed: tuple[str, ...]
    misleading: tuple[str, ...]
    over: tuple[str, ...]
    long: tuple[str, ...]
    open_ended: tuple[str, ...]
    vague: tuple[str, ...]
    watched: tuple[str, ...]
    returning: tuple[str, ...]
    answering: tuple[str, ...]
    deadline: tuple[str, ...]
    until: tuple[str, ...]
    last_day: tuple[str, ...]
    inclusive: tuple[str, ...]
    starting: tuple[str, ...]
    fillers: tuple[str, ...]
    elsewhere: tuple[str, ...]
    offering: tuple[str, ...]
    pointing: tuple[str, ...]
    own: tuple[str, ...]
    others: tuple[str, ...]
    postscript: tuple[str, ...]
    shared_lines: tuple[str, ...]
    reason: tuple[Reason, ...]


@lru_cache(maxsize=256)
def any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds one of these phrases, the longest at its place: ``*`` ends a word in any way, ``#`` is a number, ``@`` a time."""
    return re.compile(rf"(?<![\w'])(?:{_alternatives(words)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=8)
def vocabulary(words: AbsenceWords) -> frozenset[str]:
    """Every word of the phrases: together with the frequent words of English, half of any English reply."""
    lists = (getattr(words, each.name) for each in fields(words) if each.name != "reason")
    return frozenset(_LETTERS.findall(" ".join(phrase for phrases in lists for phrase in phrases)))


@lru_cache(maxsize=256)
def ending_with(words: tuple[str, ...], fillers: tuple[str, ...]) -> re.Pattern[str]:
    """Finds one of these phrases at the end of a text, with nothing but up to four of ``fillers`` behind it."""
    between = rf"(?:[\s,:(–-]+(?:{_alternatives(fillers)})){{0,4}}[\s,:(–-]*$"
    return re.compile(rf"(?<![\w'])(?:{_alternatives(words)})(?!\w){between}", re.IGNORECASE)


def says(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of these phrases stands in a text."""
    return any_of(words).search(text) is not None


def reason_in(sentence: str, reason: Reason) -> str:
    """The words by which a sentence gives a reason, or an empty string."""
    for match in any_of(reason.words).finditer(sentence):
        if not _is_lifted(sentence, match, reason):
            return match[0]
    for match in any_of(reason.likely).finditer(sentence) if reason.likely else ():
        before = sentence[max(match.start() - _BESIDE, 0) : match.start()]
        if says(before, reason.beside) and not _is_lifted(sentence, match, reason):
            return match[0]
    return ""


def _is_lifted(sentence: str, match: re.Match[str], reason: Reason) -> bool:
    """Words close by say that it is no reason: "if you are off sick"."""
    behind = _CLAUSE.split(sentence[match.end() : match.end() + _BEHIND])[0]
    return bool(reason.unless) and says(sentence[max(match.start() - _BEFORE, 0) : match.end()] + behind, reason.unless)


def failing_reasons(reasons: Iterable[Reason]) -> Iterator[str]:
    """A sentence for every example of a reason that does not come out as it says."""
    for reason in reasons:
        for text in reason.must_hit:
            if not reason_in(text, reason):
                yield f"reason '{reason.name}': must hit: \"{text}\": none of its words stands in it"
        for text in reason.must_not_hit:
            if words := reason_in(text, reason):
                yield f'reason \'{reason.name}\': must not hit: "{text}": "{words}" stands in it'


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(_as_pattern(each) for each in sorted(words, key=len, reverse=True))


def _as_pattern(phrase: str) -> str:
    parts = (re.escape(word) for word in phrase.replace("-", " ").split())
    joined = _BETWEEN.join(parts) or re.escape(phrase)
    return joined.replace(r"\*", r"\w*").replace(r"\#", _NUMBER).replace("@", _TIME)
