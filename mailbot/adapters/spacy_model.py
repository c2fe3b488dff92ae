"""Finds the phrases of the class rules with spaCy's PhraseMatcher. spaCy is imported only when a finder is made.

Words are split here, not by spaCy's tokenizer, which is many times slower; phrases and texts are split alike. A word that
stands in no phrase never reaches spaCy, so that its vocabulary does not grow with the mail. Offsets always point into the
text as it was given.
"""

import re
from collections.abc import Sequence
from typing import Any

from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.core.policy import ClassRules, Phrase

MAX_CHARACTERS = 50_000
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
        self._words: set[str] = set()
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
            self._words.update(words)
        self._phrases[key] = (*self._phrases.get(key, ()), (class_, f"{class_}: {phrase.text}", phrase))

    def _hits(self, text: str) -> tuple[Hit, ...]:
        subject_end = text.find("\n\n")
        words = list(_WORD.finditer(_plain(text)))
        known = [word if (word := match[0]) in self._words else _OTHER_WORD for match in words]
        matches = self._matcher(self._doc(self._vocab, words=known))  # in the order of the text
        found = list[Hit]()
        for key, (first, end) in {key: (first, end) for key, first, end in reversed(matches)}.items():
            span = Span(words[first].start(), words[end - 1].end())
            for class_, rule, phrase in self._phrases[key]:
                if not phrase.in_subject or span.end <= subject_end:
                    found.append(Hit(class_=class_, rule=rule, weight=phrase.weight, span=span))
        return tuple(sorted(found, key=lambda hit: (hit.span.start, hit.rule)))


def _plain(text: str) -> str:
    """The text in lower case, the same length: U+0130 is the one character that would become two."""
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u0130", "i").lower()
