"""Bytes to a MIME tree, by the standard library's parser: the look at the bytes before it, and the caps within it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as MimePart
from email.parser import BytesHeaderParser, FeedParser
from email.policy import Policy
from functools import partial
from typing import Any, cast

from mailbot.adapters.parser.charsets import readable
from mailbot.adapters.parser.limits import OverCapError, ParseLimits

# What the standard library's parser has been seen to raise on made-up input; it documents none of it.
LIBRARY_FAULTS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)

_PREFIX = re.compile(rb"\A(?:\xef\xbb\xbf)?[\r\n]*(?:>?From [^\r\n]*\r?\n)?")
_HEAD = re.compile(rb"(?:(?:From |[!-9;-~]*+:|[\t ])[^\n]*+(?:\n|\Z))*+")
_FIELD_BREAK = re.compile(rb"\n(?![ \t])")
_CARRIAGE_RETURNS = re.compile(rb"\r+(?!\n)")
_ENCODING = re.compile(r"[\s\"']*([\w-]+)")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
# As patterns, these two are found in half the time that `find` takes in an attachment.
_BOUNDARY = re.compile(rb"\n--")
_BOUNDARY_AFTER_CR = re.compile(rb"\r--")
_MARK = "\ue000"  # occurs in no message: the parser sees bytes as ASCII and surrogates
_STAND_IN = re.compile(rf"{_MARK}(\d+)\n")
_PIECE = 65_536
_MAX_PARAMETERS = 64
_MAX_PARAMETER_FIELD = 8_000
_MAX_FIELDS_OF_A_PART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the bytes hold. ``rest`` is the body's bytes where the body was not read, for the digest."""

    root: "Part"
    rest: bytes
    defects: tuple[str, ...]
    whole: bool


def read(content: bytes, limits: ParseLimits) -> Source:
    """The MIME tree of a message, or its headers only where it goes beyond a limit (defect ``over-cap: …``)."""
    content = _with_line_feeds(content[_PREFIX.match(content).end() :])  # type: ignore[union-attr]  # matches ""
    end = _HEAD.match(content).end()  # type: ignore[union-attr]  # matches ""
    head = content[:end]
    try:
        _check(content, head, limits)
        tally = _Tally(limits=limits)
        root = _parsed(head, content, tally)
        return Source(root=root, rest=b"", defects=tuple(tally.defects), whole=True)
    except OverCapError as cap:
        defect = f"over-cap: {cap}"
    except LIBRARY_FAULTS as fault:
        defect = f"unparsable: {type(fault).__name__}"
    return Source(root=_head_only(head, limits), rest=content[end:], defects=(defect,), whole=False)


def _parsed(head: bytes, content: bytes, tally: "_Tally") -> "Part":
    """The parser gets the body in pieces: handed all at once it needs several times the memory."""
    stretches = _Stretches()
    parser: Any = FeedParser(partial(Part, tally=tally, stretches=stretches))
    parser.feed(_as_text(_folded(head)))
    fed = len(head)
    for start, end in (*_plain_stretches(content, max(fed - 1, 0)), (len(content), len(content))):
        for at in range(fed, start, _PIECE):
            parser.feed(_as_text(content[at : min(at + _PIECE, start)]))
        parser.feed(stretches.stand_in(content[start:end]))
        fed = end
    return cast("Part", parser.close())


def _plain_stretches(content: bytes, start: int) -> Iterator[tuple[int, int]]:
    """The lines that cannot steer the parser: what follows an empty line, up to the next that begins as a boundary does.

    The last line before that one is left to the parser, which takes the line's end off. Where a boundary may follow a
    bare CR, which the parser takes as a line end, it sees every line.
    """
    if _BOUNDARY_AFTER_CR.search(content):
        return
    while empty := _EMPTY_LINE.search(content, start):
        boundary = _BOUNDARY.search(content, empty.end() - 1)
        start = boundary.start() + 1 if boundary else len(content)
        last_line = content.rfind(b"\n", empty.end(), start - 1) + 1
        if last_line:
            yield empty.end(), last_line


def _check(content: bytes, head: bytes, limits: ParseLimits) -> None:
    """The caps that can be seen without parsing; raises OverCapError."""
    over = {
        "size": len(content) > limits.max_bytes,
        "lines": len(content) > limits.max_lines and _lines(content) > limits.max_lines,
        "header-lines": head.count(b"\n") > limits.max_header_lines,
        "header-length": len(head) > limits.max_head
        or (len(head) > limits.max_header_length and max(map(len, _fields(head))) > limits.max_header_length),
    }
    if name := next((name for name, exceeded in over.items() if exceeded), None):
        raise OverCapError(name)


def _lines(content: bytes) -> int:
    return content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")


def _fields(head: bytes) -> list[bytes]:
    return _FIELD_BREAK.split(head)


def _head_only(head: bytes, limits: ParseLimits) -> "Part":
    kept = _fields(head[: limits.max_head])[: limits.max_header_lines]
    cut = b"\n".join(one[: limits.max_header_length] for one in kept)
    enough = replace(limits, max_depth=len(kept), max_header_lines=len(kept))
    factory: Any = partial(Part, tally=_Tally(limits=enough), stretches=_Stretches())
    return cast("Part", BytesHeaderParser(factory).parsebytes(_folded(cut)))


def _with_line_feeds(content: bytes) -> bytes:
    """A message whose lines end in bare CR throughout, with LF instead."""
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _as_text(content: bytes) -> str:
    return content.decode("ascii", "surrogateescape")


def _folded(head: bytes) -> bytes:
    """Headers without bare CR, which the parser would take as a line end and so as the start of another field."""
    return head if head.count(b"\r") == head.count(b"\r\n") else _CARRIAGE_RETURNS.sub(b" ", head)


@dataclass(slots=True, kw_only=True)
class _Tally:
    """Counts what the parser meets and stops it at a cap."""

    limits: ParseLimits
    parts: int = -2  # the parser makes one part on trial, and the message itself is not one
    multiparts: int = 0
    fields: int = 0
    defects: set[str] = field(default_factory=set)

    def count_part(self) -> None:
        self.parts += 1
        self._require(self.parts <= self.limits.max_parts, "parts")

    def count_field(self) -> None:
        self.fields += 1
        allowed = self.limits.max_header_lines + _MAX_FIELDS_OF_A_PART * max(self.parts, 0)
        self._require(self.fields <= allowed, "header-lines")

    def count_multipart(self) -> None:
        self.multiparts += 1
        self._require(self.multiparts <= self.limits.max_depth, "depth")

    def _require(self, within: bool, name: str) -> None:
        if not within:
            raise OverCapError(name)


class _Stretches:
    """Long stretches of a body. The parser takes line by line, and gets one line in place of each."""

    def __init__(self) -> None:
        self._stretches: list[bytes] = []

    def stand_in(self, stretch: bytes) -> str:
        """The line for the parser."""
        self._stretches.append(stretch)
        return f"{_MARK}{len(self._stretches) - 1}\n" if stretch else ""

    def put_back(self, payload: str) -> str:
        """What the parser took for a part's content, whole again."""
        return _STAND_IN.sub(lambda line: _as_text(self._stretches[int(line[1])]), payload)


class Part(MimePart):
    """A part whose headers are text without surrogates, and which never takes an attached message apart.

    ``get_content_type`` names attached messages as opaque, so that their headers and text stay one piece of bytes;
    ``declared_type`` tells what they were called.
    """

    _payload: Any  # the base class's: the content as the parser took it

    def __init__(self, policy: "Policy[Any]", *, tally: _Tally, stretches: _Stretches) -> None:
        super().__init__(policy)
        self._tally = tally
        self._stretches = stretches
        self._declared_type = ""
        tally.count_part()

    def set_raw(self, name: str, value: str) -> None:
        """Store a header as the parser read it, with 8-bit bytes decoded and MIME parameters bounded."""
        self._tally.count_field()
        value = readable(value)
        key = name.lower()
        self._declared_type = ""
        if key.startswith("content-"):
            value = self._bounded(key, value)
        super().set_raw(name, value)

    def get_content_type(self) -> str:
        """The type the parser acts on: attached messages are opaque."""
        declared = self.declared_type
        return "application/octet-stream" if declared.startswith("message/") else declared

    @property
    def declared_type(self) -> str:
        """The type the sender named, or RFC 2045's default, in lower case."""
        self._declared_type = self._declared_type or super().get_content_type()
        return self._declared_type

    def parts(self) -> Iterator["Part"]:
        """The parts of a multipart, in order; none where the part is a leaf."""
        # Asked of a leaf, get_payload() would decode its text in whatever charset the sender named.
        return iter(cast("list[Part]", self.get_payload()) if self.is_multipart() else ())

    def content(self) -> bytes:
        """What a leaf holds, its transfer encoding undone."""
        self.set_payload(self._stretches.put_back(self._payload))
        content = self.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""

    def _bounded(self, key: str, value: str) -> str:
        if key == "content-transfer-encoding":
            return match[1] if (match := _ENCODING.match(value)) else ""
        if key == "content-type" and value.strip().lower().startswith("multipart/"):
            self._tally.count_multipart()
        # Reading parameters takes time by the square of their number.
        if value.count(";") > _MAX_PARAMETERS or len(value) > _MAX_PARAMETER_FIELD:
            self._tally.defects.add("shortened-field: content")
            value = ";".join(value[:_MAX_PARAMETER_FIELD].split(";")[:_MAX_PARAMETERS])
        return value
