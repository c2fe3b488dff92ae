"""Working days: which count, which do not, and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import calendar_names, load_calendar
from mailbot.core.calendar import ClosedDay, Hours, ShutDays, WorkingCalendar, last_day
from tests.invented import LONDON, RULES, at, shipped_calendar

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


SHIPPED = calendar_names(RULES)
EXTRA_DAYS = """
2026: 01-02 03-17 06-15 07-13 08-03 11-30
2027: 01-04 03-17 07-12 08-02 11-30
"""


@pytest.mark.parametrize("line", EXTRA_DAYS.strip().splitlines())
def test_the_other_parts_of_the_kingdom_have_these_days_more(line: str) -> None:
    """On these weekdays England and Wales work, and the clock of the Freedom of Information Act stands still."""
    year, _, days_ = line.partition(": ")
    more = {date.fromisoformat(f"{year}-{day}") for day in days_.split()}
    kingdom, england = (set(shipped_calendar(name).closed) for name in ("united-kingdom", "england-and-wales"))
    assert {day for day in kingdom - england if day.year == int(year)} == more


def test_the_kingdom_is_the_union_of_its_parts() -> None:
    """FOIA s.10(6): a bank holiday in any part of the United Kingdom, Christmas Day and Good Friday, and nothing else."""
    parts = [set(shipped_calendar(name).closed) for name in ("england-and-wales", "scotland", "northern-ireland")]
    assert set(shipped_calendar("united-kingdom").closed) == set.union(*parts)


@pytest.mark.parametrize(
    ("name", "closed", "open_"),
    [
        ("scotland", ["2026-01-02", "2026-08-03", "2026-11-30", "2026-06-15"], ["2027-03-29", "2026-08-31", "2026-03-17"]),
        ("northern-ireland", ["2026-03-17", "2026-07-13", "2027-07-12"], ["2026-01-02", "2026-06-15", "2026-11-30"]),
        ("england-and-wales", ["2027-03-29", "2026-08-31", "2028-01-03"], ["2026-01-02", "2026-07-13", "2025-12-01"]),
        ("jersey", ["2025-05-09", "2026-12-28", "2028-05-09"], ["2026-06-15", "2026-05-11", "2027-05-10"]),
        ("guernsey", ["2025-05-09", "2026-12-28", "2029-05-09"], ["2026-06-15", "2026-07-06"]),
        ("isle-of-man", ["2026-06-05", "2026-07-06", "2027-07-05"], ["2025-05-09", "2026-06-15"]),
    ],
)
def test_each_place_has_its_own_days(name: str, closed: list[str], open_: list[str]) -> None:
    """Easter Monday counts in Scotland, Liberation Day is the islands', the races and Tynwald are Man's."""
    found = load_calendar(RULES, name)
    assert [day for day in closed if found.is_working_day(date.fromisoformat(day))] == []
    assert [day for day in open_ if not found.is_working_day(date.fromisoformat(day))] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_closed_day_can_be_defended(name: str) -> None:
    """Each row has a division, an authority and a source, and none is a weekend, which never counts."""
    for row in load_calendar(RULES, name).closed.values():
        assert row.division.strip(), row
        assert row.authority.strip(), row
        assert row.source.strip(), row
        assert row.date.weekday() < 5, row


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_holiday_lies_within_the_years_that_the_calendar_claims(name: str) -> None:
    """A calendar that says it covers 2029 has Christmas 2029, and nothing behind its end."""
    shipped = shipped_calendar(name)
    assert max(shipped.closed) <= shipped.covers_until
    for year in range(2025, shipped.covers_until.year + 1):
        assert not shipped.is_working_day(date(year, 12, 25)), year


def test_the_whole_kingdom_is_closed_whenever_a_part_of_it_is() -> None:
    """Every holiday of England and Wales is a day that does not count for the Freedom of Information Act."""
    assert set(shipped_calendar("england-and-wales").closed) <= set(shipped_calendar("united-kingdom").closed)


def test_a_calendar_has_its_own_time_zone_unless_the_organisation_names_one() -> None:
    """An island's calendar keeps the island's time."""
    assert load_calendar(RULES, "jersey").zone.key == "Europe/Jersey"
    assert load_calendar(RULES, "jersey", LONDON).zone == LONDON


def test_the_proclaimed_holiday_of_june_2026_does_not_count() -> None:
    """The fifteenth of June 2026, proclaimed for Scotland alone, is known and says by whose authority."""
    why = shipped_calendar("united-kingdom").why_closed(date(2026, 6, 15))
    assert why is not None
    assert "Scotland" in why
    assert shipped_calendar("england-and-wales").is_working_day(date(2026, 6, 15))


CLOSURE = ShutDays(from_on=date(2026, 12, 24), until_on=date(2027, 1, 1), name="Christmas closure")


def test_days_shut_by_choice_count_and_are_not_opened_on() -> None:
    """The office is shut from Christmas Eve to New Year's Day: the law counts on, and letters wait until it opens."""
    england = shipped_calendar("england-and-wales")
    office = replace(england, shut=(CLOSURE,))
    assert office.add_working_days(date(2026, 12, 23), 3) == england.add_working_days(date(2026, 12, 23), 3)
    assert office.is_working_day(date(2026, 12, 29))
    assert office.next_opening(at("2026-12-23 18:00")) == at("2027-01-04 09:00")


@pytest.mark.parametrize(
    ("due_on", "answer_by"),
    [("2026-12-23", None), ("2026-12-24", "2026-12-23"), ("2027-01-01", "2026-12-23"), ("2027-01-04", None)],
)
def test_a_date_on_a_shut_day_is_answered_before_it(due_on: str, answer_by: str | None) -> None:
    """Who must answer while the office is shut is told the last open day before, and nobody else is told anything."""
    notice = replace(shipped_calendar("england-and-wales"), shut=(CLOSURE,)).shut_notice(date.fromisoformat(due_on))
    assert (notice and notice.answer_by) == (answer_by and date.fromisoformat(answer_by))


def test_the_last_open_day_may_lie_before_a_weekend_and_another_closure() -> None:
    """Shut on a Monday after a Friday that is shut too: the answer goes on Thursday."""
    monday = ShutDays(from_on=date(2026, 11, 30), until_on=date(2026, 11, 30), name="Stocktaking")
    friday = ShutDays(from_on=date(2026, 11, 27), until_on=date(2026, 11, 27), name="Training day")
    notice = replace(shipped_calendar("england-and-wales"), shut=(monday, friday)).shut_notice(date(2026, 11, 30))
    assert notice is not None
    assert notice.answer_by == date(2026, 11, 26)
    assert str(notice) == "office shut from Mon 30 Nov 2026 to Mon 30 Nov 2026 (Stocktaking), answer by Thu 26 Nov 2026"


@given(calendars, days, amounts)
def test_counting_one_by_one_gives_the_same(found: WorkingCalendar, start: date, amount: int) -> None:
    """The quick count finds the day that a finger on the calendar finds, forwards and backwards."""
    day, left = start, amount
    while left:
        day += timedelta(days=1)
        left -= found.is_working_day(day)
    assert found.nth_working_day(start, amount) == day
    day, left = start, amount
    while left:
        day -= timedelta(days=1)
        left -= found.is_working_day(day)
    assert found.working_day_before(start, amount) == day


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
