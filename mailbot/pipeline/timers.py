"""The flow of time: due deadlines and calendar jobs -> decide -> record. Whatever came due in an outage fires once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.core.decide import decide
from mailbot.core.policy import MailboxPolicy
from mailbot.core.trigger import DigestDue
from mailbot.pipeline.record import Recording, record
from mailbot.ports import Clock, Letters, Store, Transaction

AT_ONCE = 200
SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Sweeps over the tables. Each deadline is decided about and marked in one transaction."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock

    def sweep(self) -> int:
        """Act on every deadline that has come; returns how many there were in this round."""
        now = self.clock.now()
        with self.store.transaction() as transaction:
            due = transaction.cases.due_deadlines(now, AT_ONCE)
            for trigger, case_id in due:
                case = transaction.cases.get(case_id)
                transaction.cases.fire(trigger.deadline_id, now)
                policy = self.policies.get(case.mailbox)
                if policy is None:
                    continue  # the mailbox was taken out of the configuration: nobody is left to tell
                decision = decide(trigger, case, None, policy, now)
                about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
                record(transaction, self.letters, decision, about)
        return len(due)

    def run_jobs(self) -> None:
        """The calendar jobs that are due now: one digest per mailbox and working day, from opening time on."""
        now = self.clock.now()
        for policy in self.policies.values():
            calendar = policy.pack.working_calendar
            if calendar.next_opening(now) > now:
                continue
            with self.store.transaction() as transaction:
                period = calendar.local_date(now).isoformat()
                if transaction.jobs.claim(f"digest:{policy.name}", period, now):
                    self._digest(transaction, policy, period, now)

    def _digest(self, transaction: Transaction, policy: MailboxPolicy, period: str, now: datetime) -> None:
        mailbox = transaction.mailboxes.get(policy.name)
        figures = transaction.cases.figures(policy.name, now, now + SOON)
        trigger = DigestDue(period=period, figures=figures, live=mailbox.live_since is not None)
        record(transaction, self.letters, decide(trigger, None, None, policy, now), Recording(policy=policy, now=now))
