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
        row = insert(self._connection.dialect.name, job_run).values(job=job, period=period, ran_at=at)
        first = row.on_conflict_do_nothing().returning(job_run.c.job)  # an INSERT's rowcount is unknown on PostgreSQL
        return self._connection.execute(first).first() is not None
