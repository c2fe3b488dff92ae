"""The morning's figures of one mailbox: which cases need somebody, and how much lies about."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, literal_column, or_, select

from mailbot.adapters.store.history import TAKEN_BACK
from mailbot.adapters.store.silenced import taken_for_robots
from mailbot.adapters.store.tables import alarm, case, clock, deadline, event, hold, location, mailbox, message, outbox
from mailbot.core.case import FOR_THE_MANAGER, PROPOSAL, RECLASSIFIED, CaseStatus, ClockKind, ClockStop, Figures, Moment
from mailbot.core.policy import UNSURE
from mailbot.core.strong_evidence import Verdict

DAY = timedelta(days=1)
# Written out, not bound: only then does SQLite see that the index of such events serves.
IS_BACKSCATTER = event.c.rule == literal_column("'backscatter'")
IS_FOR_THE_MANAGER = event.c.kind == literal_column(f"'{FOR_THE_MANAGER}'")
STALE = timedelta(minutes=15)
IS_SURVEY = clock.c.kind == ClockKind.SURVEY.value
OWED = [ClockKind.RESPONSE.value, ClockKind.CONCLUSION.value, ClockKind.REVIEW.value]


def figures(
    connection: Connection, mailbox_id: int, moments: tuple[datetime, datetime, datetime], since: datetime | None
) -> Figures:
    """``moments``: now, the end of today, and until when a date is near. ``since``: the figures before, if there were any."""
    now, today_ends, soon = moments
    since = since or now - DAY
    mine = (case.c.mailbox == mailbox_id) & (case.c.status != CaseStatus.CLOSED.value)
    by_clock = select(case.c.reference).join(clock, clock.c.case == case.c.id).where(mine, clock.c.stopped_at.is_(None))

    def due(*between: ColumnElement[bool]) -> tuple[str, ...]:
        return _references(connection, by_clock.where(clock.c.paused_on.is_(None), ~_ends_at_once(), *between))

    return Figures(
        late=due(clock.c.due_at < now, ~IS_SURVEY),
        due_today=due(clock.c.due_at >= now, clock.c.due_at <= today_ends, ~IS_SURVEY),
        waiting=_references(connection, _waiting(by_clock, now)),
        due_soon=due(clock.c.due_at > today_ends, clock.c.due_at <= soon, ~IS_SURVEY),
        unowned=_references(connection, _alerted(by_clock, Moment.NO_OWNER).where(case.c.owner.is_(None))),
        unread=_references(connection, _alerted(by_clock, Moment.UNREAD).where(case.c.owner.is_(None), ~_opened())),
        silenced=_references(connection, by_clock.where(clock.c.kind == ClockKind.ACKNOWLEDGEMENT.value, ~_receipted())),
        bounced=_references(connection, _bounced(mine)),
        unclear=_references(connection, _unclear(mine)),
        flagged=_flagged(connection, mailbox_id, since),
        stale=_stale(connection, mailbox_id, now),
        surveys=_references(connection, _surveys(mailbox_id, soon)),
        open=_count(connection, select(func.count()).select_from(case).where(mine)),
        held=_count(connection, _held(mailbox_id)),
        failed=_count(connection, _failed(mailbox_id)),
        alarms=_count(connection, _alarms(mailbox_id)),
        backscatter=_count(connection, _backscatter(mailbox_id, since)),
        filed=_count(connection, _filed(mailbox_id, since)),
    )


def _references(connection: Connection, query: Select[Any]) -> tuple[str, ...]:
    found = connection.execute(query.distinct().order_by(case.c.reference)).scalars()
    return tuple(str(reference) for reference in found)


def _count(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())


def _ends_at_once() -> ColumnElement[bool]:
    """The receipt that ends this clock is about to go: just queued, and not put off by the relay."""
    about_to_go = (outbox.c.case == case.c.id) & (outbox.c.purpose == "receipt") & outbox.c.state.in_(["queued", "sending"])
    ended_by_it = cast(clock.c.stopped_by, Text).contains(ClockStop.RECEIPT_SENT.value)
    return ended_by_it & select(outbox.c.id).where(about_to_go).exists()


def _waiting(query: Select[Any], now: datetime) -> Select[Any]:
    """Cases whose customer has not answered us, though the date of the law that stands still meanwhile would be over by now."""
    return query.where(clock.c.paused_on.is_not(None), clock.c.law != "", clock.c.kind.in_(OWED), clock.c.due_at < now)


def _surveys(mailbox_id: int, soon: datetime) -> Select[Any]:
    """Cases, most of them closed, whose customer is to be asked how it went (F17): from the warning until it is done."""
    found = select(case.c.reference).join(clock, clock.c.case == case.c.id).where(case.c.mailbox == mailbox_id)
    warned = select(deadline.c.id).where(deadline.c.clock == clock.c.id, deadline.c.fired_at.is_not(None)).exists()
    return found.where(IS_SURVEY, clock.c.stopped_at.is_(None), or_(clock.c.due_at <= soon, warned))


def _alerted(query: Select[Any], moment: Moment) -> Select[Any]:
    """Cases whose moment of this kind has come."""
    came = (deadline.c.kind == moment.value) & deadline.c.fired_at.is_not(None)
    return query.join(deadline, deadline.c.clock == clock.c.id).where(came, clock.c.kind.in_(OWED))


def _opened() -> ColumnElement[bool]:
    read = select(location.c.id).join(message, message.c.id == location.c.message)
    return read.where(message.c.case == case.c.id, location.c.seen_at.is_not(None)).exists()


def _receipted() -> ColumnElement[bool]:
    receipts = (outbox.c.case == case.c.id) & (outbox.c.purpose == "receipt") & (outbox.c.state != "bounced")
    return select(outbox.c.id).where(receipts).exists()


def _bounced(mine: ColumnElement[bool]) -> Select[Any]:
    return select(case.c.reference).join(outbox, outbox.c.case == case.c.id).where(mine, outbox.c.state == "bounced")


def _flagged(connection: Connection, mailbox_id: int, since: datetime) -> tuple[str, ...]:
    """What the manager was to know of single messages: each case with the words."""
    query = select(case.c.reference, event.c.detail).join(case, case.c.id == event.c.case)
    lately = query.where(IS_FOR_THE_MANAGER, event.c.at > since, case.c.mailbox == mailbox_id, ~TAKEN_BACK)
    return tuple(dict.fromkeys(f"{row.reference}: {row.detail}" for row in connection.execute(lately.order_by(event.c.id))))


def _unclear(mine: ColumnElement[bool]) -> Select[Any]:
    """Cases without an owner whose class is unsure, or of which another was proposed and nobody has said anything since."""
    proposed = select(event.c.id).where(event.c.case == case.c.id, event.c.kind == PROPOSAL).exists()
    said = select(event.c.id).where(event.c.case == case.c.id, event.c.rule == RECLASSIFIED).exists()
    unclear = (case.c["class"] == UNSURE) | (proposed & ~said)
    return select(case.c.reference).where(mine, case.c.owner.is_(None), unclear)


def _stale(connection: Connection, mailbox_id: int, now: datetime) -> tuple[str, ...]:
    """In trouble, and not read for a while: one that has not been looked at yet since the start is not meant."""
    old = mailbox.c.last_error.is_not(None) & (func.coalesce(mailbox.c.fresh_at, mailbox.c.started_at) < now - STALE)
    return tuple(connection.execute(select(mailbox.c.name).where(mailbox.c.id == mailbox_id, old)).scalars())


def _held(mailbox_id: int) -> Select[Any]:
    here = or_(location.c.mailbox == mailbox_id, outbox.c.mailbox == mailbox_id)
    query = select(func.count()).select_from(hold).outerjoin(location, location.c.id == hold.c.location)
    return query.outerjoin(outbox, outbox.c.id == hold.c.outbox).where(here, hold.c.put_back_at.is_(None))


def _failed(mailbox_id: int) -> Select[Any]:
    return select(func.count()).select_from(outbox).where(outbox.c.mailbox == mailbox_id, outbox.c.state == "failed")


def _backscatter(mailbox_id: int, since: datetime) -> Select[Any]:
    here = _lay_in(mailbox_id, event.c.message)
    return select(func.count()).select_from(event).where(IS_BACKSCATTER, event.c.at > since, here)


def _filed(mailbox_id: int, since: datetime) -> Select[Any]:
    """Messages that were taken for a robot's and have no case; bounces of what we never sent are counted by themselves."""
    by_robot = taken_for_robots() & (message.c.verdict != Verdict.BOUNCE.value) & (message.c.recorded_at > since)
    return select(func.count()).select_from(message).where(by_robot, _lay_in(mailbox_id, message.c.id))


def _lay_in(mailbox_id: int, message_id: ColumnElement[int]) -> ColumnElement[bool]:
    return select(location.c.id).where(location.c.message == message_id, location.c.mailbox == mailbox_id).exists()


def _alarms(mailbox_id: int) -> Select[Any]:
    return select(func.count()).select_from(alarm).where(alarm.c.mailbox == mailbox_id, alarm.c.taken_at.is_(None))
