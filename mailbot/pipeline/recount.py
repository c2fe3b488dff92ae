"""The flow of a changed calendar: the dates of open cases are counted again, some thousands in a transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from mailbot.core.decide.recounting import CALENDAR_CHANGED, MovedClocks, OpenClock, Reckoning, basis
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.ports import Clock, Happened, MovedDate, Store, Transaction

CASES_AT_ONCE = 5_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Counting again, for the mailboxes of these policies. Doing it twice changes nothing more.

    ``cases_at_once``: how many share a transaction; others who write wait for it, about a second for the usual number.
    """

    store: Store
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    cases_at_once: int = CASES_AT_ONCE

    def catch_up(self) -> Iterator[int]:
        """Recount every mailbox whose dates rest on other clocks or calendars than now; yields how many moved in each batch.

        What is broken off is done again at the next start.
        """
        for policy in self.policies.values():
            with self.store.view() as transaction:
                if transaction.recounts.basis(policy.name) == basis(policy):
                    continue
            dates = 0
            for batch in self.run(policy):
                dates += len(batch)
                yield len(batch)
            with self.store.transaction() as transaction:
                transaction.recounts.note_basis(policy.name, basis(policy))
            if dates:
                log.info("dates_moved", mailbox=policy.name, dates=dates)

    def run(self, policy: MailboxPolicy, *, write: bool = True) -> Iterator[list[MovedDate]]:
        """Every date of a mailbox that moves, batch by batch; without ``write`` nothing is changed."""
        reckoning, after = Reckoning(policy=policy, now=self.clock.now()), 0
        while True:
            with self.store.transaction() if write else self.store.view() as transaction:
                until = transaction.recounts.next_cases(policy.name, after, self.cases_at_once)
                if until is None:
                    return
                open_clocks = transaction.recounts.open_clocks(policy.name, after, until, lock=write)
                found = _moved(transaction, reckoning, open_clocks)
                dates = _dates(transaction, policy, found)
                if write:
                    _write(transaction, policy, found, reckoning.now)
            yield dates
            after = until


def _moved(transaction: Transaction, reckoning: Reckoning, open_clocks: Sequence[OpenClock]) -> list[MovedClocks]:
    found = reckoning.with_another_date(open_clocks)
    return reckoning.moved(found, transaction.recounts.planned([each.id for each in found]))


def _dates(transaction: Transaction, policy: MailboxPolicy, found: list[MovedClocks]) -> list[MovedDate]:
    told = transaction.recounts.told([each.case_id for alike in found for each in alike.clocks])
    return [
        MovedDate(
            mailbox=policy.name,
            reference=each.reference,
            clock=each.name,
            law=each.law,
            old_on=alike.old_on,
            new_on=alike.new_on,
            told=told.get((each.case_id, alike.old_on), ()),
        )
        for alike in found
        for each in alike.clocks
    ]


def _write(transaction: Transaction, policy: MailboxPolicy, found: list[MovedClocks], now: datetime) -> None:
    for alike in found:
        happened = Happened(
            at=now,
            actor="mailbot",
            kind="clock-moved",
            reason=Reason(CALENDAR_CHANGED, alike.words),
            pack_version=policy.pack.version,
        )
        transaction.recounts.move(alike, happened)
