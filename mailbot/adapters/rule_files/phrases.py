"""``rules/phrases``: what mailbot looks for in subjects and in what people write."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from mailbot.core.holding import HoldingRules
from mailbot.core.information_request import RequestRules
from mailbot.core.quoting import QuoteRules
from mailbot.core.reply import ReplyRules, ShortReply
from mailbot.core.subject import SubjectRules
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

F = TypeVar("F", "_HoldingFile", "_SubjectsFile", "_QuotingFile", RequestRules, ShortReply)


@dataclass(frozen=True, slots=True, kw_only=True)
class _HoldingFile:
    phrases: tuple[str, ...]
    answers: tuple[str, ...]
    markers: tuple[str, ...]
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class _SubjectsFile:
    replies: tuple[str, ...]
    forwards: tuple[str, ...]
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class _QuotingFile:
    wrote: tuple[str, ...]
    originals: tuple[str, ...]
    forwarded: tuple[str, ...]
    from_: tuple[str, ...]
    date: tuple[str, ...]
    to: tuple[str, ...]
    subject: tuple[str, ...]
    sent_from: tuple[str, ...]
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


def load_holding(rules: Path) -> HoldingRules:
    """The phrases of holding replies. Raises PolicyError for an empty word or one that could never be found."""
    found = _read(_HoldingFile, rules / "phrases" / "holding.toml")
    return HoldingRules(phrases=found.phrases, answers=found.answers, markers=found.markers)


def load_replies(rules: Path) -> ReplyRules:
    """By what thanks and withdrawals are known. Raises PolicyError."""
    return ReplyRules(
        thanks=_read(ShortReply, rules / "phrases" / "thanks.toml"),
        withdrawal=_read(ShortReply, rules / "phrases" / "withdrawal.toml"),
    )


def load_requests(rules: Path) -> RequestRules:
    """By what requests for recorded information are known. Raises PolicyError."""
    return _read(RequestRules, rules / "phrases" / "requests.toml")


def load_subjects(rules: Path) -> SubjectRules:
    """The marks of replies and forwards. Raises PolicyError for an empty word or one that could never be found."""
    found = _read(_SubjectsFile, rules / "phrases" / "subjects.toml")
    return SubjectRules(replies=found.replies, forwards=found.forwards)


def load_quoting(rules: Path) -> QuoteRules:
    """What mail programs put before a quote. Raises PolicyError for an empty word or one that could never be found."""
    found = _read(_QuotingFile, rules / "phrases" / "quoting.toml")
    kinds = {"from": found.from_, "date": found.date, "to": found.to, "subject": found.subject}
    return QuoteRules(
        wrote=found.wrote,
        originals=frozenset(found.originals),
        forwarded=frozenset(found.forwarded),
        fields={word: kind for kind, words in kinds.items() for word in words},
        sent_from=found.sent_from,
    )


def _read(kind: type[F], file: Path) -> F:
    """A file of lists of words."""
    found = convert(kind, read_toml(file, PolicyError), file, PolicyError)
    for each in fields(found):
        value = getattr(found, each.name)
        for words in value if isinstance(value, tuple | frozenset) else ():
            if words != " ".join(words.lower().split()) or not words:
                raise PolicyError(f"{file}: {each.name}: '{words}': write it in lower case, with single spaces, and not empty")
    return found
