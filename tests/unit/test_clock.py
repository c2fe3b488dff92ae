"""Clocks: the dates that the law and the house rules give, on the shipped calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.case import ClockStop
from mailbot.core.clock import compute
from mailbot.core.clock_rule import ClockRule, Unit
from mailbot.core.decide.moving import start_clock
from tests.invented import LONDON, at, policy, rule, shipped_calendar, shipped_pack

KINGDOM = shipped_calendar("united-kingdom")
ENGLAND = shipped_calendar("england-and-wales")

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 30), timezones=st.just(UTC))


def shipped_rule(name: str, class_: str) -> ClockRule:
    """A clock of the shipped pack."""
    return next(found for found in shipped_pack().clocks_for(class_) if found.name == name)


FOI = shipped_rule("response", "foi_request")
SAR = shipped_rule("response", "subject_access_request")
RECEIPT = shipped_rule("receipt", "enquiry")


def test_calendar_days_count_holidays_too() -> None:
    """Thirty days after Wednesday 25 November 2026 end on Christmas Day; beginning with that day, on Christmas Eve."""
    thirty = rule(30, Unit.CALENDAR_DAYS)
    assert compute(thirty, KINGDOM, at("2026-11-25 10:00")).due_on == date(2026, 12, 25)
    assert compute(replace(thirty, counts_first_day=True), KINGDOM, at("2026-11-25 10:00")).due_on == date(2026, 12, 24)


def test_a_first_day_that_counts_counts_only_if_it_is_a_working_day() -> None:
    """Two working days beginning with a Friday end on Monday; beginning with a Saturday, on Tuesday."""
    two = rule(2, Unit.WORKING_DAYS, counts_first_day=True)
    assert compute(two, ENGLAND, at("2026-11-20 10:00")).due_on == date(2026, 11, 23)
    assert compute(two, ENGLAND, at("2026-11-21 10:00")).due_on == date(2026, 11, 24)


def test_a_leap_day_counts_like_any_other() -> None:
    """A request of Tuesday 29 February 2028 is due on 29 March: only St Patrick's Day is left out."""
    found = compute(FOI, KINGDOM, at("2028-02-29 10:00"))
    assert found.due_on == date(2028, 3, 29)
    assert [day.on for day in found.derivation.skipped if day.on.weekday() < 5] == [date(2028, 3, 17)]


def utc(local: str) -> datetime:
    """A moment of London as a server gives it: in UTC, where a summer's night belongs to the day before."""
    return at(local).astimezone(UTC)


def test_a_minute_before_midnight_on_a_friday_is_still_friday() -> None:
    """23:59 counts as that day, in winter and in summer; a minute later a clock of one month ends a day later."""
    for friday in ("2026-11-20", "2026-07-03"):
        assert compute(FOI, KINGDOM, utc(f"{friday} 23:59")).due_at == compute(FOI, KINGDOM, utc(f"{friday} 09:00")).due_at
    assert compute(SAR, ENGLAND, utc("2026-07-03 23:59")).due_on == date(2026, 8, 3)
    assert compute(SAR, ENGLAND, utc("2026-07-04 00:00")).due_on == date(2026, 8, 4)
    assert compute(RECEIPT, ENGLAND, utc("2026-07-30 23:59")).due_on == date(2026, 7, 31)
    assert compute(RECEIPT, ENGLAND, utc("2026-07-31 00:00")).due_on == date(2026, 8, 3)


def test_a_message_of_christmas_eve_waits_for_the_first_working_day_after_it() -> None:
    """Of Thursday 24 December 2026: a receipt by Tuesday 29 December, information by Wednesday 27 January 2027."""
    eve = at("2026-12-24 16:00")
    assert compute(RECEIPT, ENGLAND, eve).due_on == date(2026, 12, 29)
    assert compute(FOI, KINGDOM, eve).due_on == date(2027, 1, 27)


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        ("2026-03-27 12:00", datetime(2026, 3, 30, 22, 59, 59, tzinfo=UTC)),
        ("2026-10-23 12:00", datetime(2026, 10, 26, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_clock_ends_with_its_day_after_both_clock_changes(received: str, due_at: datetime) -> None:
    """One working day over the weekend of a clock change ends when Monday is over, by the new time."""
    assert compute(RECEIPT, ENGLAND, at(received)).due_at == due_at


def test_a_clock_says_how_its_date_was_reached() -> None:
    """The derivation names the amount, the calendar, the law and every day that did not count."""
    found = start_clock(policy(), FOI, at("2026-11-23 10:00"), "receipt")
    assert found.why.startswith("20 working days (united-kingdom; Freedom of Information Act 2000 s.10(1), (6)); not counted: ")
    assert "30 Nov" in found.why
    assert "St Andrew's Day" in found.why
    assert "28 Nov Saturday" in found.why


def test_a_clock_starts_when_the_message_was_received() -> None:
    """What starts it, what stops it and its rule stand in the action."""
    moment = at("2026-11-23 10:00")
    found = start_clock(policy(), RECEIPT, moment, "receipt")
    assert (found.name, found.started_by, found.started_at) == ("receipt", "receipt", moment)
    assert found.stopped_by == (ClockStop.RECEIPT_SENT, ClockStop.RESPONSE_SENT)
    assert found.reason.rule == "clock-receipt"


@given(moments, st.integers(1, 45))
def test_a_working_day_clock_never_ends_on_a_closed_day(received_at: datetime, amount: int) -> None:
    """Whenever a message comes, its date is a working day later than the day it came."""
    found = compute(rule(amount, Unit.WORKING_DAYS), KINGDOM, received_at)
    assert KINGDOM.is_working_day(found.due_on)
    assert found.due_on > received_at.astimezone(LONDON).date()


@given(moments, st.integers(1, 14))
def test_a_month_clock_that_rolls_never_ends_on_a_closed_day(received_at: datetime, months: int) -> None:
    """A date in months is never a weekend or a holiday, and never earlier than its month."""
    received_on = received_at.astimezone(LONDON).date()
    found = compute(rule(months, Unit.CALENDAR_MONTHS, rolls=True), KINGDOM, received_at)
    assert KINGDOM.is_working_day(found.due_on)
    assert (found.due_on.year * 12 + found.due_on.month) - (received_on.year * 12 + received_on.month) in (months, months + 1)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=40)), st.sampled_from(Unit), st.integers(1, 25))
def test_who_writes_later_is_never_due_earlier(received_at: datetime, later: timedelta, unit: Unit, amount: int) -> None:
    """Of two messages the earlier one is never due after the later one."""
    clock = rule(amount, unit)
    assert compute(clock, KINGDOM, received_at).due_at <= compute(clock, KINGDOM, received_at + later).due_at
