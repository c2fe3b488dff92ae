"""Calendar jobs as rows: unique by job and period, so each runs once."""

from datetime import datetime

from sqlalchemy import Connection, func, select

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

    def last(self, job: str, before: str) -> datetime | None:
        """When a job last ran for a period earlier than this one; None if it never did."""
        query = select(func.max(job_run.c.ran_at)).where(job_run.c.job == job, job_run.c.period < before)
        ran_at: datetime | None = self._connection.execute(query).scalar_one()
        return ran_at
