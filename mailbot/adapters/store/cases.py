"""Cases, their history and their clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, or_, select

from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import (
    case,
    clock,
    deadline,
    event,
    hold,
    location,
    mailbox,
    message,
    message_id_alias,
    outbox,
    participant,
    person,
    reference_counter,
)
from mailbot.adapters.store.upsert import insert
from mailbot.core.action import JoinCase, OpenCase, StartClock, StopClock
from mailbot.core.case import Case, CaseStatus, ClockStop, Figures, RunningClock
from mailbot.core.match import Candidate, Via
from mailbot.core.reference import make_reference
from mailbot.core.trigger import DeadlineReached
from mailbot.errors import PermanentError
from mailbot.ports import Happened

_STOP_CLOCK = (
    clock.update()
    .where(clock.c.id == bindparam("clock_row"), clock.c.stopped_at.is_(None))
    .values(stopped_at=bindparam("at"), outcome=bindparam("how"))
)
_OPEN = (
    case.insert()
    .values(organisation=select(mailbox.c.organisation).where(mailbox.c.id == bindparam("of_mailbox")).scalar_subquery())
    .returning(case.c.id)
)
_CASE = (
    select(case, mailbox.c.name.label("mailbox_name"), person.c.name.label("owner_name"))
    .join(mailbox, mailbox.c.id == case.c.mailbox)
    .outerjoin(person, person.c.id == case.c.owner)
    .where(case.c.id == bindparam("this"))
)
_RUNNING = (
    select(clock).where(clock.c.case.in_(bindparam("these", expanding=True)), clock.c.stopped_at.is_(None)).order_by(clock.c.id)
)
_DROP_DEADLINES = delete(deadline).where(deadline.c.clock == bindparam("clock_row"), deadline.c.fired_at.is_(None))


class SqlCases:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending
        self._clocks: list[tuple[int, StartClock]] = []

    def open(self, name: str, prefix: str, period: str, pack: str, action: OpenCase) -> tuple[int, str]:
        """Open a case under the next reference of its month; returns its row and reference."""
        reference = make_reference(prefix, period, self._next_number(prefix, period))
        case_id = self._connection.execute(
            _OPEN,
            {
                "reference": reference,
                "mailbox": self._ids[name],
                "of_mailbox": self._ids[name],
                "pack": pack,
                "class": action.class_,
                "status": CaseStatus.OPEN.value,
                "customer": action.customer,
                "customer_name": action.customer_name,
                "subject": action.subject,
                "opened_at": action.opened_at,
                "observed": action.observed,
                "version": 1,
            },
        ).scalar_one()
        self._take_part(case_id, action.customer)
        return int(case_id), reference

    def get(self, case_id: int) -> Case:
        self.flush()
        self._pending.flush()
        row = self._connection.execute(_CASE, {"this": case_id}).one()
        values = row._mapping
        return Case(
            id=case_id,
            reference=row.reference,
            mailbox=row.mailbox_name,
            pack=row.pack,
            class_=values["class"],
            status=CaseStatus(row.status),
            customer=row.customer,
            subject=row.subject or "",
            opened_at=row.opened_at,
            version=row.version,
            observed=row.observed,
            quiet=row.quiet_until is not None,
            owner=row.owner_name,
            clocks=tuple(self.running([case_id])),
        )

    def running(self, case_ids: Sequence[int]) -> list[RunningClock]:
        """The clocks of these cases that have not stopped."""
        self.flush()
        return [
            RunningClock(
                id=row.id,
                name=row.name,
                started_by=row.started_by,
                started_at=row.started_at,
                due_at=row.due_at,
                original_due_at=row.original_due_at,
                why=row.why,
                stopped_by=tuple(ClockStop(word) for word in row.stopped_by),
            )
            for row in self._connection.execute(_RUNNING, {"these": list(case_ids)})
        ]

    def join(self, action: JoinCase, address: str) -> None:
        """File a message in a case; refused if the case changed since it was read."""
        changed = self._connection.execute(
            case.update()
            .where(case.c.id == action.case_id, case.c.version == action.version)
            .values(version=case.c.version + 1)
        )
        if changed.rowcount != 1:
            raise PermanentError("the case changed while it was decided about")
        self._take_part(action.case_id, address)

    def candidates(self, ids: Sequence[str], references: Sequence[str]) -> tuple[Candidate, ...]:
        """Cases led to by Message-IDs (of our letters, of known messages) and by references, with their participants."""
        if not ids and not references:
            return ()
        self._pending.flush()
        found = [(row.case, via) for via, query in self._ways(ids, references) for row in self._connection.execute(query)]
        if not found:
            return ()
        case_ids = {case_id for case_id, _ in found}
        rows = {row.id: row for row in self._connection.execute(select(case).where(case.c.id.in_(case_ids)))}
        people = dict[int, set[str]]()
        for row in self._connection.execute(select(participant).where(participant.c.case.in_(case_ids))):
            people.setdefault(row.case, set()).add(row.address)
        return tuple(
            Candidate(
                case_id=case_id,
                reference=rows[case_id].reference,
                version=rows[case_id].version,
                participants=frozenset(people.get(case_id, ())),
                via=via,
            )
            for case_id, via in found
        )

    def add_event(self, happened: Happened) -> None:
        self._pending.insert(
            event,
            {
                "case": happened.case_id,
                "message": happened.message_row,
                "at": happened.at,
                "actor": happened.actor,
                "kind": happened.kind,
                "rule": happened.reason.rule,
                "detail": happened.reason.detail,
                "offsets": [asdict(span) for span in happened.reason.spans],
                "pack_version": happened.pack_version,
            },
        )

    # Clocks

    def start_clock(self, case_id: int, action: StartClock) -> None:
        """Start a clock; it is written with all others of the transaction, or as soon as a case is read."""
        self._clocks.append((case_id, action))

    def flush(self) -> None:
        """Write the clocks that were started, and their deadlines."""
        started, self._clocks = self._clocks, []
        if not started:
            return
        rows = [_clock_row(case_id, action) for case_id, action in started]
        written = self._connection.execute(clock.insert().returning(clock.c.id, sort_by_parameter_order=True), rows)
        deadlines = [
            {"clock": clock_id, "kind": item.kind, "due_at": item.due_at}
            for clock_id, (_, action) in zip(written.scalars(), started, strict=True)
            for item in action.deadlines
        ]
        if deadlines:
            self._connection.execute(deadline.insert(), deadlines)

    def stop_clock(self, action: StopClock) -> None:
        """Stop a clock; deadlines that have not come are taken away with it."""
        values = {"clock_row": action.clock_id, "at": action.stopped_at, "how": action.outcome}
        self._pending.execute("stop clock", _STOP_CLOCK, values)
        self._pending.execute("drop deadlines", _DROP_DEADLINES, {"clock_row": action.clock_id})

    def due_deadlines(self, now: datetime, limit: int) -> list[tuple[DeadlineReached, int]]:
        """Deadlines that have come and were not acted on, oldest first, each with its case."""
        query = (
            select(deadline.c.id, deadline.c.kind, clock.c.id.label("clock_id"), clock.c.name, clock.c.due_at, clock.c.case)
            .join(clock, clock.c.id == deadline.c.clock)
            .join(case, case.c.id == clock.c.case)
            .where(deadline.c.due_at <= now, deadline.c.fired_at.is_(None), clock.c.paused_at.is_(None))
            .where(case.c.mailbox.in_(self._ids.values()))
            .order_by(deadline.c.due_at, deadline.c.id)
            .limit(limit)
        )
        return [
            (
                DeadlineReached(
                    deadline_id=row.id, kind=row.kind, clock_id=row.clock_id, clock_name=row.name, due_at=row.due_at
                ),
                row.case,
            )
            for row in self._connection.execute(query)
        ]

    def fire(self, deadline_id: int, at: datetime) -> None:
        self._connection.execute(deadline.update().where(deadline.c.id == deadline_id).values(fired_at=at))

    def figures(self, name: str, now: datetime, soon: datetime) -> Figures:
        """The morning's figures of one mailbox; ``soon`` bounds what counts as due soon."""
        mine = (case.c.mailbox == self._ids[name]) & (case.c.status != CaseStatus.CLOSED.value)
        running = clock.c.stopped_at.is_(None)
        by_clock = select(case.c.reference).join(clock, clock.c.case == case.c.id).where(mine, running)
        unanswered = by_clock.where(clock.c.name == "acknowledgement").where(
            case.c.id.not_in(select(outbox.c.case).where(outbox.c.case.is_not(None), outbox.c.purpose == "receipt"))
        )
        held = (
            select(func.count())
            .select_from(hold)
            .outerjoin(location, location.c.id == hold.c.location)
            .outerjoin(outbox, outbox.c.id == hold.c.outbox)
            .where(or_(location.c.mailbox == self._ids[name], outbox.c.mailbox == self._ids[name]))
        )
        failed = select(func.count()).select_from(outbox).where(outbox.c.mailbox == self._ids[name])
        return Figures(
            late=self._references(by_clock.where(clock.c.due_at <= now)),
            due_soon=self._references(by_clock.where(clock.c.due_at > now, clock.c.due_at <= soon)),
            silenced=self._references(unanswered),
            open=self._connection.execute(select(func.count()).select_from(case).where(mine)).scalar_one(),
            held=self._connection.execute(held.where(hold.c.put_back_at.is_(None))).scalar_one(),
            failed=self._connection.execute(failed.where(outbox.c.state == "failed")).scalar_one(),
        )

    # Inside

    def _references(self, query: Select[Any]) -> tuple[str, ...]:
        found = self._connection.execute(query.distinct().order_by(case.c.reference)).scalars()
        return tuple(str(reference) for reference in found)

    def _next_number(self, prefix: str, period: str) -> int:
        counted = self._connection.execute(_count_up(self._connection.dialect.name), {"prefix": prefix, "period": period})
        return int(counted.scalar_one())

    def _take_part(self, case_id: int, address: str) -> None:
        if address:
            self._pending.execute("take part", _once(self._connection.dialect.name), {"case": case_id, "address": address})

    def _ways(self, ids: Sequence[str], references: Sequence[str]) -> tuple[tuple[Via, Select[tuple[int | None]]], ...]:
        renamed = select(message_id_alias.c.outbox).where(message_id_alias.c.alias.in_(ids))
        ours = or_(outbox.c.message_id.in_(ids), outbox.c.id.in_(renamed))
        known = and_(message.c.message_id.in_(ids), message.c.case.is_not(None))
        return (
            (Via.OUR_LETTER, select(outbox.c.case).where(ours, outbox.c.case.is_not(None)).distinct()),
            (Via.THREAD, select(message.c.case).where(known).distinct()),
            (Via.REFERENCE, select(case.c.id.label("case")).where(case.c.reference.in_(references))),
        )


@cache
def _count_up(dialect: str) -> Any:
    first = insert(dialect, reference_counter).values(prefix=bindparam("prefix"), period=bindparam("period"), last=1)
    counted = first.on_conflict_do_update(index_elements=["prefix", "period"], set_={"last": reference_counter.c.last + 1})
    return counted.returning(reference_counter.c.last)


@cache
def _once(dialect: str) -> Any:
    return insert(dialect, participant).on_conflict_do_nothing()


def _clock_row(case_id: int, action: StartClock) -> dict[str, Any]:
    return {
        "case": case_id,
        "name": action.name,
        "started_by": action.started_by,
        "started_at": action.started_at,
        "original_due_at": action.due_at,
        "due_at": action.due_at,
        "why": action.why,
        "stopped_by": [stop.value for stop in action.stopped_by],
    }
