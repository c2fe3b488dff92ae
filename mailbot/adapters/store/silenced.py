"""The read side of silence: open cases whose customer got no receipt, and messages that were filed without a case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.tables import case, clock, event, location, mailbox, message, outbox, raw
from mailbot.core.case import CaseStatus
from mailbot.core.letter import Purpose
from mailbot.core.message import Direction, Origin
from mailbot.core.strong_evidence import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SilencedLine:
    """A case without a receipt. ``due_at``: the first date that runs for it; ``reasons``: the rules, each once."""

    reference: str
    mailbox: str
    opened_at: datetime
    due_at: datetime | None
    reasons: tuple[str, ...]


def silenced_cases(database: Database) -> tuple[SilencedLine, ...]:
    """The oldest first. A case that came in from an older system, or that staff have answered, is none."""
    receipted = select(outbox.c.id).where(outbox.c.case == case.c.id, outbox.c.purpose == Purpose.RECEIPT.value).exists()
    running = (clock.c.case == case.c.id) & clock.c.stopped_at.is_(None)
    first_date = select(func.min(clock.c.due_at)).where(running).scalar_subquery()
    silent = (event.c.kind == "silent") & case.c.may_write.is_(False) & ~receipted
    query = (
        select(case, mailbox.c.name, first_date.label("due_at"), event.c.rule)
        .join(mailbox, mailbox.c.id == case.c.mailbox)
        .join(event, event.c.case == case.c.id)
        .where(case.c.status != CaseStatus.CLOSED.value, silent, select(clock.c.id).where(running).exists())
        .order_by(case.c.opened_at, case.c.id, event.c.id)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    found = dict[str, SilencedLine]()
    for row in rows:
        before = found[row.reference].reasons if row.reference in found else ()
        found[row.reference] = SilencedLine(
            reference=row.reference,
            mailbox=row.name,
            opened_at=row.opened_at,
            due_at=row.due_at,
            reasons=tuple(dict.fromkeys((*before, row.rule))),
        )
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledLine:
    """A message that came in and was taken for a robot's. ``number`` opens a case for it; ``rule``: what it was known by."""

    number: int
    mailbox: str
    received_at: datetime
    sender: str
    subject: str
    verdict: str
    rule: str


def taken_for_robots() -> ColumnElement[bool]:
    """Messages that came in since the start, were filed without a case, and are no letters of ours."""
    came_in = (message.c.direction == Direction.IN.value) & (message.c.origin == Origin.MAILBOX.value)
    return message.c.case.is_(None) & came_in & (message.c.verdict != Verdict.OWN.value)


def filed_messages(database: Database, limit: int) -> tuple[FiledLine, ...]:
    """The newest messages that were filed without a case, the newest first."""
    place = select(func.min(location.c.mailbox)).where(location.c.message == message.c.id).scalar_subquery()
    query = (
        select(message, mailbox.c.name, event.c.rule)
        .select_from(message)
        .join(mailbox, mailbox.c.id == place)
        .join(event, (event.c.message == message.c.id) & (event.c.kind == "filed"))
        .where(taken_for_robots())
        .order_by(message.c.id.desc())
        .limit(limit)
    )
    with database.reading() as connection:
        return tuple(
            FiledLine(
                number=row.id,
                mailbox=row.name,
                received_at=row.received_at,
                sender=row.sender,
                subject=row.subject or "",
                verdict=row.verdict,
                rule=row.rule,
            )
            for row in connection.execute(query)
        )


def filed_content(database: Database, number: int) -> bytes | None:
    """The stored bytes of a message that was filed without a case, compressed as they are stored; None if there is none."""
    query = select(raw.c.content).join(message, message.c.raw == raw.c.sha256)
    with database.reading() as connection:
        return connection.execute(query.where(message.c.id == number, taken_for_robots())).scalar_one_or_none()
