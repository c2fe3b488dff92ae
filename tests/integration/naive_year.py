"""A naive model of a case's year: which scheduled letters go on which day, counted day by day from a pack's plain numbers.

It knows nothing of ``core.schedule``, ``core.clock`` and ``core.decide``: it walks through the days of one case with a list of
what people did, and writes down what a careful clerk would have sent. Slow and simple on purpose.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from mailbot.core.case import CaseStatus, ClockKind, ClockStop
from mailbot.core.clock_rule import ClockRule, ClockStart, ExtendedBy, Unit, WhenPassed
from mailbot.core.letter import Purpose
from mailbot.core.policy import UNSURE, Pack
from tests.integration.plain_days import DAY, Days, Outage
from tests.integration.story import Act, Did, Story

AWAITED = (ClockKind.RECEIPT, ClockKind.ACKNOWLEDGEMENT, ClockKind.RESPONSE, ClockKind.CONCLUSION)
OWED = (ClockKind.RESPONSE, ClockKind.CONCLUSION, ClockKind.REVIEW)
SILENCE = (Purpose.SILENCE_WARNING, Purpose.SILENCE_CLOSING)
REPEATED = {ClockKind.PROGRESS: Purpose.PROGRESS_NOTICE, ClockKind.STATUS: Purpose.STATUS_NOTICE}
ROUGHLY = {Unit.WORKING_DAYS: 1.4, Unit.CALENDAR_DAYS: 1.0, Unit.CALENDAR_MONTHS: 30.4}


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """A letter that goes: its purpose, its day, the day that a heads-up names. ``asked``: a person brought it, not a date."""

    purpose: Purpose
    on: date
    goes_on: date | None = None
    asked: bool = field(default=False, compare=False)


@dataclass(slots=True)
class _Letter:
    """A letter that a date will bring: its day, and the day on which the owner hears of it."""

    purpose: Purpose
    on: date
    heads_up_on: date | None
    put_off: bool = False  # it is announced on its day, and goes a day later


@dataclass(slots=True)
class _Clock:
    rule: ClockRule
    started_on: date
    due: date
    letters: list[_Letter] = field(default_factory=list)
    extensions: int = 0


class Clerk:
    """Walks through the year of one case."""

    def __init__(self, story: Story, pack: Pack, outages: tuple[Outage, ...], until: datetime) -> None:
        self.story, self.pack, self.outages, self.until = story, pack, outages, until
        self.days = Days(pack.working_calendar)
        self.found = list[Expected]()
        self.skipped = list[date]()
        self.clocks = dict[str, _Clock]()
        self.status = CaseStatus.OPEN
        self.is_quiet = False
        self.wrote_on: date | None = None
        self.asked_for = False

    def year(self) -> "Clerk":
        acts = [act for act in self.story.done(self.outages) if act.at < self.until]
        day = self.days.local(self.story.opened_at).date()
        self._start(ClockStart.RECEIPT, self.story.opened_at)
        self._announce_at_once(self.story.opened_at)
        while day <= self.days.local(self.until).date():
            look = self._look(day)
            midnight = datetime.combine(day + DAY, time.min, tzinfo=self.days.calendar.zone)
            for moment in (look, midnight):
                while moment and acts and acts[0].at < moment:
                    self._act(acts.pop(0))
                if moment and moment == look:
                    self._at_work(day)
                    self._announce_at_once(moment)
            day += DAY
        return self

    def _look(self, day: date) -> datetime | None:
        """The first moment of this day at which a letter may go: the office is open and the daemon runs."""
        if not self.days.opens(day):
            return None
        moment = self.days.opening(day)
        for outage in self.outages:
            if moment in outage:
                moment = outage.until
        return moment if self.story.opened_at < moment < min(self.days.closing(day), self.until) else None

    # What people do ------------------------------------------------------------------------------------------------

    def _act(self, act: Act) -> None:
        does: dict[Did, Callable[[datetime], None]] = {
            Did.ANSWER: self._answered,
            Did.WAIT: self._waits,
            Did.CUSTOMER_ANSWERS: self._customer_answers,
            Did.EXTEND: self._extended,
            Did.CLOSE: self._closes,
            Did.REOPEN: self._reopened,
            Did.QUIET: lambda _: self._hush(quiet=True),
            Did.QUIET_ENDS: lambda _: self._hush(quiet=False),
        }
        does.get(act.did, lambda _: None)(act.at)
        self._announce_at_once(act.at)

    def _answered(self, _: datetime) -> None:
        self._stop(ClockStop.RESPONSE_SENT)

    def _waits(self, at: datetime) -> None:
        if self.status is CaseStatus.OPEN:
            self.status = CaseStatus.WAITING
            self._start(ClockStart.ASKING_LETTER, at)

    def _customer_answers(self, _: datetime) -> None:
        if self.status is CaseStatus.WAITING:
            self.status = CaseStatus.OPEN
            self._stop(ClockStop.CUSTOMER_ANSWERED)

    def _closes(self, _: datetime) -> None:
        self.status = CaseStatus.CLOSED
        self.clocks.clear()
        self.asked_for = False

    def _reopened(self, at: datetime) -> None:
        if self.status is CaseStatus.CLOSED:
            self.status = CaseStatus.OPEN
            self._start(ClockStart.RECEIPT, at)

    def _hush(self, *, quiet: bool) -> None:
        self.is_quiet = quiet

    def _extended(self, at: datetime) -> None:
        """A person gives the reason: the notice goes now, or as soon as it may."""
        for one in self.clocks.values():
            if one.rule.when_passed is not WhenPassed.DELAY_NOTICE or not self._may_extend(one):
                continue
            today = self.days.local(at).date()
            if self._revised(one) > today and self._may_write():
                self._move(one, at)
                self.asked_for = True
        if self.asked_for and self.days.is_open_at(at) and not any(at in outage for outage in self.outages):
            self._send_asked(self.days.local(at).date())

    def _send_asked(self, day: date) -> None:
        self.asked_for = False
        owed = any(one.rule.kind in OWED for one in self.clocks.values())
        if owed and not self.is_quiet:
            self.found.append(Expected(Purpose.DELAY_NOTICE, day, asked=True))
            self.wrote_on = day

    # Clocks --------------------------------------------------------------------------------------------------------

    def _start(self, event: ClockStart, at: datetime) -> None:
        for rule in self._rules(event):
            if rule.name not in self.clocks and rule.kind not in (ClockKind.RECEIPT, ClockKind.ACKNOWLEDGEMENT):
                started_on = self.days.local(at).date()
                one = _Clock(rule, started_on, self._due(rule, started_on, rule.amount))
                self.clocks[rule.name] = one
                self._plan(one, at)

    def _rules(self, event: ClockStart) -> Iterator[ClockRule]:
        started = [rule for rule in self.pack.clocks if rule.starts_on is event]
        mine = [rule for rule in started if not rule.channels or self.story.channel in rule.channels]
        if self.story.class_ != UNSURE:
            yield from (rule for rule in mine if self.story.class_ in rule.classes)
            return
        for kind in AWAITED:
            plausible = [rule for rule in mine if rule.kind is kind]
            yield from sorted(plausible, key=lambda rule: rule.amount * ROUGHLY[rule.unit])[:1]

    def _stop(self, event: ClockStop) -> None:
        self.clocks = {name: one for name, one in self.clocks.items() if event not in one.rule.stopped_by}

    def _due(self, rule: ClockRule, day: date, amount: int) -> date:
        """Only clocks that bring letters need a date here, and those of the packs all count working days."""
        return Days(self.pack.calendars[rule.calendar]).later(day, amount) if rule.unit is Unit.WORKING_DAYS else date.max

    def _may_extend(self, one: _Clock) -> bool:
        extension = one.rule.extension
        return extension is not None and extension.by is ExtendedBy.NOTICE and one.extensions < extension.at_most

    def _revised(self, one: _Clock) -> date:
        more = one.rule.extension.amount * (one.extensions + 1) if one.rule.extension else 0
        return self._due(one.rule, one.started_on, one.rule.amount + more)

    def _move(self, one: _Clock, at: datetime) -> None:
        one.due, one.extensions = self._revised(one), one.extensions + 1
        self._plan(one, at)

    # Letters -------------------------------------------------------------------------------------------------------

    def _plan(self, one: _Clock, since: datetime) -> None:
        """The days of the letters of one clock, and of the words to the owner one working day before each."""
        days, rule, one.letters = self.days, one.rule, []
        if rule.kind is ClockKind.SILENCE:
            warn_on = days.open_until(days.earlier(days.open_until(one.due), rule.warn_before))
            self._add(one, Purpose.SILENCE_WARNING, warn_on, since)
            self._add(one, Purpose.SILENCE_CLOSING, days.later(one.due, 1), since)
        elif rule.kind in REPEATED:
            on = days.open_until(one.due)
            if days.opening(on) <= since:  # the office is shut until the date: the first open day after it
                on = max(one.due, days.local(since).date() + DAY)
            self._add(one, REPEATED[rule.kind], on, since)
        elif rule.when_passed is WhenPassed.DELAY_NOTICE:
            notice_on = days.open_until(days.earlier(days.open_until(one.due), rule.notice_before))
            self._add(one, Purpose.DELAY_NOTICE, notice_on, since)

    def _add(self, one: _Clock, purpose: Purpose, on: date, since: datetime) -> None:
        heads_up_on = self.days.open_until(self.days.earlier(on, self.pack.alerts.heads_up_before))
        on = self.days.open_from(on)
        if self.days.opening(on) <= since:
            return
        if self.days.opening(heads_up_on) > since:
            one.letters.append(_Letter(purpose, on, heads_up_on))
        elif purpose is not Purpose.SILENCE_WARNING:  # too late to announce it for its day
            one.letters.append(_Letter(purpose, self._open_again(since), None, put_off=True))

    def _open_again(self, since: datetime) -> date:
        """The day on which the office is open next, or still."""
        day = self.days.local(since).date()
        return day if self.days.opens(day) and since < self.days.closing(day) else self.days.open_from(day + DAY)

    def _announce_at_once(self, at: datetime) -> None:
        """What began while the office was open is announced there and then."""
        day = self.days.local(at).date()
        if self.days.is_open_at(at) and not any(at in outage for outage in self.outages):
            for one in list(self.clocks.values()):
                for letter in [letter for letter in one.letters if letter.put_off and letter.on <= day]:
                    self._due_letter(one, letter, day)

    def _at_work(self, day: date) -> None:
        """The office is open and the daemon runs: what the day brings."""
        if self.asked_for:
            self._send_asked(day)
        for one in list(self.clocks.values()):
            for letter in list(one.letters):
                self._heads_up(one, letter, day)
        for one in list(self.clocks.values()):
            for letter in list(one.letters):
                if letter.on <= day and letter in one.letters:
                    self._due_letter(one, letter, day)

    def _heads_up(self, one: _Clock, letter: _Letter, day: date) -> None:
        if letter.heads_up_on is None or letter.heads_up_on > day:
            return
        letter.heads_up_on = None
        if day >= letter.on:
            self.skipped.append(day)
        elif self._will_go(one, letter, day):
            self.found.append(Expected(Purpose.HEADS_UP, day, letter.on))
        else:
            letter.put_off = True

    def _due_letter(self, one: _Clock, letter: _Letter, day: date) -> None:
        waits = self.status is CaseStatus.WAITING and letter.purpose not in SILENCE
        if waits:  # no letter to somebody whom we wait for: it is announced anew before it goes
            letter.put_off = True
        elif letter.put_off and self._will_go(one, letter, day):
            letter.put_off = False
            self.found.append(Expected(Purpose.HEADS_UP, day, self.days.open_from(self.days.later(day, 1))))
            waits = True
        if self.wrote_on == day or waits:  # one such letter a day
            letter.on = self.days.open_from(self.days.later(day, 1))
            return
        one.letters.remove(letter)
        if letter.purpose is Purpose.SILENCE_WARNING and one.due < day:
            return
        if self._will_go(one, letter, day):
            self.found.append(Expected(letter.purpose, day))
            self.wrote_on = day
        self._afterwards(one, letter, day)

    def _will_go(self, one: _Clock, letter: _Letter, day: date) -> bool:
        if letter.purpose in SILENCE:
            return self._may_write() and self._only_waits()
        if not self._may_write() or self.status is CaseStatus.WAITING:
            return False
        if letter.purpose is Purpose.DELAY_NOTICE:  # nobody is told of a delay of who knows what, nor of a date that has passed
            return self._may_extend(one) and self.story.class_ != UNSURE and self._revised(one) > day
        return True

    def _afterwards(self, one: _Clock, letter: _Letter, day: date) -> None:
        now = self._look(day) or self.days.opening(day)
        if letter.purpose is Purpose.DELAY_NOTICE and self._will_go(one, letter, day):
            self._move(one, now)
        elif letter.purpose is Purpose.SILENCE_CLOSING and self._will_go(one, letter, day):
            self._closes(now)
        elif letter.purpose in REPEATED.values():
            one.due = self._due(one.rule, day, one.rule.amount)
            self._plan(one, now)

    def _may_write(self) -> bool:
        return self.story.may_write and not self.is_quiet

    def _only_waits(self) -> bool:
        owed = any(one.rule.kind in OWED or one.rule.law for one in self.clocks.values())
        return self.status is CaseStatus.WAITING and not owed
