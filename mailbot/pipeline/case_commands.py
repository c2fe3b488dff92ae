"""What staff say about a case: decided and recorded in one transaction, under their name."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.action import Decision
from mailbot.core.decide import decide
from mailbot.core.policy import MailboxPolicy
from mailbot.core.trigger import CaseCommand
from mailbot.errors import PermanentError
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import sent_today
from mailbot.ports import Clock, Letters, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommands:
    """Commands of the person named ``actor``."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    actor: str

    def carry_out(self, reference: str, command: CaseCommand) -> Decision:
        """Do what was said; returns what was decided. Raises PermanentError for an unknown case or what cannot be done."""
        now = self.clock.now()
        with self.store.transaction() as transaction:
            case_id = transaction.cases.find(reference)
            if case_id is None:
                raise PermanentError(f"there is no case {reference}")
            case = transaction.cases.get(case_id)
            policy = self.policies.get(case.mailbox)
            if policy is None:
                raise PermanentError(f"{case.reference}: its mailbox '{case.mailbox}' is not configured any more")
            before = sent_today(transaction, self.policies, [case], now)
            decision = decide(command, case, None, policy, now, before.about(case))
            about = Recording(policy=policy, now=now, actor=self.actor, case_id=case.id, reference=case.reference)
            record(transaction, self.letters, decision, about)
        return decision
