"""The mail of staff that is held against a standard, what was found, and what somebody is spared."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mailbot.adapters.store.messages import decompressed
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import mailbox, message, raw, staff_mail, standard_finding, standard_waiver
from mailbot.core.message import Span
from mailbot.core.staff_count import Counted, MonthTotals
from mailbot.core.staff_finding import About, JudgedMail, KeptFinding, StaffFinding, StaffMailKind, StaffMailOutcome, Waiver
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

    def untold(self, before: datetime, months: Collection[str]) -> list[KeptFinding]:
        """What nobody has heard of that was sent before a moment and in these months, the oldest first."""
        found = standard_finding.c
        due = (found.told_at.is_(None), found.person.is_not(None), found.at < before, found.month.in_(months))
        query = (
            select(standard_finding, mailbox.c.name.label("mailbox_name"), message.c.subject, message.c.text, staff_mail.c.kind)
            .join(mailbox, mailbox.c.id == standard_finding.c.mailbox)
            .outerjoin(message, message.c.id == standard_finding.c.message)
            .outerjoin(staff_mail, staff_mail.c.message == standard_finding.c.message)
            .where(*due, found.mailbox.in_(self._ids.values()))
            .order_by(standard_finding.c.id)
        )
        return [_kept(row) for row in self._connection.execute(query)]

    def told(self, people: Collection[str]) -> frozenset[tuple[str, str, str]]:
        """What these people have heard of: each with a rule and a month."""
        mine = standard_finding.c.person.in_(people) & standard_finding.c.told_at.is_not(None)
        query = select(standard_finding.c.person, standard_finding.c.rule, standard_finding.c.month).where(mine).distinct()
        return frozenset((row.person, row.rule, row.month) for row in self._connection.execute(query))

    def tell(self, findings: Collection[int], at: datetime) -> None:
        """The person has heard of these, or of the same in their month."""
        self._connection.execute(standard_finding.update().where(standard_finding.c.id.in_(findings)).values(told_at=at))

    def totals(self, month: str) -> MonthTotals:
        """What was judged and found in a month, over all mailboxes."""
        return month_totals(self._connection, month)

    def waive(self, waiver: Waiver) -> bool:
        """Somebody is spared a rule, also for what nobody has told them yet; False if they were already."""
        if (waiver.person, waiver.rule) in self.waived([waiver.person]):
            return False
        values = {"person": waiver.person, "rule": waiver.rule, "reason": waiver.reason, "actor": waiver.actor, "at": waiver.at}
        self._connection.execute(standard_waiver.insert().values(values))
        found = standard_finding.c
        waits = (found.person == waiver.person) & (found.rule == waiver.rule) & found.told_at.is_(None)
        self._connection.execute(standard_finding.delete().where(waits))
        return True

    def end_waiver(self, person: str, rule: str, actor: str, at: datetime) -> bool:
        """A rule holds for somebody again; False if they were not spared it."""
        waiver = standard_waiver.c
        mine = (waiver.person == person) & (waiver.rule == rule) & waiver.ended_at.is_(None)
        ended = self._connection.execute(standard_waiver.update().where(mine).values(ended_at=at, ended_by=actor))
        return ended.rowcount > 0

    def forget(self, person: str) -> int:
        """Nothing here names a person any more: their findings stay as numbers, what they were spared goes."""
        found = standard_finding.update().where(standard_finding.c.person == person)
        self._connection.execute(standard_waiver.delete().where(standard_waiver.c.person == person))
        return self._connection.execute(found.values(person=None, fix="", offsets=[], message=None)).rowcount

    def waived(self, people: Collection[str]) -> frozenset[tuple[str, str]]:
        """What these people are spared: each with a rule."""
        mine = standard_waiver.c.person.in_(people) & standard_waiver.c.ended_at.is_(None)
        query = select(standard_waiver.c.person, standard_waiver.c.rule).where(mine)
        return frozenset((row.person, row.rule) for row in self._connection.execute(query))


def _kept(row: Row[Any]) -> KeptFinding:
    spans = tuple(Span(start, end) for start, end in row.offsets)
    whole = f"{row.subject or ''}\n\n{row.text}" if row.text is not None else ""
    found = StaffFinding(
        person=row.person,
        team=row.team,
        rule=row.rule,
        clause=row.clause,
        confidence=row.confidence,
        fix=row.fix,
        month=row.month,
        spans=spans,
    )
    return KeptFinding(
        id=row.id,
        mailbox=row.mailbox_name,
        at=row.at,
        finding=found,
        words=" ".join(" ".join(whole[span.start : span.end] for span in spans).split()),
        about=_about(row),
    )


def _about(row: Row[Any]) -> About:
    if row.message is None:
        return About.ABSENCE
    return About.REPLY if row.kind == StaffMailKind.AUTO_REPLY.value else About.MESSAGE


def month_totals(connection: Connection, month: str) -> MonthTotals:
    """What was judged and found in a month, over all mailboxes."""
    done = (staff_mail.c.month == month) & (staff_mail.c.outcome == StaffMailOutcome.JUDGED.value)
    judged = select(staff_mail.c.team, func.count().label("mails")).where(done).group_by(staff_mail.c.team)
    found = standard_finding.c
    keys = (found.team, found.rule, found.clause, found.person)
    counts = select(*keys, func.count().label("times")).where(found.month == month).group_by(*keys)
    return MonthTotals(
        month=month,
        judged={row.team: row.mails for row in connection.execute(judged)},
        found=tuple(
            Counted(team=row.team, rule=row.rule, clause=row.clause, person=row.person or "", count=row.times)
            for row in connection.execute(counts)
        ),
    )


def waivers(connection: Connection) -> tuple[Waiver, ...]:
    """What people are spared now, the newest first."""
    query = select(standard_waiver).where(standard_waiver.c.ended_at.is_(None)).order_by(standard_waiver.c.id.desc())
    return tuple(
        Waiver(person=row.person, rule=row.rule, reason=row.reason, actor=row.actor, at=row.at)
        for row in connection.execute(query)
    )
