"""A case: the matter a customer wrote about, its number, its state, and its clocks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClockStop(StrEnum):
    """The events that stop a clock."""

    RECEIPT_SENT = "receipt_sent"
    RESPONSE_SENT = "response_sent"


class CaseStatus(StrEnum):
    """The three words people say aloud."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """A clock of a case that has not stopped."""

    id: int
    name: str
    started_by: str
    started_at: datetime
    due_at: datetime
    original_due_at: datetime
    why: str
    stopped_by: tuple[ClockStop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as the decision sees it. ``observed`` marks one opened while mailbot only watched."""

    id: int
    reference: str
    mailbox: str
    pack: str
    class_: str
    status: CaseStatus
    customer: str
    subject: str
    opened_at: datetime
    version: int
    observed: bool
    quiet: bool = False
    owner: str | None = None
    clocks: tuple[RunningClock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a manager hears about in the morning: references of cases, and counts."""

    late: tuple[str, ...] = ()
    due_soon: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    open: int = 0
    held: int = 0
    failed: int = 0
