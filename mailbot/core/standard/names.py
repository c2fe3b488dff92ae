"""Names: whose they are, and whether a line is one."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from mailbot.core.standard.values import SignatureWords

_WORD = re.compile(r"[^\W\d_]+(?:['’`´-][^\W\d_]+)*\.?")
_BRACKETED = re.compile(r"[(\[{<].*")
_ADDRESS = re.compile(r"\S{1,100}@\S{1,200}")
_SEPARATORS = re.compile(r"\s*(?:[|,;•·/]|\s[-–—]\s)\s*")
_PIECES = re.compile(r"\s*[|•·/:]\s*|\s+[-–—]\s+|\s+(?:via|at|on behalf of|for)\s+")
_PAIR = re.compile(r"(?=\b([A-Z](?:[^\W\d_]+(?:[-'’][^\W\d_]+)?|\.)?)\s([A-Z][^\W\d_]+))")
_ALONE = re.compile(r"[\s~*/–—-]*([A-Z][^\W\d_]+(?:[-'’][^\W\d_]+)?)[ ,/]*")
_LAST_LATIN = "\u024f"
_LONGEST_NAME = 5


def plain(word: str) -> str:
    """A word as names are compared: lower case, without accents, apostrophes and a full stop at its end."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(each))
    return re.sub(r"['’`´]", "", bare).rstrip(".")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared, first names first: ``SMITH, Zoë (Housing)`` is zoe smith."""
    bare = _BRACKETED.sub("", name)
    surname, comma, first = bare.partition(",")
    ordered = f"{first} {surname}" if comma else bare
    return tuple(plain(word) for word in _WORD.findall(ordered))


def persons_name(display: str, words: SignatureWords) -> str:
    """The person's name in what stands beside an address: ``Ada Finch | Harbour Office``; empty where there is none."""
    for piece in _PIECES.split(_BRACKETED.sub("", display)):
        found = [word for word in words_of(piece) if word not in words.titles]
        if 2 <= len(found) <= _LONGEST_NAME and not any(word in words.not_names for word in found):
            return " ".join(each.capitalize() for each in found)
    return ""


def full_name(line: str, words: SignatureWords) -> str:
    """The name that a line of a signature begins with, first name and surname, or an empty string."""
    first = _BRACKETED.sub("", _SEPARATORS.split(line.strip())[0]).strip(" *_")
    found = _WORD.findall(first)
    named = [word for word in found if plain(word) not in words.titles]
    if not 2 <= len(named) <= _LONGEST_NAME or " ".join(found) != " ".join(first.split()):
        return ""
    if any(plain(word) in words.not_names for word in named) or not (named[0][0].isupper() and named[-1][0].isupper()):
        return ""
    whole = [word for word in named if len(word.rstrip(".")) > 1]
    return first if len(whole) >= 2 and whole[0] == named[0] and whole[-1] == named[-1] else ""


def says_name(text: str, name: tuple[str, ...]) -> bool:
    """Whether a text, addresses left aside, holds the first name and the surname, or a part of that."""
    if len(name) < 2:
        return False
    said = [plain(word) for word in _WORD.findall(_ADDRESS.sub(" ", text))]
    if any(first == name[0] and second in name[1:] for first, second in pairwise(said)):
        return True
    parts = set(name[-1].split("-")) | {name[-1]}
    return name[0] in said and not parts.isdisjoint(said)


def first_names(lines: Iterable[str], words: SignatureWords) -> tuple[str, ...]:
    """Single words with a capital that stand on a line of their own, as people sign who know each other: ``- Ada``."""
    alone = (match[1] for line in lines if (match := _ALONE.fullmatch(line)))
    return tuple(each for each in alone if plain(each) not in words.not_names)


def in_other_letters(text: str) -> bool:
    """Whether most letters of a text are no Latin ones, so that a name may stand there as it cannot be compared."""
    letters = [each for each in text if each.isalpha()]
    return sum(each > _LAST_LATIN for each in letters) > len(letters) / 2


def holds_name(line: str, words: SignatureWords) -> bool:
    """Whether somebody stands in a line: two words with capitals, or an initial and one, that no office is called by."""
    return any(
        plain(match[1]) not in words.not_names and plain(match[2]) not in words.not_names for match in _PAIR.finditer(line)
    )
