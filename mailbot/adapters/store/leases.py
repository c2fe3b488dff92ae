"""Leases: which process does what. A new holder gets the next fence, so a holder that was away too long is noticed."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, select

from mailbot.adapters.store.tables import lease
from mailbot.adapters.store.upsert import insert

_HELD = (
    select(lease.c.name)
    .where(lease.c.name == bindparam("of"), lease.c.holder == bindparam("by"), lease.c.fence == bindparam("at"))
    .with_for_update(read=True)
)


class SqlLeases:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        """Take or renew a lease; returns its fence, or None while another process holds it."""
        mine = lease.c.holder == holder
        fence = case((mine, lease.c.fence), else_=lease.c.fence + 1)
        row = insert(self._connection.dialect.name, lease).values(name=name, holder=holder, fence=1, until=until)
        taken = row.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until, "fence": fence},
            where=mine | (lease.c.until < now),
        )
        found = self._connection.execute(taken.returning(lease.c.fence)).scalar_one_or_none()
        return int(found) if found is not None else None

    def is_held(self, name: str, holder: str, fence: int) -> bool:
        """Whether the lease is still this holder's; the row stays locked until the transaction ends."""
        return self._connection.execute(_HELD, {"of": name, "by": holder, "at": fence}).first() is not None

    def release(self, holder: str, now: datetime) -> None:
        """The holder has ended in order: its leases are free at once, and their fences go on from where they were."""
        self._connection.execute(lease.update().where(lease.c.holder == holder).values(until=now))

    def note_trouble(self, name: str, error: str, until: datetime) -> None:
        """Show until then what keeps the holder of this lease from its work."""
        self._connection.execute(lease.update().where(lease.c.name == name).values(trouble=error, trouble_until=until))

    def clear(self) -> None:
        """No other process can be alive: forget what dead ones held."""
        self._connection.execute(delete(lease))
