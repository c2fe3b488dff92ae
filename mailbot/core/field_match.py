"""Whether a screening rule holds for a field of a message, or for its author's address."""

import re
from collections.abc import Iterable

from mailbot.core.message import Message
from mailbot.core.screening_rules import HeaderRule, SenderRule

_LEADING_COMMENTS = re.compile(r"^\s*(\([^()]*\)\s*)+")
_SINGLE_TOKEN = re.compile(r"[^\s;(,]+")


def first_token(value: str) -> str:
    """The first token of a header value, lower case: ``auto-replied; owner=x`` and ``no (by hand)`` both compare whole."""
    without_leading_comment = _LEADING_COMMENTS.sub("", value)
    match = _SINGLE_TOKEN.search(without_leading_comment)
    return match.group().lower() if match else ""


def speaking_fields(message: Message, rules: Iterable[HeaderRule]) -> list[tuple[HeaderRule, str]]:
    """The rules that hold for fields of the message, each with its evidence: few of many."""
    fields = dict[str, list[str]]()
    for name, value in message.headers:
        fields.setdefault(name, []).append(value)
    about = ((rule, _evidence(rule, fields[rule.header])) for rule in rules if rule.header in fields)
    return [(rule, evidence) for rule, evidence in about if evidence]


def _evidence(rule: HeaderRule, values: Iterable[str]) -> str:
    """``header: token`` where the rule holds, or an empty string. A field that names somebody shows its name alone."""
    value = next((value for value in values if _holds(rule, value)), None)
    if value is None or rule.present:
        return "" if value is None else rule.header
    token = first_token(value)
    return rule.header if "@" in token else f"{rule.header}: {token[:40]}"


def _holds(rule: HeaderRule, value: str) -> bool:
    lowered = value.lower()
    if rule.lacks and any(word in lowered for word in rule.lacks):
        return False
    if rule.present or lowered.startswith(rule.starts_with or ("\0",)):
        return True
    if rule.contains and any(word in lowered for word in rule.contains):
        return True
    token = first_token(value) if rule.token_in or rule.token_not_in else ""
    return token in rule.token_in or bool(rule.token_not_in and token and token not in rule.token_not_in)


def sender_matches(rule: SenderRule, message: Message) -> bool:
    """Whether the author's address is one that the rule describes."""
    if message.from_ is None:
        return False
    local = message.from_.local_part
    labels = message.from_.domain.split(".") if rule.domain_label else []
    return (
        local in rule.local_part
        or local.startswith(rule.prefix or ("\0",))
        or local.endswith(rule.suffix or ("\0",))
        or any(label in rule.domain_label for label in labels[:-1])
    )


def has_null_return_path(message: Message) -> bool:
    """Whether the field says that nothing may come back (RFC 5321 section 4.5.5), however nothing is written."""
    value = message.header("return-path")
    return value is not None and not value.strip().strip("<>").strip()


def came_by_group_of(message: Message, addresses: Iterable[str]) -> bool:
    """Whether the list that passed it on is one of these addresses: a group's id is its address with a dot (RFC 2919)."""
    value = message.header("list-id") or ""
    return bool(value) and any(f"<{address.replace('@', '.')}>" in value.lower() for address in addresses)
