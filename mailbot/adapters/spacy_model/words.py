"""The words of a text, as phrases and the classifier see them.

Words are split here, not by spaCy's tokenizer, which is many times slower, and quadratic in runs of punctuation. A word
that nobody looks for never reaches spaCy, so that its vocabulary does not grow with the mail. Text is taken in pieces, which
are what stands between white space: nearly all of them have been seen before.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate, chain
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
_SPACE_UNTIL = 0x3001
"""No character from here on is white space."""


class Vocabulary:
    """The words that are looked for, as numbers that spaCy need not look up again."""

    def __init__(self) -> None:
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        self.vocab: Any = Vocab()
        self._doc: Any = Doc
        self._other: int = self.vocab.strings.add(_OTHER_WORD)
        self._numbers = dict[str, int]()
        self._pieces = _Pieces(self._numbers, self._other)

    def learn(self, words: Iterable[str]) -> None:
        """From now on these words are looked for, too."""
        self._numbers |= {word: self.vocab.strings.add(word) for word in words}
        self._pieces = _Pieces(self._numbers, self._other)

    def text(self, plain: str) -> "Text":
        """A text in comparison form with its words, as far as they are looked for now."""
        pieces = plain.split()
        return Text(plain, pieces, list(map(self._pieces.__getitem__, pieces)))

    def doc(self, numbers: Sequence[int]) -> Any:
        """spaCy's document of these words; all that nobody looks for are one and the same."""
        return self._doc(self.vocab, words=numbers)


class _Pieces(dict[str, tuple[int, ...]]):
    """The numbers of the words of each piece that was asked for. Odd pieces are not kept."""

    def __init__(self, numbers: Mapping[str, int], other: int) -> None:
        self._numbers = numbers
        self._other = other

    def __missing__(self, piece: str) -> tuple[int, ...]:
        found = tuple(self._numbers.get(word, self._other) for word in _WORD.findall(piece))
        if len(piece) <= MAX_KEPT_LENGTH:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[piece] = found
        return found


class Text:
    """A text in comparison form, split into words. Where a word stands is found out when somebody asks."""

    def __init__(self, plain: str, pieces: Sequence[str], numbers: Sequence[tuple[int, ...]]) -> None:
        self.plain = plain
        self._pieces = pieces
        self._numbers = numbers
        self._edges = dict[int, Sequence[tuple[int, int]]]()

    @property
    def numbers(self) -> list[int]:
        """All its words."""
        return list(chain.from_iterable(self._numbers))

    def words_before(self, end: int) -> int:
        """How many words the first ``end`` characters have, if white space follows there."""
        return sum(map(len, self._numbers[: len(self.plain[:end].split())]))

    def span(self, first: int, end: int) -> Span:
        """Where the words from ``first`` until before ``end`` stand."""
        return Span(self._edge(first)[0], self._edge(end - 1)[1]) if end > first else Span(0, 0)

    def _edge(self, word: int) -> tuple[int, int]:
        """Where a word begins and ends."""
        at = bisect_right(self._ends, word)
        start, piece, count = self._starts[at], self._pieces[at], len(self._numbers[at])
        if count == 1:
            return start, start + len(piece)
        if at not in self._edges:
            self._edges[at] = [found.span() for found in _WORD.finditer(piece)]
        begins, ends = self._edges[at][word - self._ends[at]]  # counted from the end of the piece
        return start + begins, start + ends

    @cached_property
    def _ends(self) -> Sequence[int]:
        """How many words there are until the end of each piece."""
        return list(accumulate(map(len, self._numbers)))

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where each piece begins: at what is not white space, but follows it."""
        import numpy as np

        characters = np.frombuffer(f" {self.plain}".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        is_space = _space_table()[np.minimum(characters, _SPACE_UNTIL)]
        found: Sequence[int] = np.flatnonzero(is_space[:-1] & ~is_space[1:]).tolist()
        return found


@cache
def _space_table() -> Any:
    """Of each character up to the last white space, whether it is such."""
    import numpy as np

    return np.array([chr(number).isspace() for number in range(_SPACE_UNTIL + 1)])


def words_of(plain: str) -> list[str]:
    """The words of a text in comparison form."""
    return list(chain.from_iterable(map(_WORD.findall, plain.split())))


def plain_of(text: str) -> str:
    """The text in lower case, the same length: U+0130 is the one character that would become two."""
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u0130", "i").lower()
