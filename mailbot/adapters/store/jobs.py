"""Calendar jobs as rows: unique by job and period, so each runs once."""

from datetime import datetime

from sqlalchemy import Connection

from mailbot.adapters.store.tables import job_run
from mailbot.adapters.store.upsert import insert


class SqlJobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, job: str, period: str, at: datetime) -> bool:
        """True for the first who asks for this job and period."""
        statement = insert(self._connection, job_run).values(job=job, period=period, ran_at=at).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1
