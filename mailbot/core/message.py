"""A message as mailbot sees it: the parsed value of RFC 5322 bytes, and where those bytes were seen."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbot.core.report import Report

TRACE_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "resent-to", "resent-cc", "x-forwarded-to")
_ADDRESSES = re.compile(r"[^\s<>,;:()\"]+@[^\s<>,;:()\"]+")


class Direction(StrEnum):
    """Which way a message went."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Origin(StrEnum):
    """Why a message is in the store."""

    MAILBOX = "mailbox"  # arrived in a watched folder: the flow decides about it
    SENT = "sent"  # found in the Sent folder: a member of staff or mailbot itself wrote it
    HISTORY = "history"  # older than the mailbox's start: serves matching only


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An RFC 5322 address: ``address`` as written but for a lower-cased domain, ``name`` decoded and cleaned."""

    address: str
    name: str = ""

    @property
    def key(self) -> str:
        """The form in which two addresses are compared: all lower case."""
        return self.address.lower()

    @property
    def local_part(self) -> str:
        return self.key.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.key.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that is not body text. ``filename`` is cleaned for display and is never used as a path.

    ``in_place``: a picture that the text itself shows (RFC 2387), such as a logo in a signature.
    """

    part: str
    filename: str
    content_type: str
    size: int
    sha256: str
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of a message's text (``Message.full_text``): evidence points, it does not quote."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A message that is attached to another as such (message/rfc822): what its head says."""

    from_: Address | None
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the bytes say. Every text is free of NUL and lone surrogates; header values stand on one line.

    ``digest`` identifies the message whatever mailbox it was seen in (Message-ID, From, Date, Subject and decoded
    parts; trace headers differ between mailboxes). ``sent_at`` is the sender's word and never starts a clock.
    ``headers`` holds (lower-case name, value) in order. Ids stand without angle brackets. ``report`` is what it says of a
    delivery, if it looks like a mail server's report. ``own``: the parts of ``text`` that its writer wrote, without what they
    quote; None while nobody has looked.
    """

    digest: str
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    from_: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    text: str = ""
    own: tuple[Span, ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain"
    attachments: tuple[Attachment, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    defects: tuple[str, ...] = ()
    report: Report | None = None

    @property
    def full_text(self) -> str:
        """Subject, an empty line, body: the text that spans of evidence point into."""
        return f"{self.subject}\n\n{self.text}"

    @property
    def own_text(self) -> str:
        """What its writer wrote, without what they quote."""
        return self.text if self.own is None else "\n".join(self.text[one.start : one.end].strip("\n") for one in self.own)

    @property
    def full_own_text(self) -> str:
        """``full_text`` with everything that is quoted blank: offsets into either are the same."""
        if self.own is None:
            return self.full_text
        pieces, at = [self.subject, "\n\n"], 0
        for one in self.own:
            pieces += [" " * (one.start - at), self.text[one.start : one.end]]
            at = one.end
        return "".join(pieces) + " " * (len(self.text) - at)

    @property
    def sender(self) -> str:
        """The author's address in the form used for comparison, or an empty string."""
        return self.from_.key if self.from_ else ""

    def header(self, name: str) -> str | None:
        """The first value of a header field (``name`` in lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def delivered_to(self) -> frozenset[str]:
        """Whom it is addressed to, and whom a server of ours wrote down as its recipient, in comparison form."""
        traced = " ".join(value for name in TRACE_FIELDS for value in self.header_values(name)).lower()
        return frozenset({address.key for address in (*self.to, *self.cc)} | set(_ADDRESSES.findall(traced)))

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of a header field (``name`` in lower case)."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an IMAP server handed over for one UID. ``incomplete`` says why ``content`` is not the whole message."""

    uid: int
    received_at: datetime
    size: int
    content: bytes
    incomplete: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A stored message at the place where it was seen, waiting to be decided about (a row of ``location``).

    ``raw``: the digest under which its bytes are kept; ``put_back``: it was held, and a person has put it back.
    """

    id: int
    mailbox: str
    folder_role: str
    received_at: datetime
    raw: str
    content: bytes
    reindexed: bool
    incomplete: str
    put_back: bool
