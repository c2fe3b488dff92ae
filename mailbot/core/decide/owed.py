"""What an answer ends, and what it leaves owed, where a customer wants several things.

An answer that nobody says more of is one to the class of the case. What is wanted besides stays owed until a person says that
it was answered, too: a date of the law must not stop because a complaint was answered.
"""

from collections.abc import Sequence
from datetime import datetime

from mailbot.core.action import Action, Note
from mailbot.core.calendar import last_day
from mailbot.core.case import ANSWERED_IN_PART, FOR_THE_MANAGER, Case, ClockStop, RunningClock
from mailbot.core.clock import OWED
from mailbot.core.clock_action import StopClock
from mailbot.core.decide.moving import ended
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.tongue import letter_date

EVENTS = (ClockStop.RESPONSE_SENT, ClockStop.ACKNOWLEDGEMENT_SENT, ClockStop.RECEIPT_SENT)
"""What an answer is at once: also a confirmation that the message came."""


def answered_to(
    classes: Sequence[str], case: Case, policy: MailboxPolicy, at: datetime, events: Sequence[ClockStop] = ()
) -> list[Action]:
    """What an answer to these classes of a case ends, which was these other events, too, and what it leaves owed."""
    owed = [one for one in case.clocks if _is_owed_to_others(one, case, policy, classes)]
    actions = ended(case, policy, [*events, *EVENTS], at, [one for one in case.clocks if one not in owed])
    return [*actions, *_still_owed(owed, classes, case, policy, actions)]


def _still_owed(
    owed: Sequence[RunningClock], classes: Sequence[str], case: Case, policy: MailboxPolicy, actions: Sequence[Action]
) -> list[Note]:
    """What the history says of it. The manager hears of it once: by the answer that stops the clock of the others."""
    if not owed:
        return []
    stopped = {one.clock_id for one in actions if isinstance(one, StopClock)}
    first = any(one.id in stopped for one in case.clocks if one.kind in OWED)
    zone = policy.pack.working_calendar.zone
    dates = ", ".join(f"{_names(one, case, policy)} by {letter_date(last_day(one.due_at, zone))}" for one in owed)
    told = f"an answer to {' and '.join(classes)} went; still to be answered: {dates} ('mailbot case note --answers' ends it)"
    return [Note(kind=FOR_THE_MANAGER if first else "finding", reason=Reason(ANSWERED_IN_PART, told))]


def _is_owed_to_others(one: RunningClock, case: Case, policy: MailboxPolicy, classes: Sequence[str]) -> bool:
    wanted = _classes(one, case, policy)
    return one.kind in OWED and bool(wanted) and not wanted & set(classes)


def _names(one: RunningClock, case: Case, policy: MailboxPolicy) -> str:
    return " and ".join(sorted(_classes(one, case, policy)))


def _classes(one: RunningClock, case: Case, policy: MailboxPolicy) -> set[str]:
    """What the customer wants that has this clock; nothing where the pack has it no more, or a merged case brought it."""
    same = (rule for rule in policy.pack.clocks if (rule.name, rule.kind, rule.law) == (one.name, one.kind, one.law))
    return {class_ for rule in same if rule.applies_to(case.channel) for class_ in rule.classes} & {case.class_, *case.also}
