"""Finds where phrases stand in a text: those of one or two words by numbers, longer ones with spaCy's PhraseMatcher.

spaCy sees only words that may belong to a phrase, which few do: each three words of it must stand side by side.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from mailbot.adapters.spacy_model.words import Text, Vocabulary, paired, plain_of, words_of
from mailbot.core.rule import Place, Places

MOST_PLACES = 200
"""A phrase that is said more often counts where it is said first: a text of one word takes no time."""
_SHORT = 2
_Found = tuple[Iterable[str | None], Any, Any]
"""Phrases, the first word of each, and the word after its last."""
_BITS = 20


class PhraseFinder:
    """Looks for phrases in texts of one vocabulary. spaCy is imported when it is made."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self._vocabulary = vocabulary
        self._doc: Any = Doc
        self._matcher: Any = PhraseMatcher(vocabulary.vocab, attr="ORTH")
        self._short, self._long = dict[int, str](), dict[int, str]()
        self._seen = _Seen(), _Seen(), _Seen()

    def add(self, phrase: str) -> str:
        """Look for a phrase too; returns its name, which is its words."""
        plain = plain_of(phrase)
        words = words_of(plain)
        self._vocabulary.learn(words)
        name, numbers = " ".join(words), self._vocabulary.text(plain).numbers
        at = min(len(words) - 1, _SHORT)
        found = _side_by_side(numbers)[at]
        self._seen[at].add(found)
        if len(words) <= _SHORT:
            self._short[int(found[0])] = name
        elif (key := self._vocabulary.vocab.strings.add(name)) not in self._long:
            self._long[key] = name
            self._matcher.add(name, [self._doc(self._vocabulary.vocab, words=numbers.tolist())])
        return name

    def places(self, texts: Sequence[Text]) -> list[Places]:
        """Where each phrase stands in each text, in the order of the text. Many at once take less time than one by one."""
        import numpy as np

        found = [defaultdict[str, list[Place]](list) for _ in texts]
        lengths = [len(text.numbers) for text in texts]
        ends = np.cumsum(lengths, dtype=int)
        for names, first, end in self._in_all(np.concatenate([text.numbers for text in texts])):
            which: Any = ends.searchsorted(first, side="right")
            begins = (ends - lengths)[which]
            places = zip((first - begins).tolist(), (end - begins).tolist(), strict=True)
            for name, text, place in zip(names, which.tolist(), places, strict=True):
                if name is not None and place[1] <= lengths[text]:  # or it begins in one text and ends in the next
                    found[text][name].append(place)
        for each in chain.from_iterable(of_text.values() for of_text in found):
            del each[MOST_PLACES:]
        return list(found)

    def _in_all(self, numbers: Any) -> Sequence[_Found]:
        words, pairs, triples = _side_by_side(numbers)
        return self._of_short(words, 1), self._of_short(pairs, 2), self._of_long(numbers, triples)

    def _of_short(self, numbers: Any, words: int) -> _Found:
        """Phrases of so many words, one or two, and their places; None where no phrase is after all."""
        import numpy as np

        at = np.flatnonzero(self._seen[words - 1].holds(numbers))
        return map(self._short.get, numbers[at].tolist()), at, at + words

    def _of_long(self, numbers: Any, triples: Any) -> _Found:
        """Longer phrases and their places.

        What cannot belong to a phrase is left out, but for one unknown word between those that are not neighbours.
        """
        import numpy as np

        begins, wanted = self._seen[_SHORT].holds(triples), np.zeros(len(numbers) + 1, dtype=bool)
        for more in range(_SHORT + 1):
            wanted[more : more + len(begins)] |= begins
        kept = wanted.copy()
        kept[1:] |= wanted[:-1]
        at = np.flatnonzero(kept[:-1])
        words = np.where(wanted[at], numbers[at], self._vocabulary.other).tolist()
        matches = self._matcher(self._doc(self._vocabulary.vocab, words=words))
        first, last = (np.array(each, dtype=int) for each in ([one[1] for one in matches], [one[2] - 1 for one in matches]))
        return [self._long[key] for key, _, _ in matches], at[first], at[last] + 1


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
