"""The mail of staff that is held against a standard, what was found, and what somebody is spared."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from mailbot.adapters.store.messages import decompressed
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import mailbox, message, raw, staff_mail, standard_finding, standard_waiver
from mailbot.core.staff_finding import JudgedMail, StaffFinding, StaffMailKind
from mailbot.ports import WaitingStaffMail


class SqlStandards:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending

    def wait(self, message_row: int, name: str, kind: StaffMailKind, at: datetime) -> None:
        """A message waits to be judged."""
        row = {"message": message_row, "mailbox": self._ids[name], "kind": kind.value, "at": at}
        self._pending.insert(staff_mail, row)

    def waiting(self, limit: int) -> list[WaitingStaffMail]:
        """The oldest messages that wait to be judged."""
        query = (
            select(staff_mail, raw.c.content, mailbox.c.name.label("mailbox_name"))
            .join(message, message.c.id == staff_mail.c.message)
            .join(raw, raw.c.sha256 == message.c.raw)
            .join(mailbox, mailbox.c.id == staff_mail.c.mailbox)
            .where(staff_mail.c.judged_at.is_(None), staff_mail.c.mailbox.in_(self._ids.values()))
            .order_by(staff_mail.c.id)
            .limit(limit)
        )
        return [
            WaitingStaffMail(
                id=row.id,
                mailbox=row.mailbox_name,
                message_row=row.message,
                kind=StaffMailKind(row.kind),
                content=decompressed(row.content)[0],
                at=row.at,
            )
            for row in self._connection.execute(query)
        ]

    def settle(self, mail: WaitingStaffMail, judged: JudgedMail, at: datetime) -> None:
        """A message was judged, and this was found."""
        values = {
            "month": judged.month,
            "team": judged.team,
            "outcome": judged.outcome.value,
            "why": judged.why_not,
            "judged_at": at,
        }
        self._connection.execute(staff_mail.update().where(staff_mail.c.id == mail.id).values(values))
        for each in judged.findings:
            self.find(each, mail.mailbox, mail.at, mail.message_row)

    def find(self, found: StaffFinding, name: str, at: datetime, message_row: int | None = None) -> None:
        """Keep a finding; ``at``: the moment it is about."""
        self._connection.execute(
            standard_finding.insert().values(
                message=message_row,
                mailbox=self._ids[name],
                person=found.person,
                team=found.team,
                rule=found.rule,
                clause=found.clause,
                confidence=found.confidence,
                month=found.month,
                fix=found.fix,
                offsets=[[span.start, span.end] for span in found.spans],
                at=at,
            )
        )

    def waived(self, people: Collection[str]) -> frozenset[tuple[str, str]]:
        """What these people are spared: each with a rule."""
        mine = standard_waiver.c.person.in_(people) & standard_waiver.c.ended_at.is_(None)
        query = select(standard_waiver.c.person, standard_waiver.c.rule).where(mine)
        return frozenset((row.person, row.rule) for row in self._connection.execute(query))
