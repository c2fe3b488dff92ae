"""The MIME tree as parts with numbers, and out of them the body's text and the list of attachments."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.adapters.parser.charsets import decode, decode_words
from mailbot.adapters.parser.html import html_text
from mailbot.adapters.parser.limits import ParseLimits
from mailbot.adapters.parser.source import LIBRARY_FAULTS, Part
from mailbot.core.message import Attachment
from mailbot.core.text import clean_line, clean_text

_READABLE = ("text/plain", "text/html")
_MAX_FILENAME = 200
_BYTES_OF_A_CHARACTER = 4
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of the message: a multipart with ``children``, or a leaf with decoded ``content``.

    ``number`` counts as IMAP does: "1.2" is the second part of the first part.
    ``readable`` says that it is text meant to be read in place, not a file; ``in_place``, that it is a picture of such a text.
    """

    number: str
    content_type: str
    filename: str = ""
    charset: str = ""
    readable: bool = False
    in_place: bool = False
    content: bytes = b""
    children: tuple["Node", ...] = ()

    def leaves(self) -> Iterator["Node"]:
        """The leaves below this node, or the node itself, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def tree(root: Part) -> tuple[Node, tuple[str, ...]]:
    """The parts of a message, with every content decoded, and the defects the standard library saw in them."""
    defects: list[str] = []
    top = _node(root, "", defects)
    return top, tuple(dict.fromkeys(defects))


def attachments(top: Node) -> tuple[Attachment, ...]:
    """Every part but the texts to be read in place: the body, or the other forms of it a sender offered."""
    return tuple(
        Attachment(
            part=leaf.number,
            filename=leaf.filename,
            content_type=leaf.content_type,
            size=len(leaf.content),
            sha256=hashlib.sha256(leaf.content).hexdigest(),
            in_place=leaf.in_place,
        )
        for leaf in top.leaves()
        if not leaf.readable
    )


class BodyReader:
    """Chooses and decodes the text of a message, within the limits for the message as a whole."""

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._html_left = limits.max_html
        self.defects: list[str] = []

    def read(self, top: Node) -> str:
        """The body: plain text where the sender offers it and it is not empty, else the HTML's words."""
        text = self._text(top)
        if len(text) > self._limits.max_text:
            self.defects.append("text-shortened")
        return text[: self._limits.max_text]

    def page(self, top: Node) -> str:
        """The source of the HTML that a program would show, or an empty string."""
        pages = (leaf for leaf in top.leaves() if leaf.readable and leaf.content_type == "text/html")
        return "\n".join(text for leaf in pages if (text := self._decoded(leaf, self._limits.max_text)).strip())

    def _text(self, node: Node) -> str:
        if not node.children:
            return self._leaf(node) if node.readable else ""
        texts = (self._text(child) for child in _in_order(node))
        if node.content_type == "multipart/alternative":
            return next((text for text in texts if text.strip()), "")
        return self._joined(texts)

    def _joined(self, texts: Iterator[str]) -> str:
        kept: list[str] = []
        length = 0
        for text in texts:
            if text.strip():
                kept.append(text)
                length += len(text)
            if length > self._limits.max_text:
                break
        return "\n".join(kept)

    def _leaf(self, leaf: Node) -> str:
        if leaf.content_type != "text/html":
            return clean_text(self._decoded(leaf, self._limits.max_text))
        most = self._html_left
        text = self._decoded(leaf, most)
        self._html_left -= len(text)
        return html_text(text)

    def _decoded(self, leaf: Node, most: int) -> str:
        """The first ``most`` characters of a text part."""
        text, defect = decode(_start(leaf.content, most * _BYTES_OF_A_CHARACTER), leaf.charset)
        if defect:
            self.defects.append(defect)
        if len(text) > most:
            self.defects.append("text-shortened")
        return text[:most]


def _start(content: bytes, most: int) -> bytes:
    """The first bytes of a text, not cut within a character of UTF-8."""
    if len(content) <= most:
        return content
    near = range(most, max(most - _BYTES_OF_A_CHARACTER, -1), -1)
    return content[: next((end for end in near if content[end] & 0xC0 != 0x80), most)]


def _in_order(node: Node) -> list[Node]:
    if node.content_type != "multipart/alternative":
        return list(node.children)
    return sorted(node.children, key=lambda child: not any(_is_plain(leaf) for leaf in child.leaves()))


def _is_plain(leaf: Node) -> bool:
    return leaf.readable and leaf.content_type == "text/plain"


def _node(part: Part, number: str, defects: list[str], within: str = "") -> Node:
    children = list(part.parts())
    if not children:
        return _leaf(part, number or "1", defects, within)
    defects += _words_of(part)
    numbered = ((child, f"{number}.{place}".lstrip(".")) for place, child in enumerate(children, 1))
    nodes = tuple(_node(child, below, defects, part.declared_type) for child, below in numbered)
    return Node(number=number, content_type=part.declared_type, children=nodes)


def _leaf(part: Part, number: str, defects: list[str], within: str) -> Node:
    content = part.content()
    defects += _words_of(part)
    declared = part.declared_type
    # A multipart without parts: what there is, is read as text.
    content_type = "text/plain" if declared.startswith("multipart/") else clean_line(declared)
    typed, placed = parameters(part), parameters(part, "content-disposition")
    filename = _filename(placed.get("filename", "") or typed.get("name", ""))
    attached = "attachment" in placed or (bool(filename) and within not in ("", "multipart/alternative"))
    is_picture = content_type.startswith("image/") and "attachment" not in placed
    return Node(
        number=number,
        content_type=content_type,
        filename=filename,
        charset=typed.get("charset", ""),
        readable=content_type in _READABLE and not attached,
        in_place=is_picture and within == "multipart/related",
        content=content,
    )


def parameters(part: Part, header: str = "content-type") -> dict[str, str]:
    """A MIME header's value and parameters, names in lower case, RFC 2231 and the common RFC 2047 values decoded.

    Empty where the standard library cannot read them: a section number of RFC 2231 may be longer than an int can be.
    """
    found: dict[str, str] = {}
    try:
        pairs = part.get_params([], header)
    except LIBRARY_FAULTS:
        return found
    for name, value in pairs:
        found.setdefault(name.lower(), _parameter(value))
    return found


def _parameter(value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, str):
        return decode_words(value)
    charset, _language, text = value
    return decode(text.encode("latin-1", "replace"), charset or "")[0]


def _filename(name: str) -> str:
    """A file name to show: one line, the last component of a path, its end kept where it is long."""
    last = re.split(r"[/\\]", clean_line(clean_text(name)))[-1]
    return "" if last.strip(". ") == "" else last[-_MAX_FILENAME:]


def _words_of(part: Part) -> list[str]:
    """The library's defects as words: InvalidBase64PaddingDefect becomes invalid-base64-padding."""
    return [_CAMEL.sub("-", type(defect).__name__.removesuffix("Defect")).lower() for defect in part.defects]
