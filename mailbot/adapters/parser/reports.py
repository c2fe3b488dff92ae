"""Reports about deliveries to values: RFC 3464 fields read here, older texts by flufl.bounce (Mailman's detectors)."""

import logging
import re
from collections.abc import Iterable, Iterator
from email.message import Message as PlainMessage
from itertools import islice

from flufl.bounce import all_failures

from mailbot.adapters.parser.bodies import Node
from mailbot.adapters.parser.fields import Fields, first
from mailbot.adapters.parser.source import LIBRARY_FAULTS
from mailbot.core.message import Message
from mailbot.core.report import Report, ReportedAction, ReportedRecipient
from mailbot.core.text import clean_line, clean_text

MAX_RECIPIENTS = 100
MAX_IDS = 20
_MOST_FIELDS = 100_000  # characters of delivery-status fields, or of returned headers, that are read
_MOST_TEXT = 40_000
_MOST_WORDS = 4_000
_MOST_DIAGNOSTIC = 500
_NEAR = 600

logging.getLogger("flufl.bounce").disabled = True  # it tells of every detector; what fails is told by the values

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = (
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "text/rfc822-headers",
    "message/global-headers",
)
_OTHER_REPORTS = ("disposition-notification", "feedback-report")
_REPORTING = ("mailer-daemon", "mailer_daemon", "maildaemon", "mail-daemon", "mmdf", "postmaster", "microsoftexchange")
_ABOUT_DELIVERY = re.compile(
    r"undeliver|deliver|failure notice|returned mail|returning message|mail (?:error|status|failure)|message status"
    r"|could not be|non remis|unzustellbar|zustell|no entregad|recapitat|доставк|не доставлен|配信|送信",
    re.IGNORECASE,
)

_FOLD = re.compile(r"\n[ \t]+")
_FIELD = re.compile(r"^([A-Za-z-]{1,60})[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>\"'(),;:\[\]]{1,200}@[^\s<>\"'(),;:\[\]]{1,200}")
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.])([45])[0-5]\d(?![\d.]*\d)(?=[\s\-:_<(]|$)")
_ID = re.compile(
    r"^[ \t>|]{0,20}(?:message-id|x-microsoft-original-message-id|x-mailbot-letter)[ \t]*:\s{0,20}<([^<>\s]{1,998})>",
    re.IGNORECASE | re.MULTILINE,
)
_RETURNED = re.compile(
    r"^[ \t>|]{0,20}(?:return-path|received|message-id|mime-version|x-mailer)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_ACTIONS = (
    (("fail", "error", "expired"), ReportedAction.FAILED),
    (("delay",), ReportedAction.DELAYED),
    (("relay",), ReportedAction.RELAYED),
    (("deliver",), ReportedAction.DELIVERED),
    (("expand",), ReportedAction.EXPANDED),
)
_BY_CLASS = {"2": ReportedAction.DELIVERED, "4": ReportedAction.DELAYED, "5": ReportedAction.FAILED}


def read_report(message: Message, fields: Fields, top: Node) -> Report | None:
    """What a message reports about deliveries, or None where nothing in it looks like such a report. Never raises."""
    leaves = list(top.leaves())
    statuses = [leaf for leaf in leaves if leaf.content_type in _STATUS_TYPES]
    if not statuses and not _looks_like_a_report(message, fields):
        return None
    text = message.text[:_MOST_TEXT]
    returned = _RETURNED.search(text)
    own_words = text[: returned.start()] if returned else text
    found = [one for leaf in statuses for one in _from_fields(_characters(leaf))]
    found = found or list(_from_text(message, fields, text, own_words))
    return Report(
        recipients=tuple(found[:MAX_RECIPIENTS]),
        named=frozenset() if found else _named(message, own_words),
        words=clean_line(own_words)[:_MOST_WORDS].lower(),
        status=_status(own_words),
        returned_ids=tuple(dict.fromkeys(islice(_returned_ids(text, leaves), MAX_IDS))),
    )


def _looks_like_a_report(message: Message, fields: Fields) -> bool:
    """By how it says what it is; whether it is one, screening says."""
    if any(kind in message.content_type.lower() for kind in _OTHER_REPORTS):
        return False
    sender = message.from_.local_part if message.from_ else ""
    return (
        message.content_type.lower().startswith("multipart/report")
        or first(fields, "return-path").strip() == "<>"
        or first(fields, "x-failed-recipients") != ""
        or not sender
        or sender.startswith(_REPORTING)
        or _ABOUT_DELIVERY.search(message.subject) is not None
    )


def _characters(leaf: Node) -> str:
    return clean_text(leaf.content[:_MOST_FIELDS].decode("utf-8", "replace"))


# RFC 3464 ----------------------------------------------------------------------------------------------------------------


def _from_fields(text: str) -> Iterator[ReportedRecipient]:
    """The groups of fields that name a recipient; the first group speaks of the message."""
    for block in re.split(r"\n[ \t]*\n", text):
        fields = {name.lower(): clean_line(value) for name, value in _FIELD.findall(_FOLD.sub(" ", block))}
        named = (_address(fields.get(name, "")) for name in ("final-recipient", "original-recipient", "x-actual-recipient"))
        addresses = frozenset(filter(None, named))
        diagnostic = fields.get("diagnostic-code", "")
        status = _precise(_status(fields.get("status", "")), diagnostic)
        action = _action(fields.get("action", ""), status)
        if addresses and action:
            yield ReportedRecipient(addresses=addresses, action=action, status=status, diagnostic=diagnostic[:_MOST_DIAGNOSTIC])


def _address(value: str) -> str:
    """``rfc822; ada@example.org`` or what servers write instead of it."""
    found = _ADDRESS.search(value.rpartition(";")[2] or value)
    return found.group().lower() if found else ""


def _action(word: str, status: str) -> ReportedAction | None:
    """The action, or where a server leaves it out, what the class of its status says."""
    named = (action for beginnings, action in _ACTIONS if word.lower().startswith(beginnings))
    return next(named, _BY_CLASS.get(status[:1]))


def _precise(status: str, diagnostic: str) -> str:
    """The code in the diagnostic where the field says only the class, as in 5.0.0."""
    if status and not status.endswith(".0.0"):
        return status
    found = _status(diagnostic)
    return found if found and (not status or found[0] == status[0]) else status


def _status(text: str) -> str:
    """The first RFC 3463 code, or the class of the first reply code of SMTP as ``5.0.0``; empty where there is neither."""
    if code := _CODE.search(text):
        return code[1]
    reply = _REPLY.search(text)
    return f"{reply[1]}.0.0" if reply else ""


# Texts -------------------------------------------------------------------------------------------------------------------


def _from_text(message: Message, fields: Fields, text: str, own_words: str) -> Iterator[ReportedRecipient]:
    delayed, failed = _detected(message, fields, text)
    for addresses, action in ((failed, ReportedAction.FAILED), (delayed, ReportedAction.DELAYED)):
        for address in addresses:
            near = own_words[max(own_words.lower().find(address), 0) :][:_NEAR]
            yield ReportedRecipient(
                addresses=frozenset({address}),
                action=action,
                status=_status(near) or _status(own_words),
                diagnostic=clean_line(near)[:_MOST_DIAGNOSTIC],
            )


def _detected(message: Message, fields: Fields, text: str) -> tuple[list[str], list[str]]:
    """The addresses that are delayed and that failed. The detectors get the text alone: no MIME of a stranger's making."""
    plain = PlainMessage()
    plain["From"] = message.sender or "mailer-daemon"
    plain["Subject"] = message.subject[:_NEAR]
    for name in ("x-failed-recipients", "x-mailer"):
        if value := first(fields, name):
            plain[name] = clean_line(value)[:_MOST_TEXT]
    plain.set_payload(text.encode("ascii", "replace").decode("ascii"))
    try:
        delayed, failed = all_failures(plain)
    except LIBRARY_FAULTS:
        return [], []
    return _decoded(delayed), _decoded(failed)


def _named(message: Message, own_words: str) -> frozenset[str]:
    """The addresses that a text names, but for those of the reporter and of whom it is addressed to."""
    others = {message.sender, *(address.key for address in message.to)}
    named = (found.lower().rstrip(".") for found in _ADDRESS.findall(own_words))
    return frozenset(islice((one for one in named if one not in others and not one.startswith(_REPORTING)), MAX_RECIPIENTS))


def _decoded(addresses: Iterable[bytes]) -> list[str]:
    found = (_address(address.decode("ascii", "replace")) for address in addresses)
    return sorted(set(filter(None, found)))[:MAX_RECIPIENTS]


# What is returned --------------------------------------------------------------------------------------------------------


def _returned_ids(text: str, leaves: Iterable[Node]) -> Iterator[str]:
    for leaf in leaves:
        if leaf.content_type in _RETURNED_TYPES:
            yield from _ID.findall(_characters(leaf).partition("\n\n")[0])
    yield from _ID.findall(text)
