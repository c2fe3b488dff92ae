"""``rules/screening``: which headers and senders say what a message is."""

from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT, digest_of, refuse_twice
from mailbot.core.policy import HeaderRule, ScreeningRules, SenderRule
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeadersFile:
    header: tuple[HeaderRule, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _SendersFile:
    sender: tuple[SenderRule, ...]
    __pydantic_config__ = STRICT


def load_screening(rules: Path) -> ScreeningRules:
    """The screening rules in the order of their files."""
    files = (rules / "screening" / "headers.toml", rules / "screening" / "senders.toml")
    headers = convert(_HeadersFile, read_toml(files[0], PolicyError), files[0], PolicyError)
    senders = convert(_SendersFile, read_toml(files[1], PolicyError), files[1], PolicyError)
    for rule in headers.header:
        _check_header(files[0], rule)
    for sender in senders.sender:
        words = (*sender.local_part, *sender.prefix, *sender.suffix)
        if not words or not all(_is_comparable(word) for word in words):
            raise PolicyError(f"{files[1]}: sender '{sender.id}': write local_part, prefix or suffix, each word in lower case")
    refuse_twice([*(rule.id for rule in headers.header), *(rule.id for rule in senders.sender)], files[0].parent, "id")
    return ScreeningRules(version=digest_of(files), headers=headers.header, senders=senders.sender)


def _check_header(file: Path, rule: HeaderRule) -> None:
    words = (rule.token_in, rule.token_not_in, rule.contains, rule.starts_with)
    if sum(map(bool, (rule.present, *words))) != 1:
        tests = "present, token_in, token_not_in, contains, starts_with"
        raise PolicyError(f"{file}: header '{rule.id}': write exactly one of {tests}")
    if rule.header != rule.header.lower():
        raise PolicyError(f"{file}: header '{rule.id}': write the field name in lower case")
    if not all(_is_comparable(word) for found in words for word in found):
        raise PolicyError(f"{file}: header '{rule.id}': write every word in lower case, and no empty one")


def _is_comparable(word: str) -> bool:
    """Whether a word of a rule can ever hold, and does not hold always: values are compared in lower case."""
    return bool(word.strip()) and word == word.lower()
