"""A calendar or a pack's clock has changed: which dates of open cases move, and the moments of their clocks with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from mailbot.core import clock, schedule
from mailbot.core.calendar import last_day
from mailbot.core.case import Channel, Moment
from mailbot.core.clock import ComputedClock
from mailbot.core.clock_action import Deadline
from mailbot.core.clock_rule import ClockRule
from mailbot.core.policy import MailboxPolicy

CALENDAR_CHANGED = "calendar-changed"
_Life = tuple[tuple[Moment, bool], ...]
_STEPS = frozenset({Moment.OVERDUE_NEXT, Moment.OVERDUE_LAST})
_LADDER = _STEPS | {Moment.DUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClock:
    """A running clock of an open case: what it is counted from, and what decides which rule it follows."""

    id: int
    case_id: int
    reference: str
    class_: str
    channel: Channel
    name: str
    law: str
    counts_from: datetime
    due_at: datetime
    pauses: tuple[tuple[date, date], ...] = ()
    paused_on: date | None = None
    extensions: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The moments of a running clock in order: their rows, and of each its kind and whether it has come and was acted on."""

    rows: tuple[int, ...] = ()
    kinds: _Life = ()


_UNPLANNED = Planned()


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedClocks:
    """Clocks that move alike: from one date to another, with the same moments still to come.

    ``later``: of each moment the rows, one for each clock, with their new time; ``dropped``: rows to remove;
    ``added``: moments that each of the clocks has now and had not before.
    """

    clocks: tuple[OpenClock, ...]
    old_on: date
    new_on: date
    due_at: datetime
    why: str
    later: tuple[tuple[tuple[int, ...], datetime], ...] = ()
    dropped: tuple[int, ...] = ()
    added: tuple[Deadline, ...] = ()

    @property
    def words(self) -> str:
        """What happened, for the history: ``response: 2026-12-04 -> 2026-12-07``."""
        return f"{self.clocks[0].name}: {self.old_on} -> {self.new_on}; {self.why}"


def basis(policy: MailboxPolicy) -> str:
    """What the dates of a mailbox rest on, as a digest: its clocks, its closed days, its rule about receipt on one of them."""
    pack = policy.pack
    days = [(name, found.zone.key, sorted(found.closed)) for name, found in sorted(pack.calendars.items())]
    return sha256(repr((pack.clocks, pack.receipt, days)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """The date of every clock that began on one day, is of one kind and stood still on the same days."""

    computed: ComputedClock
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Counting again at ``now``, by the clocks and calendars of ``policy`` as they are. Equal questions are answered once."""

    policy: MailboxPolicy
    now: datetime
    _rules: dict[tuple[str, str, Channel, str, tuple[str, ...]], ClockRule | None] = field(default_factory=dict, repr=False)
    _answers: dict[tuple[object, ...], _Answer] = field(default_factory=dict, repr=False)

    def with_another_date(self, found: Iterable[OpenClock]) -> list[OpenClock]:
        """The clocks whose date is another one now. A clock that the pack has no more keeps its date."""
        answers = ((each, self._answer(each)) for each in found)
        return [each for each, answer in answers if answer and answer.computed.due_at != each.due_at]

    def moved(self, found: Iterable[OpenClock], planned: Mapping[int, Planned]) -> list[MovedClocks]:
        """Clocks ``with_another_date``, moved, those together that move alike; ``planned``: their moments, by clock.

        A moment that has come and was told of does not come again. Only where the date had passed and lies ahead
        again its passing is told anew.
        """
        alike = dict[tuple[_Answer, datetime, _Life], list[tuple[OpenClock, Planned]]]()
        for each in found:
            answer, life = self._answer(each), planned.get(each.id, _UNPLANNED)
            if answer is not None:
                alike.setdefault((answer, each.due_at, life.kinds), []).append((each, life))
        return [self._together(answer, due_at, kinds, members) for (answer, due_at, kinds), members in alike.items()]

    def _together(
        self, answer: _Answer, due_at: datetime, kinds: _Life, members: list[tuple[OpenClock, Planned]]
    ) -> MovedClocks:
        computed = answer.computed
        again = _LADDER if due_at <= self.now < computed.due_at else frozenset[Moment]()
        new = () if computed.paused_on else schedule.moments(computed, self.policy.pack.alerts, self.now)
        later, dropped, added = _change(kinds, new, again, self.now)
        rows = list(zip(*(planned.rows for _, planned in members), strict=True))
        return MovedClocks(
            clocks=tuple(each for each, _ in members),
            old_on=last_day(due_at, computed.calendar.zone),
            new_on=computed.due_on,
            due_at=computed.due_at,
            why=answer.why,
            later=tuple((rows[place], at) for place, at in later),
            dropped=tuple(row for place in dropped for row in rows[place]),
            added=added,
        )

    def _rule(self, each: OpenClock) -> ClockRule | None:
        key = each.name, each.class_, each.channel, each.law, each.also
        if key not in self._rules:
            self._rules[key] = self.policy.pack.rule(*key)
        return self._rules[key]

    def _answer(self, each: OpenClock) -> _Answer | None:
        rule = self._rule(each)
        if rule is None:
            return None
        pack = self.policy.pack
        calendar = pack.calendars[rule.calendar]
        began = each.name, each.class_, each.channel, calendar.local_date(each.counts_from)
        key = (*began, each.law, each.also, each.pauses, each.paused_on, each.extensions)
        if key not in self._answers:
            computed = clock.restored(rule, calendar, each, pack.receipt)
            self._answers[key] = _Answer(computed, computed.why)
        return self._answers[key]


def _change(
    life: _Life, new: Sequence[Deadline], again: Set[Moment], now: datetime
) -> tuple[list[tuple[int, datetime]], list[int], tuple[Deadline, ...]]:
    """Which moments of a life get another time, which are dropped, and which are added, when its moments are ``new`` now.

    A moment is named by its place in the life. What is told ``again`` counts as never told.
    """
    dropped = [place for place, (kind, fired) in enumerate(life) if not fired and kind in again & _STEPS]
    over = {kind for kind, fired in life if fired} - again
    waiting = [(kind, place) for place, (kind, fired) in enumerate(life) if not fired and place not in dropped]
    later = dict(_paired(waiting, new))
    added = (one for number, one in enumerate(new) if number not in later and one.kind not in over and one.due_at > now)
    return [(place, new[number].due_at) for number, place in later.items()], dropped, tuple(added)


def _paired(waiting: Iterable[tuple[Moment, int]], new: Sequence[Deadline]) -> Iterator[tuple[int, int]]:
    """Each new moment (by its number) with the place that waits for it. Of one kind the last ones belong together.

    A letter that is to be announced first is a notice as well.
    """
    places = dict[str, list[int]]()
    for kind, place in waiting:
        places.setdefault(Moment.NOTICE if kind is Moment.ANNOUNCE else kind, []).append(place)
    for number in reversed(range(len(new))):
        if of_kind := places.get(new[number].kind):
            yield number, of_kind.pop()
