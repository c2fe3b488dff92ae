"""What is done to the dates of a case: clocks that start, move, stop and run again, and their deadlines."""

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.case import ClockKind, ClockStop
from mailbot.core.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment in a clock's life at which somebody is told."""

    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartClock:
    """Start a clock of the case; ``why`` is its derivation in words, ``law`` what sets it unless the pack does.

    ``paused_on``: it stands still from the first, since that day.
    """

    name: str
    started_by: str
    started_at: datetime
    due_at: datetime
    why: str
    stopped_by: tuple[ClockStop, ...]
    deadlines: tuple[Deadline, ...]
    reason: Reason
    kind: ClockKind = ClockKind.RESPONSE
    law: str = ""
    paused_on: date | None = None

    @property
    def statutory(self) -> bool:
        return bool(self.law)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveClock:
    """Give a running clock another date, or let it stand still. Its deadlines that have not come are replaced."""

    clock_id: int
    counts_from: datetime
    due_at: datetime
    why: str
    pauses: tuple[tuple[date, date], ...]
    paused_on: date | None
    extensions: int
    deadlines: tuple[Deadline, ...]
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDeadline:
    """One moment more in a running clock's life."""

    clock_id: int
    deadline: Deadline
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceDeadline:
    """A moment of a running clock that has not come becomes another one."""

    clock_id: int
    deadline: Deadline
    by: Deadline
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StopClock:
    """Stop a running clock; ``outcome`` is ``met``, ``late``, ``cancelled``, or ``reclassified``: neither met nor late."""

    clock_id: int
    outcome: str
    stopped_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartClock:
    """A clock that had stopped runs again, to the date it had: what had stopped it did not happen."""

    clock_id: int
    deadlines: tuple[Deadline, ...]
    reason: Reason
