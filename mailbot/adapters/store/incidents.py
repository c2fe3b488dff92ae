"""The read side of incidents: what was logged of threats and abuse, by case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.tables import case, event, mailbox
from mailbot.core.case import INCIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """One incident: in which case, when, by what rule or person it was logged, and what happened."""

    at: datetime
    reference: str
    mailbox: str
    rule: str
    detail: str
    actor: str


def incidents(database: Database, since: datetime | None = None) -> tuple[IncidentLine, ...]:
    """The oldest first."""
    query = (
        select(event, case.c.reference, mailbox.c.name)
        .join(case, case.c.id == event.c.case)
        .join(mailbox, mailbox.c.id == case.c.mailbox)
        .where(event.c.kind == INCIDENT)
        .order_by(event.c.at, event.c.id)
    )
    if since is not None:
        query = query.where(event.c.at >= since)
    with database.reading() as connection:
        return tuple(
            IncidentLine(
                at=row.at, reference=row.reference, mailbox=row.name, rule=row.rule, detail=row.detail, actor=row.actor
            )
            for row in connection.execute(query)
        )
