"""Gathering what opened a case: its customer's message, or what staff took down of a contact that came by none."""

from mailbot.core.case import Case
from mailbot.core.decide.handing_over import note_lines
from mailbot.core.enclosure import Enclosure
from mailbot.core.policy import MailboxPolicy
from mailbot.ports import Original, Originals, Transaction


def opening_of(
    transaction: Transaction, originals: Originals, case: Case, policy: MailboxPolicy, attach_at_most: int
) -> Original | None:
    """What opened the case, as far as it is there. ``attach_at_most``: bytes."""
    taken = transaction.contacts.note(case.id)
    if taken is not None:
        return Original(note=taken, enclosure=Enclosure(b""), references=(), words=note_lines(taken, policy))
    found = transaction.messages.opening(case.id, case.customer)
    if found is None:
        return None
    return originals.read(found.content, found.received_at, case.customer, attach_at_most, is_all=found.is_all)
