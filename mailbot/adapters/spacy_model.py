"""Finds the phrases of the class rules with spaCy's PhraseMatcher. spaCy is imported only when a finder is made.

Words are split here, not by spaCy's tokenizer, which is many times slower; phrases and texts are split alike. A word that
stands in no phrase never reaches spaCy, so that its vocabulary does not grow with the mail. Offsets always point into the
text as it was given. Lists of words cost a third of lists of matches, so where a word begins is found out afterwards.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.core.policy import ClassRules, Phrase

MAX_CHARACTERS = 50_000
MAX_KEPT_LENGTH = 40
MOST_KEPT = 20_000
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


class SpacyPhrases:
    """A phrase index over every class rule. Not for use by several threads at once."""

    def __init__(self, rules: ClassRules) -> None:
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        self._vocab: Any = Vocab()
        self._doc: Any = Doc
        self._matcher: Any = PhraseMatcher(self._vocab, attr="ORTH")
        self._phrases: dict[int, tuple[tuple[str, str, Phrase], ...]] = {}
        self._words: dict[str, int] = {}  # as numbers they need not be looked up by spaCy again
        self._other: int = self._vocab.strings.add(_OTHER_WORD)
        for rule in rules.rules:
            for phrase in rule.phrases:
                self._add(rule.class_, phrase)

    def hits(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        """The phrases in each text (subject, empty line, body), each once, where it first occurs, in the order of the text."""
        return [self._hits(text[:MAX_CHARACTERS]) for text in texts]

    def _add(self, class_: str, phrase: Phrase) -> None:
        words = _WORD.findall(_plain(phrase.text))
        name = " ".join(words)
        key = self._vocab.strings.add(name)
        if key not in self._phrases:
            self._matcher.add(name, [self._doc(self._vocab, words=words)])
            self._words |= {word: self._vocab.strings.add(word) for word in words}
        self._phrases[key] = (*self._phrases.get(key, ()), (class_, f"{class_}: {phrase.text}", phrase))

    def _hits(self, text: str) -> tuple[Hit, ...]:
        subject_end, plain = text.find("\n\n"), _plain(text)
        words = list(chain.from_iterable(map(_words, plain.split())))
        known, other = self._words, self._other
        matches = self._matcher(self._doc(self._vocab, words=[known.get(word, other) for word in words]))
        if not matches:
            return ()
        starts = _starts(plain, words, max(end for _, _, end in matches))
        found = list[Hit]()
        # they come in the order of the text, so that the first place of each is what stays
        for key, (first, end) in {key: (first, end) for key, first, end in reversed(matches)}.items():
            span = Span(starts[first], starts[end - 1] + len(words[end - 1]))
            for class_, rule, phrase in self._phrases[key]:
                if not phrase.in_subject or span.end <= subject_end:
                    found.append(Hit(class_=class_, rule=rule, weight=phrase.weight, span=span))
        return tuple(sorted(found, key=lambda hit: (hit.span.start, hit.rule)))


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
