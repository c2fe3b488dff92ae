"""Gathering for a handover: the message that opened the case, and whether its customer knows or agrees that it is passed on."""

from datetime import datetime

from mailbot.core.case import ASSIGNED, Case
from mailbot.core.case_command import CaseHandedOver
from mailbot.core.enclosure import Enclosure
from mailbot.core.handover import CONSENTED, CONTACT_AWAY, HANDED_OVER, Addition, HandoverMaterial
from mailbot.core.ladder import contact_on
from mailbot.core.letter import OutboxState
from mailbot.core.policy import MailboxPolicy
from mailbot.core.service import Service
from mailbot.pipeline.opening import opening_of
from mailbot.pipeline.record import SYSTEM
from mailbot.ports import Originals, Transaction

MOST_ADDITIONS = 10
"""So many later messages of a customer go along with a handover, the newest of them."""
REACHED = (OutboxState.SENT,)
"""A letter that bounced, or of which nobody knows, has told nobody anything."""


def handover_material(
    transaction: Transaction, originals: Originals, case: Case, policy: MailboxPolicy
) -> HandoverMaterial | None:
    """What goes with a handover of this case; None where nothing opened it, or where the pack hands nothing over."""
    rule = policy.pack.handover
    original = opening_of(transaction, originals, case, policy, rule.attach_at_most) if rule else None
    if original is None:
        return None
    receipts = transaction.outbox.receipts(case.id)
    return HandoverMaterial(
        note=original.note,
        enclosure=original.enclosure,
        references=original.references,
        noticed=any(one.state in REACHED and one.envelope.recipient.lower() == case.customer.lower() for one in receipts),
        later=_additions(transaction, originals, case, original.enclosure, rule.attach_at_most) if rule else (),
        away=transaction.cases.details(case.id, CONTACT_AWAY),
        flags=transaction.messages.flags(case.id),
        wrote_again=transaction.messages.wrote_again(case.id),
        consented=CONSENTED in transaction.cases.last_events(case.id, (CONSENTED,)),
    )


def _additions(
    transaction: Transaction, originals: Originals, case: Case, enclosed: Enclosure, attach_at_most: int
) -> tuple[Addition, ...]:
    """What the customer wrote besides what opened the case, which is ``enclosed``; all together within the limit."""
    opening = transaction.messages.opening(case.id, case.customer) if enclosed.content else None
    kept = transaction.messages.additions(case.id, case.customer, opening.row if opening else None, MOST_ADDITIONS)
    found, left = list[Addition](), max(attach_at_most - len(enclosed.content), 0)
    for one in kept:
        original = originals.read(one.content, one.received_at, case.customer, left, is_all=one.is_all)
        found.append(Addition(note=original.note, enclosure=original.enclosure))
        left = max(left - len(original.enclosure.content), 0)
    return tuple(found)


def has_it_by_handover(transaction: Transaction, case: Case) -> bool:
    """Whether whoever has the case was handed it, and nobody was given it since."""
    last = transaction.cases.last_events(case.id, (HANDED_OVER, ASSIGNED)) if case.owner_address else {}
    return HANDED_OVER in last and last[HANDED_OVER] >= last.get(ASSIGNED, last[HANDED_OVER])


def handover_to(
    service: Service,
    case: Case,
    policy: MailboxPolicy,
    transaction: Transaction,
    originals: Originals | None,
    now: datetime,
) -> CaseHandedOver:
    """A handover to whoever answers for this service today."""
    today = policy.pack.working_calendar.local_date(now)
    return CaseHandedOver(
        service=service,
        told=contact_on(policy.directory, service, today, case.named),
        material=handover_material(transaction, originals, case, policy) if originals else None,
        by=SYSTEM,
    )
