"""Clocks: a row as a value, and the writing of many at a time."""

from datetime import date
from typing import Any

from sqlalchemy import Text, bindparam, cast, delete
from sqlalchemy.engine import Row

from mailbot.adapters.store.among import among_these
from mailbot.adapters.store.many import Change
from mailbot.adapters.store.numbers import Numbers
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import clock, deadline
from mailbot.core.case import ClockKind, ClockStop, RunningClock, StoppableClock
from mailbot.core.clock_action import AddDeadline, Deadline, MoveClock, ReplaceDeadline, RestartClock, StartClock, StopClock

_ADD_DEADLINE = deadline.insert()
_STOP_CLOCK = Change(clock, unless="stopped_at")
_RESTART_CLOCK = clock.update().where(clock.c.id == bindparam("clock_row")).values(stopped_at=None, outcome=None)
_MOVE_CLOCK = clock.update().where(clock.c.id == bindparam("clock_row"))
# Asked as a text, or PostgreSQL, which takes them for few until its first ANALYZE, would go through all that are open.
_NOT_FIRED = cast(deadline.c.fired_at, Text).is_(None)
_DROP_DEADLINES = delete(deadline).where(among_these(deadline.c.clock), _NOT_FIRED)
_REPLACE_DEADLINE = (
    deadline.update()
    .where(
        deadline.c.clock == bindparam("clock_row"),
        deadline.c.kind == bindparam("old_kind"),
        deadline.c.due_at == bindparam("old_due_at"),
        deadline.c.fired_at.is_(None),
    )
    .values(kind=bindparam("new_kind"), due_at=bindparam("new_due_at"))
)


def running_clock(row: Row[Any]) -> RunningClock:
    """The clock of a row that has every column of ``clock``."""
    return RunningClock(
        id=row.id,
        name=row.name,
        kind=ClockKind(row.kind),
        law=row.law,
        started_by=row.started_by,
        started_at=row.started_at,
        counts_from=row.counts_from,
        due_at=row.due_at,
        original_due_at=row.original_due_at,
        why=row.why,
        stopped_by=tuple(ClockStop(word) for word in row.stopped_by),
        pauses=pauses(row.pauses),
        paused_on=row.paused_on,
        extensions=row.extensions,
    )


def stoppable_clock(row: Row[Any]) -> StoppableClock:
    """What is needed to stop the clock of a row."""
    stopped_by = tuple(ClockStop(word) for word in row.stopped_by)
    return StoppableClock(id=row.id, due_at=row.due_at, stopped_by=stopped_by, paused_on=row.paused_on)


def pauses(written: list[list[str]]) -> tuple[tuple[date, date], ...]:
    """The spans of days on which a clock stood still, as its row has them."""
    return tuple([(date.fromisoformat(first), date.fromisoformat(last)) for first, last in written])


class ClockWriter:
    """Keeps back what is said of the clocks of one transaction; of several moves of a clock the last one counts."""

    def __init__(self, pending: Pending, numbers: Numbers) -> None:
        self._pending = pending
        self._numbers = numbers
        self._moved: set[int] = set()

    def start(self, case_id: int, action: StartClock) -> None:
        """Start a clock."""
        clock_id = self._numbers.next(clock)
        self._pending.insert(clock, _clock_row(clock_id, case_id, action))
        for one in action.deadlines:
            self._pending.insert(deadline, _deadline_row(clock_id, one))

    def move(self, action: MoveClock) -> None:
        """Give a running clock its new date; moments that have not come are replaced by new ones."""
        self._settle(action.clock_id)
        self._moved.add(action.clock_id)
        self._pending.execute("move clock", _MOVE_CLOCK, _move_row(action))
        self._pending.execute_for("drop moments of moved clocks", _DROP_DEADLINES, action.clock_id)
        for one in action.deadlines:
            self._pending.execute("add moments of moved clocks", _ADD_DEADLINE, _deadline_row(action.clock_id, one))

    def add_deadline(self, action: AddDeadline) -> None:
        """One moment more in the life of a running clock."""
        self._settle(action.clock_id)
        self._pending.insert(deadline, _deadline_row(action.clock_id, action.deadline))

    def replace_deadline(self, action: ReplaceDeadline) -> None:
        """A moment that has not come becomes another one."""
        self._settle(action.clock_id)
        old, new = action.deadline, action.by
        values = {"clock_row": action.clock_id, "old_kind": old.kind, "old_due_at": old.due_at}
        self._pending.execute("replace deadlines", _REPLACE_DEADLINE, values | {"new_kind": new.kind, "new_due_at": new.due_at})

    def stop(self, action: StopClock) -> None:
        """Stop a clock; deadlines that have not come are taken away with it."""
        self._settle(action.clock_id)
        values = {"id": action.clock_id, "stopped_at": action.stopped_at, "outcome": action.outcome}
        self._pending.update("stop clock", _STOP_CLOCK, values)
        self._pending.execute_for("drop deadlines", _DROP_DEADLINES, action.clock_id)

    def restart(self, action: RestartClock) -> None:
        """A stopped clock runs again, with these moments."""
        self._settle(action.clock_id)
        self._pending.execute("restart clock", _RESTART_CLOCK, {"clock_row": action.clock_id})
        for one in action.deadlines:
            self._pending.insert(deadline, _deadline_row(action.clock_id, one))

    def _settle(self, clock_id: int) -> None:
        """What is about to be said of a clock comes after its move."""
        if clock_id in self._moved:
            self._pending.flush()
            self._moved.clear()


def _clock_row(clock_id: int, case_id: int, action: StartClock) -> dict[str, Any]:
    return {
        "id": clock_id,
        "case": case_id,
        "name": action.name,
        "kind": action.kind.value,
        "law": action.law,
        "pauses": [],
        "paused_on": action.paused_on,
        "started_by": action.started_by,
        "started_at": action.started_at,
        "counts_from": action.started_at,
        "original_due_at": action.due_at,
        "due_at": action.due_at,
        "why": action.why,
        "stopped_by": [stop.value for stop in action.stopped_by],
    }


def _move_row(action: MoveClock) -> dict[str, Any]:
    return {
        "clock_row": action.clock_id,
        "counts_from": action.counts_from,
        "due_at": action.due_at,
        "why": action.why,
        "pauses": [[first.isoformat(), last.isoformat()] for first, last in action.pauses],
        "paused_on": action.paused_on,
        "extensions": action.extensions,
    }


def _deadline_row(clock_id: int, one: Deadline) -> dict[str, Any]:
    return {"clock": clock_id, "kind": one.kind, "due_at": one.due_at}
