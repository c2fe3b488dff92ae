"""A stored message with everything about it that needs no table."""

from dataclasses import dataclass

from mailbot.core.classify import Hit, Opinion
from mailbot.core.evidence import Evidence
from mailbot.core.forward import Forward
from mailbot.core.lead import Clues
from mailbot.core.message import Located, Message
from mailbot.core.policy import MailboxPolicy
from mailbot.core.relay import Relay, authentication


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A stored message with everything about it that needs no table. ``weak``: its weak evidence, if that is known."""

    located: Located
    message: Message
    hits: tuple[Hit, ...]
    unreadable: str
    by_staff: bool
    forward: Forward | None
    clues: Clues
    relay: Relay | None
    unproven: str
    weak: tuple[Evidence, ...] | None
    opinion: Opinion | None
    subject_length: int


def is_by_colleague(message: Message, policy: MailboxPolicy) -> bool:
    """Whether a colleague's address wrote it, and our border did not find that address forged: DMARC fails (RFC 7489)."""
    return policy.is_colleague(message.sender) and authentication(message, policy.authserv_id).dmarc != "fail"


def why_unclear(judged: Judged) -> str:
    """Why a person must say whose message a colleague passed on, or an empty string."""
    if judged.forward is None or judged.forward.message is judged.message:
        return ""
    return judged.forward.unclear or "its author is one of us"
