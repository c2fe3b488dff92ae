"""What is kept of the mail of staff that is held against a standard: which messages, and what was found in them."""

from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.message import Span


class StaffMailKind(StrEnum):
    """What a message of staff is judged as."""

    WRITTEN = "written"
    AUTO_REPLY = "auto_reply"


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
class JudgedMail:
    """What came of one message: by whom it is, and what was found. ``why_not``: why it could not be judged, if so."""

    month: str
    team: str = ""
    findings: tuple[StaffFinding, ...] = ()
    why_not: str = ""

    @property
    def outcome(self) -> StaffMailOutcome:
        return StaffMailOutcome.NOT_JUDGED if self.why_not else StaffMailOutcome.JUDGED


def month_words(month: str) -> str:
    """``2026-11`` as ``November 2026``."""
    year, number = month.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def month_before(month: str) -> str:
    """The month before: ``2025-12`` for ``2026-01``."""
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
