"""Working days: which days count, which do not, and why. Every date computed here carries its derivation."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OPEN_WITHIN_DAYS = 366


def last_day(due_at: datetime, zone: tzinfo) -> date:
    """The local day whose end ``due_at`` is: the date that people are told."""
    return due_at.astimezone(zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day that does not count, with the authority for it."""

    date: dt.date
    name: str
    division: str
    authority: str
    source: str
    added_on: dt.date
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # read by the file reader; a constant, not a field


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutDays:
    """Days, both included, on which an organisation is shut by its own choice. No clock ever leaves them out."""

    from_on: date
    until_on: date
    name: str

    def __contains__(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutNotice:
    """The office is shut on a due date: from and until when (both included), and the last open day before."""

    name: str
    from_on: date
    until_on: date
    answer_by: date

    def __str__(self) -> str:
        return (
            f"office shut from {self.from_on:%a} {self.from_on.day} {self.from_on:%b %Y}"
            f" to {self.until_on:%a} {self.until_on.day} {self.until_on:%b %Y} ({self.name}),"
            f" answer by {self.answer_by:%a} {self.answer_by.day} {self.answer_by:%b %Y}"
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that was passed over while counting, and why."""

    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """A date and how it was reached."""

    due_on: date
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of one weekday, local time."""

    opens: time
    closes: time


class WorkingDayCount:
    """Working days by number: two look-ups in a sorted table give any date, however far away.

    Working days are numbered from 1 January of the year 1 (a Monday). ``closed`` holds only weekdays.
    """

    __slots__ = ("_before", "_closed")

    def __init__(self, closed: Mapping[date, ClosedDay]) -> None:
        self._closed = sorted(day.toordinal() for day in closed if day.weekday() < 5)
        # How many working days lie before each closed day: never decreasing, so that it can be searched.
        self._before = [_weekdays_until(ordinal) - 1 - index for index, ordinal in enumerate(self._closed)]

    def until(self, day: date) -> int:
        """How many working days there are up to and including ``day``: the number of that day, if it is one."""
        ordinal = day.toordinal()
        return _weekdays_until(ordinal) - bisect_right(self._closed, ordinal)

    def day(self, number: int) -> date:
        """The working day with this number."""
        weeks, rest = divmod(number + bisect_left(self._before, number) - 1, 5)
        return date.fromordinal(weeks * 7 + rest + 1)


def _weekdays_until(ordinal: int) -> int:
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """The closed days and opening hours of one place, in its own time zone, known from ``covers_from`` to ``covers_until``.

    A weekday without hours is not open, and still counts as a working day if the law says so. ``shut`` days are the
    organisation's own: they count too, and opening hours leave them out.
    """

    name: str
    zone: ZoneInfo
    covers_until: date
    covers_from: date = date.min
    closed: Mapping[date, ClosedDay] = field(default_factory=dict)
    hours: Mapping[int, Hours] = field(default_factory=lambda: dict.fromkeys(range(5), Hours(time(9), time(17))))
    shut: tuple[ShutDays, ...] = ()
    _count: WorkingDayCount = field(init=False, repr=False, compare=False)
    _openings: dict[date, datetime] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What ``opening_on`` has found: everything in the lives of clocks happens on a few hundred days."""
    _open_days: dict[date, date] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What ``open_day_until`` has found."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_count", WorkingDayCount(self.closed))

    def __hash__(self) -> int:
        """Equal calendars have the same; what stands in mappings cannot be hashed and is left to the comparison."""
        return hash((self.name, self.covers_until, len(self.closed)))

    def local_date(self, at: datetime) -> date:
        """The local date of an aware moment: 23:59 still counts on that day."""
        return at.astimezone(self.zone).date()

    def why_closed(self, day: date) -> str | None:
        """The reason why ``day`` is no working day, or None if it is one."""
        if day.weekday() >= 5:
            return WEEKDAYS[day.weekday()].capitalize()
        row = self.closed.get(day)
        return f"{row.name} ({row.division}; {row.authority})" if row else None

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.closed

    def knows(self, day: date) -> bool:
        """Whether the closed days around ``day`` are known; outside those years a date would be a guess."""
        return self.covers_from <= day <= self.covers_until

    def nth_working_day(self, start: date, days: int) -> date:
        """The ``days``-th working day after ``start``, which is day 0. Raises ValueError for a negative amount."""
        if days < 0:
            raise ValueError("an amount of working days is never negative")
        return self._count.day(self._count.until(start) + days) if days else start

    def add_working_days(self, start: date, days: int) -> Derivation:
        """The ``days``-th working day after ``start``; ``start`` itself is day 0 and need not be a working day."""
        due_on = self.nth_working_day(start, days)
        return Derivation(due_on, tuple(self.closed_between(start + ONE_DAY, due_on)))

    def closed_between(self, first: date, last: date) -> Iterator[Skipped]:
        """Every day from ``first`` to ``last``, both included, that is no working day, with the reason."""
        for number in range((last - first).days + 1):
            day = first + ONE_DAY * number
            if (why := self.why_closed(day)) is not None:
                yield Skipped(day, why)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; negative if ``end`` lies before."""
        return self._count.until(end) - self._count.until(start)

    def working_day_before(self, day: date, days: int) -> date:
        """The working day from which ``days`` working days lead up to ``day``: itself for none."""
        return self._count.day(self._count.until(day - ONE_DAY) - days + 1) if days else day

    def working_day_from(self, day: date) -> date:
        """``day`` itself if it is a working day, otherwise the next one."""
        return day if self.is_working_day(day) else self.nth_working_day(day, 1)

    def start_of(self, day: date) -> datetime:
        """The first moment of ``day``, local time."""
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def end_of(self, day: date) -> datetime:
        """The last second of ``day``, local time: what happens in it is still in time."""
        return datetime.combine(day, time(23, 59, 59), tzinfo=self.zone)

    def is_open_on(self, day: date) -> bool:
        """Whether the office opens on ``day`` at all."""
        return day.weekday() in self.hours and self.is_working_day(day) and not any(day in span for span in self.shut)

    def open_day_until(self, day: date) -> date:
        """The last day up to and including ``day`` on which the office opens; ``day`` itself if there is none in a year."""
        if (known := self._open_days.get(day)) is None:
            days = (day - ONE_DAY * number for number in range(OPEN_WITHIN_DAYS))
            known = self._open_days[day] = next((found for found in days if self.is_open_on(found)), day)
        return known

    def shut_notice(self, due_on: date) -> ShutNotice | None:
        """What staff are told when the organisation's own shut days cover a due date; None if they do not."""
        span = next((span for span in self.shut if due_on in span), None)
        if span is None:
            return None
        answer_by = self.open_day_until(span.from_on - ONE_DAY)
        return ShutNotice(name=span.name, from_on=span.from_on, until_on=span.until_on, answer_by=answer_by)

    def opening_on(self, day: date) -> datetime:
        """The first moment at which the office is open on ``day`` or after it, in UTC."""
        if (known := self._openings.get(day)) is None:
            known = self._openings[day] = self.next_opening(self.start_of(day)).astimezone(dt.UTC)
        return known

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself while the office is open, otherwise the next moment it opens."""
        local = at.astimezone(self.zone)
        day = local.date()
        while True:
            if self.is_open_on(day):
                hours = self.hours[day.weekday()]
                opens = datetime.combine(day, hours.opens, tzinfo=self.zone)
                if local <= opens:
                    return opens
                if local < datetime.combine(day, hours.closes, tzinfo=self.zone):
                    return at
            day += ONE_DAY
