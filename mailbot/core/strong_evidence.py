"""The strong evidence of a message: what decides alone whether a person wrote it, and what keeps us silent all the same.

Follows RFC 3834 (when not to answer), RFC 5230 section 4 (lists, system addresses), RFC 3464 and RFC 6522 (reports).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.field_match import came_by_group_of, first_token, has_null_return_path, sender_matches
from mailbot.core.message import Message
from mailbot.core.reason import Reason
from mailbot.core.screening_rules import HeaderRule, ScreeningRules

DMARC_FAIL = "dmarc-fail"


class Verdict(StrEnum):
    """What kind of message this is."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OTHER_AUTOMATIC = "other_automatic"
    OWN = "own"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMarks:
    """What is ours: watched addresses, those that are answered for, and whether the Message-ID is one that we gave out.

    ``relay``: the trusted sender that wrote for a person. ``dmarc``: what our own border says of the author's domain.
    ``spam_fields``: the fields by which it marks spam; empty: it is not known, and every field that marks spam counts.
    """

    addresses: frozenset[str] = frozenset()
    answerable: frozenset[str] = frozenset()
    is_our_message_id: bool = False
    relay: str = ""
    dmarc: str = ""
    spam_fields: frozenset[str] = frozenset()


def verdicts(
    message: Message, rules: ScreeningRules, own: OwnMarks, fields: Sequence[tuple[HeaderRule, str]]
) -> Iterator[tuple[Verdict, Reason]]:
    """Every verdict that something speaks for, the one that counts first. ``fields``: the rules that its fields fulfil.

    A null return path is judged by what stands beside it: absence replies and bounces both have one.
    """
    if own.is_our_message_id:
        yield Verdict.OWN, Reason("own-message-id", "Message-ID")
    yield from _report(message)
    by_field = list(_by_field(message, fields, own))
    yield from (found for found in by_field if found[0] is Verdict.BOUNCE)
    yield from _by_sender(message, rules, bounces=True)
    null_path = has_null_return_path(message)
    if null_path and first_token(message.header("auto-submitted") or "no") != "no":
        yield Verdict.AUTO_REPLY, Reason("null-return-path-and-auto-submitted", "Return-Path, Auto-Submitted")
    yield from (found for found in by_field if found[0] is not Verdict.BOUNCE)
    if null_path:
        yield Verdict.BOUNCE, Reason("null-return-path", "Return-Path: <>")
    yield from _by_sender(message, rules, bounces=False)
    if message.sender in own.addresses:
        yield Verdict.OWN, Reason("own-address", "From")


def _report(message: Message) -> Iterator[tuple[Verdict, Reason]]:
    """RFC 6522: no report is a person's; read receipts (RFC 8098) and abuse reports (RFC 5965) are no bounces."""
    kind = message.content_type.lower()
    if kind.startswith("multipart/report"):
        other = "disposition-notification" in kind or "feedback-report" in kind
        yield Verdict.OTHER_AUTOMATIC if other else Verdict.BOUNCE, Reason("multipart-report", "Content-Type")


def _by_field(message: Message, fields: Iterable[tuple[HeaderRule, str]], own: OwnMarks) -> Iterator[tuple[Verdict, Reason]]:
    for rule, evidence in fields:
        if rule.verdict == "silence" or (rule.verdict == "list" and came_by_group_of(message, own.answerable)):
            continue
        if rule.verdict == "spam" and own.spam_fields and rule.header not in own.spam_fields:
            continue
        yield Verdict(rule.verdict), Reason(rule.id, evidence)


def _by_sender(message: Message, rules: ScreeningRules, *, bounces: bool) -> Iterator[tuple[Verdict, Reason]]:
    for rule in rules.senders:
        if (rule.verdict == "bounce") is bounces and sender_matches(rule, message):
            yield Verdict(rule.verdict), Reason(rule.id, "From")


def silences(message: Message, own: OwnMarks, fields: Iterable[tuple[HeaderRule, str]]) -> Iterator[Reason]:
    """Every reason for silence, whatever the verdict. ``fields``: the rules that its fields fulfil."""
    yield from (Reason(rule.id, evidence) for rule, evidence in fields if rule.verdict == "silence")
    if own.dmarc == "fail":
        yield Reason(DMARC_FAIL, "Authentication-Results")
    if own.answerable and not _is_addressed_to(message, own.answerable):
        yield Reason("not-addressed-to-us", "To, Cc")


def _is_addressed_to(message: Message, answerable: frozenset[str]) -> bool:
    """RFC 5230 section 4.5: in To, Cc or a field in which our own server wrote down the recipient."""
    return not answerable.isdisjoint(message.delivered_to)
