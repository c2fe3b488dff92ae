"""The days of an office, told by looking at each: nothing here counts in any cleverer way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailbot.core.calendar import WorkingCalendar

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one office, told by looking at each."""

    calendar: WorkingCalendar

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.calendar.closed

    def opens(self, day: date) -> bool:
        shut = any(span.from_on <= day <= span.until_on for span in self.calendar.shut)
        return self.works(day) and day.weekday() in self.calendar.hours and not shut

    def later(self, day: date, amount: int) -> date:
        """So many working days later."""
        while amount:
            day += DAY
            amount -= self.works(day)
        return day

    def earlier(self, day: date, amount: int) -> date:
        """So many working days earlier."""
        while amount:
            day -= DAY
            amount -= self.works(day)
        return day

    def open_until(self, day: date) -> date:
        """The last open day up to this one."""
        while not self.opens(day):
            day -= DAY
        return day

    def open_from(self, day: date) -> date:
        """The first open day from this one on."""
        while not self.opens(day):
            day += DAY
        return day

    def open_later(self, day: date, amount: int) -> date:
        """So many open days later."""
        while amount:
            day += DAY
            amount -= self.opens(day)
        return day

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.calendar.zone)

    def opening(self, day: date) -> datetime:
        return datetime.combine(day, self.calendar.hours[day.weekday()].opens, tzinfo=self.calendar.zone)

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, self.calendar.hours[day.weekday()].closes, tzinfo=self.calendar.zone)

    def is_open_at(self, at: datetime) -> bool:
        day = self.local(at).date()
        return self.opens(day) and self.opening(day) <= at < self.closing(day)


@dataclass(frozen=True, slots=True)
class Outage:
    """The daemon stands still from one moment to the other."""

    since: datetime
    until: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.since <= at < self.until
