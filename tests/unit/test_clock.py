"""Clocks: the dates that the law and the house rules give, on the shipped calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.action import Deadline
from mailbot.core.case import ClockStop
from mailbot.core.clock import DUE, WARN, compute, start
from mailbot.core.policy import ClockRule, ClockStart, Unit
from tests.invented import LONDON, at, shipped_calendar, shipped_pack

KINGDOM = shipped_calendar("united-kingdom")
ENGLAND = shipped_calendar("england-and-wales")

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 30), timezones=st.just(UTC))


def rule(amount: int, unit: Unit, **changes: Any) -> ClockRule:
    """An invented clock."""
    usual = ClockRule(
        name="response",
        classes=("enquiry",),
        starts_on=ClockStart.RECEIPT,
        amount=amount,
        unit=unit,
        calendar="united-kingdom",
        stopped_by=(ClockStop.RESPONSE_SENT,),
        source="an invented rule",
    )
    return replace(usual, **changes)


def shipped_rule(name: str, class_: str) -> ClockRule:
    """A clock of the shipped pack."""
    return next(found for found in shipped_pack().clocks_for(class_) if found.name == name)


FOI = shipped_rule("response", "foi_request")
SAR = shipped_rule("response", "subject_access_request")
RECEIPT = shipped_rule("receipt", "enquiry")


@pytest.mark.parametrize(
    ("received", "due", "england_only"),
    [
        ("2026-11-23", "2026-12-22", "2026-12-21"),
        ("2026-11-21", "2026-12-21", "2026-12-18"),
        ("2026-12-18", "2027-01-21", "2027-01-20"),
        ("2026-12-25", "2027-01-27", "2027-01-26"),
        ("2026-02-27", "2026-03-30", "2026-03-27"),
        ("2026-05-29", "2026-06-29", "2026-06-26"),
        ("2026-07-03", "2026-08-04", "2026-07-31"),
        ("2027-03-05", "2027-04-07", "2027-04-06"),
    ],
)
def test_an_information_request_is_due_on_the_twentieth_working_day(received: str, due: str, england_only: str) -> None:
    """Freedom of Information Act s.10: holidays of any part of the kingdom are left out, and forgetting that is a day early."""
    moment = at(f"{received} 10:00")
    assert FOI.calendar == "united-kingdom"
    assert compute(FOI, KINGDOM, moment).due_on == date.fromisoformat(due)
    assert compute(FOI, ENGLAND, moment).due_on == date.fromisoformat(england_only)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23", "2027-01-25"),
        ("2026-11-21", "2027-01-22"),
        ("2026-12-18", "2027-02-18"),
        ("2026-12-25", "2027-02-24"),
        ("2026-02-27", "2026-04-29"),
        ("2026-05-29", "2026-07-28"),
        ("2026-07-03", "2026-09-02"),
        ("2027-03-05", "2027-05-06"),
    ],
)
def test_a_complex_environmental_request_is_due_on_the_fortieth(received: str, due: str) -> None:
    """Environmental Information Regulations: forty working days where the request is complex and voluminous."""
    found = compute(rule(40, Unit.WORKING_DAYS), KINGDOM, at(f"{received} 10:00"))
    assert found.due_on == date.fromisoformat(due)


def test_a_clarified_request_counts_from_the_clarification() -> None:
    """Asked on 26 November and answered on Saturday 12 December 2026, the new date is Thursday 14 January 2027."""
    assert compute(FOI, KINGDOM, at("2026-12-12 11:00")).due_on == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-09-03", "2026-10-05"),
        ("2026-01-31", "2026-03-02"),
        ("2026-11-25", "2026-12-29"),
        ("2026-12-31", "2027-02-01"),
        ("2026-11-30", "2026-12-30"),
        ("2028-01-31", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2027-11-29", "2027-12-29"),
    ],
)
def test_a_subject_access_request_is_due_after_one_month(received: str, due: str) -> None:
    """UK GDPR art. 12(3): the same day next month or its last one, and never a weekend or a holiday."""
    assert compute(SAR, ENGLAND, at(f"{received} 10:00")).due_on == date.fromisoformat(due)


def test_calendar_days_count_holidays_too() -> None:
    """Thirty days beginning with Monday 23 November 2026 end on Tuesday 22 December."""
    assert compute(rule(29, Unit.CALENDAR_DAYS), KINGDOM, at("2026-11-23 10:00")).due_on == date(2026, 12, 22)


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
        assert compute(FOI, KINGDOM, utc(f"{friday} 23:59")) == compute(FOI, KINGDOM, utc(f"{friday} 09:00"))
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


def test_the_warning_comes_at_opening_time_some_working_days_before() -> None:
    """An information request due on Tuesday 22 December 2026 is warned about on Thursday the 17th at nine."""
    found = start(FOI, KINGDOM, at("2026-11-23 10:00"), "receipt")
    assert found.deadlines == (
        Deadline(kind=WARN, due_at=datetime(2026, 12, 17, 9, 0, tzinfo=UTC)),
        Deadline(kind=DUE, due_at=datetime(2026, 12, 23, 0, 0, tzinfo=UTC)),
    )


def test_the_warning_keeps_opening_time_in_summer() -> None:
    """In July nine o'clock is eight in UTC."""
    found = start(FOI, KINGDOM, at("2026-06-16 10:00"), "receipt")
    assert found.deadlines[0].due_at == at("2026-07-09 09:00").astimezone(UTC)
    assert found.deadlines[0].due_at.hour == 8


def test_a_warning_that_would_lie_in_the_past_is_left_out() -> None:
    """A clock of one day is not warned about three days before it starts."""
    short = rule(1, Unit.WORKING_DAYS, warn_before=3)
    found = start(short, KINGDOM, at("2026-11-23 10:00"), "receipt")
    assert [deadline.kind for deadline in found.deadlines] == [DUE]


def test_a_clock_says_how_its_date_was_reached() -> None:
    """The derivation names the amount, the calendar, the law and every day that did not count."""
    found = start(FOI, KINGDOM, at("2026-11-23 10:00"), "receipt")
    assert found.why.startswith("20 working days (united-kingdom; Freedom of Information Act 2000 s.10(1), (6)); not counted: ")
    assert "30 Nov" in found.why
    assert "St Andrew's Day" in found.why
    assert "28 Nov Saturday" in found.why


def test_a_clock_starts_when_the_message_was_received() -> None:
    """What starts it, what stops it and its rule stand in the action."""
    moment = at("2026-11-23 10:00")
    found = start(RECEIPT, ENGLAND, moment, "receipt")
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
def test_a_month_clock_never_ends_on_a_closed_day(received_at: datetime, months: int) -> None:
    """A date in months is never a weekend or a holiday, and never earlier than its month."""
    received_on = received_at.astimezone(LONDON).date()
    found = compute(rule(months, Unit.CALENDAR_MONTHS), KINGDOM, received_at)
    assert KINGDOM.is_working_day(found.due_on)
    assert (found.due_on.year * 12 + found.due_on.month) - (received_on.year * 12 + received_on.month) in (months, months + 1)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=40)), st.sampled_from(Unit), st.integers(1, 25))
def test_who_writes_later_is_never_due_earlier(received_at: datetime, later: timedelta, unit: Unit, amount: int) -> None:
    """Of two messages the earlier one is never due after the later one."""
    clock = rule(amount, unit)
    assert compute(clock, KINGDOM, received_at).due_at <= compute(clock, KINGDOM, received_at + later).due_at


@given(moments, st.sampled_from(Unit), st.integers(1, 25), st.integers(1, 9))
def test_the_warning_lies_its_working_days_before_the_date(
    received_at: datetime, unit: Unit, amount: int, warn_before: int
) -> None:
    """A warning that comes at all comes after the receipt and its number of working days before the date."""
    found = start(rule(amount, unit, warn_before=warn_before), KINGDOM, received_at, "receipt")
    *warnings, due = found.deadlines
    assert due == Deadline(kind=DUE, due_at=found.due_at + timedelta(seconds=1))
    for warning in warnings:
        due_on = found.due_at.astimezone(LONDON).date()
        warned_on = warning.due_at.astimezone(LONDON).date()
        assert received_at < warning.due_at < found.due_at
        days = [due_on - timedelta(days=n) for n in range(1, (due_on - warned_on).days + 1)]
        assert sum(KINGDOM.is_working_day(day) for day in days) == warn_before
