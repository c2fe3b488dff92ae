"""The words of a text, as phrases and the classifier see them.

Words are split here, not by spaCy's tokenizer, which is many times slower, and quadratic in runs of punctuation. A word
that nobody looks for never reaches spaCy, so that its vocabulary does not grow with the mail. Text is taken in pieces, which
are what stands between white space: nearly all of them have been seen before.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from itertools import chain
from struct import Struct
from typing import Any

from mailbot.core.message import Span

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
_PACKED = Struct("<QII")
_NOWHERE = Span(0, 0)
_ODD = 0x9E3779B97F4A7C15
"""An odd number, so that no two words in front of a third make one number: 2**64 divided by the golden ratio (Knuth, 6.4)."""
_SPACE_UNTIL = 0x3001
"""No character from here on is white space."""


class Vocabulary:
    """The words that are looked for, as numbers that spaCy need not look up again."""

    def __init__(self) -> None:
        from spacy.vocab import Vocab

        self.vocab: Any = Vocab()
        self.other: int = self.vocab.strings.add(_OTHER_WORD)
        self._numbers = dict[str, int]()
        self._pieces = _Pieces(self._numbers, self.other)

    def learn(self, words: Iterable[str]) -> None:
        """From now on these words are looked for, too."""
        self._numbers |= {word: self.vocab.strings.add(word) for word in words}
        self._pieces = _Pieces(self._numbers, self.other)

    def text(self, plain: str) -> "Text":
        """A text in comparison form with its words, as far as they are looked for now; all others are one and the same."""
        return Text(plain, b"".join(map(self._pieces.__getitem__, plain.split())))


class _Pieces(dict[str, bytes]):
    """The words of each piece that was asked for, packed: their numbers, and where in the piece they stand.

    Odd pieces are not kept.
    """

    def __init__(self, numbers: Mapping[str, int], other: int) -> None:
        self._numbers = numbers
        self._other = other

    def __missing__(self, piece: str) -> bytes:
        words = _WORD.finditer(piece)
        found = b"".join(_PACKED.pack(self._numbers.get(word[0], self._other), *word.span()) for word in words)
        if len(piece) <= MAX_KEPT_LENGTH:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[piece] = found
        return found


class Text:
    """A text in comparison form, split into words. Where a word stands is found out when somebody asks."""

    def __init__(self, plain: str, packed: bytes) -> None:
        import numpy as np

        self.plain = plain
        self._words: Any = np.frombuffer(packed, dtype=_unpacked())
        self.numbers: Any = np.ascontiguousarray(self._words["number"])

    def words_before(self, end: int) -> int:
        """How many words stand in the first ``end`` characters."""
        return int(self._edges[0].searchsorted(end))

    def span(self, first: int, end: int) -> Span:
        """Where the words from ``first`` until before ``end`` stand."""
        begins, ends = self._edges
        return Span(int(begins[first]), int(ends[end - 1])) if end > first else _NOWHERE

    @cached_property
    def _edges(self) -> tuple[Any, Any]:
        """Where each word begins, and where it ends: a piece begins at what is not white space, but follows it."""
        import numpy as np

        characters = np.frombuffer(f" {self.plain}".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        is_space = _space_table()[np.minimum(characters, _SPACE_UNTIL)]
        pieces = np.flatnonzero(is_space[:-1] & ~is_space[1:])
        piece = pieces[np.cumsum(self._words["begins"] == 0) - 1]  # something stands at the very begin of each piece
        return piece + self._words["begins"], piece + self._words["ends"]


@cache
def _unpacked() -> Any:
    """How numpy reads what ``_PACKED`` packs."""
    import numpy as np

    return np.dtype([("number", "<u8"), ("begins", "<u4"), ("ends", "<u4")])


@cache
def _space_table() -> Any:
    """Of each character up to the last white space, whether it is such."""
    import numpy as np

    return np.array([chr(number).isspace() for number in range(_SPACE_UNTIL + 1)])


def paired(first: Any, second: Any = 0) -> Any:
    """Numbers of two words that follow each other, well spread, as a word's own number is not; without a second, of a word."""
    import numpy as np

    return first * np.uint64(_ODD) + second


def words_of(plain: str) -> list[str]:
    """The words of a text in comparison form."""
    return list(chain.from_iterable(map(_WORD.findall, plain.split())))


def plain_of(text: str) -> str:
    """The text in lower case, the same length: U+0130 is the one character that would become two."""
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u0130", "i").lower()
