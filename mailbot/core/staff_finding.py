"""What is kept of the mail of staff that is held against a standard: which messages, and what was found in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbot.core.message import Span
from mailbot.core.written_date import MONTHS


class StaffMailKind(StrEnum):
    """What a message of staff is judged as."""

    WRITTEN = "written"
    AUTO_REPLY = "auto_reply"


class About(StrEnum):
    """What a finding is about, as people call it."""

    MESSAGE = "message"
    REPLY = "automatic reply"
    ABSENCE = "absence"


class StaffMailOutcome(StrEnum):
    """What came of judging a message."""

    JUDGED = "judged"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFinding:
    """What in a message of a member of staff does not meet the standard.

    ``person``: their address, in lower case. ``fix``: what would satisfy the rule, in our words. ``month``: the message's
    local one, ``2026-11``. ``spans``: where it stands in the stored text, if it can be shown there; its words are never copied.
    """

    person: str
    team: str
    rule: str
    clause: str
    confidence: float
    fix: str
    month: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """A finding as it lies in the store. ``at``: the moment of what it is about: a message, an automatic reply, an absence.

    ``words``: what it is about, cut out of the stored text for whoever wrote it; empty where it stands nowhere.
    """

    id: int
    mailbox: str
    at: datetime
    finding: StaffFinding
    words: str = ""
    about: About = About.MESSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Somebody (an address) is spared a rule. ``reason``: why; ``actor``: who said so."""

    person: str
    rule: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMail:
    """What came of one message: by whom it is, and what was found. ``why_not``: why it could not be judged, if so."""

    month: str
    team: str = ""
    findings: tuple[StaffFinding, ...] = ()
    why_not: str = ""

    @property
    def outcome(self) -> StaffMailOutcome:
        return StaffMailOutcome.NOT_JUDGED if self.why_not else StaffMailOutcome.JUDGED


RULE_WORDS = {
    "name": "first name and surname",
    "phone": "telephone number",
    "email": "e-mail address",
    "named_contact": "name of whoever deals with it",
    "font": "font of the signature",
    "closing": "closing",
    "organisation": "full name of the organisation",
    "on_behalf": "for whom a letter is signed",
    "wording": "wording",
    "contact": "contact in an absence reply",
    "return_date": "day of return in an absence reply",
    "reason": "reason in an absence reply",
    "no_reply": "absence reply",
    "still_on": "absence reply after the return",
}
"""What the rules are about, as people call it."""

NO_REPLY, STILL_ON = "no_reply", "still_on"
"""Rules about absences that no single reply shows."""

SIGNATURE_RULES = frozenset({"name", "phone", "email", "named_contact", "font", "organisation", "on_behalf"})
"""The rules that a ready signature satisfies."""

FORMAL_RULES = frozenset({"organisation", "on_behalf"})
"""Those that are about formal letters alone."""


def month_words(month: str) -> str:
    """``2026-11`` as ``November 2026``."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def month_before(month: str) -> str:
    """The month before: ``2025-12`` for ``2026-01``."""
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"
