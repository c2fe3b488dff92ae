"""The words of a text, as phrases and the classifier see them.

Words are split here, not by spaCy's tokenizer, which is many times slower, and quadratic in runs of punctuation. A word
that nobody looks for never reaches spaCy, so that its vocabulary does not grow with the mail.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

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


class Vocabulary:
    """The words that are looked for, as numbers that spaCy need not look up again."""

    def __init__(self) -> None:
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        self.vocab: Any = Vocab()
        self._doc: Any = Doc
        self._numbers: dict[str, int] = {}
        self._other: int = self.vocab.strings.add(_OTHER_WORD)

    def learn(self, words: Iterable[str]) -> None:
        """These words are looked for."""
        self._numbers |= {word: self.vocab.strings.add(word) for word in words}

    def doc(self, words: Sequence[str]) -> Any:
        """spaCy's document of these words; all that nobody looks for are one and the same."""
        known, other = self._numbers, self._other
        return self._doc(self.vocab, words=[known.get(word, other) for word in words])


def words_of(plain: str) -> list[str]:
    """The words of a text in comparison form."""
    return list(chain.from_iterable(map(_words, plain.split())))


def plain_of(text: str) -> str:
    """The text in lower case, the same length: U+0130 is the one character that would become two."""
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u0130", "i").lower()


def starts_of(plain: str, words: Sequence[str], count: int) -> list[int]:
    """Where the first ``count`` words of a text begin: between them is nothing but white space."""
    starts, at = list[int](), 0
    for word in islice(words, count):
        at = plain.index(word, at)
        starts.append(at)
        at += len(word)
    return starts


def _words(piece: str) -> Sequence[str]:
    """The words of a piece without white space. Most pieces have been seen before; odd ones are not kept."""
    return _short_words(piece) if len(piece) <= MAX_KEPT_LENGTH else _WORD.findall(piece)


@lru_cache(maxsize=MOST_KEPT)
def _short_words(piece: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(piece))
