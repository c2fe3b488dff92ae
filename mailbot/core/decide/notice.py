"""The date of an automatic letter to a customer: notice of delay, progress or status notice, warning and end of a silence."""

from datetime import datetime, timedelta

from mailbot.core import clock, schedule, screen
from mailbot.core.action import Action, ChangeCase, Note, Permission
from mailbot.core.calendar import last_day
from mailbot.core.case import CaseStatus, ClockKind, Moment, RunningClock
from mailbot.core.clock import ComputedClock
from mailbot.core.clock_action import AddDeadline, Deadline
from mailbot.core.clock_rule import ExtendedBy
from mailbot.core.decide.moving import move, restored, stop_for_good
from mailbot.core.decide.occasion import Occasion, goes_to_the_customer
from mailbot.core.letter import Purpose
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.tongue import letter_date

_A_MOMENT = timedelta(seconds=1)


def notice(occasion: Occasion, running: RunningClock, moment: Moment = Moment.NOTICE) -> list[Action]:
    """The letter whose day has come; tomorrow, if the customer had one of these letters today, or while we wait for them.

    ``moment``: as what it comes tomorrow after another letter.
    """
    if occasion.case.id in occasion.before.noticed:
        return [_tomorrow(occasion, running, moment)]
    if running.kind is ClockKind.SILENCE:
        return silence_ends(occasion, running) if occasion.opening <= occasion.now else [_when_it_opens(occasion, running)]
    if occasion.case.status is CaseStatus.WAITING:
        return [_tomorrow(occasion, running, Moment.ANNOUNCE, why="waits-for-the-customer")]
    computed = restored(occasion.policy, occasion.case, running)
    if computed is None:
        return [_needs_a_person(running, "the pack has no such clock any more")]
    if running.kind in schedule.NOTICES:
        return _repeat(occasion, running, computed)
    return delay(occasion, running, computed, None)


def delay(occasion: Occasion, running: RunningClock, computed: ComputedClock, why: str | None) -> list[Action]:
    """The notice of delay with its new date, and the clock that now has it. ``why``: the reason in the words of staff.

    One that may not go is left to a person.
    """
    try:
        extended = delayed(occasion, computed, why)
    except ValueError as error:
        return [_needs_a_person(running, str(error))]
    letter = occasion.write(Purpose.DELAY_NOTICE, _revised(extended, why), states_date=extended.due_on)
    if not goes_to_the_customer(letter):
        return letter  # the customer was not told, so the date they know stays
    return [*letter, move(occasion.policy, running, extended, occasion.now, Reason("delay-notice", running.name))]


def delayed(occasion: Occasion, computed: ComputedClock, why: str | None) -> ComputedClock:
    """The clock with the time that a notice of delay gives it.

    No notice moves a date of the law, nor one of a case that may yet turn out to have such a date. Raises ValueError where
    none may go.
    """
    extension = computed.rule.extension
    if extension is None or computed.statutory or (extension.by is not ExtendedBy.NOTICE and why is None):
        raise ValueError("no notice moves this date")
    if any(one.law and one.kind is computed.kind for one in occasion.case.clocks):
        raise ValueError("a date of the law binds")
    if why is None and occasion.case.class_ not in occasion.policy.pack.classes:
        raise ValueError("nobody has said yet what the case is about")
    extended = clock.extend(computed)
    if extended.due_on <= occasion.today:
        raise ValueError("the new date has passed as well")
    return extended


def coming_letter(occasion: Occasion, running: RunningClock, planned_at: datetime) -> Deadline | None:
    """The moment of the automatic letter to the customer of which staff were to hear at ``planned_at``, or None."""
    computed = restored(occasion.policy, occasion.case, running)
    if computed is None:
        return None
    ahead = schedule.moments(computed, occasion.policy.pack.alerts, planned_at)
    kinds = {Moment.NOTICE, Moment.WARN} if running.kind is ClockKind.SILENCE else {Moment.NOTICE}
    letters = [one for one in ahead if one.kind in kinds]
    told_later = sum(one.kind is Moment.HEADS_UP for one in ahead)
    told = letters[: len(letters) - told_later]
    return told[-1] if told else None


def will_go(occasion: Occasion, running: RunningClock) -> bool:
    """Whether the automatic letter of this clock goes to the customer, as things stand."""
    computed = restored(occasion.policy, occasion.case, running)
    known = SentBefore(unreachable=occasion.before.unreachable)
    permission = screen.permit_notice(occasion.case, occasion.policy, known)
    return computed is not None and isinstance(permission, Permission) and _would_go(occasion, computed)


def announced_with(occasion: Occasion, running: RunningClock, planned_at: datetime) -> bool:
    """Whether the owner of a case that is owed an answer hears of its automatic letter by the mail of this very moment."""
    computed = restored(occasion.policy, occasion.case, running)
    calendar = occasion.policy.pack.working_calendar
    is_late = calendar.local_date(planned_at) != calendar.local_date(occasion.opening)
    if running.kind not in clock.OWED or computed is None or is_late:
        return False
    ahead = schedule.moments(computed, occasion.policy.pack.alerts, planned_at - _A_MOMENT)
    told = any(one.kind is Moment.HEADS_UP and one.due_at == planned_at for one in ahead)
    return told and will_go(occasion, running) and coming_letter(occasion, running, planned_at) is not None


def _would_go(occasion: Occasion, computed: ComputedClock) -> bool:
    if computed.kind is ClockKind.SILENCE:
        return _only_waits(occasion)
    if occasion.case.status is CaseStatus.WAITING:
        return False
    if computed.kind in schedule.NOTICES:
        return True
    try:
        return delayed(occasion, computed, None) is not None
    except ValueError:
        return False


def _revised(extended: ComputedClock, why: str | None) -> dict[str, str | None]:
    return {"revised_on": letter_date(extended.due_on), "delay_reason": _sentence(why)}


def _sentence(reason: str | None) -> str | None:
    """A reason as letters give it: they set the full stop."""
    return reason.rstrip(".") if reason else None


def _repeat(occasion: Occasion, running: RunningClock, computed: ComputedClock) -> list[Action]:
    """How things stand, and when the next such letter comes."""
    following = clock.next_repeat(computed, occasion.opening)
    purpose = Purpose.PROGRESS_NOTICE if running.kind is ClockKind.PROGRESS else Purpose.STATUS_NOTICE
    values = {"next_on": letter_date(following.due_on), "due_on": _owed_on(occasion)}
    why = {"delay_reason": _sentence(occasion.case.delay_reason)}
    letter = occasion.write(purpose, values | why, states_date=following.due_on)
    return [*letter, move(occasion.policy, running, following, occasion.now, Reason(purpose.value, running.name))]


def _owed_on(occasion: Occasion) -> str | None:
    """The date by which the customer is owed an answer, if it lies ahead."""
    calendar = occasion.policy.pack.working_calendar
    owed = [one for one in occasion.case.clocks if one.kind in clock.OWED and one.due_at > occasion.now]
    return letter_date(min(last_day(one.due_at, calendar.zone) for one in owed)) if owed else None


def silence_warning(occasion: Occasion, running: RunningClock) -> list[Action]:
    """We wait for the customer: by when they should answer, and that the case is closed otherwise (F8)."""
    if running.due_at <= occasion.opening or not _only_waits(occasion):
        return [Note(kind="deadline-skipped", reason=Reason(f"clock-{running.name}", Moment.WARN.value))]
    if occasion.case.id in occasion.before.noticed:
        return [_tomorrow(occasion, running, Moment.WARN)]
    answer_by = last_day(running.due_at, occasion.policy.pack.working_calendar.zone)
    return occasion.write(Purpose.SILENCE_WARNING, {"answer_by": letter_date(answer_by)}, states_date=answer_by)


def silence_ends(occasion: Occasion, running: RunningClock) -> list[Action]:
    """No answer came: the case is closed, if we wait for nothing but the customer and the law asks for nothing."""
    if not _only_waits(occasion):
        return [_needs_a_person(running, "something is still owed")]
    case = occasion.case
    closed = ChangeCase(
        case_id=case.id, status=CaseStatus.CLOSED, waits_for="", reason=Reason("closed-by-silence", running.name)
    )
    asked_by = last_day(running.due_at, occasion.policy.pack.working_calendar.zone)
    letter = occasion.write(Purpose.SILENCE_CLOSING, {"answer_by": letter_date(asked_by)})
    if not goes_to_the_customer(letter):
        return [*letter, _needs_a_person(running, "the customer cannot be told that the case is closed")]
    return [*letter, *stop_for_good(case.clocks, occasion.now), closed]


def _only_waits(occasion: Occasion) -> bool:
    """We wait for the customer, no clock of the law runs, and every answer we owe stands still meanwhile."""
    case = occasion.case
    if case.status is not CaseStatus.WAITING:
        return False
    return not any(one.law or (one.kind in clock.OWED and one.paused_on is None) for one in case.clocks)


def _tomorrow(
    occasion: Occasion, running: RunningClock, moment: Moment = Moment.NOTICE, why: str = "one-such-letter-a-day"
) -> AddDeadline:
    """On the working day after the one on which a letter of today goes: decided on a Saturday, it goes on Monday."""
    calendar = occasion.policy.pack.working_calendar
    at = schedule.opening(calendar, calendar.nth_working_day(calendar.local_date(occasion.opening), 1))
    deadline = Deadline(kind=moment, due_at=at)
    return AddDeadline(clock_id=running.id, deadline=deadline, reason=Reason(why, running.name))


def _when_it_opens(occasion: Occasion, running: RunningClock) -> AddDeadline:
    """The customer may still answer until the letter that closes the case can go."""
    deadline = Deadline(kind=Moment.NOTICE, due_at=occasion.opening)
    return AddDeadline(clock_id=running.id, deadline=deadline, reason=Reason("closed-in-opening-hours", running.name))


def _needs_a_person(running: RunningClock, why: str) -> Note:
    return Note(kind="letter-needs-a-person", reason=Reason(f"clock-{running.name}", why))
