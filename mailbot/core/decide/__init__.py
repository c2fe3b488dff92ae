"""The decision: a trigger, its case, the findings and the policy in; a list of actions with reasons out.

Pure. Every letter that is sent automatically is decided here, and none without a ``Permission`` from ``core.screen``.
"""

from datetime import datetime
from typing import assert_never

from mailbot.core.action import Decision
from mailbot.core.case import Case
from mailbot.core.decide.arrival import Findings, arrived
from mailbot.core.decide.deadline import deadline_reached, digest_due
from mailbot.core.decide.staff_answer import stop_clocks
from mailbot.core.decide.withdrawal import letter_withdrawn
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import History
from mailbot.core.trigger import DeadlineReached, DigestDue, LetterWithdrawn, MessageArrived, Trigger

__all__ = ["Findings", "decide", "stop_clocks"]


def decide(
    trigger: Trigger,
    case: Case | None,
    findings: Findings | None,
    policy: MailboxPolicy,
    now: datetime,
    manager_history: History | None = None,
) -> Decision:
    """Decide about one trigger. ``case`` is the matched or concerned case; ``findings`` exist for messages only.

    ``manager_history``: what the manager was sent today, which caps alerts.
    """
    match trigger:
        case MessageArrived():
            if findings is None:
                raise ValueError("a message is decided about by its findings")
            return Decision(tuple(arrived(trigger, case, findings, policy, now)))
        case DeadlineReached():
            return Decision(tuple(deadline_reached(trigger, _required(case), policy, now, manager_history or History())))
        case DigestDue():
            return Decision(tuple(digest_due(trigger, policy, now)))
        case LetterWithdrawn():
            return Decision(tuple(letter_withdrawn(trigger, _required(case), policy, now)))
        case _:
            assert_never(trigger)


def _required(case: Case | None) -> Case:
    if case is None:
        raise ValueError("this trigger concerns a case")
    return case
