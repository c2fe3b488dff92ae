"""What terms weigh, as a table that is looked up by spaCy's numbers: one look serves classes and flags.

A term is a word, or two words that follow each other, with a space between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_ODD = 0x9E3779B97F4A7C15
"""An odd number, so that no two words in front of a third make one number: 2**64 divided by the golden ratio (Knuth, 6.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was learnt of some things to be told. ``content``: little-endian floats of 4 bytes, a row for each term.

    The score of a thing is the sum of its weights of the different terms of a text, divided by the root of how many are known.
    """

    columns: int = 0
    terms: tuple[str, ...] = ()
    content: bytes = b""

    @classmethod
    def of(cls, terms: Sequence[str], rows: Any) -> "Weights":
        """From a matrix with a row for each term."""
        return cls(columns=rows.shape[1], terms=tuple(terms), content=rows.astype("<f4").tobytes())

    @property
    def words(self) -> set[str]:
        """Those that occur in the terms."""
        return {word for term in self.terms for word in term.split(" ")}

    def rows_of(self, terms: Sequence[str]) -> Any:
        """A row for each of these terms, of zeros for an unknown one, with a 1 at the end for a known one.

        Raises ValueError for damaged bytes.
        """
        import numpy as np

        own = np.frombuffer(self.content, dtype="<f4").reshape(len(self.terms), self.columns)
        place = {term: row for row, term in enumerate(terms)}
        found = np.zeros((len(terms), self.columns + 1), dtype=np.float32)
        into = np.array([place[term] for term in self.terms], dtype=int)
        found[into, :-1] = own
        found[into, -1] = 1
        return found


NO_WEIGHTS = Weights()
"""Of whoever has learnt nothing."""


class TermTable:
    """The weights of all ``parts`` side by side, with a row for each term."""

    def __init__(self, *parts: Weights) -> None:
        import numpy as np

        terms = sorted({term for part in parts for term in part.terms})
        numbers = _numbers_of(terms)
        order = np.argsort(numbers)
        self._numbers = numbers[order]
        self._rows = np.concatenate([part.rows_of(terms) for part in parts], axis=1)[order]
        self._ends = np.cumsum([part.columns + 1 for part in parts]).tolist()

    def scores(self, doc: Any) -> list[Any]:
        """The scores of a document, for each part an array."""
        import numpy as np
        from spacy.attrs import ORTH

        words = doc.to_array(ORTH)
        terms = np.sort(np.concatenate([words, _paired(words[:-1], words[1:])]))
        is_other = np.ones(len(terms), dtype=bool)
        np.not_equal(terms[1:], terms[:-1], out=is_other[1:])
        different = terms[is_other]
        at = np.searchsorted(self._numbers, different)
        known = at[self._numbers.take(at, mode="clip") == different] if len(self._numbers) else at[:0]
        sums = np.ones(len(known), dtype=np.float32) @ self._rows.take(known, axis=0)
        parts = np.split(sums, self._ends[:-1])
        return [part[:-1] / max(part[-1], 1) ** 0.5 for part in parts]


def _numbers_of(terms: Sequence[str]) -> Any:
    """The numbers by which spaCy knows words, and ours of two words."""
    import numpy as np
    from spacy.strings import get_string_id

    words = [term.partition(" ") for term in terms]
    first = np.array([get_string_id(one) for one, _, _ in words], dtype=np.uint64)
    second = np.array([get_string_id(other) if other else 0 for _, _, other in words], dtype=np.uint64)
    return np.where(second > 0, _paired(first, second), first)


def _paired(first: Any, second: Any) -> Any:
    import numpy as np

    return first * np.uint64(_ODD) + second
