"""Working days: which count, which do not, and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import ClosedDay, Hours, WorkingCalendar, last_day
from tests.invented import LONDON, at, shipped_calendar

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
amounts = st.integers(0, 45)


def closed_day(day: date) -> ClosedDay:
    """An invented holiday."""
    return ClosedDay(
        date=day, name="Harbour Day", division="Harbour", authority="a by-law", source="the minutes", added_on=date(2026, 1, 1)
    )


def calendar(closed: Mapping[date, ClosedDay] | None = None, hours: Mapping[int, Hours] | None = None) -> WorkingCalendar:
    """A calendar in London with these holidays and opening hours."""
    return WorkingCalendar(name="harbour", zone=LONDON, covers_until=date(2028, 12, 31), closed=closed or {}, hours=hours or {})


calendars = st.sets(days, max_size=40).map(lambda found: calendar({day: closed_day(day) for day in found}))


def test_a_weekend_and_a_holiday_do_not_count_and_say_why() -> None:
    """Friday and one working day, over a holiday on Monday, is Tuesday; the three days between are named."""
    monday = date(2026, 11, 30)
    found = calendar({monday: closed_day(monday)}).add_working_days(date(2026, 11, 27), 1)
    assert found.due_on == date(2026, 12, 1)
    assert [(day.on.day, day.why) for day in found.skipped] == [
        (28, "Saturday"),
        (29, "Sunday"),
        (30, "Harbour Day (Harbour; a by-law)"),
    ]


def test_no_days_at_all_is_the_day_itself() -> None:
    """Nothing is added to a Saturday by adding nothing."""
    assert calendar().add_working_days(date(2026, 11, 21), 0).due_on == date(2026, 11, 21)


def test_a_negative_amount_is_refused() -> None:
    """Nobody counts working days backwards by mistake."""
    with pytest.raises(ValueError, match="never negative"):
        calendar().add_working_days(date(2026, 11, 23), -1)


def test_the_days_between_are_negative_the_other_way_round() -> None:
    """From Friday to Tuesday are two working days, and from Tuesday to Friday minus two."""
    friday, tuesday = date(2026, 11, 20), date(2026, 11, 24)
    assert calendar().working_days_between(friday, tuesday) == 2
    assert calendar().working_days_between(tuesday, friday) == -2


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-20 23:59", date(2026, 11, 20)),
        ("2026-11-21 00:00", date(2026, 11, 21)),
        ("2026-07-03 23:59", date(2026, 7, 3)),
        ("2026-07-04 00:30", date(2026, 7, 4)),
    ],
)
def test_a_day_begins_and_ends_at_local_midnight(moment: str, day: date) -> None:
    """A minute before midnight is still that day, in winter and in summer."""
    assert calendar().local_date(at(moment).astimezone(UTC)) == day


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_has_its_last_second_by_local_time_on_both_sides_of_a_clock_change(day: date, last: datetime) -> None:
    """The day the clocks change has 23 or 25 hours, and its last second is a second before midnight all the same."""
    assert calendar().end_of(day) == last
    assert last_day(last, LONDON) == day


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 08:59", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "2026-11-23 09:00"),
        ("2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-11-23 17:00", "2026-11-24 09:00"),
        ("2026-11-20 18:00", "2026-11-23 09:00"),
        ("2026-12-24 17:00", "2026-12-29 09:00"),
        ("2026-03-27 17:30", "2026-03-30 09:00"),
        ("2026-10-23 17:30", "2026-10-26 09:00"),
    ],
)
def test_the_office_opens_at_nine_on_the_next_working_day(moment: str, opening: str) -> None:
    """Within hours it is open already; after them, at weekends, at Christmas and over a clock change it opens at nine."""
    assert shipped_calendar("england-and-wales").next_opening(at(moment)) == at(opening)


def test_each_weekday_has_its_own_hours() -> None:
    """An office that opens on Tuesday mornings only is opened at eight on a Tuesday, and next a week later."""
    early = calendar(hours={1: Hours(time(8), time(12))})
    assert early.next_opening(at("2026-11-24 07:00")) == at("2026-11-24 08:00")
    assert early.next_opening(at("2026-11-24 12:00")) == at("2026-12-01 08:00")


@pytest.mark.parametrize("name", ["united-kingdom", "england-and-wales"])
def test_every_shipped_holiday_lies_within_the_years_that_the_calendar_claims(name: str) -> None:
    """A calendar that says it covers 2029 has Christmas 2029, and nothing behind its end."""
    shipped = shipped_calendar(name)
    assert max(shipped.closed) <= shipped.covers_until
    for year in range(2025, shipped.covers_until.year + 1):
        assert not shipped.is_working_day(date(year, 12, 25)), year


def test_the_whole_kingdom_is_closed_whenever_a_part_of_it_is() -> None:
    """Every holiday of England and Wales is a day that does not count for the Freedom of Information Act."""
    assert set(shipped_calendar("england-and-wales").closed) <= set(shipped_calendar("united-kingdom").closed)


def test_the_proclaimed_holiday_of_june_2026_does_not_count() -> None:
    """The fifteenth of June 2026, proclaimed for Scotland alone, is known and says by whose authority."""
    why = shipped_calendar("united-kingdom").why_closed(date(2026, 6, 15))
    assert why is not None
    assert "Scotland" in why
    assert shipped_calendar("england-and-wales").is_working_day(date(2026, 6, 15))


@given(calendars, days, st.integers(1, 45))
def test_counting_never_ends_on_a_closed_day(found: WorkingCalendar, start: date, amount: int) -> None:
    """Whatever the holidays, a date reached by counting working days is a working day."""
    assert found.is_working_day(found.add_working_days(start, amount).due_on)


@given(calendars, days, amounts, amounts)
def test_more_days_never_end_earlier(found: WorkingCalendar, start: date, amount: int, more: int) -> None:
    """Adding days is monotonic, strictly so for at least one day more."""
    sooner, later = (found.add_working_days(start, days_).due_on for days_ in (amount, amount + more))
    assert sooner <= later
    assert (sooner == later) is (more == 0)


@given(calendars, days, st.integers(0, 30), amounts)
def test_a_later_start_never_ends_earlier(found: WorkingCalendar, start: date, later: int, amount: int) -> None:
    """Who writes later is never promised an earlier date."""
    first = found.add_working_days(start, amount).due_on
    assert first <= found.add_working_days(start + timedelta(days=later), amount).due_on


@given(calendars, days, amounts)
def test_counting_back_gives_the_amount(found: WorkingCalendar, start: date, amount: int) -> None:
    """Between a day and the date reached by adding working days lie as many working days, counted either way."""
    end = found.add_working_days(start, amount).due_on
    assert found.working_days_between(start, end) == amount
    assert found.working_days_between(end, start) == -amount


@given(calendars, days, amounts)
def test_every_day_between_counts_or_says_why_not(found: WorkingCalendar, start: date, amount: int) -> None:
    """The derivation is complete: counted days and skipped days are all days."""
    derivation = found.add_working_days(start, amount)
    assert (derivation.due_on - start).days == amount + len(derivation.skipped)
    assert all(day.why for day in derivation.skipped)


@given(calendars, days, days, amounts)
def test_a_new_holiday_never_makes_a_date_earlier(found: WorkingCalendar, start: date, holiday: date, amount: int) -> None:
    """A day proclaimed a holiday moves a date later or not at all."""
    before = found.add_working_days(start, amount).due_on
    longer = replace(found, closed={**found.closed, holiday: closed_day(holiday)})
    assert longer.add_working_days(start, amount).due_on >= before


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 1), timezones=st.just(UTC)))
def test_the_next_opening_is_open_and_never_past(moment: datetime) -> None:
    """Whenever one asks, the answer is now or later, on a working day between nine and five."""
    shipped = shipped_calendar("england-and-wales")
    opening = shipped.next_opening(moment)
    local = opening.astimezone(LONDON)
    assert opening >= moment
    assert shipped.is_working_day(local.date())
    assert time(9) <= local.time() < time(17)
