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

    def about(self, case: Case) -> SentBefore:
        return SentBefore(to=self.to, noticed=frozenset(self.noticed & {case.id}))

    def learn(self, case: Case, decision: Decision) -> None:
        """Take in what was decided."""
        for action in decision.actions:
            if isinstance(action, QueueLetter):
                address = action.permission.recipient.lower()
                self.to[address] = self.to.get(address, 0) + 1
                if action.purpose in SCHEDULED:
                    self.noticed.add(case.id)


def sent_today(
    transaction: Transaction, policies: Mapping[str, MailboxPolicy], cases: Iterable[Case], now: datetime
) -> SentToday:
    """Look up everybody who may be written to about these cases."""
    concerned = list(cases)
    people = {case.customer.lower() for case in concerned}
    for policy in {policies[case.mailbox].name: policies[case.mailbox] for case in concerned}.values():
        people |= {(policy.manager or "").lower(), *(person.address.lower() for person in policy.directory.people)}
    calendars = [policy.pack.working_calendar for policy in policies.values()]
    midnight = min(calendar.start_of(calendar.local_date(now)) for calendar in calendars)
    return SentToday(
        to=transaction.outbox.sent_since(sorted(people), now - DAY),
        noticed=set(transaction.outbox.noticed_since([case.id for case in concerned], midnight)),
    )
