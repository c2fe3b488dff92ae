"""The receipts of the last hours, counted by what they have in common. Older rows are of no use and go."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select

from mailbot.adapters.store.among import among_texts
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import answer
from mailbot.core.flood import Answered

KEPT = timedelta(days=1)
_FORGET = delete(answer).where(answer.c.at < bindparam("before"))
_BY_MAILBOX = select(answer.c.mailbox, func.count()).where(answer.c.at >= bindparam("since")).group_by(answer.c.mailbox)


class SqlAnswers:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending

    def add(self, mailbox: str, recipient: str, shape: str, at: datetime) -> None:
        """A receipt was decided on."""
        domain = recipient.rpartition("@")[2].lower()
        self._pending.insert(answer, {"at": at, "mailbox": self._ids[mailbox], "domain": domain, "shape": shape})

    def since(self, at: datetime, domains: Collection[str], shapes: Collection[str]) -> Answered:
        """The receipts since then: of every mailbox, to these domains, on these shapes."""
        names = {row: name for name, row in self._ids.items()}
        by_mailbox = {row[0]: int(row[1]) for row in self._connection.execute(_BY_MAILBOX, {"since": at})}
        return Answered(
            in_all=sum(by_mailbox.values()),
            mailboxes={names[row]: number for row, number in by_mailbox.items() if row in names},
            domains=self._counted("domain", domains, at),
            shapes=self._counted("shape", shapes, at),
        )

    def forget(self, now: datetime) -> None:
        """Drop what no cap looks at any more."""
        self._connection.execute(_FORGET, {"before": now - KEPT})

    def _counted(self, column: str, among: Collection[str], at: datetime) -> dict[str, int]:
        keys = sorted(key for key in set(among) if key)
        rows = self._connection.execute(_by(column), {"these": keys, "since": at})
        return {row[0]: int(row[1]) for row in rows}


@cache
def _by(name: str) -> Select[Any]:
    """How many receipts have each of some values of a column."""
    column, since = answer.c[name], answer.c.at >= bindparam("since")
    return select(column, func.count()).where(among_texts(column), since).group_by(column)
