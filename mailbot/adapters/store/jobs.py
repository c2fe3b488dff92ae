"""Calendar jobs as rows (unique by job and period, so each runs once) and the leases of running processes."""

from datetime import datetime

from sqlalchemy import Connection, case, delete

from mailbot.adapters.store.tables import job_run, lease
from mailbot.adapters.store.upsert import insert


class SqlJobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, job: str, period: str, at: datetime) -> bool:
        """True for the first who asks for this job and period."""
        statement = insert(self._connection, job_run).values(job=job, period=period, ran_at=at).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def hold_lease(self, name: str, holder: str, until: datetime) -> None:
        """Show that ``holder`` is alive until then; a new holder gets the next fence."""
        row = insert(self._connection, lease).values(name=name, holder=holder, fence=1, until=until)
        changed = case((lease.c.holder == holder, lease.c.fence), else_=lease.c.fence + 1)
        values = {"fence": changed, "holder": holder, "until": until}
        self._connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))

    def release(self, name: str) -> None:
        """The holder has ended in order."""
        self._connection.execute(delete(lease).where(lease.c.name == name))
