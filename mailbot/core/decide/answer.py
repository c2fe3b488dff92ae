"""The receipt that a person sends after all to somebody who was silenced or capped."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from mailbot.core import screen
from mailbot.core.action import Action, ChangeCase, Permission, QueueLetter, TakeTurn
from mailbot.core.calendar import last_day
from mailbot.core.case import Case, CaseStatus, RunningClock, TurnKind
from mailbot.core.case_command import CustomerNamed
from mailbot.core.clock_action import StartClock
from mailbot.core.decide.wording import receipt_values
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.errors import PermanentError


def answered_after_all(case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """The receipt of the case's class, and leave for the letters that follow from its dates.

    Raises PermanentError where the customer has one, and with every reason where none may go.
    """
    if case.may_write:
        raise PermanentError(f"{case.reference}: the customer has a receipt; see 'mailbot case show {case.reference}'")
    if case.status is CaseStatus.CLOSED:
        raise PermanentError(f"{case.reference} is closed; 'mailbot case reopen' opens it again")
    permission = screen.permit_by_person(case, policy)
    if not isinstance(permission, Permission):
        against = ", ".join(reason.rule for reason in permission)
        raise PermanentError(f"{case.reference}: no receipt can go ({against})")
    may_write = ChangeCase(case_id=case.id, may_write=True, reason=Reason("answered-after-all"))
    return [may_write, _receipt(case, policy, permission, now)]


def customer_named(command: CustomerNamed, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """The case of nobody known is this customer's, and the receipt goes there. Raises PermanentError where it cannot."""
    if case.customer:
        raise PermanentError(f"{case.reference} has its customer; write --join REFERENCE or --new-case")
    local, _, domain = command.address.rpartition("@")
    if not local or "." not in domain or len(command.address.split()) != 1:
        raise PermanentError("the customer must be one plain address, such as ada@example.org")
    turn = TakeTurn(
        kind=TurnKind.CUSTOMER_NAMED,
        case_id=case.id,
        other_id=None,
        status_before=case.status,
        customer=command.address,
        hold=command.hold,
        reason=Reason("customer-named"),
    )
    named = ChangeCase(case_id=case.id, customer=command.address, reason=turn.reason)
    return [turn, named, *answered_after_all(replace(case, customer=command.address), policy, now)]


def _receipt(case: Case, policy: MailboxPolicy, permission: Permission, now: datetime) -> QueueLetter:
    class_policy, promised = policy.pack.classes.get(case.class_), _promised(case, policy, now)
    if lacks_its_date(case, policy, promised):
        raise PermanentError(f"{case.reference}: the receipt would name a date, and none is to come; please write yourself")
    return QueueLetter(
        permission=permission,
        purpose=Purpose.RECEIPT,
        letter=class_policy.receipt if class_policy else policy.pack.letters.neutral_receipt,
        audience=Audience.CUSTOMER,
        language=case.language,
        lane=Lane.ACKNOWLEDGEMENT,
        key=f"after-all:{case.id}:{case.version}",  # once it was taken back, it may be said again
        values=receipt_values(policy, class_policy, case.subject, case.opened_at, promised),
        not_before=now,
        observed=case.observed,
        states_date=promised,
        in_reply_to=case.last_message_id,
        references=(case.last_message_id,) if case.last_message_id else (),
        reason=permission.reason,
    )


def _promised(case: Case, policy: MailboxPolicy, now: datetime) -> date | None:
    return promised_date(case, policy, [one for one in case.clocks if one.paused_on is None], now)


def promised_date(case: Case, policy: MailboxPolicy, clocks: Iterable[RunningClock | StartClock], now: datetime) -> date | None:
    """The date that a receipt may state: of one of these clocks that binds and that the pack promises, still to come."""
    if case.class_ not in policy.pack.classes:
        return None
    promised = {(rule.name, rule.law) for rule in policy.pack.clocks_for(case.class_, case.channel) if rule.promised}
    dated = [one for one in clocks if (one.name, one.law) in promised and one.due_at > now]
    law_first = sorted(dated, key=lambda one: (not one.law, one.due_at))[:1]
    return next((last_day(one.due_at, policy.pack.working_calendar.zone) for one in law_first), None)


def lacks_its_date(case: Case, policy: MailboxPolicy, promised: date | None) -> bool:
    """Whether the receipt of the case's class would state a date, and none is still to come: it has passed, or stands still.

    The neutral one, of a case whose class is unsure, states none.
    """
    if promised is not None or case.class_ not in policy.pack.classes:
        return False
    return any(rule.promised for rule in policy.pack.clocks_for(case.class_, case.channel))
