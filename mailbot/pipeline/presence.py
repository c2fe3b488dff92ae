"""Gathering who is away today: the directory's file, and what automatic replies told."""

from dataclasses import replace
from datetime import datetime

from mailbot.core.policy import MailboxPolicy
from mailbot.core.presence import with_absences
from mailbot.ports import Transaction


def present(transaction: Transaction, policy: MailboxPolicy, now: datetime) -> MailboxPolicy:
    """The policy with whoever is away now; where staff's mail is not looked at, nobody's reply counts."""
    if not policy.judges_staff:
        return policy
    away = transaction.absences.on(policy.pack.working_calendar.local_date(now))
    return replace(policy, directory=with_absences(policy.directory, away)) if away else policy
