"""Names: whose they are, and whether a line is one."""

import re
from collections.abc import Iterable
from itertools import pairwise

from mailbot.core.standard.values import SignatureWords

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
_BRACKETED = re.compile(r"[(\[{<].*")
_ADDRESS = re.compile(r"\S{1,100}@\S{1,200}")
_SEPARATORS = re.compile(r"\s*(?:[|,;•·/]|\s[-–—]\s)\s*")
_LONGEST_NAME = 5


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, first names first: ``SMITH, Jane (Housing)`` is jane smith."""
    bare = _BRACKETED.sub("", name)
    surname, comma, first = bare.partition(",")
    ordered = f"{first} {surname}" if comma else bare
    return tuple(word.lower().rstrip(".") for word in _WORD.findall(ordered))


def is_persons(name: str, words: SignatureWords) -> bool:
    """Whether a display name looks like a person's: two to five words, none of them of an office."""
    found = words_of(name)
    return 2 <= len(found) <= _LONGEST_NAME and not any(word in words.not_names for word in found)


def full_name(line: str, words: SignatureWords) -> str:
    """The name that a line of a signature begins with, first name and surname, or an empty string."""
    first = _BRACKETED.sub("", _SEPARATORS.split(line.strip())[0]).strip(" *_")
    found = _WORD.findall(first)
    named = [word for word in found if word.lower().rstrip(".") not in words.titles]
    if not 2 <= len(named) <= _LONGEST_NAME or " ".join(found) != " ".join(first.split()):
        return ""
    if any(word.lower() in words.not_names for word in named) or not (named[0][0].isupper() and named[-1][0].isupper()):
        return ""
    whole = [word for word in named if len(word.rstrip(".")) > 1]
    return first if len(whole) >= 2 and whole[0] == named[0] and whole[-1] == named[-1] else ""


def says_name(text: str, name: tuple[str, ...]) -> bool:
    """Whether a text, addresses left aside, holds the first name and the surname, or a part of that."""
    if len(name) < 2:
        return False
    said = [word.lower().rstrip(".") for word in _WORD.findall(_ADDRESS.sub(" ", text))]
    if any(first == name[0] and second in name[1:] for first, second in pairwise(said)):
        return True
    parts = set(name[-1].split("-")) | {name[-1]}
    return name[0] in said and not parts.isdisjoint(said)


def first_names(lines: Iterable[str]) -> tuple[str, ...]:
    """Single words with a capital that stand on a line of their own, as people sign who know each other."""
    return tuple(line.strip(" ,.") for line in lines if re.fullmatch(r"\s*[A-Z][^\W\d_]+(?:[-'’][^\W\d_]+)?[ ,.]*", line))
