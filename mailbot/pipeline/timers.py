"""The flow of time: due deadlines and calendar jobs -> decide -> record. Whatever came due in an outage fires once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from mailbot.core.action import QueueLetter, Reason
from mailbot.core.decide import decide
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import History
from mailbot.core.trigger import DeadlineReached, DigestDue
from mailbot.pipeline.record import Recording, record
from mailbot.ports import Attempt, Clock, Happened, Letters, Store, Transaction

AT_ONCE = 200
SOON = timedelta(days=2)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Sweeps over the tables. Each deadline is decided about and marked in one transaction."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    attempt: Attempt

    def sweep(self) -> int:
        """Act on every deadline that has come; returns how many there were in this round.

        If a round fails it is redone one by one; what cannot be decided about is noted in its case and shown as late.
        """
        now = self.clock.now()
        with self.store.view() as transaction:
            due = transaction.cases.due_deadlines(now, AT_ONCE)
        if due and self.attempt(partial(self._fire, due, now)) is not None:
            for one in due:
                failure = self.attempt(partial(self._fire, [one], now))
                if failure is not None:
                    self._give_up(one, failure, now)
        return len(due)

    def _fire(self, due: Sequence[tuple[DeadlineReached, int]], now: datetime) -> None:
        with self.store.transaction() as transaction:
            sent = self._sent_today(transaction, now)
            for trigger, case_id in due:
                case = transaction.cases.get(case_id)
                policy = self.policies[case.mailbox]
                about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
                decision = decide(trigger, case, None, policy, now, History(answers_today=sent[policy.name]))
                record(transaction, self.letters, decision, about)
                sent[policy.name] += sum(isinstance(action, QueueLetter) for action in decision.actions)
                transaction.cases.fire(trigger.deadline_id, now)

    def _sent_today(self, transaction: Transaction, now: datetime) -> Counter[str]:
        """How many letters each mailbox's manager was sent within a day."""
        managers = {name: (policy.manager or "").lower() for name, policy in self.policies.items()}
        counted = transaction.outbox.sent_since(list(managers.values()), now - DAY)
        return Counter({name: counted.get(manager, 0) for name, manager in managers.items()})

    def _give_up(self, due: tuple[DeadlineReached, int], failure: str, now: datetime) -> None:
        trigger, case_id = due
        reason = Reason("deadline-without-alert", failure)
        with self.store.transaction() as transaction:
            transaction.cases.add_event(Happened(at=now, actor="mailbot", kind="failed", reason=reason, case_id=case_id))
            transaction.cases.fire(trigger.deadline_id, now)

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
