"""Letters that staff write: a row for whatever somebody did with one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mailbot.adapters.store.tables import draft
from mailbot.core.draft import Draft, DraftState
from mailbot.core.letter import Written

_NEWEST = select(func.max(draft.c.id)).group_by(draft.c.case, draft.c.letter)


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    connection: Connection

    def add(self, new: Draft) -> None:
        """Keep what somebody did."""
        self.connection.execute(
            draft.insert().values(
                case=new.case_id,
                letter=new.letter,
                state=new.state.value,
                author=new.author,
                at=new.at,
                subject=new.text.subject,
                body=new.text.body,
                note=new.note,
            )
        )

    def newest(self, case_id: int, letter: str) -> Draft | None:
        """The last that was done with a letter of a case."""
        mine = (draft.c.case == case_id) & (draft.c.letter == letter)
        row = self.connection.execute(select(draft).where(mine).order_by(draft.c.id.desc()).limit(1)).first()
        return _draft(row) if row else None

    def waiting(self) -> list[Draft]:
        """What was handed in last and neither issued nor sent back, the oldest first."""
        query = select(draft).where(draft.c.id.in_(_NEWEST), draft.c.state == DraftState.SUBMITTED.value).order_by(draft.c.id)
        return [_draft(row) for row in self.connection.execute(query)]


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        case_id=row.case,
        letter=row.letter,
        state=DraftState(row.state),
        author=row.author,
        at=row.at,
        text=Written(subject=row.subject, body=row.body),
        note=row.note,
    )
