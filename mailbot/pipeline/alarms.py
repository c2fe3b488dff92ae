"""The flow of alarms: whatever rings goes to the people on duty, at any hour, again and again until somebody takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from mailbot.core.case import Case
from mailbot.core.decide import decide
from mailbot.core.directory import rota_named
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import AlarmRings
from mailbot.errors import PermanentError
from mailbot.pipeline.presence import present
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import unreachable_staff
from mailbot.ports import Alarm, Attempt, Clock, Letters, Store, Transaction, Webhook

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Ringing. The mails are rows like any other; the webhook is called after the commit, and again with the next ring."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    webhook: Webhook
    attempt: Attempt

    def ring(self) -> int:
        """Ring every alarm whose time has come; returns how many there were.

        If they cannot ring together they ring one by one; then raises PermanentError for one that cannot.
        """
        with self.store.view() as transaction:
            ringing = transaction.alarms.ringing(self.clock.now())
        together = [ringing[first : first + AT_ONCE] for first in range(0, len(ringing), AT_ONCE)]
        singly = [[alarm] for alarms in together if self._ring(alarms) is not None for alarm in alarms]
        failures = [failure for alarms in singly if (failure := self._ring(alarms)) is not None]
        if failures:
            raise PermanentError(failures[0])
        return len(ringing)

    def _ring(self, alarms: Sequence[Alarm]) -> str | None:
        """Ring these, or say why they cannot ring."""
        failure = self.attempt(partial(self._tell, alarms))
        for alarm in alarms if failure is None else ():
            self._call(alarm)
        return failure

    def _tell(self, alarms: Sequence[Alarm]) -> None:
        now = self.clock.now()
        with self.store.transaction() as transaction:
            cases = transaction.cases.many([alarm.case_id for alarm in alarms if alarm.case_id is not None])
            for name in dict.fromkeys(alarm.mailbox for alarm in alarms):
                policy = present(transaction, self.policies[name], now)
                unreachable = unreachable_staff(transaction, policy)
                for alarm in alarms:
                    if alarm.mailbox == name:
                        case = cases[alarm.case_id] if alarm.case_id is not None else None
                        self._mail(transaction, alarm, case, unreachable, Recording(policy=policy, now=now))

    def _mail(
        self, transaction: Transaction, alarm: Alarm, case: Case | None, unreachable: frozenset[str], about: Recording
    ) -> None:
        policy, now = about.policy, about.now
        about = replace(about, case_id=alarm.case_id, reference=case.reference if case else policy.name)
        spared = frozenset(case.named) if case else frozenset[str]()
        before = SentBefore(unreachable=unreachable, spared=spared)
        trigger = AlarmRings(number=alarm.id, what=alarm.what, times=alarm.times)
        record(transaction, self.letters, decide(trigger, case, None, policy, now, before), about)
        transaction.alarms.rang(alarm.id, now + timedelta(minutes=policy.pack.alerts.alarm_every_minutes))

    def _call(self, alarm: Alarm) -> None:
        policy = self.policies[alarm.mailbox]
        rota = rota_named(policy.directory, policy.pack.alerts.duty_rota)
        if rota is not None and rota.webhook:
            self.webhook.call(rota.webhook, alarm)
