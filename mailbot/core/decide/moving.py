"""What events do to the clocks of a case: they start, stop, stand still, go on, begin anew, are extended."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from mailbot.core import clock, schedule
from mailbot.core.action import ChangeCase
from mailbot.core.calendar import ONE_DAY, WorkingCalendar
from mailbot.core.case import WAITS, Case, CaseStatus, Channel, ClockKind, ClockStop, RunningClock, StoppableClock
from mailbot.core.clock import ComputedClock
from mailbot.core.clock_action import Deadline, MoveClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, ReceiptRule
from mailbot.core.policy import Alerting, MailboxPolicy
from mailbot.core.reason import Reason

ENDS = {ClockKind.ACKNOWLEDGEMENT: ClockStart.ACKNOWLEDGEMENT, ClockKind.CONCLUSION: ClockStart.CONCLUSION}
"""What it means to others that a clock of this role has stopped."""

KEPT_DERIVATIONS = 1000

Change = Callable[[ComputedClock], ComputedClock]


def start_clocks(
    policy: MailboxPolicy,
    class_: str,
    channel: Channel,
    event: ClockStart,
    at: datetime,
    running: Iterable[RunningClock] = (),
    also: Sequence[str] = (),
) -> list[StartClock]:
    """Start every clock that ``event`` starts for these classes and the channel, unless that very one runs already."""
    known = {(one.name, one.law) for one in running}
    rules = [rule for rule in policy.pack.clocks_for(class_, channel, event, also) if (rule.name, rule.law) not in known]
    return [start_clock(policy, rule, at, event.value) for rule in rules]


def start_clock(
    policy: MailboxPolicy, rule: ClockRule, at: datetime, started_by: str, now: datetime | None = None
) -> StartClock:
    """One clock, with every moment of its life. ``now``: it starts only then with what happened ``at`` an earlier moment."""
    pack, calendar = policy.pack, policy.pack.calendars[rule.calendar]
    begun = _begun_on(rule, calendar, calendar.local_date(at), pack.receipt, pack.alerts)
    computed, deadlines = begun.computed, begun.deadlines if now is None else None
    return StartClock(
        name=rule.name,
        kind=rule.kind,
        law=rule.law,
        started_by=started_by,
        started_at=at,
        due_at=computed.due_at,
        why=begun.why,
        stopped_by=rule.stopped_by,
        deadlines=schedule.from_now_on(computed, pack.alerts, now or at) if deadlines is None else deadlines,
        reason=Reason(f"clock-{rule.name}", rule.authority),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What is the same for all clocks of a rule that begin on one day, and how their date was reached.

    ``deadlines``: the moments of their lives; None where these depend on the hour.
    """

    computed: ComputedClock
    why: str
    deadlines: tuple[Deadline, ...] | None


@lru_cache(maxsize=KEPT_DERIVATIONS)
def _begun_on(rule: ClockRule, calendar: WorkingCalendar, day: date, receipt: ReceiptRule, alerts: Alerting) -> _Begun:
    """A clock that begins on a day, computed from its end. What lies ahead before the day and after it does so all day."""
    computed = clock.compute(rule, calendar, calendar.end_of(day), receipt)
    first, last = (schedule.from_now_on(computed, alerts, calendar.start_of(start)) for start in (day, day + ONE_DAY))
    return _Begun(computed=computed, why=_why(computed), deadlines=first if first == last else None)


def _why(computed: ComputedClock) -> str:
    """In words how the date was reached. It is the same for whatever came on one day."""
    calendar = computed.calendar
    return _why_on_that_day(replace(computed, started_at=calendar.end_of(computed.received_on)))


@lru_cache(maxsize=KEPT_DERIVATIONS)
def _why_on_that_day(computed: ComputedClock) -> str:
    """The derivation, the other reading of a receipt on a closed day, and what the office's own shut days mean for it."""
    closed = not computed.calendar.is_working_day(computed.received_on)
    other = computed.other_reading if closed else None
    reading = f"; if counted as received on the next working day: {other[1]:%d %b %Y}" if other else ""
    shut = clock.shut_on(computed)
    return f"{computed.why}{reading}" + (f"; {shut}" if shut else "")


def stop_clocks(clocks: Iterable[RunningClock | StoppableClock], event: ClockStop, at: datetime) -> list[StopClock]:
    """Stop every one of these running clocks that ``event`` stops."""
    return [stop_clock(running, at, event.value) for running in clocks if event in running.stopped_by]


def stopped(clocks: Iterable[RunningClock], events: Sequence[ClockStop], at: datetime) -> list[StopClock]:
    """Every clock that one of these events stops, once."""
    return [
        stop_clock(one, at, event.value) for one in clocks if (event := next((e for e in events if e in one.stopped_by), None))
    ]


def ended(
    case: Case, policy: MailboxPolicy, events: Sequence[ClockStop], at: datetime, clocks: Iterable[RunningClock]
) -> list[StopClock | StartClock]:
    """What these events end of these clocks of a case, and what then begins: nothing that the same events end."""
    over = stopped(clocks, events, at)
    begun = [one for one in after_stopping(policy, case, over, at) if not set(events) & set(one.stopped_by)]
    return [*over, *begun]


def stop_clock(running: RunningClock | StoppableClock, at: datetime, event: str) -> StopClock:
    """A clock stops, in time or late; while it stands still no date can pass."""
    outcome = "met" if at <= running.due_at or running.paused_on is not None else "late"
    return StopClock(clock_id=running.id, outcome=outcome, stopped_at=at, reason=Reason(f"stopped-by-{event}"))


def stop_for_good(clocks: Iterable[RunningClock], at: datetime) -> list[StopClock]:
    """Stop the clocks of a case that is closed: all but the survey's, which asks how it went (F17)."""
    return [stop_clock(one, at, ClockStop.CASE_CLOSED.value) for one in clocks if one.kind is not ClockKind.SURVEY]


def after_stopping(policy: MailboxPolicy, case: Case, over: Iterable[StopClock], at: datetime) -> list[StartClock]:
    """The clocks that run from an acknowledgement or a conclusion, once its own clock has stopped."""
    gone = {one.clock_id for one in over}
    events = dict.fromkeys(ENDS[one.kind] for one in case.clocks if one.id in gone and one.kind in ENDS)
    return [started for event in events for started in dependants(policy, case, event, at)]


def dependants(policy: MailboxPolicy, case: Case, event: ClockStart, at: datetime) -> list[StartClock]:
    """The clocks of this case that an event other than receipt starts."""
    return start_clocks(policy, case.class_, case.channel, event, at, case.clocks, case.also)


def restored(policy: MailboxPolicy, case: Case, running: RunningClock) -> ComputedClock | None:
    """A running clock with its rule, as the pack has it now; None if the pack has it no more: then its date stays."""
    rule = policy.pack.rule(running.name, case.class_, case.channel, running.law, case.also)
    if rule is None:
        return None
    return clock.restored(rule, policy.pack.calendars[rule.calendar], running, policy.pack.receipt)


def move(policy: MailboxPolicy, running: RunningClock, changed: ComputedClock, now: datetime, reason: Reason) -> MoveClock:
    """The action that gives a running clock what was computed for it. A clock that stands still has no moments."""
    moments = () if changed.paused_on else schedule.from_now_on(changed, policy.pack.alerts, now)
    return MoveClock(
        clock_id=running.id,
        counts_from=changed.started_at,
        due_at=changed.due_at,
        why=_why(changed),
        pauses=tuple((pause.from_on, pause.until_on) for pause in changed.pauses),
        paused_on=changed.paused_on,
        extensions=changed.extensions,
        deadlines=moments,
        reason=reason,
    )


def asked(policy: MailboxPolicy, case: Case, event: ClockEvent, at: datetime, now: datetime) -> list[MoveClock]:
    """We ask the customer for something: clocks whose rule says so stand still."""
    return _each(policy, case, lambda one: clock.asked(one, event, at), now, Reason(f"waits-for-{event.value}"))


def waits(policy: MailboxPolicy, case: Case, event: ClockEvent, at: datetime, now: datetime) -> list[ChangeCase | MoveClock]:
    """From ``at`` on the case waits for its customer, who was asked for something: clocks do as their rules say."""
    reason = Reason(WAITS, event.value)
    waiting = ChangeCase(case_id=case.id, status=CaseStatus.WAITING, waits_for=event.value, reason=reason)
    return [waiting, *asked(policy, case, event, at, now)]


def standing_still(
    policy: MailboxPolicy, class_: str, channel: Channel, started: Iterable[StartClock], event: ClockEvent, at: datetime
) -> list[StartClock]:
    """New clocks of a case whose customer is asked for something at once: those stand still whose rule says so."""
    return [_still(policy, policy.pack.rule(one.name, class_, channel, one.law), one, event, at) for one in started]


def _still(policy: MailboxPolicy, rule: ClockRule | None, one: StartClock, event: ClockEvent, at: datetime) -> StartClock:
    if rule is None or event not in (*rule.pauses_on, *rule.resets_on):
        return one
    computed = clock.compute(rule, policy.pack.calendars[rule.calendar], one.started_at, policy.pack.receipt)
    paused_on = _changed(computed, lambda computed: clock.asked(computed, event, at)).paused_on
    return replace(one, paused_on=paused_on, deadlines=() if paused_on else one.deadlines)


def answered(policy: MailboxPolicy, case: Case, event: ClockEvent, at: datetime, now: datetime) -> list[MoveClock]:
    """The customer's answer came: clocks go on or begin anew, as their rule says."""
    return _each(policy, case, lambda one: clock.answered(one, event, at), now, Reason(f"answered-{event.value}"))


def going_on(policy: MailboxPolicy, case: Case, now: datetime, reason: Reason) -> list[MoveClock]:
    """Nothing was asked after all: clocks that stand still run on, to the dates they had."""
    return _each(policy, case, lambda one: replace(one, paused_on=None), now, reason)


def _each(policy: MailboxPolicy, case: Case, change: Change, now: datetime, reason: Reason) -> list[MoveClock]:
    found = list[MoveClock]()
    for running in case.clocks:
        computed = restored(policy, case, running)
        changed = _changed(computed, change) if computed else None
        if changed is not None and changed != computed:
            found.append(move(policy, running, changed, now, reason))
    return found


def _changed(computed: ComputedClock, change: Change) -> ComputedClock:
    """What cannot be done to this one clock (it is over, or stands still already) leaves it as it is."""
    try:
        return change(computed)
    except ValueError:
        return computed
