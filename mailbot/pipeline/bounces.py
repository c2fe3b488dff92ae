"""Gathering for a bounce: what it is about and all that the decision must know of that. They are few, so one at a time."""

from mailbot.core.bounce import BounceRules, judge, whose_failure
from mailbot.core.message import Message
from mailbot.core.policy import MailboxPolicy
from mailbot.core.report import Report
from mailbot.core.trigger import Returned
from mailbot.pipeline.gather import Gathered
from mailbot.pipeline.sent_today import unreachable_staff
from mailbot.ports import Transaction


def what_came_back(
    transaction: Transaction, message: Message, gathered: Gathered, policy: MailboxPolicy, rules: BounceRules
) -> Returned | None:
    """What of ours a bounce is about: a letter, or an answer that staff sent; None for backscatter."""
    letter = gathered.returned_letter(message, policy.tag_secret)
    answer = gathered.returned_answer(message) if letter is None else None
    if letter is not None:
        case_id, sent_at = letter.case_id, letter.settled_at
    elif answer is not None:
        case_id, sent_at = answer.case_id, answer.sent_at
    else:
        return None
    customer = transaction.cases.get(case_id).customer if case_id is not None else ""
    report = message.report or Report()
    recipient = whose_failure(report, letter.envelope.recipient, letter.envelope.copies) if letter else customer
    return Returned(
        letter=letter,
        recipient=recipient,
        outcome=judge(report, recipient, rules),
        case_id=case_id,
        clocks=transaction.cases.stopped(case_id, sent_at) if case_id is not None and sent_at is not None else (),
        others=_others(transaction, case_id, recipient, policy) if case_id is not None else (),
        unreachable=unreachable_staff(transaction, policy),
    )


def _others(transaction: Transaction, case_id: int, recipient: str, policy: MailboxPolicy) -> tuple[str, ...]:
    """Other addresses from which somebody wrote in this case, but for staff."""
    people = transaction.cases.participants(case_id)
    return tuple(one for one in people if one != recipient.lower() and not policy.is_colleague(one))
