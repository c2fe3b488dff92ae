"""A letter was no longer true when its turn came: what goes instead."""

from datetime import datetime

from mailbot.core import screen
from mailbot.core.action import Action, Note, QueueLetter
from mailbot.core.case import Case
from mailbot.core.decide.clarifying import not_asked
from mailbot.core.decide.wording import receipt_values
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.trigger import LetterWithdrawn


def letter_withdrawn(trigger: LetterWithdrawn, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """A receipt whose promised date has passed is replaced by the neutral one; anything else is simply not sent."""
    note = Note(kind="letter-withdrawn", reason=Reason(trigger.why, trigger.letter.letter))
    gone = [note, *not_asked(trigger.letter, case, policy, now)]
    if trigger.why != "stated-date-passed" or trigger.letter.purpose is not Purpose.RECEIPT:
        return gone
    neutral = QueueLetter(
        permission=screen.permit_again(trigger.letter.envelope.recipient),
        purpose=Purpose.RECEIPT,
        letter=policy.pack.letters.neutral_receipt,
        audience=Audience.CUSTOMER,
        language=case.language,
        lane=Lane.ACKNOWLEDGEMENT,
        key=f"withdrawn:{trigger.letter.id}",
        values=receipt_values(policy, None, case.subject, case.opened_at, None),
        not_before=now,
        observed=False,
        in_reply_to=trigger.letter.in_reply_to,
        references=trigger.letter.references,
        reason=Reason("stated-date-passed"),
    )
    return [*gone, neutral]
