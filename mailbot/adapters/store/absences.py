"""Absences that automatic replies told of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mailbot.adapters.store.tables import absence, message, outbox
from mailbot.core.letter import OutboxState
from mailbot.core.presence import SeenAbsence


class SqlAbsences:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, seen: SeenAbsence) -> None:
        """Somebody is away. What an earlier reply of theirs said of these days no longer holds."""
        before = (absence.c.person == seen.person) & (absence.c.until_on >= seen.from_on)
        self._connection.execute(absence.update().where(before).values(ended=True))
        self._connection.execute(
            absence.insert().values(
                person=seen.person,
                from_on=seen.from_on,
                until_on=seen.until_on,
                return_on=seen.return_on,
                deputy=seen.deputy,
                digest=seen.digest,
                answers_ours=seen.answers_ours,
                ended=False,
            )
        )

    def newest(self, person: str, digest: str) -> SeenAbsence | None:
        """The last reply of somebody with this text."""
        mine = (absence.c.person == person) & (absence.c.digest == digest)
        row = self._connection.execute(select(absence).where(mine).order_by(absence.c.id.desc()).limit(1)).first()
        return _seen(row) if row else None

    def on(self, day: date) -> tuple[SeenAbsence, ...]:
        """Who is away on a day."""
        away = (absence.c.from_on <= day) & (absence.c.until_on >= day) & absence.c.ended.is_(False)
        return tuple(_seen(row) for row in self._connection.execute(select(absence).where(away).order_by(absence.c.id)))

    def end(self, person: str, day: date) -> int:
        """Somebody is there from a day on, whatever their reply said; returns how many absences that ends."""
        mine = (absence.c.person == person) & (absence.c.until_on >= day) & absence.c.ended.is_(False)
        return self._connection.execute(absence.update().where(mine).values(ended=True)).rowcount

    def answered_ours(self, domain: str) -> bool:
        """Whether automatic replies from a domain have come because of letters of ours."""
        theirs = absence.c.answers_ours.is_(True) & absence.c.person.like(f"%@{domain}")
        return self._connection.execute(select(absence.c.id).where(theirs).limit(1)).first() is not None

    def reached(self, address: str, since: datetime, until: datetime) -> bool:
        """Whether a letter of ours reached an address in that time, as far as anybody knows."""
        went = (outbox.c.recipient_key == address) & (outbox.c.state == OutboxState.SENT.value)
        between = (outbox.c.attempted_at >= since) & (outbox.c.attempted_at <= until)
        return bool(self._connection.execute(select(func.count()).select_from(outbox).where(went, between)).scalar_one())

    def heard_from(self, address: str, since: datetime, until: datetime) -> bool:
        """Whether anything came from an address in that time."""
        between = (message.c.received_at >= since) & (message.c.received_at <= until)
        query = select(message.c.id).where(message.c.sender == address, between).limit(1)
        return self._connection.execute(query).first() is not None


def _seen(row: Row[Any]) -> SeenAbsence:
    return SeenAbsence(
        person=row.person,
        from_on=row.from_on,
        until_on=row.until_on,
        return_on=row.return_on,
        deputy=row.deputy,
        digest=row.digest,
        answers_ours=row.answers_ours,
    )
