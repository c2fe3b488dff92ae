"""Header fields to values: ids, addresses and the date, by mail-parser where it has a reading of them."""

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailbot.adapters.parser.charsets import decode_words
from mailbot.adapters.parser.source import LIBRARY_FAULTS
from mailbot.core.message import Address
from mailbot.core.text import clean_line, clean_text

MAX_IDS = 100
MAX_ADDRESSES = 200
MAX_HEADERS = 500
_MAX_ID = 998
_MAX_ADDRESS = 320
_OLDEST_YEAR = 1900
_ONCE = ("from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references")

_ID = re.compile(r"<([^<>\s]+)>")
_SPACED_ID = re.compile(r"<([^<>]+)>")
_MAILBOX = re.compile(r"""("[^"\x00-\x1f\x7f]+"|[^\s\x00-\x1f\x7f"(),:;<>@[\]\\]+)@([^\s\x00-\x1f\x7f"(),;<>@\\]+)""")
_ADDRESS = r"[\w+-]+(?:\.[\w+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)*"
_PLAIN = re.compile(
    rf"""
      (?: (?P<atoms>[a-z'-]+(?:\ [a-z'-]+)*) | "(?P<quoted>[a-z][a-z\ ',-]*)" ) \ <(?P<angled>{_ADDRESS})>
    | (?P<bare>{_ADDRESS})
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_BETWEEN = re.compile(r"""[\s"'(),;<>]+""")
_BRITISH_SUMMER = re.compile(r"\bBST\b", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\r\n]+")

Fields = tuple[tuple[str, str], ...]


def first(fields: Fields, name: str) -> str:
    """The first raw value of a field (name in lower case), or an empty string."""
    for key, value in fields:
        if key == name:
            return value
    return ""


def shown(value: str) -> str:
    """A raw value as people read it: encoded words decoded, on one line."""
    unfolded = decode_words(value).replace("\r", " ").replace("\n", " ").replace("\t", " ")
    return clean_line(clean_text(unfolded))


def shown_headers(fields: Fields) -> Fields:
    """The headers of a message as kept. Of several Return-Path only the top one counts: our server's own."""
    kept: list[tuple[str, str]] = []
    for name, value in fields:
        if name != "return-path" or not any(key == "return-path" for key, _ in kept):
            kept.append((name, shown(value)))
    return tuple(kept[:MAX_HEADERS])


def repeated(fields: Fields) -> tuple[str, ...]:
    """A defect for each field that may stand once and stands more often."""
    names = [name for name, _ in fields]
    return tuple(f"repeated-field: {name}" for name in _ONCE if names.count(name) > 1)


def ids(value: str) -> tuple[str, ...]:
    """The message ids in a raw field, without brackets, each once, at most the last 100 of them.

    Some programs wrap ids in encoded words, put space within the brackets or leave the brackets out.
    An id beyond the 998 characters of a line is nobody's.
    """
    found = _ID.findall(value) or _SPACED_ID.findall(value) or _ID.findall(decode_words(value))
    if not found:
        found = [token.strip("<>\"',;") for token in value.split() if "@" in token]
    whole = (clean_line(token).replace(" ", "") for token in found)
    return tuple(dict.fromkeys(token for token in whole if 0 < len(token) <= _MAX_ID))[-MAX_IDS:]


def message_id(value: str) -> str:
    """The id of a Message-ID field, or its only word where it has no brackets, or an empty string."""
    words = clean_line(value).strip("<> ").split()
    bare = words[0] if len(words) == 1 and len(words[0]) <= _MAX_ID else ""
    return next(iter(ids(value)), bare)


def addresses(value: str) -> tuple[tuple[Address, ...], bool]:
    """The usable addresses in a raw field (at most 200), and whether all of the field could be read.

    Where mail-parser finds none, one address that stands alone in the disorder is taken all the same; an address in
    the display name of ``<>`` is not.
    """
    if not value:
        return (), True
    # Words are written anew: senders leave commas in them. The library is not to decode them, see `charsets`.
    text = decode_words(_LINE_ENDS.sub(" ", value), _as_word)
    if ";" in text and ":" not in text and '"' not in text:
        text = text.replace(";", ",")  # Outlook's separator; with a colon it would be the end of a group
    pairs, clear = _pairs(text)
    found = tuple(_usable(pairs)) or tuple(_usable(_alone(decode_words(value))))
    return found[:MAX_ADDRESSES], clear


def sent_at(value: str) -> tuple[datetime | None, str]:
    """A Date field as an aware UTC time, or None, and a defect that is empty where the date is in order.

    BST is British Summer Time (mail-parser takes it, with every unknown zone, as UTC). A time without a zone is
    taken as UTC and reported.
    """
    if not value:
        return None, "no-date"
    from mailparser.dates import parse_mail_date

    text = _BRITISH_SUMMER.sub("+0100", _LINE_ENDS.sub(" ", value))
    result = parse_mail_date(text)
    if isinstance(result.value, datetime):
        return result.value, "odd-date" if result.reasons else ""
    lenient = _lenient_date(text)
    return lenient, "odd-date" if lenient else "unreadable-date"


def _lenient_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        moment = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (*LIBRARY_FAULTS, OverflowError):
        return None
    return moment if moment.year >= _OLDEST_YEAR else None


def _pairs(text: str) -> tuple[list[tuple[str, str]], bool]:
    """Names and addresses as mail-parser reads them, and whether it had no doubts. It need not see the plainest fields."""
    if plain := _PLAIN.fullmatch(text):
        return [(plain["atoms"] or plain["quoted"] or "", plain["angled"] or plain["bare"])], True
    from mailparser.utils import get_addresses

    reasons: list[object] = []
    try:
        return get_addresses(text, defects=reasons, decode_names=False), not reasons
    except LIBRARY_FAULTS:
        return [], False


def _as_word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(clean_text(text).encode()).decode()}?="


def _usable(pairs: Iterable[tuple[str, str]]) -> Iterable[Address]:
    for name, written in pairs:
        if (match := _MAILBOX.fullmatch(written)) and len(written) <= _MAX_ADDRESS:
            yield Address(address=f"{match[1]}@{match[2].lower()}", name=_name(name, written))


def _name(name: str, written: str) -> str:
    cleaned = shown(name).strip("\"' ")
    return "" if cleaned.lower() == written.lower() else cleaned


def _alone(text: str) -> list[tuple[str, str]]:
    found = {word for word in _BETWEEN.split(text.rpartition("<")[2]) if _MAILBOX.fullmatch(word)}
    return [("", found.pop())] if len(found) == 1 else []
