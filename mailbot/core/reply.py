"""Replies that want nothing: a short thanks, and a customer who withdraws. In doubt a reply is an ordinary one."""

from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.message import Message


class ReplyKind(StrEnum):
    """What a customer's reply in a case amounts to."""

    ORDINARY = "ordinary"
    THANKS = "thanks"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortReply:
    """Phrases of one kind of reply, in lower case; ``but``: words with which it is not one; ``most_words``: its length."""

    phrases: tuple[str, ...]
    but: tuple[str, ...]
    most_words: int
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRules:
    """By what each kind of reply is known."""

    thanks: ShortReply
    withdrawal: ShortReply


def kind_of_reply(message: Message, rules: ReplyRules) -> ReplyKind:
    """What a reply amounts to, by what its writer wrote. Whoever asks something or attaches something wants something."""
    words = _words(message.own_text)
    if message.attachments or "?" in message.own_text or "\uff1f" in message.own_text:
        return ReplyKind.ORDINARY
    if _is(rules.withdrawal, words):
        return ReplyKind.WITHDRAWAL
    tells = any(character.isdigit() for character in message.own_text)  # a number, a date, a house: something to be read
    return ReplyKind.THANKS if _is(rules.thanks, words) and not tells else ReplyKind.ORDINARY


def _words(text: str) -> list[str]:
    kept = "".join(character if character.isalnum() or character == "'" else " " for character in text.replace("\u2019", "'"))
    return kept.lower().split()


def _is(kind: ShortReply, words: list[str]) -> bool:
    said = f" {' '.join(words)} "
    named = any(f" {phrase} " in said for phrase in kind.phrases)
    return named and len(words) <= kind.most_words and not any(f" {word} " in said for word in kind.but)
