"""Bytes to a MIME tree, by the standard library's parser: the look at the bytes before it, and the caps within it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as MimePart
from email.parser import BytesFeedParser, BytesHeaderParser
from email.policy import Policy
from functools import partial
from typing import Any, cast

from mailbot.adapters.parser.charsets import readable
from mailbot.adapters.parser.limits import OverCapError, ParseLimits

# What the standard library's parser has been seen to raise on made-up input; it documents none of it.
LIBRARY_FAULTS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)

_PREFIX = re.compile(rb"\A(?:\xef\xbb\xbf)?[\r\n]*(?:>?From [^\r\n]*\r?\n)?")
_HEAD_END = re.compile(rb"^(?!From |[!-9;-~]*:|[\t ])", re.MULTILINE)
_FIELD_BREAK = re.compile(rb"\n(?![ \t])")
_CARRIAGE_RETURNS = re.compile(rb"\r+(?!\n)")
_ENCODING = re.compile(r"[\s\"']*([\w-]+)")
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
    end = match.start() if (match := _HEAD_END.search(content)) else len(content)
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
    parser = BytesFeedParser(_factory(tally))
    parser.feed(_folded(head))
    for start in range(len(head), len(content), _PIECE):
        parser.feed(content[start : start + _PIECE])
    return cast("Part", parser.close())


def _check(content: bytes, head: bytes, limits: ParseLimits) -> None:
    """The caps that can be seen without parsing; raises OverCapError."""
    lines = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    over = {
        "size": len(content) > limits.max_bytes,
        "lines": lines > limits.max_lines,
        "header-lines": head.count(b"\n") > limits.max_header_lines,
        "header-length": len(head) > limits.max_head
        or (len(head) > limits.max_header_length and max(map(len, _fields(head))) > limits.max_header_length),
    }
    if name := next((name for name, exceeded in over.items() if exceeded), None):
        raise OverCapError(name)


def _fields(head: bytes) -> list[bytes]:
    return _FIELD_BREAK.split(head)


def _head_only(head: bytes, limits: ParseLimits) -> "Part":
    kept = _fields(head[: limits.max_head])[: limits.max_header_lines]
    cut = b"\n".join(one[: limits.max_header_length] for one in kept)
    enough = replace(limits, max_depth=len(kept), max_header_lines=len(kept))
    return cast("Part", BytesHeaderParser(_factory(_Tally(limits=enough))).parsebytes(_folded(cut)))


def _with_line_feeds(content: bytes) -> bytes:
    """A message whose lines end in bare CR throughout, with LF instead."""
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _folded(head: bytes) -> bytes:
    """Headers without bare CR, which the parser would take as a line end and so as the start of another field."""
    return _CARRIAGE_RETURNS.sub(b" ", head)


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


class Part(MimePart):
    """A part whose headers are text without surrogates, and which never takes an attached message apart.

    ``get_content_type`` names attached messages as opaque, so that their headers and text stay one piece of bytes;
    ``declared_type`` tells what they were called.
    """

    def __init__(self, policy: "Policy[Any]", *, tally: _Tally) -> None:
        super().__init__(policy)
        self._tally = tally
        tally.count_part()

    def set_raw(self, name: str, value: str) -> None:
        """Store a header as the parser read it, with 8-bit bytes decoded and MIME parameters bounded."""
        self._tally.count_field()
        value = readable(value)
        key = name.lower()
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
        return super().get_content_type()

    def parts(self) -> Iterator["Part"]:
        """The parts of a multipart, in order; none where the part is a leaf."""
        # Asked of a leaf, get_payload() would decode its text in whatever charset the sender named.
        return iter(cast("list[Part]", self.get_payload()) if self.is_multipart() else ())

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


def _factory(tally: _Tally) -> Any:
    return partial(Part, tally=tally)
