"""Where the salutation, the closing and the signature of a message stand. History that is quoted is never looked at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from mailbot.core.standard.mail import Line
from mailbot.core.standard.names import full_name, says_name
from mailbot.core.standard.values import SignatureWords

MOST_LINES = 20
_LONGEST_LINE = 140
_LONGEST_CLOSING = 8
_BETWEEN = frozenset({"or", "and", "the", "a", "our", "my"})
_DELIMITER = frozenset({"--", "—"})
_PUNCTUATION = re.compile(r"[^\w' ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A message in parts. ``closing``: the words it closes with, in lower case; ``salutation``: its first line, or empty.

    ``located``: something marks where the signature begins.
    """

    salutation: str
    body: tuple[Line, ...]
    closing: str
    signature: tuple[Line, ...]
    located: bool

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.signature)

    @property
    def whole(self) -> str:
        """All that the writer wrote."""
        return "\n".join(line.text for line in (*self.body, *self.signature))


def parts_of(lines: Sequence[Line], words: SignatureWords, name: tuple[str, ...]) -> Parts:
    """The parts of a message of somebody with this name: those above the first quote, or below where none is above."""
    above = list(takewhile(lambda line: not line.quoted, lines))
    own = [line for line in lines if not line.quoted]
    found = _parts(_without_small_print(above, words), words, name)
    return found if found.located else _parts(_without_small_print(own, words), words, name)


def _parts(lines: Sequence[Line], words: SignatureWords, name: tuple[str, ...]) -> Parts:
    said = [line for line in lines if line.text or line.images]
    salutation = next((line.text for line in said[:3] if _is_salutation(line.text, words)), "")
    for at in range(len(said) - 1, -1, -1):
        if closing := closing_of(said[at].text, words):
            rest = _after(said[at], closing)
            return Parts(
                salutation=salutation, body=tuple(said[:at]), closing=closing, signature=(*rest, *said[at + 1 :]), located=True
            )
    start = _start(said, words, name)
    located = start < len(said)
    return Parts(salutation=salutation, body=tuple(said[:start]), closing="", signature=tuple(said[start:]), located=located)


def closing_of(text: str, words: SignatureWords) -> str:
    """The closing that a line begins with, if it holds little more than that and a name."""
    bare = " ".join(_PUNCTUATION.sub(" ", text.lower()).split())
    if len(bare.split()) > _LONGEST_CLOSING:
        return ""
    found = [each for each in words.closings if bare == each or bare.endswith(f" {each}") or _begins(text, each)]
    return max(found, key=len, default="")


def _begins(text: str, closing: str) -> bool:
    """A closing, then a comma or a name: not "regards the lamp"."""
    rest = text.strip()[len(closing) :]
    return text.strip().lower().startswith(closing) and (rest[:1] in ",.;!" or rest.lstrip()[:1].isupper())


def _after(line: Line, closing: str) -> tuple[Line, ...]:
    """What stands behind a closing on its own line: a name, as a rule."""
    at = line.text.lower().find(closing)
    rest = line.text[at + len(closing) :].strip(" ,.;!-")
    return (Line(text=rest),) if rest else ()


def _start(said: Sequence[Line], words: SignatureWords, name: tuple[str, ...]) -> int:
    """Where a signature without a closing begins: at its delimiter, or at the name."""
    first = max(len(said) - MOST_LINES, 0)
    for at in range(first, len(said)):
        text = said[at].text
        if text in _DELIMITER:
            return at + 1
        if full_name(text, words) and (says_name(text, name) or (not name and at > 0)):
            return at
    return len(said)


def _without_small_print(lines: Sequence[Line], words: SignatureWords) -> list[Line]:
    """The lines above a disclaimer."""
    return list(takewhile(lambda line: not line.text.lower().strip(" *_").startswith(words.disclaimers), lines))


def _is_salutation(text: str, words: SignatureWords) -> bool:
    return len(text) < _LONGEST_LINE and text.lower().startswith(words.greetings)


def is_named(salutation: str, words: SignatureWords) -> bool | None:
    """Whether a salutation has a name; None where there is no salutation, or nobody can tell."""
    if not salutation:
        return None
    bare = next(each for each in sorted(words.greetings, key=len, reverse=True) if salutation.lower().startswith(each))
    rest = salutation[len(bare) :].strip(" ,.:!-").split(",")[0]
    said = [_PUNCTUATION.sub("", word) for word in rest.replace("/", " ").split()]
    if all(word.lower() in words.unnamed | words.not_names | _BETWEEN for word in said):
        return False
    return True if said[0][:1].isupper() or said[0].lower() in words.titles else None
