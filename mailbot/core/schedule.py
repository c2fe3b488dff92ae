"""Schedule: the moments in a clock's life at which somebody is told, or a letter to the customer is due.

Everything but the passing of the date itself happens at opening time, on a day on which somebody is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailbot.core.calendar import ONE_DAY, WorkingCalendar
from mailbot.core.case import ClockKind, Moment
from mailbot.core.clock import OWED, ComputedClock
from mailbot.core.clock_action import Deadline
from mailbot.core.clock_rule import WhenPassed
from mailbot.core.policy import Alerting

NOTICES = frozenset({ClockKind.PROGRESS, ClockKind.STATUS})
"""The clocks at whose date an automatic letter says how things stand."""

_ONE_SECOND = timedelta(seconds=1)


def moments(clock: ComputedClock, alerting: Alerting, since: datetime) -> tuple[Deadline, ...]:
    """Every moment of ``clock`` after ``since``, in order. The date itself is always among them for a clock that alerts."""
    life = _Life(clock=clock, alerting=alerting)
    kind = clock.rule.kind
    if kind in NOTICES:
        found = [*life.notice(life.telling_day(since))]
    elif kind is ClockKind.SILENCE:
        found = [*life.reminder(), *life.notice(life.day_after)]
    elif kind is ClockKind.SURVEY:
        found = [*life.warning()]  # from then on the morning digest names the case, which is closed by then
    else:
        before = life.answer() if kind in OWED else life.warning()
        found = [one for one in before if one.due_at < clock.due_at]
        found.append(Deadline(kind=Moment.DUE, due_at=clock.due_at + _ONE_SECOND))
    return tuple(sorted((one for one in found if one.due_at > since or one.kind is Moment.DUE), key=lambda one: one.due_at))


def from_now_on(clock: ComputedClock, alerting: Alerting, now: datetime) -> tuple[Deadline, ...]:
    """The moments of a clock that begins or goes on ``now``. A letter that was to be announced before is announced first."""
    found = moments(clock, alerting, now)
    letters = [one for one in found if one.kind is Moment.NOTICE]
    told = [one for one in found if one.kind is Moment.HEADS_UP]
    if not letters or told:
        return found
    announced = Deadline(kind=Moment.ANNOUNCE, due_at=clock.calendar.next_opening(now))
    others = [one for one in found if one.kind is not Moment.NOTICE]
    return tuple(sorted((announced, *others), key=lambda one: one.due_at))


def step_later(calendar: WorkingCalendar, alerting: Alerting, now: datetime) -> datetime:
    """When the next step of the ladder is told: no step is spent on a closed day, nor on one on which the office is shut."""
    day = calendar.local_date(now)
    for _ in range(alerting.ladder_step):
        day = calendar.local_date(opening(calendar, day + ONE_DAY))
    return opening(calendar, day)


def opening(calendar: WorkingCalendar, day: date) -> datetime:
    """The first moment at which the office is open on ``day`` or after it, in UTC."""
    return calendar.opening_on(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """One clock between its start and its date."""

    clock: ComputedClock
    alerting: Alerting

    @property
    def last_day(self) -> date:
        """The last day on which staff can still do something about it."""
        return self.clock.calendar.open_day_until(self.clock.due_on)

    @property
    def day_after(self) -> date:
        return self.clock.calendar.nth_working_day(self.clock.due_on, 1)

    def answer(self) -> Iterator[Deadline]:
        """The life of a clock whose end is an answer to the customer."""
        yield from self.warning()
        yield self._at(Moment.TODAY, self.last_day)
        calendar, started_on = self.clock.calendar, self.clock.received_on
        yield self._at(Moment.NO_OWNER, self._share(self.alerting.no_owner_share))
        yield self._at(Moment.UNREAD, calendar.nth_working_day(started_on, self.alerting.unread_after))
        if self.clock.rule.when_passed is WhenPassed.DELAY_NOTICE:
            yield from self.notice(self._before(self.last_day, self.clock.rule.notice_before))

    def warning(self) -> Iterator[Deadline]:
        if self.clock.rule.warn_before:
            yield self._at(Moment.WARN, self._before(self.last_day, self.clock.rule.warn_before))

    def reminder(self) -> Iterator[Deadline]:
        """A warning that goes to the customer."""
        for warning in self.warning():
            yield from self.notice(self.clock.calendar.local_date(warning.due_at), Moment.WARN)

    def notice(self, day: date, moment: Moment = Moment.NOTICE) -> Iterator[Deadline]:
        """An automatic letter to the customer, and the word to staff that it is about to go."""
        yield self._at(Moment.HEADS_UP, self._before(day, self.alerting.heads_up_before))
        yield self._at(moment, day)

    def telling_day(self, since: datetime) -> date:
        """The day of a notice that repeats: the last open one until its date, or if the office was shut, the first after."""
        calendar = self.clock.calendar
        if opening(calendar, self.last_day) > since:
            return self.last_day
        return max(self.clock.due_on, calendar.local_date(since) + ONE_DAY)

    def _before(self, day: date, days: int) -> date:
        calendar = self.clock.calendar
        return calendar.open_day_until(calendar.working_day_before(day, days))

    def _share(self, share: float) -> date:
        """The first day on which this share of the clock's days is over."""
        days = (self.clock.due_on - self.clock.received_on).days
        return self.clock.received_on + ONE_DAY * (int(days * share) + 1)

    def _at(self, moment: Moment, day: date) -> Deadline:
        return Deadline(kind=moment, due_at=opening(self.clock.calendar, day))
