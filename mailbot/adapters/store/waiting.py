"""The read side of handovers that wait for a person: open cases that no rule may hand over, and what they may be about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.tables import case, event, mailbox
from mailbot.core.case import ASSIGNED, CaseStatus
from mailbot.core.handover import HANDED_OVER, WAITS_FOR_A_PERSON

_OVER = (ASSIGNED, HANDED_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """A case whose handover waits. ``why``: what made it wait; ``services``: the best three, the likeliest first."""

    reference: str
    mailbox: str
    class_: str
    opened_at: datetime
    why: str
    services: tuple[str, ...]


def waiting_handovers(database: Database) -> tuple[HandoverLine, ...]:
    """The oldest first. A case that somebody was given since, or that was handed over, waits no more."""
    later, any_ = event.alias(), event.alias()
    asked = select(func.max(any_.c.id)).where(any_.c.case == case.c.id, any_.c.rule == WAITS_FOR_A_PERSON).scalar_subquery()
    over = select(later.c.id).where(later.c.case == case.c.id, later.c.rule.in_(_OVER), later.c.id > event.c.id).exists()
    query = (
        select(case, mailbox.c.name, event.c.detail)
        .join(mailbox, mailbox.c.id == case.c.mailbox)
        .join(event, event.c.id == asked)
        .where(case.c.status != CaseStatus.CLOSED.value, ~over)
        .order_by(case.c.opened_at, case.c.id)
    )
    with database.reading() as connection:
        return tuple(
            HandoverLine(
                reference=row.reference,
                mailbox=row.name,
                class_=row._mapping["class"],
                opened_at=row.opened_at,
                why=row.detail,
                services=tuple(row.proposed or filter(None, (row.service,))),
            )
            for row in connection.execute(query)
        )
