"""Gathering for letters that a date or a command brings: what was sent within a day to the people they concern."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.core.action import Decision, QueueLetter
from mailbot.core.case import Case
from mailbot.core.letter import SCHEDULED
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.ports import Transaction

DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class SentToday:
    """Letters by address, and the cases that a date's letter concerned; kept up to date while a round is decided."""

    to: dict[str, int]
    noticed: set[int]
    unreachable: frozenset[str]

    def about(self, case: Case) -> SentBefore:
        return SentBefore(
            to=self.to,
            noticed=frozenset(self.noticed & {case.id}),
            unreachable=self.unreachable,
            spared=frozenset(case.named),
        )

    def about_a_new_case(self) -> SentBefore:
        """The same where there is no case yet."""
        return SentBefore(to=self.to, unreachable=self.unreachable)

    def went(self, letter: QueueLetter) -> None:
        """One letter more."""
        address = letter.permission.recipient.lower()
        self.to[address] = self.to.get(address, 0) + 1

    def learn(self, case: Case, decision: Decision) -> None:
        """Take in what was decided."""
        for action in decision.actions:
            if isinstance(action, QueueLetter):
                self.went(action)
                if action.purpose in SCHEDULED:
                    self.noticed.add(case.id)


def sent_today(
    transaction: Transaction, policies: Mapping[str, MailboxPolicy], cases: Iterable[Case], now: datetime
) -> SentToday:
    """Look up everybody who may be written to about these cases."""
    concerned = list(cases)
    people = {address.lower() for case in concerned for address in (case.customer, case.owner_address or "")}
    for policy in {policies[case.mailbox].name: policies[case.mailbox] for case in concerned}.values():
        people |= staff_addresses(policy)
    calendars = [policy.pack.working_calendar for policy in policies.values()]
    midnight = min(calendar.start_of(calendar.local_date(now)) for calendar in calendars)
    return SentToday(
        to=transaction.outbox.sent_since(sorted(people), now - DAY),
        noticed=set(transaction.outbox.noticed_since([case.id for case in concerned], midnight)),
        unreachable=transaction.returns.unreachable(sorted(people)),
    )


def sent_to_staff(transaction: Transaction, policy: MailboxPolicy, now: datetime) -> SentToday:
    """Look up everybody among staff who may be told of a new case."""
    people = sorted(staff_addresses(policy))
    to, unreachable = transaction.outbox.sent_since(people, now - DAY), transaction.returns.unreachable(people)
    return SentToday(to=to, noticed=set(), unreachable=unreachable)


def unreachable_staff(transaction: Transaction, policy: MailboxPolicy) -> frozenset[str]:
    """The members of staff at whose address nothing arrives."""
    return transaction.returns.unreachable(sorted(staff_addresses(policy)))


def staff_addresses(policy: MailboxPolicy) -> set[str]:
    """Everybody among staff who may be written to about a mailbox, in comparison form."""
    people = (policy.manager or "", *(each.address for each in policy.directory.people))
    return {address.lower() for address in people if address}
