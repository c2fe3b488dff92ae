"""Gaps in what is published, from their report to the page that closes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from mailbot.adapters.store.numbers import Numbers
from mailbot.adapters.store.tables import case, gap
from mailbot.core.contact_action import CloseGap, OpenGap, RemindGap
from mailbot.core.gap import Gap, GapState

_GAPS = select(gap, case.c.reference, case.c.mailbox).join(case, case.c.id == gap.c.case)
_OPEN = gap.c.state == GapState.OPEN.value


class SqlGaps:
    def __init__(self, connection: Connection, ids: Mapping[str, int], numbers: Numbers) -> None:
        self._connection = connection
        self._ids = ids
        self._numbers = numbers

    def next_number(self) -> int:
        """A number that no gap has."""
        return self._numbers.next(gap)

    def open(self, action: OpenGap) -> None:
        """Somebody is told of it from now on."""
        new = action.gap
        values: dict[str, Any] = {
            "what": new.what,
            "organisation": new.organisation,
            "contact": new.contact,
            "reporter": new.reporter,
        }
        values |= {"state": new.state.value, "url": new.url, "told": new.told}
        moments = {"reported_at": new.reported_at, "remind_at": new.remind_at}
        self._connection.execute(gap.insert().values(id=new.number, case=new.case_id, **values, **moments))

    def close(self, action: CloseGap, at: datetime) -> None:
        """It was located or added."""
        values = {"state": action.state.value, "url": action.url, "closed_at": at}
        self._connection.execute(gap.update().where(gap.c.id == action.number, _OPEN).values(values))

    def remind(self, action: RemindGap) -> None:
        """The contact is told once more, and again at ``remind_at``."""
        values = {"contact": action.contact, "remind_at": action.remind_at, "told": gap.c.told + 1}
        self._connection.execute(gap.update().where(gap.c.id == action.number).values(values))

    def get(self, number: int) -> Gap | None:
        """The gap with this number."""
        return self._first(gap.c.id == number)

    def open_with(self, case_id: int, contact: str) -> Gap | None:
        """The open gap of a case that this contact was told of, if there is exactly one."""
        found = self._connection.execute(_GAPS.where(_OPEN, gap.c.case == case_id, gap.c.contact == contact).limit(2)).all()
        return gap_of(found[0]) if len(found) == 1 else None

    def due(self, now: datetime) -> list[Gap]:
        """The open gaps whose contact is to be reminded, the oldest first."""
        mine = case.c.mailbox.in_(self._ids.values())
        rows = self._connection.execute(_GAPS.where(_OPEN, gap.c.remind_at <= now, mine).order_by(gap.c.id))
        return [gap_of(row) for row in rows]

    def _first(self, which: ColumnElement[bool]) -> Gap | None:
        row = self._connection.execute(_GAPS.where(which)).first()
        return gap_of(row) if row else None


def gap_of(row: Row[Any]) -> Gap:
    return Gap(
        number=row.id,
        case_id=row.case,
        reference=row.reference,
        what=row.what,
        organisation=row.organisation,
        contact=row.contact,
        reporter=row.reporter,
        reported_at=row.reported_at,
        remind_at=row.remind_at,
        told=row.told,
        state=GapState(row.state),
        url=row.url,
    )


def listed_gaps(connection: Connection, *, every: bool) -> list[Gap]:
    """The open gaps, or every one, the oldest first."""
    rows = connection.execute((_GAPS if every else _GAPS.where(_OPEN)).order_by(gap.c.id))
    return [gap_of(row) for row in rows]
