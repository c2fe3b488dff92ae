"""Messages as bytes to messages as values: the public side of the parser."""

import hashlib
from dataclasses import replace
from itertools import islice

from mailbot.adapters.parser.bodies import BodyReader, Node, attachments, parameters, tree
from mailbot.adapters.parser.fields import (
    Fields,
    addresses,
    first,
    ids,
    message_id,
    repeated,
    sent_at,
    shown,
    shown_headers,
)
from mailbot.adapters.parser.limits import ParseLimits
from mailbot.adapters.parser.page_lines import page_lines
from mailbot.adapters.parser.reports import read_report
from mailbot.adapters.parser.source import Source, read
from mailbot.core.enclosure import File
from mailbot.core.message import Address, Enclosed, Message
from mailbot.core.page_words import PageLine

__all__ = ["ParseLimits", "files_of", "lines_of", "page_of", "parse", "why_unreadable"]

_STANDARD = ParseLimits()
_PAGES = ParseLimits(max_text=2_000_000)
_FOR_A_PERSON = ("over-cap:", "unparsable:", "nothing-readable")
_MOST_ENCLOSED = 5
_LONGEST_HEAD = 100_000
_IDENTIFYING = ("message-id", "from", "date", "subject")


def parse(content: bytes, limits: ParseLimits = _STANDARD) -> Message:
    """RFC 5322 bytes as a value. Never raises, whatever the bytes.

    What was wrong stands in ``defects`` as short words without personal data. A message beyond a limit carries
    ``over-cap: …`` and only what its headers say; see `why_unreadable`. Attached messages are attachments: their text
    is not part of the body. Obsolete and broken syntax is read as far as it goes (RFC 5322 section 4).
    """
    source = read(content, limits)
    fields: Fields = tuple((name.lower(), value) for name, value in source.root.raw_items())
    top, part_defects = tree(source.root)
    reader = BodyReader(limits)
    text = reader.read(top) if source.whole else ""
    people, people_defects = _people(fields)
    date, date_defect = sent_at(first(fields, "date"))
    defects = (*source.defects, *part_defects, *reader.defects, *people_defects, date_defect, *repeated(fields))
    files = attachments(top) if source.whole else ()
    if not fields and not files and not text.strip():
        defects += ("nothing-readable",)
    message = Message(
        digest=_digest(fields, top, source),
        message_id=message_id(first(fields, "message-id")),
        in_reply_to=ids(first(fields, "in-reply-to")),
        references=ids(first(fields, "references")),
        subject=shown(first(fields, "subject")),
        from_=next(iter(people["from"]), None),
        reply_to=people["reply-to"],
        to=people["to"],
        cc=people["cc"],
        sent_at=date,
        text=text,
        headers=shown_headers(fields),
        content_type=_content_type(source),
        attachments=files,
        enclosed=_enclosed(top) if source.whole else (),
        defects=tuple(dict.fromkeys(filter(None, defects))),
    )
    report = read_report(message, fields, top) if source.whole else None
    return replace(message, report=report) if report else message


def page_of(content: bytes, limits: ParseLimits = _PAGES) -> str:
    """The source of a message's HTML, or an empty string. Never raises."""
    source = read(content, limits)
    return BodyReader(limits).page(tree(source.root)[0]) if source.whole else ""


def lines_of(content: bytes, limits: ParseLimits = _STANDARD) -> tuple[PageLine, ...]:
    """The lines of a message's page with their form; none where it has no page. Never raises."""
    return page_lines(page_of(content, limits))


def files_of(content: bytes, limits: ParseLimits = _STANDARD) -> tuple[File, ...]:
    """Every part of a message but its text, decoded. Never raises."""
    source = read(content, limits)
    leaves = tree(source.root)[0].leaves() if source.whole else ()
    return tuple(
        File(filename=leaf.filename, content_type=leaf.content_type, content=leaf.content, in_place=leaf.in_place)
        for leaf in leaves
        if not leaf.readable
    )


def _enclosed(top: Node) -> tuple[Enclosed, ...]:
    """The heads of attached messages."""
    attached = (leaf.content for leaf in top.leaves() if leaf.content_type == "message/rfc822")
    return tuple(_head(content) for content in islice(attached, _MOST_ENCLOSED))


def _head(content: bytes) -> Enclosed:
    start = content[:_LONGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"
    fields: Fields = tuple((name.lower(), value) for name, value in read(start, _STANDARD).root.raw_items())
    people, clear = addresses(first(fields, "from"))
    author = people[0] if len(people) == 1 and clear else None
    return Enclosed(from_=author, message_id=message_id(first(fields, "message-id")))


def why_unreadable(message: Message) -> str:
    """The defect for which a person must look at the bytes, or an empty string."""
    return next((defect for defect in message.defects if defect.startswith(_FOR_A_PERSON)), "")


def _people(fields: Fields) -> tuple[dict[str, tuple[Address, ...]], tuple[str, ...]]:
    people: dict[str, tuple[Address, ...]] = {}
    defects: list[str] = []
    for name in ("from", "reply-to", "to", "cc"):
        people[name], clear = addresses(first(fields, name))
        if not clear:
            defects.append(f"unclear-addresses: {name}")
    if not people["from"]:
        defects.append("no-usable-address: from")
    return people, tuple(defects)


def _content_type(source: Source) -> str:
    declared, report_type = source.root.declared_type, ""
    if "report-type" in source.root.get("content-type", "").lower():
        report_type = parameters(source.root).get("report-type", "").lower()
    return shown(f"{declared}; report-type={report_type}" if report_type else declared)


def _digest(fields: Fields, top: Node, source: Source) -> str:
    """The message's identity: the same in every mailbox, whatever trace headers and line ends a server puts."""
    digest = hashlib.sha256()
    pieces = [" ".join(first(fields, name).split()).encode("utf-8", "replace") for name in _IDENTIFYING]
    pieces += [_unended(leaf) for leaf in top.leaves()] if source.whole else [source.rest]
    for piece in pieces:
        digest.update(b"%d:" % len(piece))
        digest.update(piece)
    return digest.hexdigest()


def _unended(leaf: Node) -> bytes:
    if not leaf.content_type.startswith("text/"):
        return leaf.content
    return leaf.content.replace(b"\r\n", b"\n").rstrip()
