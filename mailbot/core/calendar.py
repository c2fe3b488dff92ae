"""Working days: which days count, which do not, and why. Every date computed here carries its derivation."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """The closed days and opening hours of one place, in its own time zone. ``covers_until`` is the last day known.

    A weekday without hours is not open, and still counts as a working day if the law says so.
    """

    name: str
    zone: ZoneInfo
    covers_until: date
    closed: Mapping[date, ClosedDay] = field(default_factory=dict)
    hours: Mapping[int, Hours] = field(default_factory=lambda: dict.fromkeys(range(5), Hours(time(9), time(17))))

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
        return self.why_closed(day) is None

    def add_working_days(self, start: date, days: int) -> Derivation:
        """The ``days``-th working day after ``start``; ``start`` itself is day 0 and need not be a working day."""
        if days < 0:
            raise ValueError("an amount of working days is never negative")
        day, left, skipped = start, days, list[Skipped]()
        while left > 0:
            day += ONE_DAY
            why = self.why_closed(day)
            if why is None:
                left -= 1
            else:
                skipped.append(Skipped(day, why))
        return Derivation(day, tuple(skipped))

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; negative if ``end`` lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + ONE_DAY * n) for n in range(1, (end - start).days + 1))

    def end_of(self, day: date) -> datetime:
        """The last second of ``day``, local time: what happens in it is still in time."""
        return datetime.combine(day, time(23, 59, 59), tzinfo=self.zone)

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself while the office is open, otherwise the next moment it opens."""
        local = at.astimezone(self.zone)
        day = local.date()
        while True:
            hours = self.hours.get(day.weekday()) if self.is_working_day(day) else None
            if hours is not None:
                opens = datetime.combine(day, hours.opens, tzinfo=self.zone)
                if local <= opens:
                    return opens
                if local < datetime.combine(day, hours.closes, tzinfo=self.zone):
                    return at
            day += ONE_DAY
