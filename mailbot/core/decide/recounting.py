"""A calendar or a pack's clock has changed: which dates of open cases move, and the moments of their clocks with them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from mailbot.core import clock, schedule
from mailbot.core.action import Deadline
from mailbot.core.calendar import last_day
from mailbot.core.case import Channel, Moment, RunningClock
from mailbot.core.clock import ComputedClock
from mailbot.core.clock_rule import ClockRule
from mailbot.core.policy import MailboxPolicy

CALENDAR_CHANGED = "calendar-changed"
_STEPS = frozenset({Moment.OVERDUE_NEXT, Moment.OVERDUE_LAST})
_LADDER = _STEPS | {Moment.DUE}
_Key = tuple[str, str, Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClock:
    """A running clock of an open case, with what decides which rule it follows."""

    case_id: int
    reference: str
    class_: str
    channel: Channel
    running: RunningClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A moment in a running clock's life, as its row has it, in order. ``fired``: it has come and was acted on."""

    id: int
    kind: Moment
    fired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedClock:
    """A clock whose date is another one now. ``later``: rows of moments with their new time; ``dropped``: rows to remove."""

    clock: OpenClock
    old_on: date
    new_on: date
    due_at: datetime
    why: str
    later: tuple[tuple[int, datetime], ...] = ()
    dropped: tuple[int, ...] = ()
    added: tuple[Deadline, ...] = ()

    @property
    def words(self) -> str:
        """What happened, for the history: ``response: 2026-12-04 -> 2026-12-07``."""
        return f"{self.clock.running.name}: {self.old_on} -> {self.new_on}; {self.why}"


def basis(policy: MailboxPolicy) -> str:
    """What the dates of a mailbox rest on, as a digest: its clocks, its closed days, its rule about receipt on one of them."""
    pack = policy.pack
    days = [(name, found.zone.key, sorted(found.closed)) for name, found in sorted(pack.calendars.items())]
    return sha256(repr((pack.clocks, pack.receipt, days)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Counting again by the clocks and calendars of ``policy`` as they are now. Equal questions are answered once."""

    policy: MailboxPolicy
    _rules: dict[_Key, ClockRule | None] = field(default_factory=dict, repr=False)
    _why: dict[tuple[object, ...], str] = field(default_factory=dict, repr=False)
    _moments: dict[tuple[object, ...], tuple[Deadline, ...]] = field(default_factory=dict, repr=False)

    def with_another_date(self, found: Iterable[OpenClock]) -> Iterator[tuple[OpenClock, ComputedClock]]:
        """The clocks whose date is another one now. A clock that the pack has no more keeps its date."""
        pack = self.policy.pack
        for each in found:
            rule = self._rule(each)
            if rule is None:
                continue
            computed = clock.restored(rule, pack.calendars[rule.calendar], each.running, pack.receipt)
            if computed.due_at != each.running.due_at:
                yield each, computed

    def moved(self, each: OpenClock, computed: ComputedClock, planned: Sequence[Planned], now: datetime) -> MovedClock:
        """The clock with its new date. A moment that has come and was told of does not come again.

        Only where the date had passed and lies ahead again its passing is told anew.
        """
        again = _LADDER if each.running.due_at <= now < computed.due_at else frozenset[Moment]()
        dropped = tuple(one.id for one in planned if not one.fired and one.kind in again & _STEPS)
        over = {one.kind for one in planned if one.fired} - again
        new = () if computed.paused_on else self._moments_of(each, computed, now)
        later = dict(_paired([one for one in planned if not one.fired and one.id not in dropped], new))
        return MovedClock(
            clock=each,
            old_on=last_day(each.running.due_at, computed.calendar.zone),
            new_on=computed.due_on,
            due_at=computed.due_at,
            why=self._why_of(each, computed),
            later=tuple((row, new[number].due_at) for number, row in later.items()),
            dropped=dropped,
            added=tuple(
                one for number, one in enumerate(new) if number not in later and one.kind not in over and one.due_at > now
            ),
        )

    def _rule(self, each: OpenClock) -> ClockRule | None:
        key = _key(each)
        if key not in self._rules:
            self._rules[key] = self.policy.pack.rule(*key)
        return self._rules[key]

    def _moments_of(self, each: OpenClock, computed: ComputedClock, now: datetime) -> tuple[Deadline, ...]:
        alerting = self.policy.pack.alerts
        key = (*_key(each), computed.received_on, computed.due_on, now)
        if key not in self._moments:
            self._moments[key] = schedule.moments(computed, alerting, now)
        return tuple(
            schedule.without_owner(computed, alerting) if one.kind is Moment.NO_OWNER else one for one in self._moments[key]
        )

    def _why_of(self, each: OpenClock, computed: ComputedClock) -> str:
        key = (*_key(each), computed.counted_from, computed.pauses, computed.extensions)
        if key not in self._why:
            self._why[key] = computed.why
        return self._why[key]


def _key(each: OpenClock) -> _Key:
    return each.running.name, each.class_, each.channel


def _paired(waiting: Sequence[Planned], new: Sequence[Deadline]) -> Iterator[tuple[int, int]]:
    """Each new moment (by its number) with the row that waits for it. Of one kind the last ones belong together."""
    rows = dict[str, list[int]]()
    for one in waiting:
        rows.setdefault(one.kind, []).append(one.id)
    for number in reversed(range(len(new))):
        if of_kind := rows.get(new[number].kind):
            yield number, of_kind.pop()
