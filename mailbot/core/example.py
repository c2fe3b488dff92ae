"""A written example of mail: what the classifier learns from, and what it is measured by."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

ALIKE = 0.7
"""Two texts that share a larger part of their words than this are one text written twice."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with the class a person would give it. ``situation``: rewrites of one situation bear the same.

    ``also``: other classes plainly in it; ``register``: how it is written; ``where``: the file and line it stands in.
    """

    id: str
    situation: str
    label: str
    subject: str
    body: str
    also: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    register: str = ""
    where: str = ""

    @property
    def full_text(self) -> str:
        """Subject, an empty line, body, as ``Message.full_text``."""
        return f"{self.subject}\n\n{self.body}"


def near_duplicates(examples: Sequence[Example]) -> Iterator[tuple[Example, Example]]:
    """Pairs whose sets of words are more alike than ``ALIKE`` (Jaccard).

    Of two such sets each has one of the other's rarest words, so only those that share a rare word are compared.
    """
    sets = [frozenset(_WORD.findall(one.full_text.lower())) for one in examples]
    known_in = Counter(word for words in sets for word in words)
    with_word: dict[str, list[int]] = {}
    for number, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (known_in[word], word))[: len(words) - ceil(ALIKE * len(words)) + 1]
        for earlier in sorted({one for word in rarest for one in with_word.get(word, ())}):
            if len(words & sets[earlier]) > ALIKE * len(words | sets[earlier]):
                yield examples[earlier], examples[number]
        for word in rarest:
            with_word.setdefault(word, []).append(number)
