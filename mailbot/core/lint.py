"""Lint: what in a text would annoy, mislead or tire its reader, and what to write instead (F19, J19, G3).

For letters before they are used, and for what staff have drafted. The wordings are data; see ``rules/phrases/wording.toml``.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise

from mailbot.core.letter import Audience, Content
from mailbot.core.readability import reading_age, sentences
from mailbot.core.text import clean_line
from mailbot.core.wording import WORD, Phrases, Rule, Wording
from mailbot.core.written_date import written_dates

MOST_TEXT = 200_000
"""Characters that are looked at; more is a finding of its own."""

MOST_OF_A_KIND = 100
_SHOWN = 60
_SHOUTED = 7
"""So many capitals in a row are no abbreviation any more."""

_EXCLAIMED = re.compile("!+")
_BETWEEN_CAPITALS = re.compile(r"[ \t,]*\n?[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """By what it is known that a letter says something: one of these values, or one of these phrases, stands in it."""

    instead: str
    clause: str
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRules:
    """What a text is held against.

    ``abbreviations`` need no explanation, ``numbers`` are words such as "ten". ``most_words``: in a sentence; ``oldest``: the
    reading age, in years. ``signs``: of what a letter may be bound to say; ``signs_in``: their words in
    languages other than English, by code. Only signs and the length of sentences hold for every language.
    """

    wordings: tuple[Wording, ...]
    abbreviations: frozenset[str]
    numbers: frozenset[str]
    most_words: int
    oldest: int
    signs: Mapping[Content, Sign] = field(default_factory=dict)
    signs_in: Mapping[str, Mapping[Content, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found. ``line`` counts from 1; 0 is the text as a whole. ``place``: the part of a letter, if it is one."""

    rule: Rule
    words: str
    instead: str
    clause: str = ""
    place: str = ""
    line: int = 0


def in_words(findings: Iterable[Finding], where: str) -> list[str]:
    """A line for each finding: where, what, the words, and what to write instead."""
    lines = list[str]()
    for one in findings:
        place = ":".join(filter(None, (where, one.place, str(one.line or ""))))
        clause = f" ({one.clause})" if one.clause else ""
        lines.append(f'{place}: {one.rule.value.replace("_", " ")}{clause}: "{one.words}": {one.instead}')
    return lines


def lint(text: str, rules: LintRules, audience: Audience = Audience.CUSTOMER) -> tuple[Finding, ...]:
    """What is wrong with a text as its reader gets it, in order of lines; at most 100 findings of a kind."""
    found = (*wording_findings(text, rules), *reading_findings(text, rules, audience))
    return tuple(sorted(found, key=lambda one: one.line))


def wording_findings(whole: str, rules: LintRules) -> Iterator[Finding]:
    """What is seen in the words alone, in a template as well: wordings, exclamation marks, capitals."""
    text, lines = whole[:MOST_TEXT], _Lines(whole[:MOST_TEXT])
    if len(whole) > MOST_TEXT:
        instead = f"shorten it: only the first {MOST_TEXT} characters are looked at"
        yield Finding(rule=Rule.TOO_LONG, words=f"{len(whole)} characters", instead=instead)
    for start, end, which in islice(_phrases(rules.wordings, rules.numbers).find(text), MOST_OF_A_KIND):
        found, words = rules.wordings[which], _shown(text[start:end])
        yield Finding(rule=found.rule, words=words, instead=found.instead, clause=found.clause, line=lines.at(start))
    for match in islice(_EXCLAIMED.finditer(text), MOST_OF_A_KIND):
        instead = "end the sentence with a full stop"
        yield Finding(rule=Rule.SHOUTING, words=_shown(match[0]), instead=instead, line=lines.at(match.start()))
    yield from islice(_capitals(text, rules.abbreviations, lines), MOST_OF_A_KIND)
    for date in islice((one for one in written_dates(text) if one.right_weekday), MOST_OF_A_KIND):
        instead = f"look at the calendar: that day is a {date.right_weekday}"
        yield Finding(rule=Rule.WRONG_WEEKDAY, words=date.words, instead=instead, clause="G3", line=lines.at(date.start))


@lru_cache(maxsize=2)
def _phrases(wordings: tuple[Wording, ...], numbers: frozenset[str]) -> Phrases:
    """Made once for many texts."""
    return Phrases((wording.words for wording in wordings), numbers)


def reading_findings(whole: str, rules: LintRules, audience: Audience) -> Iterator[Finding]:
    """Long sentences, and the reading age of what customers get: mails to staff are lines of commands."""
    text = whole[:MOST_TEXT]
    yield from long_sentences(whole, rules)
    age = reading_age(text) if audience is Audience.CUSTOMER else None
    if age is not None and age > rules.oldest:
        instead = f"write shorter words and shorter sentences, for readers of {rules.oldest}"
        yield Finding(rule=Rule.READING_AGE, words=f"it takes a reader of {age}", instead=instead)


def long_sentences(whole: str, rules: LintRules) -> Iterator[Finding]:
    """Sentences of too many words, in any language."""
    text, lines = whole[:MOST_TEXT], _Lines(whole[:MOST_TEXT])
    for one in islice((one for one in sentences(text) if one.words > rules.most_words), MOST_OF_A_KIND):
        instead = f"it has {one.words} words: write two sentences of {rules.most_words} words at most"
        yield Finding(rule=Rule.LONG_SENTENCE, words=_shown(one.text), instead=instead, line=lines.at(one.start))


def _capitals(text: str, known: frozenset[str], lines: "_Lines") -> Iterator[Finding]:
    """Words in capitals: shouting where they are long or stand together, otherwise abbreviations that nothing explains."""
    found = [match for match in WORD.finditer(text) if _is_capitals(match[0]) and match[0] not in known]
    together = {
        match.start()
        for pair in pairwise(found)
        if _BETWEEN_CAPITALS.fullmatch(text, pair[0].end(), pair[1].start())
        for match in pair
    }
    explained, told = {match[0] for match in found if _is_explained(text, match)}, set[str]()
    for match in found:
        word, at = match[0], lines.at(match.start())
        if word in told:
            continue
        told.add(word)
        if len(word) >= _SHOUTED or match.start() in together:
            yield Finding(rule=Rule.SHOUTING, words=_shown(word), instead="write it in small letters", line=at)
        elif word not in explained:
            instead = f"write a word in small letters, an abbreviation in full; if it comes again, put ({word}) behind it"
            yield Finding(rule=Rule.ABBREVIATION, words=word, instead=instead, line=at)


def _is_capitals(word: str) -> bool:
    return len(word) > 1 and word.isalpha() and word.isupper()


def _is_explained(text: str, match: re.Match[str]) -> bool:
    """The full words stand before it, "… (ABC)", or after it, "ABC (…)"."""
    before, after = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 2]
    return (before == "(" and after.startswith(")")) or after == " ("


def _shown(words: str) -> str:
    """On one line, and no longer than a line has room for."""
    line = clean_line(words[: 2 * _SHOWN])
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


class _Lines:
    """The lines of a text by place."""

    def __init__(self, text: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def at(self, place: int) -> int:
        """The number of the line, from 1."""
        return bisect_left(self._ends, place) + 1
