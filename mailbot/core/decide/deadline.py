"""A deadline was reached, or a morning's figures are due: who is told."""

from datetime import UTC, datetime

from mailbot.core import clock, screen
from mailbot.core.action import Action, KeepSilent, Note, Permission, QueueLetter, Reason
from mailbot.core.calendar import last_day
from mailbot.core.case import Case, Figures
from mailbot.core.decide.wording import digest_values, overdue_values
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import History
from mailbot.core.trigger import DeadlineReached, DigestDue


def deadline_reached(
    trigger: DeadlineReached, case: Case, policy: MailboxPolicy, now: datetime, history: History
) -> list[Action]:
    """The manager is told once the date has passed, in opening hours. What is due soon stands in the morning digest.

    A warning that an outage has overtaken is written down as skipped.
    """
    permission = screen.permit_staff(policy, history)
    note = Note(kind=f"deadline-{trigger.kind}", reason=Reason(f"clock-{trigger.clock_name}"))
    if trigger.kind != clock.DUE:
        overtaken = trigger.due_at <= now
        return [Note(kind="deadline-skipped", reason=note.reason)] if overtaken else [note]
    if not isinstance(permission, Permission):
        return [note, KeepSilent(reasons=permission)]
    calendar = policy.pack.working_calendar
    due_on = last_day(trigger.due_at, calendar.zone)
    late = max(calendar.working_days_between(due_on, calendar.local_date(now)), 0)
    alert = QueueLetter(
        permission=permission,
        purpose=Purpose.OVERDUE_ALERT,
        letter=policy.pack.overdue_alert,
        audience=Audience.STAFF,
        lane=Lane.ALERT,
        key=f"deadline:{trigger.deadline_id}",
        values=overdue_values(policy, trigger.clock_name, due_on, calendar.local_date(case.opened_at), late, case.owner),
        not_before=calendar.next_opening(now).astimezone(UTC),
        observed=case.observed,
        reason=Reason("overdue", trigger.clock_name),
    )
    return [note, alert]


def digest_due(trigger: DigestDue, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """One mail a morning to the manager, only if there is something to say."""
    lines = tuple(_digest_lines(trigger.figures))
    permission = screen.permit_staff(policy)
    if not lines or not isinstance(permission, Permission):
        return []
    return [
        QueueLetter(
            permission=permission,
            purpose=Purpose.DIGEST,
            letter=policy.pack.digest,
            audience=Audience.STAFF,
            lane=Lane.DIGEST,
            key=f"digest:{policy.name}:{trigger.period}",
            values=digest_values(policy, lines),
            not_before=now,
            observed=not trigger.live,
            reason=Reason("morning-digest"),
        )
    ]


def _digest_lines(figures: Figures) -> list[str]:
    named = (
        ("Late", figures.late),
        ("Due within two days", figures.due_soon),
        ("Received no receipt, and the clock runs", figures.silenced),
    )
    lines = [f"- {what}: {len(references)} ({', '.join(references)})" for what, references in named if references]
    counted = (("Set aside for a person", figures.held), ("Letters that could not be sent", figures.failed))
    return lines + [f"- {what}: {count}" for what, count in counted if count]
