"""What the history of a case tells of its request for information: what it lacks, and what of it the customer was asked for."""

from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.clock_rule import ClockEvent
from mailbot.core.information_request import ASKED_FOR, LACKS, NOT_ASKED, Lack, RequestRules, lacks_still
from mailbot.core.message import Message
from mailbot.ports import Transaction


def known_lacks(transaction: Transaction, case: Case) -> tuple[Lack, ...]:
    """What was found to be missing when the request came."""
    return tuple(map(Lack, transaction.cases.details(case.id, LACKS)))


def asked_at(transaction: Transaction, case: Case) -> datetime | None:
    """When the customer was asked; None if they never were, or if the letter did not reach them."""
    last = transaction.cases.last_events(case.id, (ASKED_FOR, NOT_ASKED))
    asked, undone = last.get(ASKED_FOR), last.get(NOT_ASKED)
    return None if asked is None or (undone is not None and undone >= asked) else asked


def left_out(transaction: Transaction, case: Case | None, message: Message, rules: RequestRules) -> tuple[Lack, ...]:
    """What was asked for and this message does not give; nothing where the case does not wait for it."""
    if case is None or case.waits_for != ClockEvent.CLARIFICATION:
        return ()
    return lacks_still(map(Lack, transaction.cases.details(case.id, ASKED_FOR)), message, rules)
