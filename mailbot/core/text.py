"""Text from outside, made safe to store and to show. Nothing here knows where the text came from."""

import re
from collections.abc import Iterable

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_LINE_ENDS = frozenset("\x0b\x0c\x1c\x1d\x1e\u2028\u2029")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    r"""Text of many lines as it may be stored: every line ends in ``\n`` and every character can be written as UTF-8.

    NUL, other control characters and lone surrogates become U+FFFD. The range U+0080 to U+009F holds no printable
    character; text that uses it was written as Windows-1252 and sold as ISO-8859-1, and is read as the former.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNCLEAN.sub(_clean, text)


def clean_line(text: str) -> str:
    """Text as it may stand on one line of a page, a log or a header.

    Line ends of every kind become spaces, runs of space become one space, and what is not seen but changes what is
    seen (control characters, writing direction, zero-width and tag characters) is taken out. The joiners that some
    scripts need stay.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_SURROGATES.sub(REPLACEMENT, _UNSEEN.sub("", text)).split())


def shown_text(text: str) -> str:
    r"""Text of many lines as it may stand on a terminal: its lines and tabs stay, what is not seen is taken out.

    A terminal obeys control characters, and the direction of writing or a tag changes what a reader believes to read.
    """
    return _SURROGATES.sub(REPLACEMENT, _UNSEEN.sub("", _BREAKS.sub("\n", text)))


def _clean(match: re.Match[str]) -> str:
    character = match.group()
    if character in _LINE_ENDS:
        return "\n"
    if "\x80" <= character <= "\x9f":
        return character.encode("latin-1").decode("cp1252", "replace")
    return REPLACEMENT


def lowered(text: str) -> str:
    """The text in lower case, the same length: U+0130 is the one character that would become two."""
    return text.replace("\u0130", "i").lower()


def key(words: str) -> str:
    """The form in which names and addresses are compared."""
    return " ".join(words.casefold().split())


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: ``a, b and c``; empty for none."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
