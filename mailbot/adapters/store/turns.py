"""Turns that cases take: rows go from one case to another, clocks stop, and all of it can be taken back exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, false, func, or_, select
from sqlalchemy.engine import Row

from mailbot.adapters.store.outbox import letter_of, letter_rows
from mailbot.adapters.store.tables import case, clock, deadline, hold, location, mailbox, message, outbox, participant, turn
from mailbot.adapters.store.upsert import insert
from mailbot.core.action import TakeTurn
from mailbot.core.case import CaseStatus, FiledMessage, Turn, TurnKind
from mailbot.core.letter import OutboxLetter
from mailbot.core.message import Direction, Origin

_TABLES = {"messages": message, "letters": outbox, "clocks": clock}


@dataclass(frozen=True, slots=True)
class SqlTurns:
    """``flush`` writes what the transaction keeps back about clocks, letters and messages."""

    connection: Connection
    flush: Callable[[], None]

    def take(self, action: TakeTurn, case_id: int, other_id: int | None, actor: str, at: datetime) -> None:
        """Carry out a turn and write down what it moved and stopped."""
        self.flush()
        moved: dict[str, Any] = {"messages": [], "letters": [], "clocks": [], "deadlines": [], "owners": []}
        if other_id is not None and action.kind in (TurnKind.MERGED, TurnKind.SPLIT):
            moved |= self._move(action, case_id, other_id)
        moved |= {"stopped": list(action.stopped), "deadlines": self._stop(action.stopped, at)}
        moved |= {"ended": list(action.ended), "begun": [list(one) for one in action.begun], "hold": action.hold}
        moved["deadlines"] += self._ahead(action.ended)
        if action.customer:
            moved["parts"] = self._parts(case_id, action.customer)
        values = {"case": case_id, "other": other_id, "kind": action.kind.value, "status_before": action.status_before.value}
        self.connection.execute(turn.insert().values(**values, moved=moved, at=at, actor=actor))

    def take_back(self, found: Turn, at: datetime) -> None:
        """Everything that the turn moved and nobody has moved since goes back; what it stopped runs again."""
        self.flush()
        moved = self.connection.execute(select(turn.c.moved).where(turn.c.id == found.id)).scalar_one()
        for kind, table in _TABLES.items():
            there = table.c.id.in_(moved[kind]) & (table.c.case == found.other_id)
            self.connection.execute(table.update().where(there).values(case=found.case_id))
        brought = (case.c.id == found.other_id) & case.c.owner.in_(moved.get("owners", []))
        self.connection.execute(case.update().where(brought).values(owner=None))
        self._stop(self._running(found.case_id, moved.get("begun", [])), at)
        self._restart(found.case_id, moved["stopped"], moved["deadlines"], moved.get("ended", []))
        if found.kind is TurnKind.CUSTOMER_NAMED:
            self._unname(found.case_id, moved["parts"])
        self.connection.execute(hold.update().where(hold.c.id == moved.get("hold")).values(put_back_at=None))
        self.connection.execute(turn.update().where(turn.c.id == found.id).values(undone_at=at))

    def newest(self, case_id: int) -> Turn | None:
        """The newest turn of a case that was not taken back, from either side."""
        mine = ((turn.c.case == case_id) | (turn.c.other == case_id)) & turn.c.undone_at.is_(None)
        row = self.connection.execute(select(turn).where(mine).order_by(turn.c.id.desc()).limit(1)).one_or_none()
        return _turn(row) if row else None

    def merged_into(self, case_id: int) -> int:
        """The case in which this one lives on: itself, unless it was merged."""
        return merged_into(self.connection, [case_id]).get(case_id, case_id)

    def messages(self, case_id: int) -> tuple[FiledMessage, ...]:
        """The messages of a case, in the order in which they came."""
        query = select(message).where(message.c.case == case_id).order_by(message.c.received_at, message.c.id)
        return tuple(_filed(row) for row in self.connection.execute(query))

    def letters(self, case_id: int, recipient: str) -> tuple[OutboxLetter, ...]:
        """The letters of a case to this address. Until the transaction ends, none of them begins to be sent."""
        theirs = (outbox.c.case == case_id) & (outbox.c.recipient_key == recipient.lower())
        query = letter_rows().where(theirs).order_by(outbox.c.id).with_for_update(of=outbox)
        return tuple(letter_of(row) for row in self.connection.execute(query))

    def without_case(self, number: int) -> tuple[str, FiledMessage] | None:
        """A message that came in and belongs to no case, with the mailbox where it lies; None if there is none."""
        lies_in = select(func.min(location.c.mailbox)).where(location.c.message == message.c.id).scalar_subquery()
        query = select(message, mailbox.c.name).select_from(message).join(mailbox, mailbox.c.id == lies_in)
        free = message.c.case.is_(None) & (message.c.origin == Origin.MAILBOX.value)
        row = self.connection.execute(query.where(message.c.id == number, free)).one_or_none()
        return (row.name, _filed(row)) if row else None

    def give(self, number: int, case_id: int) -> None:
        """A message that belonged to no case belongs to this one."""
        self.flush()
        self.connection.execute(message.update().where(message.c.id == number).values(case=case_id))

    def _move(self, action: TakeTurn, case_id: int, other_id: int) -> dict[str, list[int]]:
        """Move rows to the other case. Whoever takes part in a case that is merged takes part in the other too.

        Its owner is the other's, if that is nobody's.
        """
        about = outbox.c.message.in_(action.messages) if action.messages is not None else None
        chosen = {
            "messages": message.c.id.in_(action.messages) if action.messages is not None else None,
            "letters": about,
            "clocks": clock.c.id.in_(action.clocks),
        }
        moved = {kind: self._moved(_TABLES[kind], case_id, other_id, which) for kind, which in chosen.items()}
        if action.kind is TurnKind.MERGED:
            self._bring_people(case_id, other_id)
            moved["owners"] = self._bring_owner(case_id, other_id)
        return moved

    def _moved(self, table: Table, case_id: int, other_id: int, which: ColumnElement[bool] | None) -> list[int]:
        here = table.c.case == case_id
        change = table.update().where(here if which is None else here & which).values(case=other_id)
        return sorted(self.connection.execute(change.returning(table.c.id)).scalars())

    def _bring_people(self, case_id: int, other_id: int) -> None:
        rows = self.connection.execute(select(participant).where(participant.c.case == case_id)).all()
        values = [{"case": other_id, "address": row.address, "role": row.role, "subject": row.subject} for row in rows]
        if values:
            self.connection.execute(insert(self.connection.dialect.name, participant).on_conflict_do_nothing(), values)

    def _bring_owner(self, case_id: int, other_id: int) -> list[int]:
        """The other case has this one's owner from now on if it had none; returns the owner's row then."""
        owner = self.connection.execute(select(case.c.owner).where(case.c.id == case_id)).scalar_one()
        nobodys = (case.c.id == other_id) & case.c.owner.is_(None)
        changed = self.connection.execute(case.update().where(nobodys).values(owner=owner)).rowcount
        return [owner] if changed and owner is not None else []

    def _parts(self, case_id: int, address: str) -> list[list[str]]:
        """How somebody takes part in a case, in at most one row."""
        mine = (participant.c.case == case_id) & (participant.c.address == address.lower())
        rows = self.connection.execute(select(participant).where(mine))
        return [[row.address, row.role, row.subject] for row in rows]

    def _unname(self, case_id: int, parts: Sequence[Sequence[str]]) -> None:
        """The case is nobody's again; whoever was named takes part in it as before, if at all."""
        address = select(func.lower(case.c.customer)).where(case.c.id == case_id).scalar_subquery()
        named = (participant.c.case == case_id) & (participant.c.address == address)
        self.connection.execute(participant.delete().where(named))
        for before, role, subject in parts:
            values = {"case": case_id, "address": before, "role": role, "subject": subject}
            self.connection.execute(participant.insert().values(values))
        self.connection.execute(case.update().where(case.c.id == case_id).values(customer="", may_write=False))

    def _running(self, case_id: int, names: Sequence[Sequence[str]]) -> list[int]:
        """The clocks of a case with these names and laws that run."""
        named = or_(false(), *((clock.c.name == name) & (clock.c.law == law) for name, law in names))
        running = select(clock.c.id).where(clock.c.case == case_id, clock.c.stopped_at.is_(None), named)
        return list(self.connection.execute(running).scalars())

    def _ahead(self, clock_ids: Sequence[int]) -> list[list[Any]]:
        """The moments of clocks that have not come."""
        open_ = deadline.c.clock.in_(clock_ids) & deadline.c.fired_at.is_(None)
        rows = self.connection.execute(select(deadline.c.clock, deadline.c.kind, deadline.c.due_at).where(open_))
        return sorted([row.clock, row.kind, row.due_at.isoformat()] for row in rows)

    def _stop(self, clock_ids: Sequence[int], at: datetime) -> list[list[Any]]:
        """Stop clocks without an outcome; returns the moments that had not come, which are taken away with them."""
        kept = self._ahead(clock_ids)
        open_ = deadline.c.clock.in_(clock_ids) & deadline.c.fired_at.is_(None)
        self.connection.execute(deadline.delete().where(open_))
        values = {"stopped_at": at, "outcome": "cancelled"}
        self.connection.execute(clock.update().where(clock.c.id.in_(clock_ids)).values(values))
        return kept

    def _restart(
        self, case_id: int, clock_ids: Sequence[int], deadlines: Sequence[Sequence[Any]], ended: Sequence[int]
    ) -> None:
        """Let clocks run again: those of the case, and those of the other unless it has been closed since.

        ``ended``: those that had an outcome; none of them if one of its name was begun anew since.
        """
        still_open = select(case.c.id).where((case.c.id == case_id) | (case.c.status != CaseStatus.CLOSED.value))
        void = clock.c.id.in_(clock_ids) & (clock.c.outcome == "cancelled")
        anew = clock.alias()
        same = (anew.c.case == clock.c.case) & (anew.c.name == clock.c.name) & (anew.c.law == clock.c.law)
        begun_anew = select(anew.c.id).where(same, anew.c.stopped_at.is_(None)).exists()
        these = (void | (clock.c.id.in_(ended) & ~begun_anew)) & clock.c.case.in_(still_open)
        change = clock.update().where(these).values(stopped_at=None, outcome=None)
        running = set(self.connection.execute(change.returning(clock.c.id)).scalars())
        rows = [{"clock": row, "kind": kind, "due_at": datetime.fromisoformat(due_at)} for row, kind, due_at in deadlines]
        again = [row for row in rows if row["clock"] in running]
        if again:
            self.connection.execute(deadline.insert(), again)


def _filed(row: Row[Any]) -> FiledMessage:
    return FiledMessage(
        row=row.id,
        came_in=row.direction == Direction.IN.value,
        sender=row.sender,
        subject=row.subject or "",
        class_=row._mapping["class"],
        received_at=row.received_at,
        may_answer=row.may_answer,
    )


def merged_into(connection: Connection, case_ids: Sequence[int]) -> dict[int, int]:
    """Where merged cases live on, by case; those that were not merged are left out."""
    found, asked = dict[int, int](), list(case_ids)
    while asked:
        is_merged = turn.c.case.in_(asked) & (turn.c.kind == TurnKind.MERGED.value) & turn.c.undone_at.is_(None)
        steps = {row.case: row.other for row in connection.execute(select(turn.c.case, turn.c.other).where(is_merged))}
        found |= steps
        asked = [each for each in steps.values() if each not in found]
    return {each: _end(found, each) for each in case_ids if each in found}


def _end(steps: dict[int, int], case_id: int) -> int:
    while case_id in steps:
        case_id = steps[case_id]
    return case_id


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        id=row.id,
        kind=TurnKind(row.kind),
        case_id=row.case,
        other_id=row.other,
        status_before=CaseStatus(row.status_before),
        at=row.at,
    )
