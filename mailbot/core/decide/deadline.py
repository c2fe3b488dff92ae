"""A moment in a clock's life has come, or a morning's figures are due: who is told.

What an outage has overtaken is written down as skipped: nobody is warned of a date that has passed.
"""

from collections.abc import Callable
from datetime import datetime

from mailbot.core import schedule, screen
from mailbot.core.action import Action, KeepSilent, Note, Permission, QueueLetter, RaiseAlarm
from mailbot.core.calendar import last_day
from mailbot.core.case import Case, ClockKind, Figures, Moment, RunningClock
from mailbot.core.clock import OWED
from mailbot.core.clock_action import AddDeadline, Deadline, ReplaceDeadline
from mailbot.core.clock_rule import ClockStart, Unit
from mailbot.core.counting import span
from mailbot.core.decide.contact import not_taken
from mailbot.core.decide.moving import dependants
from mailbot.core.decide.notice import announced_with, coming_letter, notice, silence_warning, will_go
from mailbot.core.decide.occasion import Occasion, somebody_else
from mailbot.core.decide.passing_on import passed_later
from mailbot.core.decide.wording import digest_values, letter_words
from mailbot.core.ladder import Rung
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.tongue import letter_date
from mailbot.core.trigger import DeadlineReached, DigestDue

COMING = {
    (ClockKind.PROGRESS, Moment.NOTICE): Purpose.PROGRESS_NOTICE,
    (ClockKind.STATUS, Moment.NOTICE): Purpose.STATUS_NOTICE,
    (ClockKind.SILENCE, Moment.WARN): Purpose.SILENCE_WARNING,
    (ClockKind.SILENCE, Moment.NOTICE): Purpose.SILENCE_CLOSING,
}
LADDER = (Moment.DUE, Moment.OVERDUE_NEXT, Moment.OVERDUE_LAST)


def deadline_reached(
    trigger: DeadlineReached, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> list[Action]:
    """What the moment asks for. A clock that has stopped, stands still, or now has another date asks for nothing."""
    running = case.clock(trigger.clock_id)
    reason = Reason(f"clock-{trigger.clock_name}", trigger.kind.value)
    if running is None or running.paused_on is not None or running.due_at != trigger.due_at:
        return [Note(kind="deadline-skipped", reason=reason)]
    occasion = Occasion(
        case=case, policy=policy, now=now, before=before, key=f"deadline:{trigger.deadline_id}", running=running
    )
    return [Note(kind=f"deadline-{trigger.kind.value}", reason=reason), *_acts(trigger, occasion, running)]


def _acts(trigger: DeadlineReached, occasion: Occasion, running: RunningClock) -> list[Action]:
    if running.kind is ClockKind.TAKING:
        return not_taken(occasion, running, trigger.kind)
    if running.kind is ClockKind.PASSING_ON:
        return passed_later(occasion, running, trigger.handover)
    if trigger.kind in LADDER:
        return _due(occasion, running, trigger.kind)
    if trigger.kind is Moment.HEADS_UP:
        return _heads_up(occasion, running, trigger.planned_at)
    if trigger.kind is Moment.WARN and announced_with(occasion, running, trigger.planned_at):
        return [_skipped(running, Moment.WARN)]  # the owner hears of the date and of the letter in one mail
    return _ACTS[trigger.kind](occasion, running)


def _warn(occasion: Occasion, running: RunningClock) -> list[Action]:
    if running.kind is ClockKind.SILENCE:
        return silence_warning(occasion, running)
    if running.kind is ClockKind.SURVEY:
        return []  # the morning digest names it
    calendar = occasion.policy.pack.working_calendar
    left = calendar.working_days_between(calendar.local_date(occasion.opening), last_day(running.due_at, calendar.zone))
    told_today = left <= 0 and running.kind in OWED  # those have a moment of their own for that
    if running.due_at <= occasion.opening or told_today:
        return [_skipped(running, Moment.WARN)]
    return occasion.tell(Rung.OWNER, Purpose.DUE_SOON, {"days_left": str(max(left, 0))})


def _today(occasion: Occasion, running: RunningClock) -> list[Action]:
    if running.due_at <= occasion.opening:
        return [_skipped(running, Moment.TODAY)]
    return occasion.tell(Rung.OWNER, Purpose.DUE_TODAY)


def _no_owner(occasion: Occasion, running: RunningClock) -> list[Action]:
    """Half of the time is over and nobody has the case (G4)."""
    if occasion.case.owner is not None or running.due_at <= occasion.now:
        return [_skipped(running, Moment.NO_OWNER)]
    return occasion.tell(Rung.MANAGER, Purpose.NO_OWNER)


def _unread(occasion: Occasion, running: RunningClock) -> list[Action]:
    """Nobody has opened or taken it (N4)."""
    if occasion.case.opened_by_staff or running.due_at <= occasion.now:
        return [_skipped(running, Moment.UNREAD)]
    return occasion.tell(Rung.MANAGER, Purpose.UNREAD)


def _heads_up(occasion: Occasion, running: RunningClock, planned_at: datetime) -> list[Action]:
    """One working day before an automatic letter the owner sees it coming. Too late, if its own day is here.

    One that would not go as things stand may go after all: then it is announced on its own day, and goes a day later.
    """
    calendar = occasion.policy.pack.working_calendar
    coming = coming_letter(occasion, running, planned_at)
    if coming is None or calendar.local_date(coming.due_at) <= calendar.local_date(occasion.opening):
        return [_skipped(running, Moment.HEADS_UP)]
    if not will_go(occasion, running):
        first = Deadline(kind=Moment.ANNOUNCE, due_at=coming.due_at)
        later = ReplaceDeadline(clock_id=running.id, deadline=coming, by=first, reason=Reason("unannounced", running.name))
        return [_skipped(running, Moment.HEADS_UP), later]
    return _coming(occasion, running, coming)


def _announce(occasion: Occasion, running: RunningClock) -> list[Action]:
    """A letter of which the owner has not heard, as the case waited, say: now they hear of it, and a day later it goes."""
    asks = running.kind is ClockKind.SILENCE and running.due_at > occasion.opening  # for an answer, before the case is closed
    if not will_go(occasion, running):  # it waits on, or somebody is told why it does not go
        return silence_warning(occasion, running) if asks else notice(occasion, running, Moment.ANNOUNCE)
    pack = occasion.policy.pack
    calendar = pack.working_calendar
    day = calendar.nth_working_day(calendar.local_date(occasion.opening), pack.alerts.heads_up_before)
    coming = Deadline(kind=Moment.WARN if asks else Moment.NOTICE, due_at=schedule.opening(calendar, day))
    goes = AddDeadline(clock_id=running.id, deadline=coming, reason=Reason("announced-anew", running.name))
    return [*_coming(occasion, running, coming), goes]


def _coming(occasion: Occasion, running: RunningClock, coming: Deadline) -> list[Action]:
    calendar = occasion.policy.pack.working_calendar
    words = letter_words(COMING.get((running.kind, Moment(coming.kind)), Purpose.DELAY_NOTICE))
    goes_on = letter_date(calendar.local_date(coming.due_at))
    answer_by = letter_date(last_day(running.due_at, calendar.zone)) if running.kind is ClockKind.SILENCE else None
    return occasion.tell(Rung.OWNER, Purpose.HEADS_UP, {"letter_words": words, "goes_on": goes_on, "answer_by": answer_by})


_ACTS: dict[Moment, Callable[[Occasion, RunningClock], list[Action]]] = {
    Moment.WARN: _warn,
    Moment.TODAY: _today,
    Moment.NO_OWNER: _no_owner,
    Moment.UNREAD: _unread,
    Moment.NOTICE: notice,
    Moment.ANNOUNCE: _announce,
}


def _due(occasion: Occasion, running: RunningClock, moment: Moment) -> list[Action]:
    """The date has passed: owner, then manager, then director, a step at a time until somebody answers."""
    calendar = occasion.policy.pack.working_calendar
    due_on = last_day(running.due_at, calendar.zone)
    late = max(calendar.working_days_between(due_on, calendar.local_date(occasion.opening)), 0)
    told_of, following = _steps(occasion, LADDER.index(moment))
    told = occasion.tell(told_of, Purpose.OVERDUE_ALERT, {"days_late": str(late)})
    more = [_next_step(occasion, running, following)] if following else []
    return [*told, *more, *(_missed(occasion, running) if moment is Moment.DUE else [])]


def _steps(occasion: Occasion, step: int) -> tuple[Rung, Moment | None]:
    """Who is told at a step, and the moment of the next one. Steps at which there is nobody are passed over.

    A step belongs to a place on the ladder: whoever is given the case meanwhile makes nobody hear of it twice.
    """
    ladder = occasion.policy.pack.alerts.ladder
    held = [(rung, moment) for rung, moment in zip(ladder, LADDER, strict=False) if _is_held(occasion, rung)]
    left = [(rung, moment) for rung, moment in held if LADDER.index(moment) >= step]
    if not left:
        return Rung.MANAGER, None
    return left[0][0], left[1][1] if len(left) > 1 else None


def _is_held(occasion: Occasion, rung: Rung) -> bool:
    """Whether there is somebody at this step: where there is not, the manager would only hear of it again."""
    team = occasion.policy.team
    holders = {Rung.OWNER: occasion.case.owner, Rung.DIRECTOR: team.director if team else None}
    return rung is Rung.MANAGER or holders[rung] is not None


def _next_step(occasion: Occasion, running: RunningClock, moment: Moment) -> AddDeadline:
    pack = occasion.policy.pack
    at = schedule.step_later(pack.working_calendar, pack.alerts, occasion.opening)
    return AddDeadline(
        clock_id=running.id, deadline=Deadline(kind=moment, due_at=at), reason=Reason("next-step-of-the-ladder", running.name)
    )


def _missed(occasion: Occasion, running: RunningClock) -> list[Action]:
    """A formal acknowledgement that was not given by its date: what runs from it starts all the same, with an alarm."""
    if running.kind is not ClockKind.ACKNOWLEDGEMENT:
        return []
    started = dependants(occasion.policy, occasion.case, ClockStart.ACKNOWLEDGEMENT, running.due_at)
    if not started:
        return []
    what = f"case {occasion.case.reference} was not acknowledged by its date; what runs from it has started"
    reason = Reason("acknowledgement-missed", running.name)
    return [*started, RaiseAlarm(key=f"acknowledgement-missed:{running.id}", what=what, reason=reason)]


def _skipped(running: RunningClock, moment: Moment) -> Note:
    return Note(kind="deadline-skipped", reason=Reason(f"clock-{running.name}", moment.value))


def digest_due(trigger: DigestDue, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """One mail a morning to each manager, only if there is something to say."""
    lines = tuple(_digest_lines(trigger.figures, policy.pack.alerts.digest_ahead))
    permission = screen.permit_staff(somebody_else(trigger.told, policy, now, before.unreachable), policy, SentBefore())
    if not lines or not isinstance(permission, Permission):
        return [] if not lines or isinstance(permission, Permission) else [KeepSilent(reasons=permission)]
    return [
        QueueLetter(
            permission=permission,
            purpose=Purpose.DIGEST,
            letter=policy.pack.letters.digest,
            audience=Audience.STAFF,
            lane=Lane.DIGEST,
            key=f"digest:{trigger.manager.lower()}:{trigger.period}",
            values=digest_values(policy, lines),
            not_before=now,
            observed=not trigger.live,
            reason=Reason("morning-digest"),
        )
    ]


def _digest_lines(figures: Figures, ahead: int) -> list[str]:
    named = (
        ("Late", figures.late),
        ("Due today", figures.due_today),
        (f"Due within {span(ahead, Unit.WORKING_DAYS)}", figures.due_soon),
        ("Wait for the customer beyond the law's date, which stands still", figures.waiting),
        ("Nobody has", figures.unowned),
        ("Nobody has opened", figures.unread),
        ("Received no receipt, and the clock runs", figures.silenced),
        ("For you to know", figures.flagged),
        ("For a person to say what they are ('mailbot explain' tells why)", figures.unclear),
        ("Letters that did not arrive", figures.bounced),
        ("Mailboxes that cannot be read", figures.stale),
        ("Due for review by their owner", figures.reviews),
        ("Surveys due now ('mailbot case surveyed' once one is sent)", figures.surveys),
    )
    lines = [f"- {what}: {len(names)} ({', '.join(names)})" for what, names in named if names]
    counted = (
        ("Alarms that nobody has taken", figures.alarms),
        ("Set aside for a person", figures.held),
        ("Letters that could not be sent", figures.failed),
        ("Bounces since the last digest of letters that we never sent", figures.backscatter),
        ("Taken for a robot's since the last digest, without a case ('mailbot held list --filed')", figures.filed),
        ("Dates that moved because a calendar or a clock changed ('mailbot calendar moved')", figures.moved),
    )
    return lines + [f"- {what}: {count}" for what, count in counted if count]
