"""The flow of a changed calendar: the dates of open cases are counted again, a thousand cases in a transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from mailbot.core.action import Reason
from mailbot.core.decide.recounting import CALENDAR_CHANGED, MovedClock, OpenClock, Reckoning, basis
from mailbot.core.policy import MailboxPolicy
from mailbot.ports import Clock, Happened, MovedDate, Store, Transaction

CASES_AT_ONCE = 1000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Counting again, for the mailboxes of these policies. Doing it twice changes nothing more."""

    store: Store
    policies: Mapping[str, MailboxPolicy]
    clock: Clock

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
        reckoning, now, after = Reckoning(policy=policy), self.clock.now(), 0
        while True:
            with self.store.transaction() if write else self.store.view() as transaction:
                until = transaction.recounts.next_cases(policy.name, after, CASES_AT_ONCE)
                if until is None:
                    return
                open_clocks = transaction.recounts.open_clocks(policy.name, after, until, lock=write)
                found = _moved(transaction, reckoning, open_clocks, now)
                dates = _dates(transaction, policy, found)
                if write:
                    _write(transaction, policy, found, now)
            yield dates
            after = until


def _moved(transaction: Transaction, reckoning: Reckoning, open_clocks: Sequence[OpenClock], now: datetime) -> list[MovedClock]:
    found = list(reckoning.with_another_date(open_clocks))
    planned = transaction.recounts.planned([each.running.id for each, _ in found])
    return [reckoning.moved(each, computed, planned.get(each.running.id, []), now) for each, computed in found]


def _dates(transaction: Transaction, policy: MailboxPolicy, found: list[MovedClock]) -> list[MovedDate]:
    told = transaction.recounts.told([each.clock.case_id for each in found])
    return [
        MovedDate(
            mailbox=policy.name,
            reference=each.clock.reference,
            clock=each.clock.running.name,
            law=each.clock.running.law,
            old_on=each.old_on,
            new_on=each.new_on,
            told=told.get((each.clock.case_id, each.old_on), ()),
        )
        for each in found
    ]


def _write(transaction: Transaction, policy: MailboxPolicy, found: list[MovedClock], now: datetime) -> None:
    transaction.recounts.write(found, now)
    for each in found:
        transaction.cases.add_event(
            Happened(
                at=now,
                actor="mailbot",
                kind="clock-moved",
                reason=Reason(CALENDAR_CHANGED, each.words),
                pack_version=policy.pack.version,
                case_id=each.clock.case_id,
            )
        )
