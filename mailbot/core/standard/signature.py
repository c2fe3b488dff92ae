"""Where the salutation, the closing and the signature of a message stand. History that is quoted is never looked at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from mailbot.core.standard.closing import closings_of, is_salutation
from mailbot.core.standard.contact import ADDRESS, has_address, has_phone, phones
from mailbot.core.standard.mail import Line
from mailbot.core.standard.names import full_name, says_name
from mailbot.core.standard.values import SignatureWords

MOST_LINES = 40
_OPENING, _LETTER_HEAD = 3, 16
"""Lines in which a message greets somebody; a letter has addresses, references and a date above that."""
_DELIMITER = frozenset({"--", "—", "–"})
_FRAME = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]+")
_HEAD = re.compile(r"\W*from:", re.IGNORECASE)
_FIELD = re.compile(r"\W*(?:to|cc|sent|date|subject|dear|hi|hello)\b", re.IGNORECASE)
_SHORT_SIGNATURE = 8
_PROSE, _SENTENCE = 14, 5
"""So many words are prose; so few with a full stop behind them are a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A message in parts. ``closings``: the words it closes with, in lower case; ``salutation``: its greeting, or empty.

    ``head``: what stands above the salutation; ``below``: what stands under the signature, small print and what follows
    quotes. ``located``: something marks where the signature begins.
    """

    salutation: str
    head: tuple[Line, ...]
    body: tuple[Line, ...]
    closings: tuple[str, ...]
    signature: tuple[Line, ...]
    below: tuple[Line, ...]
    located: bool

    @property
    def about_writer(self) -> tuple[Line, ...]:
        """Wherever a message may say who wrote it, but for its sentences."""
        signed = self.signature if self.located else self.body[-MOST_LINES:]
        return (*self.head, *signed, *(line for line in self.below if len(_WORD.findall(line.text)) < _PROSE))

    @property
    def signed(self) -> str:
        """The words of the signature, and of what stands under it."""
        return text_of((*self.signature, *self.below))

    @property
    def whole(self) -> tuple[Line, ...]:
        """All that the writer wrote."""
        return (*self.body, *self.signature, *self.below)


def text_of(lines: Sequence[Line]) -> str:
    """The words of some lines, those of pictures that have any among them."""
    return "\n".join(filter(None, (part for line in lines for part in (line.text, line.alt))))


def parts_of(lines: Sequence[Line], words: SignatureWords, name: tuple[str, ...]) -> Parts:
    """The parts of a message of somebody with this name: those above the first quote, or below where none is above."""
    own = [line for line in lines if not line.quoted and (line.text or line.images or line.alt)]
    count = sum(1 for _ in takewhile(lambda line: not line.quoted, lines))
    above = [line for line in lines[:count] if line.text or line.images or line.alt]
    found = _parts(above, own[len(above) :], words, name)
    return found if found.located else _parts(own, [], words, name)


def _parts(said: Sequence[Line], after: Sequence[Line], words: SignatureWords, name: tuple[str, ...]) -> Parts:
    opening = _opening(said, words)
    start, closings = _closing(said, words) or (_start(said, words, name), ())
    first = start + bool(closings)
    end = _end(said, first, words)
    signature = (*(_after(said[start], words) if closings else ()), *said[first:end])
    return Parts(
        salutation=said[opening].text if opening >= 0 else "",
        head=tuple(said[: max(opening, 0)]),
        body=tuple(said[:start]),
        closings=closings,
        signature=signature,
        below=(*said[end:], *after),
        located=bool(closings) or start < len(said),
    )


def _opening(said: Sequence[Line], words: SignatureWords) -> int:
    """Where the salutation stands, or -1."""
    for at, line in enumerate(said[:_LETTER_HEAD]):
        if is_salutation(line.text, words) and (at < _OPENING or line.text.lower().startswith("dear ")):
            return at
    return -1


def _closing(said: Sequence[Line], words: SignatureWords) -> tuple[int, tuple[str, ...]] | None:
    """The last closing that a signature follows, and where it stands."""
    for at in range(len(said) - 1, max(len(said) - MOST_LINES, 0) - 1, -1):
        following = next((line.text for line in said[at + 1 :] if line.text), "")
        if (closings := closings_of(said[at].text, words)) and not is_sentence(following):
            return at, closings
    return None


def _after(line: Line, words: SignatureWords) -> tuple[Line, ...]:
    """What stands behind a closing on its own line: a name, as a rule."""
    rest = line.text
    while (before := rest) and (closings := closings_of(rest, words)):
        at = rest.lower().replace("’", "'").find(closings[-1])
        rest = rest[at + len(closings[-1]) :].strip(" ,.;!-") if at >= 0 else ""
        if rest == before:
            break
    last = next((run for run in reversed(line.runs) if run.text.strip()), None)
    return (Line(text=rest, runs=(last._replace(text=rest),) if last else ()),) if rest else ()


def may_stand_below_quotes(lines: Sequence[Line], name: tuple[str, ...]) -> bool:
    """Whether the writer's signature is the end of a message whose history ends with somebody else's.

    Only where a head says whose that is: a thread that the writer began ends with their signature, too.
    """
    said = [line for line in lines if line.text]
    heads = [at for at, line in enumerate(said) if line.quoted and _HEAD.match(line.text)]
    if not heads or not said[-1].quoted or says_name(said[heads[-1]].text, name):
        return False
    end = [line for line in said[heads[-1] + 1 :][-_SHORT_SIGNATURE:] if not _FIELD.match(line.text)]
    return any(says_name(line.text, name) for line in end) and any(has_phone([line]) or has_address([line]) for line in end)


def _start(said: Sequence[Line], words: SignatureWords, name: tuple[str, ...]) -> int:
    """Where a signature without a closing begins: at its delimiter, at the program's mark, or at the name."""
    first = max(len(said) - MOST_LINES, 0)
    for at in range(first, len(said)):
        text = said[at].text
        if text in _DELIMITER:
            return at + 1
        if said[at].marked:
            return at
        if full_name(text, words) and not is_salutation(text, words) and (says_name(text, name) or (not name and at > 0)):
            return at
    return len(said)


def _end(said: Sequence[Line], first: int, words: SignatureWords) -> int:
    """Where a signature ends: at small print, or at prose such as a postscript."""
    ends = (at for at in range(first, len(said)) if _is_small_print(said, at, words) or is_sentence(said[at].text))
    return next(ends, len(said))


def is_sentence(text: str) -> bool:
    """Whether a line is a part of a text, and not of a signature: no lines of names, places and numbers."""
    said = len(_WORD.findall(text))
    if ADDRESS.search(text) or any(phones(text)) or "|" in text:
        return said >= 2 * _PROSE
    return said >= _PROSE or (said >= _SENTENCE and text.rstrip()[-1:] in (".", "?", "!"))


def _is_small_print(said: Sequence[Line], at: int, words: SignatureWords) -> bool:
    """A line that begins as disclaimers do, or a rule above one."""
    text = said[at].text.lower()
    if text and not _FRAME.sub("", text):
        return len(text) > 2 and any(_is_print(line.text, words) for line in said[at + 1 : at + 2])
    return _is_print(text, words)


def _is_print(text: str, words: SignatureWords) -> bool:
    return text.lower().strip(" *_-=[]()").startswith(words.disclaimers)
