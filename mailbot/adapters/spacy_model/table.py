"""What terms weigh, as a table that is looked up by spaCy's numbers: one look serves classes and flags.

A term is a word, or two words that follow each other, with a space between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mailbot.adapters.spacy_model.words import paired

_BITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was learnt of some things to be told. ``content``: little-endian floats of 4 bytes, a row for each term.

    The score of a thing is the sum of its weights of the different terms of a text, divided by the root of how many are known
    and ``DAMPING`` more.
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
DAMPING = 20
"""So many terms are added to those that are known of a text, lest a few words of a short or a foreign one weigh too much."""


class TermTable:
    """The weights of ``each`` of several models side by side: a row for each term, and one of zeros for what is unknown."""

    def __init__(self, *each: Weights) -> None:
        import numpy as np

        terms = sorted({term for weights in each for term in weights.terms})
        numbers = _numbers_of(terms)
        order = np.argsort(numbers)
        self._numbers = np.append(numbers[order], np.uint64(2**64 - 1))
        self._begins = np.searchsorted(numbers[order], np.arange(2**_BITS, dtype=np.uint64) << np.uint64(64 - _BITS))
        self._most = int(np.diff(self._begins, append=len(numbers)).max())
        rows = np.concatenate([weights.rows_of(terms) for weights in each], axis=1)[order]
        self._rows = np.concatenate([rows, np.zeros_like(rows, shape=(1, rows.shape[1]))])
        self._first = np.ascontiguousarray(self._rows[:, : each[0].columns + 1])
        self._ends = np.cumsum([0, *(weights.columns + 1 for weights in each)]).tolist()

    def rows_of(self, texts: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """Where the terms of each text (numbers of its words) stand here: its words, and each with the word that follows."""
        import numpy as np

        numbers, ends = np.concatenate(texts), np.cumsum([len(text) for text in texts])
        mixed = paired(numbers)
        words, pairs = self._look_up(mixed), self._look_up(mixed + np.append(numbers[1:], np.uint64(0)))
        pairs[ends[ends > 0] - 1] = len(self._numbers) - 1  # nothing follows the last word of a text
        return zip(np.split(words, ends[:-1]), np.split(pairs, ends[:-1]), strict=True)

    def _look_up(self, numbers: Any) -> Any:
        """The row of each number, or that of what is unknown: from where its first bits begin it is a few steps."""
        import numpy as np

        at = self._begins.take(numbers >> np.uint64(64 - _BITS))
        for _ in range(self._most):
            at += self._numbers.take(at) < numbers
        return np.where(self._numbers.take(at) == numbers, at, len(self._numbers) - 1)

    def scores(self, rows: tuple[Any, Any]) -> list[Any]:
        """The scores of a text with these rows, for each model an array."""
        import numpy as np

        stand = np.zeros(len(self._rows), dtype=bool)
        for some in rows:
            stand[some] = True
        known = np.flatnonzero(stand)
        sums = np.ones(len(known), dtype=np.float32) @ self._rows.take(known, axis=0)
        return [_by_root(sums[begin:end]) for begin, end in pairwise(self._ends)]

    def scores_of_parts(self, rows: tuple[Any, Any], stride: int, strides: int) -> Any:
        """The scores by the first model of parts of a text that is longer than a part, a row for each part.

        A part has ``strides`` times ``stride`` words (the last one may have fewer), the next one begins ``stride`` words on.
        """
        import numpy as np

        words, pairs = rows
        each = self._first.take(words, axis=0) + self._first.take(pairs, axis=0)
        sums = np.add.reduceat(each, np.arange(0, len(words), stride))
        return _by_root(sum(sums[at : len(sums) - strides + 1 + at] for at in range(strides)))


def _by_root(sums: Any) -> Any:
    """Scores of sums, of which the last is how many terms are known."""
    import numpy as np

    return sums[..., :-1] / np.sqrt(sums[..., -1:] + DAMPING)


def _numbers_of(terms: Sequence[str]) -> Any:
    """Numbers for words and for two words, of those by which spaCy knows each."""
    import numpy as np
    from spacy.strings import get_string_id

    words = [term.partition(" ") for term in terms]
    first = np.array([get_string_id(one) for one, _, _ in words], dtype=np.uint64)
    second = np.array([get_string_id(other) if other else 0 for _, _, other in words], dtype=np.uint64)
    return paired(first, second)
