"""Alarms: rows that ring again and again until somebody takes them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, select

from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import alarm, mailbox
from mailbot.adapters.store.upsert import insert
from mailbot.core.action import RaiseAlarm
from mailbot.ports import Alarm

_RANG = alarm.update().where(alarm.c.id == bindparam("number")).values(next_at=bindparam("next_at"), times=alarm.c.times + 1)


@cache
def _once(dialect: str) -> Executable:
    once: Executable = insert(dialect, alarm).on_conflict_do_nothing()
    return once


class SqlAlarms:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending

    def add(self, name: str, case_id: int | None, action: RaiseAlarm, at: datetime) -> None:
        """Raise an alarm; one with the same key was raised already and stays as it is."""
        values = {"key": action.key, "mailbox": self._ids[name], "case": case_id, "what": action.what}
        values |= {"raised_at": at, "next_at": at, "times": 0}
        self._pending.execute("raise alarm", _once(self._connection.dialect.name), values)

    def ringing(self, now: datetime) -> list[Alarm]:
        """The alarms that are to ring now, the oldest first."""
        query = (
            select(alarm, mailbox.c.name.label("mailbox_name"))
            .join(mailbox, mailbox.c.id == alarm.c.mailbox)
            .where(alarm.c.next_at <= now, alarm.c.taken_at.is_(None), alarm.c.mailbox.in_(self._ids.values()))
            .order_by(alarm.c.id)
        )
        return [
            Alarm(
                id=row.id,
                mailbox=row.mailbox_name,
                case_id=row.case,
                what=row.what,
                raised_at=row.raised_at,
                times=row.times,
            )
            for row in self._connection.execute(query)
        ]

    def rang(self, alarm_id: int, next_at: datetime) -> None:
        """The people on duty have been told; they are told again at ``next_at``."""
        self._pending.execute("alarm rang", _RANG, {"number": alarm_id, "next_at": next_at})

    def take(self, alarm_id: int, by: str, at: datetime) -> bool:
        """Somebody sees to it; False if there is no such alarm that still rings."""
        mine = (alarm.c.id == alarm_id) & alarm.c.taken_at.is_(None)
        return self._connection.execute(alarm.update().where(mine).values(taken_at=at, taken_by=by)).rowcount == 1
