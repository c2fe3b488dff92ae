"""Finds where phrases stand in a text: those of several words with spaCy's PhraseMatcher, single words by their numbers.

spaCy sees only words that may belong to a phrase, which few do: each three words of it must stand side by side.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from mailbot.adapters.spacy_model.words import Text, Vocabulary, paired, plain_of, words_of
from mailbot.core.rule import Place, Places

MOST_PLACES = 200
"""A phrase that is said more often counts where it is said first: a text of one word takes no time."""
_BITS = 20


class PhraseFinder:
    """Looks for phrases in texts of one vocabulary. spaCy is imported when it is made."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self._vocabulary = vocabulary
        self._doc: Any = Doc
        self._matcher: Any = PhraseMatcher(vocabulary.vocab, attr="ORTH")
        self._names = dict[int, str]()
        self._seen = _Seen(), _Seen(), _Seen()

    def add(self, phrase: str) -> str:
        """Look for a phrase too; returns its name, which is its words."""
        plain = plain_of(phrase)
        words = words_of(plain)
        self._vocabulary.learn(words)
        name = " ".join(words)
        key = self._vocabulary.vocab.strings.add(name)
        if key not in self._names:
            self._names[key] = name
            numbers = self._vocabulary.text(plain).numbers
            side_by_side = min(len(numbers), 3) - 1
            self._seen[side_by_side].add(_side_by_side(numbers)[side_by_side])
            if len(numbers) > 1:
                self._matcher.add(name, [self._doc(self._vocabulary.vocab, words=numbers.tolist())])
        return name

    def places(self, text: Text) -> Places:
        """Where each phrase stands, in the order of the text."""
        import numpy as np

        places, numbers = defaultdict[str, list[Place]](list), text.numbers
        single, *several = (seen.holds(some) for seen, some in zip(self._seen, _side_by_side(numbers), strict=True))
        single = np.flatnonzero(single)
        at = zip(single.tolist(), (single + 1).tolist(), strict=True)
        for name, place in zip(map(self._names.get, numbers[single].tolist()), at, strict=True):
            if name is not None:
                places[name].append(place)
        for name, place in self._several(numbers, *several):
            places[name].append(place)
        for found in places.values():
            del found[MOST_PLACES:]
        return places

    def _several(self, numbers: Any, two: Any, three: Any) -> Iterator[tuple[str, Place]]:
        """Phrases of several words and their places; ``two``, ``three``: whether words from each on may be of one.

        What cannot belong to a phrase is left out, but for one unknown word between those that are not neighbours.
        """
        import numpy as np

        wanted = np.zeros(len(numbers) + 1, dtype=bool)
        for begins, words in ((two, 2), (three, 3)):
            for more in range(words):
                wanted[more : more + len(begins)] |= begins
        kept = wanted.copy()
        kept[1:] |= wanted[:-1]
        at = np.flatnonzero(kept[:-1])
        words = np.where(wanted[at], numbers[at], self._vocabulary.other).tolist()
        places = at.tolist()
        for key, first, end in self._matcher(self._doc(self._vocabulary.vocab, words=words)):
            yield self._names[key], (places[first], places[end - 1] + 1)


class _Seen:
    """Numbers that were seen, by their first bits: of one in some hundreds that were not, it says so too."""

    def __init__(self) -> None:
        import numpy as np

        self._places = np.zeros(2**_BITS, dtype=bool)
        self._shift = np.uint64(64 - _BITS)

    def add(self, numbers: Any) -> None:
        self._places[numbers >> self._shift] = True

    def holds(self, numbers: Any) -> Any:
        return self._places.take(numbers >> self._shift)


def _side_by_side(numbers: Any) -> tuple[Any, Any, Any]:
    """Numbers for each word, each two words and each three words that follow each other."""
    one = paired(numbers)
    two = one[:-1] + numbers[1:]
    return one, two, paired(two[:-1], numbers[2:])
