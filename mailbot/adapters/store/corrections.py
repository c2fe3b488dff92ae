"""What people say the class of a case is: kept beside the message that opened it, and read to learn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from mailbot.adapters.store.tables import case, correction, message
from mailbot.core.action import LearnClass
from mailbot.core.message import Direction
from mailbot.core.quoting import QuoteRules, own_text
from mailbot.core.subject import SubjectRules, base_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says about a case: its class, and the message that opened the case, in its writer's own words.

    ``old_class``: what it was before. ``actor``, ``at``, ``why``: who said so, when, and their reason, which may be empty.
    """

    reference: str
    old_class: str
    new_class: str
    actor: str
    at: datetime
    why: str
    subject: str
    own_text: str


@dataclass(frozen=True, slots=True)
class SqlCorrections:
    connection: Connection

    def add(self, action: LearnClass, actor: str, at: datetime) -> None:
        """Keep what a person says, with the first message that came in for the case."""
        came_in = (message.c.case == action.case_id) & (message.c.direction == Direction.IN.value)
        first = select(message.c.id).where(came_in).order_by(message.c.received_at, message.c.id).limit(1)
        values = {"case": action.case_id, "message": first.scalar_subquery(), "actor": actor, "at": at, "why": action.why}
        classes = {"old_class": action.old_class, "new_class": action.new_class}
        self.connection.execute(correction.insert().values(values | classes))


def corrections(connection: Connection, subjects: SubjectRules, quoting: QuoteRules) -> Iterator[Correction]:
    """The newest correction of each case, in the order of the cases.

    Left out: cases without a message of a customer, and messages whose text has been erased.
    """
    newest = select(func.max(correction.c.id)).group_by(correction.c.case)
    query = (
        select(correction, case.c.reference, message.c.subject, message.c.text)
        .join(case, case.c.id == correction.c.case)
        .join(message, message.c.id == correction.c.message)
        .where(correction.c.id.in_(newest), message.c.text.is_not(None))
        .order_by(case.c.id)
    )
    for row in connection.execute(query):
        subject = row.subject or ""
        yield Correction(
            reference=row.reference,
            old_class=row.old_class,
            new_class=row.new_class,
            actor=row.actor,
            at=row.at,
            why=row.why,
            subject=subject,
            own_text=own_text(row.text, quoting, is_forward=base_subject(subject, subjects).is_forward),
        )
