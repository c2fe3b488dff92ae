"""An owner's plain reply to the mail that gave them a case: which of its lines are theirs, and whether that is beyond doubt.

What goes to a customer must hold nothing of what is internal, and lack nothing of what the owner wrote. So every line that is
left out must stand in our letter, or belong to the head that a mail program puts above what it quotes; and no line that stays
may be one of ours. Anything else is a doubt, and a doubt goes to nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from mailbot.core.enclosure import File
from mailbot.core.quoting import MOST_TEXT, QuoteRules, is_sent_from, is_signature_mark, names_a_field, quoted_lines

_MARKUP = re.compile(r"<[^<>\s]*(?:://|mailto:|@)[^<>\s]*>")
_NO_WORD = re.compile(r"[\W_]+")
_INTERNAL = re.compile(r"\W*internal(?:[ \t]+(?:note|only))?[ \t]*[:;.,–—-]", re.IGNORECASE)
_MARKED_INTERNAL = re.compile(r"^[ \t>*]*internal[ \t]*:", re.IGNORECASE | re.MULTILINE)
_COMMAND = re.compile(r"\bmailbot\s+(?:case|held)\b", re.IGNORECASE)
TOKEN = re.compile(r"[0-9a-f]{32,}\.mailbot\b|\+[0-9a-f]{16}-[0-9a-f]{12}@", re.IGNORECASE)
_MAILS = ("message/", "multipart/", "application/ms-tnef", "application/vnd.ms-outlook", "application/pkcs7-mime")
_MAIL_NAMES = (".eml", ".msg", "winmail.dat")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_PICTURE = re.compile(r"\[cid:[^\]\s]{1,200}\]")
_PICTURE_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}
_LABEL = re.compile(r"[\w ]{1,24}:")
_TELLING = 12  # so many letters and digits of a line are no chance
_WHOLE_LINE, _PIECE = 16, 24
_MOST_HEAD, _MOST_ATTRIBUTION = 12, 3


class Doubt(StrEnum):
    """Why a reply goes to nobody until a person has looked."""

    NO_WORDS = "no-words"
    TOO_LONG = "too-long"
    UNKNOWN_QUOTE = "quotes-what-we-did-not-send"
    BETWEEN_QUOTES = "words-between-quoted-lines"
    INTERNAL_LEFT = "internal-words-left"
    ENCLOSES_MAIL = "encloses-mail"


def outgoing(files: Iterable[File]) -> tuple[tuple[File, ...], Doubt | None]:
    """The files that go to the customer, and the doubt about them: a mail within a mail may hold anything of ours.

    Signatures (RFC 8551, RFC 3156) are of the message as the owner sent it, and stay behind. Pictures that were pasted into the
    text go as files, with a name if they have none.
    """
    kept = tuple(_named(one, number) for number, one in enumerate(files, 1) if one.content_type not in _SIGNATURES)
    return kept, Doubt.ENCLOSES_MAIL if any(map(_holds_mail, kept)) else None


def without_pictures(text: str) -> str:
    """A text without the marks that programs write where a picture stands."""
    return _PICTURE.sub("", text)


def _named(file: File, number: int) -> File:
    ending = _PICTURE_ENDINGS.get(file.content_type)
    return replace(file, filename=f"picture-{number}{ending}") if ending and not file.filename else file


def _holds_mail(file: File) -> bool:
    if file.content_type.startswith(_MAILS) or file.filename.lower().endswith(_MAIL_NAMES):
        return True
    return TOKEN.search(file.content.decode("latin-1")) is not None


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The owner's own words; with a ``doubt`` nobody may be sent them. ``internal``: they are for colleagues."""

    text: str
    doubt: Doubt | None = None
    internal: bool = False

    def doubted(self, doubt: Doubt | None) -> "OwnWords":
        """The same, in doubt by this unless it was before."""
        return replace(self, doubt=self.doubt or doubt)


def own_words(text: str, letter: str, rules: QuoteRules, footers: Sequence[str] = ()) -> OwnWords:
    """What the writer of ``text`` wrote in reply to our ``letter`` (its plain text).

    ``footers``: how the notes begin, in lower case, that our own server puts below every message.
    """
    lines = _without_footer(text.split("\n"), footers)
    cut, doubt = _cut(lines, letter, rules)
    kept = [line for line, gone in zip(lines, cut, strict=True) if not gone]
    words = without_pictures("\n".join(kept)).strip()
    if _INTERNAL.match(words):
        return OwnWords(words, internal=True)
    if len(text) > MOST_TEXT:
        doubt = Doubt.TOO_LONG
    elif not words:
        doubt = doubt or Doubt.NO_WORDS
    elif doubt is None and _is_mixed(lines, cut):
        doubt = Doubt.BETWEEN_QUOTES
    elif doubt is None and _tells(words, letter):
        doubt = Doubt.INTERNAL_LEFT
    return OwnWords(words, doubt)


def _without_footer(lines: Sequence[str], footers: Sequence[str]) -> list[str]:
    """The lines above the last of these notes, if one stands there."""
    begins = [number for number, line in enumerate(lines) if footers and line.strip().lower().startswith(tuple(footers))]
    return list(lines[: begins[-1]] if begins else lines)


# What is left out --------------------------------------------------------------------------------------------------------


def _cut(lines: Sequence[str], letter: str, rules: QuoteRules) -> tuple[list[bool], Doubt | None]:
    """For each line whether it is left out, and the doubt about that.

    A line such as "Sent from my phone" stays, and so does a head of which nothing that it introduces is left.
    """
    cut, ours, doubt = list(quoted_lines(lines, rules)), _letters(letter), None
    for start, end in _runs(_with_blanks(lines, cut)):
        first = start
        while first < end and is_sent_from(lines[first], rules):
            first += 1
        run = [line for line in lines[first:end] if line.strip()]
        cut[start:first] = [False] * (first - start)
        if len(run) == 1 and not run[0].lstrip().startswith(">"):
            cut[first:end] = [False] * (end - first)
        elif run and not _is_our_letter(run, ours, rules):
            doubt = Doubt.UNKNOWN_QUOTE
    return cut, doubt


def _with_blanks(lines: Sequence[str], cut: Sequence[bool]) -> list[bool]:
    """The same, with the blank lines between two lines that are left out."""
    said = [number for number, line in enumerate(lines) if line.strip()]
    marks = list(cut)
    for one, following in pairwise(said):
        if cut[one] and cut[following]:
            marks[one:following] = [True] * (following - one)
    return marks


def _runs(marks: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for number, mark in enumerate((*marks, False)):
        if mark and start is None:
            start = number
        elif not mark and start is not None:
            yield start, number
            start = None


def _is_our_letter(run: Sequence[str], ours: str, rules: QuoteRules) -> bool:
    """Whether lines that are left out are a head and behind it nothing but lines of our letter, which begin somewhere."""
    said = [(line, _letters(line)) for line in run if _letters(line)]
    begins = next((at for at, (_, words) in enumerate(said) if len(words) >= _TELLING and words in ours), None)
    if begins is None or begins > _MOST_HEAD:
        return False
    plain = [line for line, words in said[:begins] if words not in ours and not names_a_field(line, rules)]
    return len(plain) <= _MOST_ATTRIBUTION and all(words in ours for _, words in said[begins:])


def _is_mixed(lines: Sequence[str], cut: Sequence[bool]) -> bool:
    """Whether the owner wrote above and below what they quote, or within it; a signature may stand below."""
    blocks = [
        [line for line in lines[first:end] if line.strip()]
        for first, end in _runs([not gone for gone in cut])
        if any(line.strip() for line in lines[first:end])
    ]
    signed = len(blocks) > 1 and is_signature_mark(blocks[-1][0])
    return len(blocks) > (2 if signed else 1)


# What stays --------------------------------------------------------------------------------------------------------------


def _tells(words: str, letter: str) -> bool:
    """Whether anything of ours stays: a token, a command, a line of the letter that is no customer's, or a piece of one."""
    if any(mark.search(words) for mark in (_MARKED_INTERNAL, _COMMAND, TOKEN)):
        return True
    whole, pieces = _letters(words), [_letters(line) for line in words.split("\n")]
    for line in (one for one in letter.split("\n") if not one.startswith(">")):
        inner = _letters(line)
        if len(inner) >= _WHOLE_LINE and inner in whole:
            return True
        if not _LABEL.match(line) and any(len(piece) >= _PIECE and piece in inner for piece in pieces):
            return True
    return False


def _letters(text: str) -> str:
    """Letters and digits alone: whatever mail programs do to spaces, marks, bullets, quotes and links, these stay."""
    plain = unicodedata.normalize("NFKC", _MARKUP.sub(" ", text)).casefold()
    return _NO_WORD.sub("", plain)
