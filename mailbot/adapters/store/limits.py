"""To whom nothing automatic goes for a time, on whatever case (G6)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from mailbot.adapters.store.among import among_texts
from mailbot.adapters.store.tables import case, limited_contact
from mailbot.adapters.store.upsert import insert
from mailbot.core.case import CaseStatus


class SqlLimits:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, address: str, until: datetime, at: datetime) -> None:
        """From now on, until that moment; a moment that is not to come ends it."""
        if until <= at:
            self._connection.execute(limited_contact.delete().where(limited_contact.c.address == address))
            return
        new = insert(self._connection.dialect.name, limited_contact).values(address=address, until=until, since=at)
        self._connection.execute(new.on_conflict_do_update(index_elements=["address"], set_={"until": until}))

    def of(self, addresses: Sequence[str], now: datetime) -> dict[str, datetime]:
        """Those of these addresses for which a limit holds now, with its end."""
        these = {"these": list(addresses), "now": now}
        rows = self._connection.execute(_holding(self._connection.dialect.name), these)
        return {row.address: row.until for row in rows}

    def open_cases(self, address: str, besides: int) -> tuple[int, ...]:
        """The cases of this customer that are not closed, but for one."""
        theirs = (func.lower(case.c.customer) == address) & (case.c.status != CaseStatus.CLOSED.value) & (case.c.id != besides)
        return tuple(self._connection.execute(select(case.c.id).where(theirs).order_by(case.c.id)).scalars())


@cache
def _holding(dialect: str) -> Select[Any]:
    holds = limited_contact.c.until > bindparam("now")
    return select(limited_contact).where(holds, among_texts(dialect, limited_contact.c.address))
