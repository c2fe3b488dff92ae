"""Gathering for the mail that gives somebody a case: what the customer wrote, and cases like it."""

from mailbot.core.assignment import AssignmentMaterial, SimilarCase
from mailbot.core.case import Case
from mailbot.core.decide import Findings
from mailbot.core.message import Located
from mailbot.core.policy import MailboxPolicy
from mailbot.pipeline.opening import opening_of
from mailbot.ports import Original, Originals, Transaction

MOST_LOOKED_AT = 20
"""Cases of one customer, and about one service, among which those are chosen that somebody may hear of."""


def material_of_case(
    transaction: Transaction, originals: Originals, case: Case, policy: MailboxPolicy
) -> AssignmentMaterial | None:
    """What goes with the mail about a case; None where it has no message."""
    if is_restricted(transaction, case, policy):
        return AssignmentMaterial(restricted=True)
    opening = opening_of(transaction, originals, case, policy, policy.pack.assignment.attach_at_most)
    if opening is None:
        return None
    similar = transaction.assignments.similar(case.customer.lower(), case.service, case.id, MOST_LOOKED_AT)
    return _material(opening, similar)


def material_of_message(
    transaction: Transaction, originals: Originals, located: Located, findings: Findings, customer: str, policy: MailboxPolicy
) -> AssignmentMaterial:
    """What goes with the mail about the case that a message of this customer opens."""
    if not set(policy.pack.routes.spare_named_with).isdisjoint(findings.classification.flags):
        return AssignmentMaterial(restricted=True)
    similar = transaction.assignments.similar(customer.lower(), findings.route.service or "", None, MOST_LOOKED_AT)
    at_most = policy.pack.assignment.attach_at_most
    return _material(
        originals.read(located.content, located.received_at, customer, at_most, is_all=not located.incomplete), similar
    )


def material_of_addition(originals: Originals, located: Located, customer: str, policy: MailboxPolicy) -> AssignmentMaterial:
    """What a customer adds to a case, for whoever has it."""
    at_most, is_all = policy.pack.assignment.attach_at_most, not located.incomplete
    return _material(originals.read(located.content, located.received_at, customer, at_most, is_all=is_all), ())


def is_restricted(transaction: Transaction, case: Case, policy: MailboxPolicy) -> bool:
    """Whether a case is about personnel, so that nothing of it is told by mail (F11)."""
    flags = [f"flag-{name}" for name in policy.pack.routes.spare_named_with]
    return case.restricted or bool(transaction.cases.last_events(case.id, flags))


def _material(original: Original, similar: tuple[SimilarCase, ...]) -> AssignmentMaterial:
    return AssignmentMaterial(
        words=original.words,
        asked=tuple(one.value for one in original.note.asked_for),
        enclosure=original.enclosure,
        references=original.references,
        similar=similar,
    )
