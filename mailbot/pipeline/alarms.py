"""The flow of alarms: whatever rings goes to the people on duty, at any hour, again and again until somebody takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailbot.core.decide import decide
from mailbot.core.directory import rota_named
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import AlarmRings
from mailbot.pipeline.presence import present
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import unreachable_staff
from mailbot.ports import Alarm, Clock, Letters, Store, Transaction, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Ringing. The mails are rows like any other; the webhook is called after the commit, and again with the next ring."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    webhook: Webhook

    def ring(self) -> int:
        """Ring every alarm whose time has come; returns how many there were."""
        now = self.clock.now()
        with self.store.view() as transaction:
            ringing = transaction.alarms.ringing(now)
        for alarm in ringing:
            with self.store.transaction() as transaction:
                self._ring(transaction, alarm)
            self._call(alarm)
        return len(ringing)

    def _ring(self, transaction: Transaction, alarm: Alarm) -> None:
        now = self.clock.now()
        policy = present(transaction, self.policies[alarm.mailbox], now)
        case = transaction.cases.get(alarm.case_id) if alarm.case_id is not None else None
        trigger = AlarmRings(number=alarm.id, what=alarm.what, times=alarm.times)
        reference = case.reference if case else None
        about = Recording(policy=policy, now=now, case_id=alarm.case_id, reference=reference or policy.name)
        spared = frozenset(case.named) if case else frozenset[str]()
        before = SentBefore(unreachable=unreachable_staff(transaction, policy), spared=spared)
        record(transaction, self.letters, decide(trigger, case, None, policy, now, before), about)
        transaction.alarms.rang(alarm.id, now + timedelta(minutes=policy.pack.alerts.alarm_every_minutes))

    def _call(self, alarm: Alarm) -> None:
        policy = self.policies[alarm.mailbox]
        rota = rota_named(policy.directory, policy.pack.alerts.duty_rota)
        if rota is not None and rota.webhook:
            self.webhook.call(rota.webhook, alarm)
