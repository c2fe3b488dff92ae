"""What was found in messages of staff: whoever sent them hears of it, and their manager gets a count."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import screen
from mailbot.core.action import Action, KeepSilent, Permission, QueueLetter
from mailbot.core.decide.wording import mailbox_values
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.staff_count import lines_of
from mailbot.core.staff_finding import KeptFinding, month_words
from mailbot.core.tongue import letter_date
from mailbot.core.trigger import StaffMonthDue, StaffNoteDue


def staff_told(trigger: StaffNoteDue | StaffMonthDue, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """A note to whoever sent something, or a count to a manager."""
    if isinstance(trigger, StaffNoteDue):
        return _note(trigger, policy, now, before)
    return _month(trigger, policy, now, before)


def _note(trigger: StaffNoteDue, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """One note to one person with all that was found since the one before."""
    permission = screen.permit_staff(trigger.person.address, policy, before)
    if not isinstance(permission, Permission):
        return [KeepSilent(reasons=permission)]
    letter = QueueLetter(
        permission=permission,
        purpose=Purpose.STANDARDS_NOTE,
        letter=policy.pack.letters.standards_note,
        audience=Audience.STAFF,
        lane=Lane.NOTICE,
        key=f"standards:{trigger.period}",
        values=replace(
            mailbox_values(policy),
            summary_lines="\n".join(_lines(trigger.found, policy)),
            signature_lines=trigger.signature_text or None,
        ),
        not_before=_opening(policy, now),
        observed=not trigger.live,
        enclosed=(trigger.signature,) if trigger.signature else (),
        reason=Reason(Purpose.STANDARDS_NOTE.value),
    )
    return [letter]


def _month(trigger: StaffMonthDue, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """The numbers of a team to its manager, with names only where the pack says so."""
    permission = screen.permit_staff(trigger.manager, policy, before)
    if not isinstance(permission, Permission):
        return [KeepSilent(reasons=permission)]
    named = policy.standards is not None and policy.standards.names_to_manager
    names = {each.address: each.name for each in policy.directory.people} if named else None
    letter = QueueLetter(
        permission=permission,
        purpose=Purpose.STANDARDS_MONTH,
        letter=policy.pack.letters.standards_month,
        audience=Audience.STAFF,
        lane=Lane.DIGEST,
        key=f"standards:{trigger.found.team}:{trigger.found.month}",
        values=replace(
            mailbox_values(policy),
            summary_lines="\n".join(lines_of(trigger.found, names)),
            month=month_words(trigger.found.month),
        ),
        not_before=_opening(policy, now),
        observed=not trigger.live,
        reason=Reason(Purpose.STANDARDS_MONTH.value),
    )
    return [letter]


def _lines(found: Iterable[KeptFinding], policy: MailboxPolicy) -> Iterator[str]:
    """A line for each thing to change, whatever number of messages lacked it."""
    once = {(each.finding.rule, each.finding.fix, each.words): each for each in reversed(tuple(found))}
    for each in sorted(once.values(), key=lambda one: one.id):
        day = letter_date(policy.pack.working_calendar.local_date(each.at))
        what = f'instead of "{each.words}": {each.finding.fix}' if each.words else each.finding.fix
        yield f"- {what[:1].upper()}{what[1:]} ({each.about.value} of {day}, {each.finding.clause})"


def _opening(policy: MailboxPolicy, now: datetime) -> datetime:
    return policy.pack.working_calendar.next_opening(now).astimezone(UTC)
