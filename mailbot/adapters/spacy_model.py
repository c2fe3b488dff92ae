"""Finds the phrases of the class rules with spaCy's PhraseMatcher. spaCy is imported only when a finder is made.

The tokenizer is quadratic in unbroken runs of characters, so these are cut, and texts are capped: hostile mail costs
bounded time. Offsets always point into the text as it was given.
"""

import re
from collections.abc import Sequence
from typing import Any

from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.core.policy import ClassRules, Phrase

MAX_CHARACTERS = 50_000
MAX_RUN = 80
_PLAIN = str.maketrans({"\n": " ", "\t": " ", "\u00a0": " ", "\u2019": "'", "\u2018": "'"})
_LONG_RUN = re.compile(rf"\S{{{MAX_RUN + 1},}}")


class SpacyPhrases:
    """A phrase index over every class rule. Not for use by several threads at once."""

    def __init__(self, rules: ClassRules) -> None:
        import spacy
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self._language: Any = spacy.blank("en")
        self._doc: Any = Doc
        self._matcher: Any = PhraseMatcher(self._language.vocab, attr="LOWER")
        self._phrases: dict[str, tuple[tuple[str, Phrase], ...]] = {}
        for rule in rules.rules:
            for phrase in rule.phrases:
                self._add(rule.class_, phrase)

    def hits(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        """The phrases in each text (subject, empty line, body), first occurrences first."""
        with self._language.memory_zone():
            return [self._hits(text[:MAX_CHARACTERS]) for text in texts]

    def _add(self, class_: str, phrase: Phrase) -> None:
        key = phrase.text.lower()
        if key not in self._phrases:
            self._matcher.add(key, [self._language.make_doc(phrase.text)])
        self._phrases[key] = (*self._phrases.get(key, ()), (class_, phrase))

    def _hits(self, text: str) -> tuple[Hit, ...]:
        subject_end = text.find("\n\n")
        words = [token for token in self._language.make_doc(_flat(text)) if not token.is_space]
        doc = self._doc(self._language.vocab, words=[token.text for token in words])
        found = list[Hit]()
        for key, first, end in self._matcher(doc):
            span = Span(words[first].idx, words[end - 1].idx + len(words[end - 1]))
            for class_, phrase in self._phrases[self._language.vocab.strings[key]]:
                if not phrase.in_subject or span.end <= subject_end:
                    found.append(Hit(class_=class_, rule=f"{class_}: {phrase.text}", weight=phrase.weight, span=span))
        return tuple(sorted(found, key=lambda hit: (hit.span.start, hit.rule)))


def _flat(text: str) -> str:
    """The text as one line, the same length, so that a phrase is found across a line break.

    Unbroken runs become spaces: nothing a person wrote is that long, and the tokenizer would choke on them.
    """
    return _LONG_RUN.sub(lambda run: " " * len(run.group()), text.translate(_PLAIN))
