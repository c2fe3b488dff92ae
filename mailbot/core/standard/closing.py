"""Salutations and closings: how a message opens, and with which words it closes."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from mailbot.core.standard.values import SignatureWords

_LONGEST_SALUTATION = 140
_LONGEST_CLOSING = 10
_ALIKE = 0.88
_FEWEST_LETTERS = 8
"""Shorter closings are too much like other words for a slip of the pen to be told."""
_BETWEEN = frozenset({"or", "and", "the", "a", "our", "my"})
_JOINING = frozenset({"and", "with", "again", "for", "to", "from"})
_PUNCTUATION = re.compile(r"[^\w' ]+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def closings_of(text: str, words: SignatureWords) -> tuple[str, ...]:
    """The closings, in lower case, that a line consists of: several in "Many thanks and kind regards, Ada"."""
    found = list(_WORD.finditer(text))
    said = [match[0].lower().replace("’", "'") for match in found]
    if not said or len(_named_off(found, text)) > _LONGEST_CLOSING:
        return ()
    held = list(_held(said, words))
    if not held:
        return _misspelt(said, words)
    first, last = held[0], held[-1]
    if last[1] == len(said) or (first[0] <= said[:1].count("with") and _goes_on(text, found, first[1])):
        return tuple(" ".join(said[start:end]) for start, end in held)
    return ()


def _named_off(found: list[re.Match[str]], text: str) -> list[re.Match[str]]:
    """The words without a name at the end."""
    return found[: next((at for at, match in enumerate(found) if text[: match.start()].rstrip()[-1:] == ","), len(found))]


def _held(said: list[str], words: SignatureWords) -> Iterator[tuple[int, int]]:
    """Where known closings stand, the longest at each place: (first, end)."""
    known, at = _in_words(words.closings, words.other_closings), 0
    longest = max(map(len, known), default=0)
    while at < len(said):
        sizes = range(min(longest, len(said) - at), 0, -1)
        size = next((size for size in sizes if tuple(said[at : at + size]) in known), 0)
        if size:
            yield at, at + size
        at += max(size, 1)


@lru_cache(maxsize=4)
def _in_words(closings: tuple[str, ...], others: frozenset[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(each.split()) for each in (*closings, *others))


def _goes_on(text: str, found: list[re.Match[str]], end: int) -> bool:
    """Behind a closing stands a mark, a name, or what it is wished for: not "regards the lamp"."""
    between, following = text[found[end - 1].end() : found[end].start()], found[end][0]
    return bool(between.strip()) or following[0].isupper() or (end > 1 and following.lower() in _JOINING)


def _misspelt(said: list[str], words: SignatureWords) -> tuple[str, ...]:
    """A closing with a slip of the pen, as if there were none."""
    wanted = " ".join(said)
    known = [each for each in words.closings if len(each) >= _FEWEST_LETTERS and each[0] == wanted[0]]
    return tuple(get_close_matches(wanted, known, n=1, cutoff=_ALIKE)) if 2 <= len(said) <= 3 else ()


def is_salutation(text: str, words: SignatureWords) -> bool:
    """Whether a line greets somebody."""
    return len(text) < _LONGEST_SALUTATION and text.lower().startswith(words.greetings)


def is_named(salutation: str, words: SignatureWords) -> bool | None:
    """Whether a salutation has a name; None where there is no salutation, or nobody can tell."""
    if not salutation:
        return None
    bare = next(each for each in sorted(words.greetings, key=len, reverse=True) if salutation.lower().startswith(each))
    rest = salutation[len(bare) :].strip(" ,.:!-").split(",")[0]
    said = [_PUNCTUATION.sub("", word) for word in rest.replace("/", " ").split()]
    lowered = [word.lower() for word in said if word]
    if any(word in words.offices for word in lowered):
        return None
    if all(word in words.unnamed | words.not_names | _BETWEEN for word in lowered):
        return False
    return True if said[0][:1].isupper() or lowered[0] in words.titles else None
