"""The decision: a trigger, its case, the findings and the policy in; a list of actions with reasons out.

Pure. Every letter that is sent automatically is decided here, and none without a ``Permission`` from ``core.screen``.
"""

from datetime import datetime

from mailbot.core.action import Decision
from mailbot.core.case import Case
from mailbot.core.case_command import ContactMonthOver
from mailbot.core.decide.alarm import alarm_rings
from mailbot.core.decide.announcing import announced
from mailbot.core.decide.arrival import also_arrived, arrived
from mailbot.core.decide.command import commanded
from mailbot.core.decide.contact_month import month_told
from mailbot.core.decide.contact_taken import contact_taken
from mailbot.core.decide.deadline import deadline_reached, digest_due
from mailbot.core.decide.filed import person_after_all
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.flag_notice import names_are_hidden
from mailbot.core.decide.gaps import about_gap
from mailbot.core.decide.issuing import gone, staff_values
from mailbot.core.decide.moving import dependants, stop_clocks
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.refused import letter_refused
from mailbot.core.decide.replying import answer_stopped
from mailbot.core.decide.returned import heard_from
from mailbot.core.decide.routing import is_given
from mailbot.core.decide.staff_mail import to_judge
from mailbot.core.decide.staff_standards import staff_told
from mailbot.core.decide.wanted import request_in
from mailbot.core.decide.withdrawal import letter_withdrawn
from mailbot.core.gap import GapClosed, GapReminderDue, GapReported
from mailbot.core.letter import OF_OWNERS
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import (
    AlarmRings,
    AlsoArrived,
    ContactTaken,
    DeadlineReached,
    DigestDue,
    DirectoryChanged,
    LetterRefused,
    LetterWithdrawn,
    MessageArrived,
    StaffMonthDue,
    StaffNoteDue,
    Trigger,
)

__all__ = [
    "Findings",
    "decide",
    "dependants",
    "gone",
    "is_given",
    "names_are_hidden",
    "person_after_all",
    "request_in",
    "staff_values",
    "stop_clocks",
]


def decide(  # noqa: C901, PLR0911, PLR0912  # one line a trigger
    trigger: Trigger,
    case: Case | None,
    findings: Findings | None,
    policy: MailboxPolicy,
    now: datetime,
    before: SentBefore | None = None,
) -> Decision:
    """Decide about one trigger. ``case`` is the matched or concerned case; ``findings`` exist for messages and contacts only.

    ``before``: what was sent today, which caps letters that a date or a command brings.
    """
    match trigger:
        case MessageArrived():
            found = _found(findings)
            return Decision(
                (
                    *arrived(trigger, case, found, policy, now),
                    *heard_from(trigger, found.screening, found.history),
                    *to_judge(trigger, found, policy, now),
                )
            )
        case ContactTaken():
            return Decision(tuple(contact_taken(trigger, _found(findings), policy, now)))
        case ContactMonthOver():
            return Decision((month_told(trigger, policy, now, before or SentBefore()),))
        case GapReported() | GapClosed() | GapReminderDue():
            return Decision(tuple(about_gap(trigger, _required(case), policy, now, before or SentBefore())))
        case AlsoArrived():
            return Decision(tuple(also_arrived(trigger, _required(case), policy, now, before or SentBefore())))
        case DeadlineReached():
            return Decision(tuple(deadline_reached(trigger, _required(case), policy, now, before or SentBefore())))
        case DigestDue():
            return Decision(tuple(digest_due(trigger, policy, now, before or SentBefore())))
        case DirectoryChanged():
            return Decision(tuple(announced(trigger, policy, now, before or SentBefore())))
        case StaffNoteDue() | StaffMonthDue():
            return Decision(tuple(staff_told(trigger, policy, now, before or SentBefore())))
        case AlarmRings():
            return Decision(tuple(alarm_rings(trigger, case, policy, now, before or SentBefore())))
        case LetterRefused():
            known = _required(case)
            key = f"refused:{trigger.letter.id}:{trigger.letter.attempts}"
            occasion = Occasion(case=known, policy=policy, now=now, before=before or SentBefore(), key=key)
            return Decision(tuple(letter_refused(trigger, occasion)))
        case LetterWithdrawn() if trigger.letter.purpose in OF_OWNERS:
            return Decision(tuple(answer_stopped(trigger, _required(case), policy, now)))
        case LetterWithdrawn():
            return Decision(tuple(letter_withdrawn(trigger, _required(case), policy, now)))
        case _:
            return Decision(tuple(commanded(trigger, _required(case), policy, now, before or SentBefore())))


def _found(findings: Findings | None) -> Findings:
    if findings is None:
        raise ValueError("a message or a contact is decided about by its findings")
    return findings


def _required(case: Case | None) -> Case:
    if case is None:
        raise ValueError("this trigger concerns a case")
    return case
