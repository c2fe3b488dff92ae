"""The story of a case: how it begins, and what people do about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbot.core.case import Channel
from tests.integration.plain_days import Outage


class Did(StrEnum):
    """What somebody does about a case."""

    ANSWER = "answer"
    HOLD_OFF = "hold_off"
    WAIT = "wait"
    CUSTOMER_ANSWERS = "customer_answers"
    EXTEND = "extend"
    ASSIGN = "assign"
    CLOSE = "close"
    REOPEN = "reopen"
    QUIET = "quiet"
    QUIET_ENDS = "quiet_ends"


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something; ``by_mail``: by a message that the daemon has to read first."""

    at: datetime
    did: Did
    by_mail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One case: how it begins, and all that people do about it."""

    number: int
    mailbox: str
    class_: str
    channel: Channel
    opened_at: datetime
    may_write: bool
    acts: tuple[Act, ...]

    @property
    def customer(self) -> str:
        return f"customer{self.number}@example.org"

    def done(self, outages: tuple[Outage, ...]) -> list[Act]:
        """What people do, in order; while its e-mail has not been read nobody can say anything about a case."""
        known_at = next((one.until for one in outages if self.opened_at in one), self.opened_at)
        found = [act for act in self.acts if act.by_mail or self.channel is not Channel.EMAIL or act.at >= known_at]
        return sorted(found, key=lambda act: act.at)
