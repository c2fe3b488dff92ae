"""Final bytes of a letter (RFC 5322, 2045, 2047). Written by hand because ``EmailMessage`` encodes long ids.

Ids in In-Reply-To and References are folded one to a line and never encoded (RFC 2047 section 5 forbids it there), and
one that could not be written so is left out; encoded words are at most 75 characters; line ends are CRLF.
"""

import quopri
import re
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from hashlib import sha256
from string import ascii_letters, digits

from mailbot.core.enclosure import File
from mailbot.core.letter import PLAIN_FONT, Audience, Font, Rendered
from mailbot.core.letter_html import document
from mailbot.core.text import clean_line

LINE_LENGTH = 78
FOLDED_LENGTH = 76
MAX_PLAIN_WORD = 60
MAX_REFERENCES = 100
LETTER_HEADER = "X-Mailbot-Letter"
_PIECE = 20
_ATTRIBUTE = frozenset(ascii_letters + digits + "-._~")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9 ._()-]{1,50}")
_ID = re.compile(r"[!-;=?-~]{1,980}")  # what fits on a line of 998 characters without being encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """What a letter's header holds besides subject and Message-ID, and its font. Ids stand without angle brackets.

    ``copies``: who is copied in. ``enclosed``: messages that go with it, ``files``: others (``core.enclosure``).
    ``personal``: a person wrote it, and their correspondent's programs may answer (RFC 3834 section 5).
    """

    from_name: str
    from_address: str
    reply_to: str | None
    recipient: str
    date: datetime
    in_reply_to: str
    references: tuple[str, ...]
    audience: Audience
    font: Font = PLAIN_FONT
    copies: tuple[str, ...] = ()
    enclosed: tuple[bytes, ...] = ()
    files: tuple[File, ...] = ()
    personal: bool = False


def build(letter: Rendered, headers: Headers, message_id: str) -> bytes:
    """The whole message as it leaves: the text, and the same as a page (RFC 2046 section 5.1.4)."""
    boundary = f"=_{sha256(message_id.encode()).hexdigest()[:32]}"  # known to nobody before the letter leaves
    lines = [
        f"From: {_author(clean_line(headers.from_name), headers.from_address)}",
        f"To: {headers.recipient}",
        *([f"Cc: {', '.join(headers.copies)}"] if headers.copies else []),
        *([f"Reply-To: {headers.reply_to}"] if headers.reply_to else []),
        f"Subject: {_unstructured(letter.subject, 'Subject')}",
        f"Date: {format_datetime(headers.date)}",
        f"Message-ID: <{message_id}>",
        *_thread(headers),
        *_marks(headers),
        f"{LETTER_HEADER}: <{message_id}>",
        "MIME-Version: 1.0",
    ]
    page = document(letter.html, letter.subject, headers.font, letter.language)
    content = _multipart("alternative", boundary, (_part("plain", letter.body), _part("html", page)))
    attached = [*map(_enclosed, headers.enclosed), *map(_attached, headers.files)]
    if attached:
        content = _multipart("mixed", f"{boundary}=", (b"\r\n" + content, *attached))
    return "\r\n".join((*lines, "")).encode("ascii") + content


def to_copy(text: str, page: str, subject: str, headers: Headers) -> bytes:
    """A message that somebody opens to copy from, as ``Headers.enclosed`` takes it: a text, and the same as a page."""
    boundary = f"=_{sha256(page.encode()).hexdigest()[:32]}"
    lines = (
        f"From: {_author(clean_line(headers.from_name), headers.from_address)}",
        f"Subject: {_unstructured(subject, 'Subject')}",
        f"Date: {format_datetime(headers.date)}",
        "MIME-Version: 1.0",
    )
    content = _multipart("alternative", boundary, (_part("plain", text), _part("html", page)))
    return "\r\n".join((*lines, "")).encode("ascii") + content


def _multipart(kind: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    """A body of several parts with its own header (RFC 2046 section 5.1)."""
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n'
    delimiter = f"\r\n--{boundary}".encode("ascii")
    return head.encode("ascii") + delimiter.join((b"", *parts, b"--\r\n"))


def _enclosed(content: bytes) -> bytes:
    """A message as an attachment (RFC 2046 section 5.2.1): never encoded, only declared."""
    encoding = "7bit" if content.isascii() else "8bit"
    head = (
        f"\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + content


def _attached(file: File) -> bytes:
    """A file as a part of its own (RFC 2183); what bears no media type by RFC 2045 is bytes."""
    kind = file.content_type if _MEDIA_TYPE.fullmatch(file.content_type) else "application/octet-stream"
    placed = ";\r\n".join(("Content-Disposition: attachment", *_parameter("filename", file.filename or "file")))
    head = f"\r\nContent-Type: {kind}\r\n{placed}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + encodebytes(file.content).replace(b"\n", b"\r\n")


def _parameter(name: str, value: str) -> Iterator[str]:
    """A parameter of a MIME field, in pieces if it is long or not plain (RFC 2231 sections 3 and 4.1), each on its line."""
    if _PLAIN_VALUE.fullmatch(value):
        yield f' {name}="{value}"'
        return
    encoded = [chr(one) if chr(one) in _ATTRIBUTE else f"%{one:02X}" for one in value.encode("utf-8", "replace")]
    for number, start in enumerate(range(0, len(encoded), _PIECE)):
        charset = "" if number else "utf-8''"
        yield f" {name}*{number}*={charset}{''.join(encoded[start : start + _PIECE])}"


def _marks(headers: Headers) -> Iterator[str]:
    """RFC 3834 section 3.1.7. Customers' robots are asked not to answer; absence notes of staff are wanted."""
    if headers.personal:
        return
    if headers.audience is Audience.CUSTOMER and not headers.copies:
        yield "Auto-Submitted: auto-replied"
        yield "X-Auto-Response-Suppress: All"
        yield "Precedence: bulk"
    else:
        yield "Auto-Submitted: auto-generated"


def _thread(headers: Headers) -> Iterator[str]:
    """RFC 5322 section 3.6.4: their id, and their references with their id behind them, the oldest ones kept."""
    if _ID.fullmatch(headers.in_reply_to):
        yield f"In-Reply-To: <{headers.in_reply_to}>"
    references = tuple(filter(_ID.fullmatch, headers.references))
    if references:
        kept = dict.fromkeys((references[0], *references[-MAX_REFERENCES:]))
        yield "References: " + "\r\n ".join(f"<{reference}>" for reference in kept)


def _author(name: str, address: str) -> str:
    if _is_plain(name) and len(name) <= MAX_PLAIN_WORD:
        return formataddr((name, address))
    return f"{_folded(name, 'utf-8', 'From')}\r\n <{address}>"


def _unstructured(text: str, name: str) -> str:
    if _is_plain(text) and len(name) + len(": ") + len(text) <= FOLDED_LENGTH:
        return text
    return _folded(text, "us-ascii" if _is_plain(text) else "utf-8", name)


def _is_plain(text: str) -> bool:
    """It can be folded between words and does not look like an encoded word."""
    return text.isascii() and "=?" not in text and all(len(word) <= MAX_PLAIN_WORD for word in text.split(" "))


def _folded(text: str, charset: str, name: str) -> str:
    return Header(text, charset, maxlinelen=FOLDED_LENGTH, header_name=name).encode(linesep="\r\n")


def _part(kind: str, text: str) -> bytes:
    """One form of the text: plain 7bit where it can be, quoted-printable otherwise."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    if text.isascii() and all(len(line) <= LINE_LENGTH for line in lines):
        return _head(kind, "7bit") + ("\r\n".join(lines) + "\r\n").encode("ascii")
    encoded = quopri.encodestring(("\n".join(lines) + "\n").encode("utf-8"))
    return _head(kind, "quoted-printable") + encoded.replace(b"\n", b"\r\n")


def _head(kind: str, encoding: str) -> bytes:
    head = f"\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii")
