"""Running clocks of open cases in bulk: read, moved, and written down as moved."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, func, literal, select

from mailbot.adapters.store.among import among
from mailbot.adapters.store.clocks import pauses
from mailbot.adapters.store.tables import case, clock, deadline, event, mailbox, moved_date, outbox
from mailbot.core.case import CaseStatus, Channel, Moment
from mailbot.core.decide.recounting import MovedClocks, OpenClock, Planned
from mailbot.core.letter import OutboxState
from mailbot.ports import Happened, MovedDate, Told

_C = clock.c
_COUNTED = (_C.id, _C.case, _C.name, _C.law, _C.counts_from, _C.due_at, _C.pauses, _C.paused_on, _C.extensions)
_COMES = {(moment.value, fired): (moment, fired) for moment in Moment for fired in (False, True)}


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
            select(*_COUNTED, case.c.reference, case.c["class"].label("class_"), case.c.channel, case.c.also)
            .join(case, case.c.id == clock.c.case)
            .where(self._is_open(name), case.c.id > after, case.c.id <= until, clock.c.stopped_at.is_(None))
            .order_by(clock.c.id)
        )
        rows = self._connection.execute(query.with_for_update(of=clock) if lock else query)
        return [
            OpenClock(
                id=row.id,
                case_id=row.case,
                reference=row.reference,
                class_=row.class_,
                channel=Channel(row.channel),
                name=row.name,
                law=row.law,
                also=tuple(row.also or ()),
                counts_from=row.counts_from,
                due_at=row.due_at,
                pauses=pauses(row.pauses),
                paused_on=row.paused_on,
                extensions=row.extensions,
            )
            for row in rows.all()
        ]

    def planned(self, clock_ids: Sequence[int]) -> dict[int, Planned]:
        """Every moment of these clocks, by clock, in order."""
        query = select(deadline.c.clock, deadline.c.id, deadline.c.kind, deadline.c.fired_at.is_not(None))
        query = query.where(among(deadline.c.clock, clock_ids)).order_by(deadline.c.clock, deadline.c.id)
        rows, lives = dict[int, list[int]](), dict[int, list[tuple[Moment, bool]]]()
        for clock_id, row, kind, fired in self._connection.execute(query).all():
            rows.setdefault(clock_id, []).append(row)
            lives.setdefault(clock_id, []).append(_COMES[kind, bool(fired)])
        return {clock_id: Planned(rows=tuple(rows[clock_id]), kinds=tuple(lives[clock_id])) for clock_id in rows}

    def told(self, case_ids: Sequence[int]) -> dict[tuple[int, date], tuple[Told, ...]]:
        """Who was told which date in these cases, by case and date."""
        return _told(self._connection, among(outbox.c.case, case_ids), among(case.c.id, case_ids))

    def move(self, moved: MovedClocks, happened: Happened) -> None:
        """Give these clocks their new date and their moments the new times; the history of each case says what ``happened``."""
        ids, run = [each.id for each in moved.clocks], self._connection.execute
        run(clock.update().where(among(clock.c.id, ids)).values(due_at=moved.due_at, why=moved.why))
        for rows, due_at in moved.later:
            others = among(deadline.c.id, rows) & (deadline.c.due_at != due_at)  # some stay where they were
            run(deadline.update().where(others).values(due_at=due_at))
        if moved.dropped:
            run(deadline.delete().where(among(deadline.c.id, moved.dropped)))
        for one in moved.added:
            self._insert(deadline, deadline.c.clock, clock.c.id, ids, {"kind": one.kind, "due_at": one.due_at})
        dates = {"at": happened.at, "old_on": moved.old_on, "new_on": moved.new_on}
        self._insert(moved_date, moved_date.c.clock, clock.c.id, ids, dates)
        told = {
            "at": happened.at,
            "actor": happened.actor,
            "kind": happened.kind,
            "rule": happened.reason.rule,
            "detail": happened.reason.detail,
            "offsets": [],
            "pack_version": happened.pack_version,
        }
        self._insert(event, event.c.case, clock.c.case, ids, told)

    def _insert(self, table: Table, of: Column[int], to: Column[int], ids: Sequence[int], values: dict[str, Any]) -> None:
        """A row for each of these clocks, all with the same values, and ``of`` which clock or case it is."""
        same = [literal(value, table.c[name].type) for name, value in values.items()]
        each = select(to, *same).where(among(clock.c.id, ids)).order_by(clock.c.id)
        self._connection.execute(table.insert().from_select([of.name, *values], each))

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
