"""A customer's message as it goes with a handover: whole where it can be, without its attachments where it is too large."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

from mailbot.core.message import Message
from mailbot.core.text import clean_line

LONGEST_LINE = 998  # RFC 5322 section 2.1.1
MOST_TEXT = 200_000
_LINE_END = re.compile(rb"\r\n|\r|\n")
_ID = re.compile(r"[!-;=?-~]{1,980}")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The bytes of a message/rfc822 part (RFC 2046 section 5.2.1), and what of the message they lack, in words."""

    content: bytes
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A part that goes with a message as a file (RFC 2183): its name cleaned for display, its decoded content.

    ``in_place``: as of ``Attachment``.
    """

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    in_place: bool = False


def enclosure(content: bytes, message: Message, at_most: int, *, is_all: bool = True, is_read: bool = True) -> Enclosure:
    """The message of these bytes, which say what ``message`` has. Above ``at_most`` bytes only its head and text go.

    ``is_all``: the bytes are the whole message, not its head alone; ``is_read``: ``message`` has all that they say.
    """
    if is_all and (whole := _as_it_came(content, at_most)):
        return Enclosure(whole)
    names = ", ".join(clean_line(one.filename) or one.content_type for one in message.attachments)
    if not (is_all and is_read):
        names = "its text and its files"
    return Enclosure(_without_attachments(message), names or "its form; the words are there")


def _as_it_came(content: bytes, at_most: int) -> bytes:
    """The bytes with the line ends of mail; none where they are too many, or no server would take them."""
    if len(content) > at_most:
        return b""  # line ends only add to it
    whole = _LINE_END.sub(b"\r\n", content)
    sendable = b"\0" not in whole and all(len(line) <= LONGEST_LINE for line in whole.split(b"\r\n"))
    return whole if sendable and len(whole) <= at_most else b""


def _without_attachments(message: Message) -> bytes:
    shown = EmailMessage(policy=SMTP)
    shown["From"] = f"<{message.sender}>" if message.sender.isascii() and message.sender else "undisclosed:;"
    shown["Subject"] = clean_line(message.subject)
    if message.sent_at:
        shown["Date"] = message.sent_at
    if _ID.fullmatch(message.message_id):
        shown["Message-ID"] = f"<{message.message_id}>"
    shown.set_content(message.text[:MOST_TEXT])
    return shown.as_bytes()
