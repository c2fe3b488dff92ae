"""Bytes to text. Only charsets on a list are decoded: a sender must not choose utf-7, punycode or unicode_escape."""

import binascii
import re
from collections.abc import Callable

_AS_NAMED = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r", "koi8-u", "tis-620", "euc-jp", "iso-2022-jp"),
    *("iso-2022-kr", "gb18030", "mac-roman"),
    *(f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{page}" for page in (437, 850, 852, 855, 858, 866, 874, 932, 949, 950, *range(1250, 1259))),
)
# Where a label is commonly put on text of a larger set, the larger set is used: it holds every character of the
# smaller one. Latin-1 stands for Windows-1252 too, because reading as Latin-1 cannot fail and `clean_text` puts the
# Windows characters right.
_ALIASES = {
    **{f"windows-{page}": f"cp{page}" for page in (874, *range(1250, 1259))},
    **dict.fromkeys(("us-ascii", "ascii", "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252"), "latin-1"),
    **dict.fromkeys(("gb2312", "gbk", "cp936", "x-gbk", "euc-cn"), "gb18030"),
    **dict.fromkeys(("shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("ks-c-5601-1987", "euc-kr", "ksc5601"), "cp949"),
    **dict.fromkeys(("latin9", "latin-9"), "iso-8859-15"),
    "big5": "big5hkscs",
    "iso-8859-8-i": "iso-8859-8",
    "latin2": "iso-8859-2",
    "macintosh": "mac-roman",
    "utf8": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_CODECS = {**{name: name for name in _AS_NAMED}, **_ALIASES}

# 2,000 characters bound the search for the end of a word; longer words are not decoded.
_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bq])\?(.{0,2000}?)\?=", re.IGNORECASE | re.DOTALL)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")


def decode(content: bytes, label: str) -> tuple[str, str]:
    """Bytes under the charset a sender named; returns the text and a defect, which is empty where all went well.

    Never raises. A missing or unknown label, and one of the Latin-1 family, is taken as UTF-8 where the bytes are
    valid UTF-8 (which text in another charset practically never is) and as Windows-1252 where they are not.
    """
    codec = _CODECS.get(label.strip(" \t\r\n\"'").lower().replace("_", "-"))
    defect = "" if codec or not label else "unknown-charset"
    if codec is None or codec == "latin-1":
        return _western(content), defect
    try:
        return content.decode(codec).removeprefix("\ufeff"), defect
    except UnicodeError:
        return content.decode(codec, "replace").removeprefix("\ufeff"), "undecodable-bytes"


def readable(value: str) -> str:
    """A header value as the standard library leaves it (raw 8-bit bytes as surrogates), with those bytes decoded."""
    if value.isascii():
        return value
    return _western(value.encode("ascii", "surrogateescape"))


def decode_words(text: str, shown: Callable[[str], str] = str) -> str:
    """RFC 2047 encoded words replaced by ``shown`` of what they say. Broken words stay as they are.

    Words next to each other in the same charset are joined before decoding: senders cut them in mid-character.
    They are decoded within quotes too, which the RFC forbids and senders do.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    run, label, end = b"", "", 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        joined = end > 0 and not gap.strip()
        if not joined or word[1].lower() != label:
            pieces += [shown(decode(run, label)[0]) if run else "", "" if joined else gap]
            run, label = b"", word[1].lower()
        run, end = run + _word_bytes(word), word.end()
    return "".join([*pieces, shown(decode(run, label)[0]) if run else "", text[end:]])


def _western(content: bytes) -> str:
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _word_bytes(word: re.Match[str]) -> bytes:
    if word[2] in "qQ":
        return binascii.a2b_qp(word[3].encode("utf-8"), header=True)
    letters = _NOT_BASE64.sub("", word[3])
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
