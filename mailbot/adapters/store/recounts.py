"""Running clocks of open cases in bulk: read, moved, and written down as moved."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, select

from mailbot.adapters.store.among import among
from mailbot.adapters.store.clocks import running_clock
from mailbot.adapters.store.tables import case, clock, deadline, mailbox, moved_date, outbox
from mailbot.core.case import CaseStatus, Channel, Moment
from mailbot.core.decide.recounting import MovedClock, OpenClock, Planned
from mailbot.core.letter import OutboxState
from mailbot.ports import MovedDate, Told

T = TypeVar("T")
_MOMENTS = {moment.value: moment for moment in Moment}
_LATER = deadline.update().where(deadline.c.id == bindparam("row")).values(due_at=bindparam("new_due_at"))


class SqlRecounts:
    def __init__(self, connection: Connection, ids: Mapping[str, int]) -> None:
        self._connection = connection
        self._ids = ids

    def next_cases(self, name: str, after: int, limit: int) -> int | None:
        """The last of the next ``limit`` open cases of a mailbox, or None if there are no more."""
        some = select(case.c.id).where(self._is_open(name), case.c.id > after).order_by(case.c.id).limit(limit).subquery()
        last: int | None = self._connection.execute(select(func.max(some.c.id))).scalar_one()
        return last

    def open_clocks(self, name: str, after: int, until: int, *, lock: bool) -> list[OpenClock]:
        """The running clocks of the open cases after one and up to another; ``lock``: nobody else changes them meanwhile."""
        query = (
            select(clock, case.c.reference, case.c["class"].label("class_"), case.c.channel)
            .join(case, case.c.id == clock.c.case)
            .where(self._is_open(name), case.c.id > after, case.c.id <= until, clock.c.stopped_at.is_(None))
            .order_by(clock.c.id)
        )
        rows = self._connection.execute(query.with_for_update(of=clock) if lock else query)
        return [
            OpenClock(
                case_id=row.case,
                reference=row.reference,
                class_=row.class_,
                channel=Channel(row.channel),
                running=running_clock(row),
            )
            for row in rows
        ]

    def planned(self, clock_ids: Sequence[int]) -> dict[int, list[Planned]]:
        """Every moment of these clocks, by clock, in order."""
        found = dict[int, list[Planned]]()
        query = select(deadline.c.id, deadline.c.clock, deadline.c.kind, deadline.c.fired_at.is_not(None).label("fired"))
        query = query.where(self._among(deadline.c.clock, clock_ids)).order_by(deadline.c.id)
        for row, clock_id, kind, fired in self._connection.execute(query):
            found.setdefault(clock_id, []).append(Planned(id=row, kind=_MOMENTS[kind], fired=fired))
        return found

    def told(self, case_ids: Sequence[int]) -> dict[tuple[int, date], tuple[Told, ...]]:
        """Who was told which date in these cases, by case and date."""
        return _told(self._connection, self._among(outbox.c.case, case_ids), self._among(case.c.id, case_ids))

    def write(self, moved: Sequence[MovedClock], at: datetime) -> None:
        """Give these clocks their new dates, and their moments the new times."""
        if not moved:
            return
        rows = [(each.clock.running.id, each) for each in moved]
        for (due_at, why), these in _together((row, (each.due_at, each.why)) for row, each in rows).items():
            self._connection.execute(clock.update().where(self._among(clock.c.id, these)).values(due_at=due_at, why=why))
        self._later([one for each in moved for one in each.later])
        if dropped := [row for each in moved for row in each.dropped]:
            self._connection.execute(deadline.delete().where(self._among(deadline.c.id, dropped)))
        added = [{"clock": row, "kind": one.kind, "due_at": one.due_at} for row, each in rows for one in each.added]
        if added:
            self._connection.execute(deadline.insert(), added)
        kept = [{"clock": row, "at": at, "old_on": each.old_on, "new_on": each.new_on} for row, each in rows]
        self._connection.execute(moved_date.insert(), kept)

    def _later(self, moments: Sequence[tuple[int, datetime]]) -> None:
        """Give these rows their new times: most fall on the opening of a day, and all of that day are written at once."""
        alone = list[dict[str, Any]]()
        for due_at, these in _together(moments).items():
            if len(these) == 1:
                alone.append({"row": these[0], "new_due_at": due_at})
            else:
                others = self._among(deadline.c.id, these) & (deadline.c.due_at != due_at)  # some stay where they were
                self._connection.execute(deadline.update().where(others).values(due_at=due_at))
        if alone:
            self._connection.execute(_LATER, alone)

    def moved_since(self, name: str, since: datetime | None) -> int:
        """How many dates of a mailbox moved since then."""
        query = select(func.count()).select_from(moved_date).join(clock, clock.c.id == moved_date.c.clock)
        query = query.join(case, case.c.id == clock.c.case).where(case.c.mailbox == self._ids[name])
        return int(self._connection.execute(query.where(moved_date.c.at > since) if since else query).scalar_one())

    def basis(self, name: str) -> str | None:
        """What the dates of a mailbox were last counted by; None before the first time."""
        query = select(mailbox.c.dates_basis).where(mailbox.c.id == self._ids[name])
        found: str | None = self._connection.execute(query).scalar_one()
        return found

    def note_basis(self, name: str, basis: str) -> None:
        self._connection.execute(mailbox.update().where(mailbox.c.id == self._ids[name]).values(dates_basis=basis))

    def _among(self, column: Column[int], rows: Sequence[int]) -> ColumnElement[bool]:
        return among(self._connection.dialect.name, column, rows)

    def _is_open(self, name: str) -> ColumnElement[bool]:
        return (case.c.mailbox == self._ids[name]) & (case.c.status != CaseStatus.CLOSED.value)


def moved_dates(connection: Connection, since: datetime) -> tuple[MovedDate, ...]:
    """The dates that moved since then, of every mailbox, the oldest first."""
    lately = moved_date.c.at >= since
    query = (
        select(moved_date, clock.c.name, clock.c.law, clock.c.case, case.c.reference, mailbox.c.name.label("mailbox_name"))
        .join(clock, clock.c.id == moved_date.c.clock)
        .join(case, case.c.id == clock.c.case)
        .join(mailbox, mailbox.c.id == case.c.mailbox)
        .where(lately)
        .order_by(moved_date.c.id)
    )
    cases = select(clock.c.case).join(moved_date, moved_date.c.clock == clock.c.id).where(lately)
    known = _told(connection, outbox.c.case.in_(cases), case.c.id.in_(cases))
    return tuple(
        MovedDate(
            mailbox=row.mailbox_name,
            reference=row.reference,
            clock=row.name,
            law=row.law,
            old_on=row.old_on,
            new_on=row.new_on,
            told=known.get((row.case, row.old_on), ()),
        )
        for row in connection.execute(query)
    )


def _told(
    connection: Connection, letters: ColumnElement[bool], cases: ColumnElement[bool]
) -> dict[tuple[int, date], tuple[Told, ...]]:
    """By those of these letters that went and state a date, or by the system that one of these cases came from."""
    went = select(outbox.c.case, outbox.c.states_date, outbox.c.recipient, outbox.c.letter, outbox.c.settled_at)
    went = went.where(letters, outbox.c.state == OutboxState.SENT.value, outbox.c.states_date.is_not(None))
    before = select(case.c.id, case.c.told_on, case.c.customer).where(cases, case.c.told_on.is_not(None))
    found = dict[tuple[int, date], tuple[Told, ...]]()
    for old in connection.execute(before):
        found[old.id, old.told_on] = (Told(recipient=old.customer, letter="", at=None),)
    for row in connection.execute(went.order_by(outbox.c.id)):
        one = Told(recipient=row.recipient, letter=row.letter, at=row.settled_at)
        found[row.case, row.states_date] = (*found.get((row.case, row.states_date), ()), one)
    return found


def _together(rows: Iterable[tuple[int, T]]) -> dict[T, list[int]]:
    """The rows that get the same value."""
    found = dict[T, list[int]]()
    for row, value in rows:
        found.setdefault(value, []).append(row)
    return found
