"""To whom nothing automatic goes for a time, on whatever case (G6)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from mailbot.adapters.store.among import among_texts
from mailbot.adapters.store.tables import case, limited_contact
from mailbot.adapters.store.upsert import insert
from mailbot.core.case import CaseStatus

_HOLDING = select(limited_contact).where(limited_contact.c.until > bindparam("now"), among_texts(limited_contact.c.address))


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
        rows = self._connection.execute(_HOLDING, these)
        return {row.address: row.until for row in rows}

    def open_cases(self, address: str, besides: int) -> tuple[int, ...]:
        """The cases of this customer that are not closed, but for one."""
        theirs = (func.lower(case.c.customer) == address) & (case.c.status != CaseStatus.CLOSED.value) & (case.c.id != besides)
        return tuple(self._connection.execute(select(case.c.id).where(theirs).order_by(case.c.id)).scalars())
