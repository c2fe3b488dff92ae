"""An alarm rings: everybody on duty is told at once, whatever the hour."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailbot.core import screen
from mailbot.core.action import Action, KeepSilent, Permission, QueueLetter, RaiseAlarm
from mailbot.core.case import Case
from mailbot.core.decide.occasion import somebody_else
from mailbot.core.decide.wording import case_values, mailbox_values
from mailbot.core.directory import rota_named
from mailbot.core.ladder import rota_members
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import AlarmRings


def alarm_rings(
    trigger: AlarmRings, case: Case | None, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> list[Action]:
    """One mail to each member of the rota, or to the mailbox's manager; the first also to whoever has the case.

    No cap holds for an alarm.
    """
    told = dict.fromkeys([*_on_duty(policy, now, before.excluded), *_owner(trigger, case, before)])
    return [_tell(address, trigger, case, policy, now, before) for address in told]


def _owner(trigger: AlarmRings, case: Case | None, before: SentBefore) -> Iterator[str]:
    """Whoever has the case should not hear of it last."""
    if case and case.owner_address and trigger.times == 0 and case.owner_address.lower() not in before.excluded:
        yield case.owner_address


def _on_duty(policy: MailboxPolicy, now: datetime, excluded: frozenset[str]) -> Iterator[str | None]:
    """Those whom a mail reaches; if that is nobody, the manager all the same."""
    rota = rota_named(policy.directory, policy.pack.alerts.duty_rota)
    day = policy.pack.working_calendar.local_date(now)
    members = rota_members(policy.directory, rota, day, excluded=excluded) if rota else ()
    yield from (member.address for member in members)
    if not members:
        yield somebody_else(policy.manager, policy, now, excluded)


def _tell(
    address: str | None, trigger: AlarmRings, case: Case | None, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> Action:
    permission = screen.permit_staff(address, policy, SentBefore(spared=before.spared))
    if not isinstance(permission, Permission):
        return KeepSilent(reasons=permission)
    values = case_values(policy, case, None) if case else mailbox_values(policy)
    return QueueLetter(
        permission=permission,
        purpose=Purpose.ALARM,
        letter=policy.pack.letters.alarm,
        audience=Audience.STAFF,
        lane=Lane.ALERT,
        key=f"alarm:{trigger.number}:{trigger.times}",
        values=replace(values, alarm_what=trigger.what, alarm_number=str(trigger.number)),
        not_before=now,
        observed=case.observed if case else False,
        reason=Reason("alarm", trigger.what),
    )


def breaker(answer: Action, now: datetime) -> list[Action]:
    """The breaker stops receipts, never intake: the people on duty hear of it, once an hour."""
    if not isinstance(answer, KeepSilent) or not any(reason.rule == screen.BREAKER for reason in answer.reasons):
        return []
    what = "so many receipts within an hour that no more go; 'mailbot held list --silenced' shows who waits for one"
    return [RaiseAlarm(key=f"{screen.BREAKER}:{now:%Y-%m-%dT%H}", what=what, reason=Reason(screen.BREAKER))]
