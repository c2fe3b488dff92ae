"""Cases, their history and their clocks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, bindparam, func, select

from mailbot.adapters.store.among import among_these
from mailbot.adapters.store.case_rows import CASES, case_of
from mailbot.adapters.store.clocks import ClockWriter, running_clock, stoppable_clock
from mailbot.adapters.store.figures import figures
from mailbot.adapters.store.history import TAKEN_BACK
from mailbot.adapters.store.leads import find_leads
from mailbot.adapters.store.numbers import Numbers
from mailbot.adapters.store.pending import READS_NO_ROWS, Pending
from mailbot.adapters.store.tables import (
    case,
    clock,
    deadline,
    event,
    mailbox,
    participant,
    person,
    reference_counter,
)
from mailbot.adapters.store.upsert import insert
from mailbot.core.action import ChangeCase, JoinCase, OpenCase
from mailbot.core.case import Case, CaseStatus, EndedClock, Figures, Moment, Role, RunningClock, StoppableClock
from mailbot.core.clock_action import AddDeadline, MoveClock, ReplaceDeadline, RestartClock, StartClock, StopClock
from mailbot.core.lead import Clues, Leads, Part
from mailbot.core.reference import make_reference
from mailbot.core.trigger import DeadlineReached
from mailbot.errors import PermanentError
from mailbot.ports import Happened

CHANGED = "the case changed while it was decided about"
MOST_VALUES = 5000  # in one statement; every database has its own limit
_ORGANISATION = (
    select(mailbox.c.organisation).where(mailbox.c.id == bindparam("of_mailbox")).execution_options(**{READS_NO_ROWS: True})
)
_COUNTED = (
    reference_counter.update()
    .where(reference_counter.c.prefix == bindparam("of_prefix"), reference_counter.c.period == bindparam("of_period"))
    .values(last=bindparam("up_to"))
)
_RUNNING = select(clock).where(among_these(clock.c.case), clock.c.stopped_at.is_(None)).order_by(clock.c.id)
_STOPPABLE: Select[Any] = _RUNNING.with_only_columns(clock.c.id, clock.c.due_at, clock.c.stopped_by, clock.c.paused_on)
_CLAIM = (
    deadline.update()
    .where(among_these(deadline.c.id), deadline.c.fired_at.is_(None))
    .values(fired_at=bindparam("now"))
    .returning(deadline.c.id)
)


class SqlCases:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending, numbers: Numbers) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending
        self._numbers = numbers
        self._counted: dict[tuple[str, str], int] = {}
        self._organisations: dict[int, int] = {}
        self._clocks = ClockWriter(pending, numbers)

    def open(self, name: str, prefix: str, period: str, pack: str, action: OpenCase) -> tuple[int, str]:
        """Open a case under the next reference of its month; returns its row and reference."""
        reference = make_reference(prefix, period, self._next_number(prefix, period))
        case_id = self._numbers.next(case)
        self._pending.insert(
            case,
            {
                "id": case_id,
                "reference": reference,
                "mailbox": self._ids[name],
                "organisation": self._organisation(self._ids[name]),
                "pack": pack,
                "class": action.class_,
                "also": list(action.also) or None,
                "status": (CaseStatus.WAITING if action.waits_for else CaseStatus.OPEN).value,
                "waits_for": action.waits_for or None,
                "customer": action.customer,
                "customer_name": action.customer_name,
                "stage": action.stage,
                "old_reference": action.old_reference,
                "told_on": action.told_on,
                "subject": action.subject,
                "opened_at": action.opened_at,
                "channel": action.channel.value,
                "may_write": action.may_write,
                "observed": action.observed,
                "service": action.service or None,
                "proposed": list(action.proposed) or None,
                "named": list(action.named) or None,
                "owner": self._person(self._organisation(self._ids[name]), *action.owner) if action.owner else None,
                "routed": action.owner is not None,
                "language": action.language or None,
                "restricted": action.restricted,
                "name_marks": list(action.name_marks) or None,
                "quiet_until": action.quiet_until,
                "version": 1,
            },
        )
        return case_id, reference

    def _organisation(self, mailbox_id: int) -> int:
        """Whose mailbox that is."""
        if mailbox_id not in self._organisations:
            self._organisations[mailbox_id] = self._connection.execute(_ORGANISATION, {"of_mailbox": mailbox_id}).scalar_one()
        return self._organisations[mailbox_id]

    def get(self, case_id: int) -> Case:
        return self.many([case_id])[case_id]

    def many(self, case_ids: Sequence[int]) -> dict[int, Case]:
        """These cases by their rows, each with the clocks that run."""
        clocks = dict[int, list[RunningClock]]()
        for row in self._connection.execute(_RUNNING, {"these": list(case_ids)}):
            clocks.setdefault(row.case, []).append(running_clock(row))
        rows = self._connection.execute(CASES, {"these": list(case_ids)})
        return {row.id: case_of(row, clocks.get(row.id, ())) for row in rows}

    def stoppable(self, case_ids: Sequence[int]) -> list[StoppableClock]:
        """The clocks of these cases that have not stopped."""
        return [stoppable_clock(row) for row in self._connection.execute(_STOPPABLE, {"these": list(case_ids)})]

    def join(self, action: JoinCase) -> None:
        """A message is filed in a case; refused if the case changed since it was read."""
        changed = self._connection.execute(
            case.update()
            .where(case.c.id == action.case_id, case.c.version == action.version)
            .values(version=case.c.version + 1)
        )
        if changed.rowcount != 1:
            raise PermanentError(CHANGED)

    def leads(self, of: Sequence[Clues]) -> Leads:
        """The cases that a batch of messages may belong to, by what the messages name."""
        return find_leads(self._connection, of)

    def take_part(self, case_id: int, parts: Iterable[Part], about: str) -> None:
        """These people take part in a case that is ``about`` this base subject; whoever does already keeps their role."""
        for part in parts:
            values = {"case": case_id, "address": part.address, "role": part.role.value, "subject": about}
            self._pending.insert_new(participant, values)

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
                "offsets": [{"start": span.start, "end": span.end} for span in happened.reason.spans],
                "pack_version": happened.pack_version,
            },
        )

    # Clocks

    def start_clock(self, case_id: int, action: StartClock) -> None:
        """Start a clock."""
        self._clocks.start(case_id, action)

    def move_clock(self, action: MoveClock) -> None:
        """Give a running clock its new date; moments that have not come are replaced by new ones."""
        self._clocks.move(action)

    def add_deadline(self, action: AddDeadline) -> None:
        """One moment more in the life of a running clock."""
        self._clocks.add_deadline(action)

    def replace_deadline(self, action: ReplaceDeadline) -> None:
        """A moment that has not come becomes another one."""
        self._clocks.replace_deadline(action)

    def stop_clock(self, action: StopClock) -> None:
        """Stop a clock; deadlines that have not come are taken away with it."""
        self._clocks.stop(action)

    def restart_clock(self, action: RestartClock) -> None:
        """A stopped clock runs again."""
        self._clocks.restart(action)

    def stopped(self, case_id: int, at: datetime) -> tuple[RunningClock, ...]:
        """The clocks of a case that stopped at that very moment."""
        query = select(clock).where(clock.c.case == case_id, clock.c.stopped_at == at).order_by(clock.c.id)
        return tuple(running_clock(row) for row in self._connection.execute(query))

    def ended(self, case_id: int) -> tuple[EndedClock, ...]:
        """The clocks of a case that have stopped."""
        query = select(clock).where(clock.c.case == case_id, clock.c.stopped_at.is_not(None)).order_by(clock.c.id)
        rows = self._connection.execute(query)
        return tuple(EndedClock(clock=running_clock(row), stopped_at=row.stopped_at, outcome=row.outcome or "") for row in rows)

    def last_events(self, case_id: int, rules: Sequence[str]) -> dict[str, datetime]:
        """When each of these rules last stood in the history of a case; those that never did are left out."""
        query = select(event.c.rule, func.max(event.c.at).label("at")).where(event.c.case == case_id, event.c.rule.in_(rules))
        return {row.rule: row.at for row in self._connection.execute(query.where(~TAKEN_BACK).group_by(event.c.rule))}

    def details(self, case_id: int, rule: str) -> tuple[str, ...]:
        """What the history of a case says by this rule, each once, in order."""
        query = select(event.c.detail).where(event.c.case == case_id, event.c.rule == rule).order_by(event.c.id)
        return tuple(dict.fromkeys(self._connection.execute(query).scalars()))

    def participants(self, case_id: int) -> tuple[str, ...]:
        """The addresses from which its customers wrote."""
        wrote = (participant.c.case == case_id) & (participant.c.role == Role.CUSTOMER.value)
        query = select(participant.c.address).where(wrote).order_by(participant.c.address)
        return tuple(self._connection.execute(query).scalars())

    # Changes

    def change(self, action: ChangeCase, at: datetime) -> None:
        """Change a case; its version goes up, so that whoever read it before decides anew.

        Raises PermanentError if the class that it gets is the one that it has: somebody else was quicker.
        """
        values: dict[str, Any] = {"version": case.c.version + 1}
        if action.status is not None:
            values |= {"status": action.status.value, "closed_at": at if action.status is CaseStatus.CLOSED else None}
        lists = {"also": action.also, "named": action.named}
        said = {"waits_for": action.waits_for, "delay_reason": action.delay_reason}
        said |= {"service": action.service, "outcome": action.outcome, "language": action.language, "stage": action.stage}
        said |= {"subject": action.subject}
        values |= {name: list(each) or None for name, each in lists.items() if each is not None}
        values |= {name: value or None for name, value in said.items() if value is not None}
        if action.quiet_until is not None:
            values["quiet_until"] = action.quiet_until if action.quiet_until > at else None
        if action.restricted is not None:
            values["restricted"] = action.restricted
        if action.may_write is not None:
            values["may_write"] = action.may_write
        this = case.c.id == action.case_id
        if action.class_ is not None:
            values["class"], this = action.class_, this & (case.c["class"] != action.class_)
        if action.owner is not None:
            organisation = select(case.c.organisation).where(case.c.id == action.case_id).scalar_subquery()
            values |= {"owner": self._person(organisation, *action.owner), "routed": False}
        if action.nobodys:
            values |= {"owner": None, "routed": False}
        if action.customer is not None:
            values["customer"] = action.customer
            self._takes_part(action.case_id, action.customer.lower())
        if self._connection.execute(case.update().where(this).values(values)).rowcount != 1:
            raise PermanentError(CHANGED)

    def _takes_part(self, case_id: int, address: str) -> None:
        """Somebody is a customer of the case, whatever they were in it before."""
        part = (participant.c.case == case_id) & (participant.c.address == address)
        self._connection.execute(participant.delete().where(part))
        values = {"case": case_id, "address": address, "role": Role.CUSTOMER.value}
        self._connection.execute(participant.insert().values(values))

    def quiets_over(self, now: datetime) -> list[int]:
        """The cases whose quiet has come to its end."""
        return list(self._connection.execute(select(case.c.id).where(case.c.quiet_until <= now)).scalars())

    def find(self, reference: str) -> int | None:
        """The row of the case with this reference, ours or that of the system it came from; None without one."""
        return self._connection.execute(select(case.c.id).where(_named([reference, reference.upper()]))).scalars().first()

    def old_references(self, among: Sequence[str]) -> frozenset[str]:
        """Those of these texts that are a case's reference in the system it came from."""
        found = set[str]()
        for first in range(0, len(among), MOST_VALUES):
            query = select(case.c.old_reference).where(case.c.old_reference.in_(among[first : first + MOST_VALUES]))
            found.update(str(reference) for reference in self._connection.execute(query).scalars())
        return frozenset(found)

    def _person(self, organisation: int | ScalarSelect[int], name: str, address: str) -> int:
        new = insert(self._connection.dialect.name, person).values(organisation=organisation, name=name, address=address)
        kept = new.on_conflict_do_update(index_elements=["address"], set_={"name": name})
        return int(self._connection.execute(kept.returning(person.c.id)).scalar_one())

    def naming(self, address: str) -> frozenset[str]:
        """The references of cases that are not closed and that this member of staff is spared, because they name them."""
        query = select(case.c.reference, case.c.named).where(
            case.c.named.is_not(None), case.c.status != CaseStatus.CLOSED.value
        )
        return frozenset(row.reference for row in self._connection.execute(query) if address.lower() in row.named)

    def due_deadlines(self, now: datetime, limit: int) -> list[tuple[DeadlineReached, int]]:
        """Deadlines that have come and were not acted on, oldest first, each with its case."""
        query = (
            select(
                deadline.c.id,
                deadline.c.kind,
                deadline.c.due_at.label("planned_at"),
                clock.c.id.label("clock_id"),
                clock.c.name,
                clock.c.due_at,
                clock.c.case,
            )
            .join(clock, clock.c.id == deadline.c.clock)
            .join(case, case.c.id == clock.c.case)
            .where(deadline.c.due_at <= now, deadline.c.fired_at.is_(None))
            .where(case.c.mailbox.in_(self._ids.values()))
            .order_by(deadline.c.due_at, deadline.c.id)
            .limit(limit)
        )
        return [
            (
                DeadlineReached(
                    deadline_id=row.id,
                    kind=Moment(row.kind),
                    planned_at=row.planned_at,
                    clock_id=row.clock_id,
                    clock_name=row.name,
                    due_at=row.due_at,
                ),
                row.case,
            )
            for row in self._connection.execute(query)
        ]

    def claim(self, deadline_ids: Sequence[int], at: datetime) -> set[int]:
        """These moments are acted on now. Returns those that were still there and that nobody had acted on."""
        return set(self._connection.execute(_CLAIM, {"these": list(deadline_ids), "now": at}).scalars())

    def figures(self, name: str, now: datetime, today_ends: datetime, soon: datetime, since: datetime | None) -> Figures:
        """The morning's figures of one mailbox; ``today_ends`` and ``soon`` bound what is due today and what is near.

        ``since``: when they were told before; without that, what came is counted for a day.
        """
        return figures(self._connection, self._ids[name], (now, today_ends, soon), since)

    # Inside

    def _next_number(self, prefix: str, period: str) -> int:
        """The counter's row is locked from its first use on; how far it got is written with the rest."""
        if (prefix, period) not in self._counted:
            found = self._connection.execute(_counter(self._connection.dialect.name), {"prefix": prefix, "period": period})
            self._counted[prefix, period] = found.scalar_one()
        self._counted[prefix, period] += 1
        counted = {"of_prefix": prefix, "of_period": period, "up_to": self._counted[prefix, period]}
        self._pending.execute_last(f"count references of {prefix} {period}", _COUNTED, counted)
        return self._counted[prefix, period]


def _named(references: Sequence[str]) -> ColumnElement[bool]:
    """Cases with one of these references, ours or an older system's."""
    return case.c.reference.in_(references) | case.c.old_reference.in_(references)


@cache
def _counter(dialect: str) -> Any:
    first = insert(dialect, reference_counter).values(prefix=bindparam("prefix"), period=bindparam("period"), last=0)
    locked = first.on_conflict_do_update(index_elements=["prefix", "period"], set_={"last": reference_counter.c.last})
    return locked.returning(reference_counter.c.last)
