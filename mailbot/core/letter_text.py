"""A letter's text before it is filled in: names in curly brackets, and whole sentences that a condition chooses."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from mailbot.core.letter import Sentence

_OPENING = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_MARK = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")
_SENTENCE = re.compile(r"(\ ?)" + _MARK.pattern)
_BLANKS = re.compile(r"\n{3,}")
_SHOWN = 40
LONGEST_VALUE = 1000
"""In characters; no name and no link needs more."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a text: line and column count from 1, ``what`` says what to write instead."""

    line: int
    column: int
    what: str

    def moved(self, lines: int, columns: int = 0) -> "Mistake":
        """The same in a text that has so many lines before this one, and so many characters before its first line."""
        return Mistake(self.line + lines, self.column + columns, self.what)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}"


def names_in(text: str) -> tuple[str, ...]:
    """The names that a text uses, each once, in the order in which they stand there."""
    return tuple(dict.fromkeys(mark[1] for mark in _MARK.finditer(text)))


def mistakes(text: str, known: Container[str], names: frozenset[str]) -> Iterator[Mistake]:
    """Whatever is no text and no known name. ``names``: every name that exists, for one that only is not ``known`` here."""
    after = 0
    for opening in _OPENING.finditer(text):
        if opening.start() < after:
            continue
        mark = _MARK.match(text, opening.start())
        after = mark.end() if mark else opening.end()
        if mark is None:
            yield _mistake(text, opening.start(), _not_a_name(text, opening.start()))
        elif mark[1] not in known:
            yield _mistake(text, opening.start(), _unknown(mark[1], names))


def nearest(name: str, names: frozenset[str]) -> str:
    """A question for the name that was probably meant, or else what there is."""
    near = get_close_matches(name, sorted(names), n=1)
    return f"did you mean '{near[0]}'?" if near else f"known names: {', '.join(sorted(names))}"


def too_long(text: str, sentences: Mapping[str, Sentence], most: int) -> Mistake | None:
    """Where a text could be longer than ``most`` characters once everything is in its place.

    A text has no commands, so this bounds the time and the memory that any letter takes: nothing has to watch over it.
    """
    size = len(text)
    for mark in _MARK.finditer(text):
        size += _room(sentences.get(mark[1]))
        if size > most:
            what = f"with every name and sentence in its place the letter could be longer than {most} characters; use fewer"
            return _mistake(text, mark.start(), what)
    return None


def _room(sentence: Sentence | None) -> int:
    if sentence is None:
        return LONGEST_VALUE
    return max(len(text) + LONGEST_VALUE * len(_MARK.findall(text)) for text in (sentence.text, sentence.otherwise))


def with_sentences(text: str, sentences: Mapping[str, Sentence], holds: Container[str]) -> str:
    """A text with each sentence in its place, or without it; ``holds`` has the conditions that hold.

    A line with nothing left goes, and so does a blank line too many.
    """
    if not sentences:
        return text

    def put(mark: re.Match[str]) -> str:
        if mark[2] not in sentences:
            return mark[0]
        chosen = sentences[mark[2]].chosen(holds)
        return mark[1] + chosen if chosen else ""

    lines = [(line, _SENTENCE.sub(put, line)) for line in text.split("\n")]
    kept = [new if new == old else new.strip() for old, new in lines if new.strip() or not old.strip()]
    return _BLANKS.sub("\n\n", "\n".join(kept)).strip("\n")


def _mistake(text: str, place: int, what: str) -> Mistake:
    before = text[:place]
    return Mistake(before.count("\n") + 1, place - before.rfind("\n"), what)


def _not_a_name(text: str, place: int) -> str:
    mark, rest = text[place : place + 2], text[place + 2 :].split("\n", 1)[0]
    if mark == "{%":
        return "a letter has no commands; write the sentence under [sentences] in letter.toml, and its name here"
    if mark == "{#":
        return "a letter has no comments; write them into letter.toml"
    if mark != "{{":
        return f"'{mark}' closes nothing; write {{{{ before the name, or take it out"
    inside, closing, _ = rest.partition("}}")
    if not closing:
        return "'{{' is not closed; write }} behind the name"
    return f"'{inside.strip()[:_SHOWN]}' is more than a name; write a name alone, such as {{{{ reference }}}}"


def _unknown(name: str, names: frozenset[str]) -> str:
    if name in names:
        return f"'{name}' does not stand under variables in letter.toml; add it there"
    return f"there is no name '{name[:_SHOWN]}'; {nearest(name, names)}"
