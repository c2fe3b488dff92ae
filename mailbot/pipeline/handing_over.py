"""Gathering for a handover: the message that opened the case, and whether its customer knows or agrees that it is passed on."""

from mailbot.core.case import Case
from mailbot.core.handover import CONSENTED, HandoverMaterial
from mailbot.core.letter import OutboxState
from mailbot.core.policy import MailboxPolicy
from mailbot.ports import Originals, Transaction

REACHED = (OutboxState.SENT,)
"""A letter that bounced, or of which nobody knows, has told nobody anything."""


def handover_material(
    transaction: Transaction, originals: Originals, case: Case, policy: MailboxPolicy
) -> HandoverMaterial | None:
    """What goes with a handover of this case; None without a message of its customer, or where the pack hands nothing over."""
    found, rule = transaction.messages.opening(case.id), policy.pack.handover
    if found is None or rule is None:
        return None
    content, received_at = found
    original = originals.read(content, received_at, case.customer, rule.attach_at_most)
    receipts = transaction.outbox.receipts(case.id)
    return HandoverMaterial(
        note=original.note,
        enclosure=original.enclosure,
        references=original.references,
        noticed=any(one.state in REACHED and one.envelope.recipient.lower() == case.customer.lower() for one in receipts),
        consented=CONSENTED in transaction.cases.last_events(case.id, (CONSENTED,)),
    )
