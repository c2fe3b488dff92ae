"""Clocks: a row as a value, and the writing of many at a time."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.engine import Row

from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import clock, deadline
from mailbot.core.action import AddDeadline, Deadline, MoveClock, StartClock, StopClock
from mailbot.core.case import ClockKind, ClockStop, RunningClock

_STOP_CLOCK = (
    clock.update()
    .where(clock.c.id == bindparam("clock_row"), clock.c.stopped_at.is_(None))
    .values(stopped_at=bindparam("at"), outcome=bindparam("how"))
)
_MOVE_CLOCK = clock.update().where(clock.c.id == bindparam("clock_row"))
_DROP_DEADLINES = delete(deadline).where(deadline.c.clock == bindparam("clock_row"), deadline.c.fired_at.is_(None))


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
        pauses=tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in row.pauses),
        paused_on=row.paused_on,
        extensions=row.extensions,
    )


class ClockWriter:
    """Keeps back what is said of clocks in one transaction until it is flushed, which is before anybody reads them."""

    def __init__(self, connection: Connection, pending: Pending) -> None:
        self._connection = connection
        self._pending = pending
        self._starts: list[tuple[int, StartClock]] = []
        self._moves: dict[int, MoveClock] = {}

    def start(self, case_id: int, action: StartClock) -> None:
        """Start a clock; it is written with all others of the transaction, or as soon as a case is read."""
        self._starts.append((case_id, action))

    def flush(self) -> None:
        """Write the clocks that were started and moved, and their deadlines."""
        self._write_starts()
        self._write_moves()

    def _write_starts(self) -> None:
        started, self._starts = self._starts, []
        if not started:
            return
        rows = [_clock_row(case_id, action) for case_id, action in started]
        written = self._connection.execute(clock.insert().returning(clock.c.id, sort_by_parameter_order=True), rows)
        deadlines = [
            _deadline_row(clock_id, one)
            for clock_id, (_, action) in zip(written.scalars(), started, strict=True)
            for one in action.deadlines
        ]
        if deadlines:
            self._connection.execute(deadline.insert(), deadlines)

    def move(self, action: MoveClock) -> None:
        """Give a running clock its new date; moments that have not come are replaced by new ones.

        It is written with all others of the transaction, or as soon as a case is read.
        """
        self._settle(action.clock_id)
        self._moves[action.clock_id] = action

    def add_deadline(self, action: AddDeadline) -> None:
        """One moment more in the life of a running clock."""
        self._settle(action.clock_id)
        self._pending.insert(deadline, _deadline_row(action.clock_id, action.deadline))

    def _settle(self, clock_id: int) -> None:
        """What is about to be said of a clock comes after its move."""
        if clock_id in self._moves:
            self.flush()

    def _write_moves(self) -> None:
        moves, self._moves = list(self._moves.values()), {}
        if not moves:
            return
        self._pending.flush()
        self._connection.execute(_MOVE_CLOCK, [_move_row(action) for action in moves])
        self._connection.execute(_DROP_DEADLINES, [{"clock_row": action.clock_id} for action in moves])
        deadlines = [_deadline_row(action.clock_id, one) for action in moves for one in action.deadlines]
        if deadlines:
            self._connection.execute(deadline.insert(), deadlines)

    def stop(self, action: StopClock) -> None:
        """Stop a clock; deadlines that have not come are taken away with it."""
        self._settle(action.clock_id)
        values = {"clock_row": action.clock_id, "at": action.stopped_at, "how": action.outcome}
        self._pending.execute("stop clock", _STOP_CLOCK, values)
        self._pending.execute("drop deadlines", _DROP_DEADLINES, {"clock_row": action.clock_id})


def _clock_row(case_id: int, action: StartClock) -> dict[str, Any]:
    return {
        "case": case_id,
        "name": action.name,
        "kind": action.kind.value,
        "law": action.law,
        "pauses": [],
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
