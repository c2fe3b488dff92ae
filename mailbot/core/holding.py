"""Holding replies: does what staff wrote only say that the answer is still to come? Then it answers nothing."""

from dataclasses import dataclass

from mailbot.core.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingRules:
    """Phrases in lower case: of holding replies, of replies that answer after all; and the marks that staff set."""

    phrases: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()


def is_holding(message: Message, rules: HoldingRules) -> bool:
    """Whether a reply of staff only holds the customer off: by its mark, or by its phrases unless others answer."""
    written = " ".join(message.own_text.lower().split())
    subject = message.subject.lower()
    if any(marker in written or marker in subject for marker in rules.markers):
        return True
    return any(phrase in written for phrase in rules.phrases) and not any(answer in written for answer in rules.answers)
