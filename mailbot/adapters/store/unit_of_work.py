"""One transaction with every repository on it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, select

from mailbot.adapters.store.absences import SqlAbsences
from mailbot.adapters.store.alarms import SqlAlarms
from mailbot.adapters.store.answers import SqlAnswers
from mailbot.adapters.store.assignments import SqlAssignments
from mailbot.adapters.store.cases import SqlCases
from mailbot.adapters.store.contacts import SqlContacts
from mailbot.adapters.store.corrections import SqlCorrections
from mailbot.adapters.store.database import Database
from mailbot.adapters.store.directory import SqlDirectory
from mailbot.adapters.store.drafts import SqlDrafts
from mailbot.adapters.store.gaps import SqlGaps
from mailbot.adapters.store.jobs import SqlJobs
from mailbot.adapters.store.leases import SqlLeases
from mailbot.adapters.store.letters import SqlLetters
from mailbot.adapters.store.limits import SqlLimits
from mailbot.adapters.store.mailboxes import SqlMailboxes
from mailbot.adapters.store.messages import SqlMessages
from mailbot.adapters.store.numbers import Numbers
from mailbot.adapters.store.outbox import SqlOutbox
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.recorded import SqlRecorded
from mailbot.adapters.store.recounts import SqlRecounts
from mailbot.adapters.store.returns import SqlReturns
from mailbot.adapters.store.standards import SqlStandards
from mailbot.adapters.store.tables import mailbox, meta, organisation
from mailbot.adapters.store.turns import SqlTurns
from mailbot.adapters.store.upsert import insert
from mailbot.ports import Transaction


@dataclass(frozen=True)
class SqlTransaction:
    """The repositories of one open transaction; ``mailbox_ids`` gives the row of each configured mailbox."""

    connection: Connection
    mailbox_ids: Mapping[str, int]

    @cached_property
    def pending(self) -> Pending:
        return Pending(self.connection)

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(self.connection)

    def flush(self) -> None:
        """Write what was kept back."""
        self.pending.flush()

    @cached_property
    def mailboxes(self) -> SqlMailboxes:
        return SqlMailboxes(self.connection, self.mailbox_ids)

    @cached_property
    def messages(self) -> SqlMessages:
        return SqlMessages(self.connection, self.mailbox_ids, self.pending, self.numbers)

    @cached_property
    def cases(self) -> SqlCases:
        return SqlCases(self.connection, self.mailbox_ids, self.pending, self.numbers)

    @cached_property
    def turns(self) -> SqlTurns:
        return SqlTurns(self.connection, self.flush)

    @cached_property
    def contacts(self) -> SqlContacts:
        return SqlContacts(self.connection, self.mailbox_ids, self.pending)

    @cached_property
    def gaps(self) -> SqlGaps:
        return SqlGaps(self.connection, self.mailbox_ids, self.numbers)

    @cached_property
    def corrections(self) -> SqlCorrections:
        return SqlCorrections(self.connection)

    @cached_property
    def limits(self) -> SqlLimits:
        return SqlLimits(self.connection)

    @cached_property
    def recorded(self) -> SqlRecorded:
        return SqlRecorded(self.connection, self.flush)

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.connection, self.mailbox_ids, self.pending)

    @cached_property
    def returns(self) -> SqlReturns:
        return SqlReturns(self.connection)

    @cached_property
    def answers(self) -> SqlAnswers:
        return SqlAnswers(self.connection, self.mailbox_ids, self.pending)

    @cached_property
    def alarms(self) -> SqlAlarms:
        return SqlAlarms(self.connection, self.mailbox_ids, self.pending)

    @cached_property
    def recounts(self) -> SqlRecounts:
        return SqlRecounts(self.connection, self.mailbox_ids)

    @cached_property
    def letters(self) -> SqlLetters:
        return SqlLetters(self.connection)

    @cached_property
    def assignments(self) -> SqlAssignments:
        return SqlAssignments(self.connection)

    @cached_property
    def directory(self) -> SqlDirectory:
        return SqlDirectory(self.connection)

    @cached_property
    def drafts(self) -> SqlDrafts:
        return SqlDrafts(self.connection)

    @cached_property
    def standards(self) -> SqlStandards:
        return SqlStandards(self.connection, self.mailbox_ids, self.pending)

    @cached_property
    def absences(self) -> SqlAbsences:
        return SqlAbsences(self.connection)

    @cached_property
    def jobs(self) -> SqlJobs:
        return SqlJobs(self.connection)

    @cached_property
    def leases(self) -> SqlLeases:
        return SqlLeases(self.connection)


class SqlStore:
    """The tables of one database, for the mailboxes of one configuration."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mailbox_ids: dict[str, int] = {}

    def register(self, organisation_name: str, mailboxes: Mapping[str, tuple[str, str]], at: datetime, new_secret: str) -> str:
        """Make sure every configured mailbox (name -> address, pack) has its row; a new one starts at ``at``, observing.

        Returns the installation's secret for tagged addresses: ``new_secret`` on the first call, the same ever after.
        """
        with self._database.writing() as connection:
            owner = _organisation_id(connection, organisation_name)
            known = {row.name: row.id for row in connection.execute(select(mailbox.c.name, mailbox.c.id))}
            for name, (address, pack) in mailboxes.items():
                values = {"organisation": owner, "address": address, "pack": pack}
                if name in known:
                    connection.execute(mailbox.update().where(mailbox.c.id == known[name]).values(values))
                else:
                    connection.execute(mailbox.insert().values(values | {"name": name, "started_at": at}))
            ids = {row.name: row.id for row in connection.execute(select(mailbox.c.name, mailbox.c.id))}
            self._mailbox_ids = {name: ids[name] for name in mailboxes}
            secret = {"key": "tag_secret", "value": new_secret}
            connection.execute(insert(connection.dialect.name, meta).values(secret).on_conflict_do_nothing())
            return str(connection.execute(select(meta.c.value).where(meta.c.key == "tag_secret")).scalar_one())

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._database.writing() as connection:
            transaction = SqlTransaction(connection, self._mailbox_ids)
            yield transaction
            transaction.flush()

    @contextmanager
    def view(self) -> Iterator[Transaction]:
        with self._database.reading() as connection:
            yield SqlTransaction(connection, self._mailbox_ids)


def _organisation_id(connection: Connection, name: str) -> int:
    found = connection.execute(select(organisation.c.id).where(organisation.c.name == name)).scalar_one_or_none()
    if found is not None:
        return int(found)
    return int(connection.execute(organisation.insert().values(name=name).returning(organisation.c.id)).scalar_one())
