"""What words weigh, as a table that is looked up by spaCy's numbers: one look serves classes and flags."""

from collections.abc import Sequence
from math import sqrt
from typing import Any


class WordTable:
    """Two matrices of weights with a row for each word: ``each`` counts a word as often as it stands there, ``once`` once."""

    def __init__(self, words: Sequence[str], each: Any, once: Any) -> None:
        import numpy as np

        numbers = numbers_of(words)
        order = np.argsort(numbers)
        self._numbers = numbers[order]
        self._each = np.ascontiguousarray(each[order], dtype=np.float32)
        self._once = np.ascontiguousarray(once[order], dtype=np.float32)

    def sums(self, doc: Any) -> tuple[Any, Any]:
        """The weights of a document's words, summed; those that count once divided by the root of how many there are."""
        import numpy as np
        from spacy.attrs import ORTH

        numbers = np.sort(doc.to_array(ORTH))
        is_other = np.ones(len(numbers) + 1, dtype=bool)
        np.not_equal(numbers[1:], numbers[:-1], out=is_other[1:-1])
        begins = np.flatnonzero(is_other)
        different, counts = numbers[begins[:-1]], begins[1:] - begins[:-1]
        at = np.searchsorted(self._numbers, different)
        is_known = self._numbers.take(at, mode="clip") == different
        known, counts = at[is_known], counts[is_known].astype(np.float32)
        once = np.ones_like(counts) @ self._once.take(known, axis=0)
        return counts @ self._each.take(known, axis=0), once / sqrt(max(len(known), 1))


def numbers_of(words: Sequence[str]) -> Any:
    """The numbers by which spaCy knows these words."""
    import numpy as np
    from spacy.strings import get_string_id

    return np.array([get_string_id(word) for word in words], dtype=np.uint64)
