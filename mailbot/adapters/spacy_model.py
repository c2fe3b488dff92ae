"""Finds what the rules of classes and flags ask for, their phrases with spaCy's PhraseMatcher. spaCy is imported only when a
finder is made.

Words are split here, not by spaCy's tokenizer, which is many times slower; phrases and texts are split alike. A word that
stands in no phrase never reaches spaCy, so that its vocabulary does not grow with the mail. Offsets always point into the
text as it was given. Lists of words cost a third of lists of matches, so where a word begins is found out afterwards.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.core.policy import ClassRules, Phrase
from mailbot.core.rule import Place, Places, Rule, RuleIndex
from mailbot.patterns import Pattern

MAX_CHARACTERS = 50_000
MAX_KEPT_LENGTH = 40
MOST_KEPT = 20_000
MOST_PLACES = 200
"""A phrase that is said more often counts where it is said first: a text of one word takes no time."""
_WORD = re.compile(
    r"""
      (?:https?://|www\.)\S+                         # a link
    | can(?=not\b) | n't\b | '(?:s|ll|re|ve|d|m)\b    # "cannot", "don't" and "child's" are two words each
    | [^\W_]+(?!'t\b)(?:[\w.+-]{0,64}+@\S+)?          # a word, or an address as a whole
    | \S                                            # any other character by itself
    """,
    re.VERBOSE,
)
_OTHER_WORD = " "


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule with its phrases as their words are joined here, and its pattern made."""

    class_: str
    name: str
    rule: Rule
    pattern: Pattern | None


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as it is looked at: in lower case, its words, and the words of its subject."""

    plain: str
    words: Sequence[str]
    starts: Sequence[int]
    subject_end: int

    def span(self, place: Place) -> Span:
        first, end = place
        return Span(self.starts[first], self.starts[end - 1] + len(self.words[end - 1])) if end > first else Span(0, 0)

    @property
    def subject_words(self) -> int:
        return bisect_left(self.starts, self.subject_end)


class SpacyPhrases:
    """An index over the phrases of all rules given. Not for use by several threads at once."""

    def __init__(self, *rule_sets: ClassRules) -> None:
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        self._vocab: Any = Vocab()
        self._doc: Any = Doc
        self._matcher: Any = PhraseMatcher(self._vocab, attr="ORTH")
        self._names: dict[int, str] = {}
        self._phrases = defaultdict[str, list[tuple[str, str, Phrase]]](list)
        self._words: dict[str, int] = {}  # as numbers they need not be looked up by spaCy again
        self._other: int = self._vocab.strings.add(_OTHER_WORD)
        rules = list[_Compiled]()
        for found in chain.from_iterable(each.rules for each in rule_sets):
            for phrase in found.phrases:
                name = f"{found.class_}: {phrase.text}"
                self._phrases[self._add(phrase.text)].append((found.class_, name, phrase))
            for number, rule in enumerate(found.rules, 1):
                rules.append(self._compiled(found.class_, f"{found.class_}: rule {number}", rule))
        self._rules, self._index = rules, RuleIndex([each.rule for each in rules])
        self._by_pattern = any(not each.rule.lists for each in rules)

    def hits(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        """What speaks in each text (subject, empty line, body): each phrase and rule once, where it first holds, in order."""
        return [self._hits(text[:MAX_CHARACTERS]) for text in texts]

    def _add(self, phrase: str) -> str:
        """Look for a phrase too; returns the name of its words."""
        words = _WORD.findall(_plain(phrase))
        name = " ".join(words)
        key = self._vocab.strings.add(name)
        if key not in self._names:
            self._matcher.add(name, [self._doc(self._vocab, words=words)])
            self._words |= {word: self._vocab.strings.add(word) for word in words}
            self._names[key] = name
        return name

    def _compiled(self, class_: str, name: str, rule: Rule) -> _Compiled:
        named = replace(
            rule,
            any=frozenset(map(self._add, rule.any)),
            all=frozenset(map(self._add, rule.all)),
            none=frozenset(map(self._add, rule.none)),
            near=tuple(frozenset(map(self._add, phrases)) for phrases in rule.near),
        )
        return _Compiled(class_, name, named, Pattern(rule.pattern) if rule.pattern else None)

    def _hits(self, text: str) -> tuple[Hit, ...]:
        subject_end, plain = text.find("\n\n"), _plain(text)
        words = list(chain.from_iterable(map(_words, plain.split())))
        known, other = self._words, self._other
        matches = self._matcher(self._doc(self._vocab, words=[known.get(word, other) for word in words]))
        places, last = self._places(matches)
        if not places and not self._by_pattern:
            return ()
        looked_at = _Text(plain, words, _starts(plain, words, last), subject_end)
        found = [*self._said(looked_at, places), *self._holding(looked_at, places)]
        return tuple(sorted(found, key=lambda hit: (hit.span.start, hit.rule)))

    def _places(self, matches: Sequence[tuple[int, int, int]]) -> tuple[Places, int]:
        """Where each phrase stands, in the order of the text, and how many words there are until the last ends."""
        places, last = defaultdict[str, list[Place]](list), 0
        for key, first, end in matches:
            held = places[self._names[key]]
            if len(held) < MOST_PLACES:
                held.append((first, end))
                last = max(last, end)
        return places, last

    def _said(self, text: _Text, places: Places) -> Iterator[Hit]:
        """The phrases that speak by themselves."""
        for name, held in places.items():
            for class_, rule, phrase in self._phrases.get(name, ()):
                span = text.span(held[0])
                if not phrase.in_subject or span.end <= text.subject_end:
                    yield Hit(class_=class_, rule=rule, weight=phrase.weight, span=span)

    def _holding(self, text: _Text, places: Places) -> Iterator[Hit]:
        """The rules that hold."""
        encoded = b""
        for number, place in self._index.holding(places, len(text.words), text.subject_words):
            compiled = self._rules[number]
            rule, pattern = compiled.rule, compiled.pattern
            if pattern is None:
                span = text.span(place)
            else:
                encoded = encoded or text.plain.encode(errors="replace")
                matched = _matched(pattern, encoded, text.subject_end if rule.in_subject else len(text.plain))
                if matched is None:
                    continue
                span = matched
            yield Hit(class_=compiled.class_, rule=compiled.name, weight=rule.weight, span=span)


def _matched(pattern: Pattern, encoded: bytes, until: int) -> Span | None:
    """Where a pattern first matches, if that ends within the first ``until`` characters."""
    found = pattern.search(encoded)
    if found is None:
        return None
    start = len(encoded[: found[0]].decode())
    end = start + len(encoded[found[0] : found[1]].decode())
    return Span(start, end) if end <= until else None


def _words(piece: str) -> Sequence[str]:
    """The words of a piece without white space. Most pieces have been seen before; odd ones are not kept."""
    return _short_words(piece) if len(piece) <= MAX_KEPT_LENGTH else _WORD.findall(piece)


@lru_cache(maxsize=MOST_KEPT)
def _short_words(piece: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(piece))


def _starts(text: str, words: Sequence[str], count: int) -> list[int]:
    """Where the first ``count`` words of a text begin: between them is nothing but white space."""
    starts, at = list[int](), 0
    for word in islice(words, count):
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
    return starts


def _plain(text: str) -> str:
    """The text in lower case, the same length: U+0130 is the one character that would become two."""
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u0130", "i").lower()
