"""Days in absence replies: whatever day is written in whatever form, it is read back; nothing else is taken for one."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_absence_words
from mailbot.core.standard.absence.days import days_in
from mailbot.core.standard.absence.returning import read_return, weekday_after
from mailbot.core.written_date import MONTHS, WEEKDAYS
from tests.invented import RULES

WORDS = load_absence_words(RULES)
WEDNESDAY = date(2026, 11, 25)


def th(number: int) -> str:
    return "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def month(day: date) -> str:
    return MONTHS[day.month - 1]


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


WITH_YEAR: dict[str, Callable[[date], str]] = {
    "2027-01-05": lambda day: day.isoformat(),
    "5/1/27": lambda day: f"{day.day}/{day.month}/{day.year % 100:02}",
    "05/01/2027": lambda day: f"{day.day:02}/{day.month:02}/{day.year}",
    "05.01.27": lambda day: f"{day.day:02}.{day.month:02}.{day.year % 100:02}",
    "5-1-2027": lambda day: f"{day.day}-{day.month}-{day.year}",
    "5-Jan-27": lambda day: f"{day.day}-{month(day)[:3]}-{day.year % 100:02}",
    "5 January 2027": lambda day: f"{day.day} {month(day)} {day.year}",
    "5th of January, 2027": lambda day: f"{day.day}{th(day.day)} of {month(day)}, {day.year}",
    "5 Jan '27": lambda day: f"{day.day} {month(day)[:3]} '{day.year % 100:02}",
    "Tuesday 5th January 2027": lambda day: f"{weekday(day)} {day.day}{th(day.day)} {month(day)} {day.year}",
    "Tues, 5 Jan 2027": lambda day: f"{weekday(day)[:3]}, {day.day} {month(day)[:3]} {day.year}",
    "Tuesday the 5th of January 2027": lambda day: f"{weekday(day)} the {day.day}{th(day.day)} of {month(day)} {day.year}",
    "January 5, 2027": lambda day: f"{month(day)} {day.day}, {day.year}",
    "Tuesday, January 5th, 2027": lambda day: f"{weekday(day)}, {month(day)} {day.day}{th(day.day)}, {day.year}",
    "Tue 05/01/2027": lambda day: f"{weekday(day)[:3]} {day.day:02}/{day.month:02}/{day.year}",
}
WITHOUT_YEAR: dict[str, Callable[[date], str]] = {
    "5 January": lambda day: f"{day.day} {month(day)}",
    "5th Jan": lambda day: f"{day.day}{th(day.day)} {month(day)[:3]}",
    "Monday 5th January": lambda day: f"{weekday(day)} {day.day}{th(day.day)} {month(day)}",
    "Monday the 5th of January": lambda day: f"{weekday(day)} the {day.day}{th(day.day)} of {month(day)}",
    "Mon 5 Jan": lambda day: f"{weekday(day)[:3]} {day.day} {month(day)[:3]}",
    "January 5th": lambda day: f"{month(day)} {day.day}{th(day.day)}",
    "5/1": lambda day: f"{day.day}/{day.month}",
    "Mon 5/1": lambda day: f"{weekday(day)[:3]} {day.day}/{day.month}",
}
SOON: dict[str, Callable[[date], str]] = {
    "the 4th": lambda day: f"the {day.day}{th(day.day)}",
    "Friday 4th": lambda day: f"{weekday(day)} {day.day}{th(day.day)}",
    "Friday the 4th": lambda day: f"{weekday(day)} the {day.day}{th(day.day)}",
    "Fri 4": lambda day: f"{weekday(day)[:3]} {day.day}",
}
SENT_ON = st.dates(date(2015, 1, 1), date(2060, 12, 31))


def read(words: str, sent_on: date) -> list[tuple[date | None, date | None]]:
    return [(each.first, each.last) for each in days_in(words, sent_on)]


@given(SENT_ON, st.integers(-60, 400), st.sampled_from(sorted(WITH_YEAR)))
def test_a_day_with_its_year_is_read_back(sent_on: date, ahead: int, form: str) -> None:
    """In any form, whenever the message was sent."""
    day = sent_on + timedelta(days=ahead)
    assert read(f"back on {WITH_YEAR[form](day)}.", sent_on) == [(day, day)]


@given(SENT_ON, st.integers(0, 240), st.sampled_from(sorted(WITHOUT_YEAR)))
def test_a_day_without_its_year_is_the_next_one(sent_on: date, ahead: int, form: str) -> None:
    """Over the new year, and through February."""
    day = sent_on + timedelta(days=ahead)
    if (day.month, day.day) == (2, 29) or WITHOUT_YEAR[form](day) == "24/7":
        return
    assert read(f"back on {WITHOUT_YEAR[form](day)}.", sent_on) == [(day, day)]


@given(SENT_ON, st.integers(1, 60), st.sampled_from(sorted(WITHOUT_YEAR)))
def test_a_day_without_its_year_may_be_over(sent_on: date, ago: int, form: str) -> None:
    """What was two months ago is no day of the next year."""
    day = sent_on - timedelta(days=ago)
    if (day.month, day.day) == (2, 29) or WITHOUT_YEAR[form](day) == "24/7":
        return
    assert read(f"back on {WITHOUT_YEAR[form](day)}.", sent_on) == [(day, day)]


@given(SENT_ON, st.integers(1, 18), st.sampled_from(sorted(SOON)))
def test_a_day_without_its_month_is_soon(sent_on: date, ahead: int, form: str) -> None:
    """The next of its number, or the one that is a Friday."""
    day = sent_on + timedelta(days=ahead)
    assert read(f"back {SOON[form](day)}.", sent_on) == [(day, day)]


@given(SENT_ON, st.integers(0, 6))
def test_a_weekday_is_within_a_week(sent_on: date, number: int) -> None:
    """After the message's day; "next" is the week that begins on the next Monday, "Monday week" another seven days on."""
    name = WEEKDAYS[number]
    ((coming, _),) = read(f"back on {name}", sent_on)
    assert coming is not None
    assert 1 <= (coming - sent_on).days <= 7
    assert coming.weekday() == number
    monday = sent_on + timedelta(days=7 - sent_on.weekday())
    assert read(f"back next {name}", sent_on) == read(f"back {name} next week", sent_on)
    assert read(f"back next {name}", sent_on) == [(monday + timedelta(days=number),) * 2]
    assert read(f"{name} week", sent_on) == [(coming + timedelta(days=7),) * 2]
    assert read("back next week", sent_on) == [(monday, monday + timedelta(days=4))]
    assert read("back tomorrow", sent_on) == [(sent_on + timedelta(days=1),) * 2]


RANGES: dict[str, Callable[[date, date], str]] = {
    "3 to 14 August": lambda a, b: f"{a.day} to {b.day} {month(b)}",
    "3rd - 14th August": lambda a, b: f"{a.day}{th(a.day)} - {b.day}{th(b.day)} {month(b)}",
    "3-14 August 2027": lambda a, b: f"{a.day}-{b.day} {month(b)} {b.year}",
    "Mon 3 to Fri 14 Aug": lambda a, b: f"{weekday(a)[:3]} {a.day} to {weekday(b)[:3]} {b.day} {month(b)[:3]}",
    "3 August to 14 August": lambda a, b: f"{a.day} {month(a)} to {b.day} {month(b)}",
    "3/8/27 - 14/8/27": lambda a, b: f"{a.day}/{a.month}/{a.year % 100:02} - {b.day}/{b.month}/{b.year % 100:02}",
    "between 3 and 14 August": lambda a, b: f"{a.day} and {b.day} {month(b)}",
    "3 August through 14 August 2027": lambda a, b: f"{a.day} {month(a)} through {b.day} {month(b)} {b.year}",
}


@given(SENT_ON, st.integers(0, 20), st.integers(1, 27), st.sampled_from(sorted(RANGES)))
def test_a_range_ends_with_the_last_day_away(sent_on: date, ahead: int, long: int, form: str) -> None:
    """The return is the next day that is no Saturday or Sunday."""
    first = sent_on + timedelta(days=ahead)
    last = first + timedelta(days=long)
    if (2, 29) in ((first.month, first.day), (last.month, last.day)) or (first.month != last.month and "August to" not in form):
        return
    found = read_return([f"I am on leave from {RANGES[form](first, last)}."], sent_on, WORDS).found
    assert found is not None
    assert (found.on, found.by) == (weekday_after(last), weekday_after(last))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("w/c 14 December", "2026-12-14", "2026-12-18"),
        ("week commencing Monday 14 December", "2026-12-14", "2026-12-18"),
        ("back in September", "2027-09-01", "2027-09-30"),
        ("back in mid-January", "2027-01-10", "2027-01-20"),
        ("back in early February 2027", "2027-02-01", "2027-02-10"),
        ("back at the end of February", "2027-02-25", "2027-02-28"),
        ("back Mon. 7 Dec.", "2026-12-07", "2026-12-07"),
        ("back on 29/2/28", "2028-02-29", "2028-02-29"),
        ("back a week today", "2026-12-02", "2026-12-02"),
        ("back a week on Tuesday", "2026-12-08", "2026-12-08"),
        ("back on Monday (7th)", "2026-12-07", "2026-12-07"),
    ],
)
def test_weeks_and_months_are_read_as_all_their_days(words: str, first: str, last: str) -> None:
    """From the first to the last on which somebody may be back."""
    assert read(words, WEDNESDAY) == [(date.fromisoformat(first), date.fromisoformat(last))]


@pytest.mark.parametrize(
    "words",
    [
        "12/07/2026",
        "31 November",
        "29/2/27",
        "1/13/27",
        "2027-02-30",
        "Monday 5 January 2027",
        "0/0/26",
        "99.99.2026",
        "45th of May",
        "40 December",
    ],
)
def test_a_day_that_does_not_exist_is_no_other_day(words: str) -> None:
    """Nor is one that is long over and would be soon in the American order: no program guesses."""
    assert [each.first for each in days_in(f"back on {words}", WEDNESDAY)] in ([None], [])


def test_a_weekday_that_is_not_the_day_s_is_told() -> None:
    """Without a year the number counts; with one the slip may lie in the year as well."""
    (day,) = days_in("back on Tuesday 7 December", WEDNESDAY)
    assert (day.first, day.fits) == (date(2026, 12, 7), False)


@pytest.mark.parametrize(
    "words",
    [
        *("I may be slow", "we sat down", "call 01632 960001", "open 24/7", "room 4/12b", "the march of time", "the 4th floor"),
        *("version 1.2", "£12.50", "ref 12-3456-78", "fee of 5.10.15.20", "0800 1111", "a@5-may.example", "#4th", "9 to 5"),
    ],
)
def test_other_words_and_numbers_are_no_days(words: str) -> None:
    """A false day is worse than none."""
    assert read(words, WEDNESDAY) == []


@given(
    st.text(alphabet=st.sampled_from("mondaytuesfrijan 0123456789/.-thsrd,'next week\nto\u0660\u00b2"), max_size=60), SENT_ON
)
def test_no_text_raises(words: str, sent_on: date) -> None:
    """Whatever is written, there is an answer; days lie where their words stand."""
    for day in days_in(words, sent_on):
        assert 0 <= day.start < day.end <= len(words)
    read_return([f"I am away until {words}"], sent_on, WORDS)


@pytest.mark.parametrize(
    ("sent_on", "text", "on", "by"),
    [
        ("2026-12-31", "I am on leave until Monday.", "2027-01-04", "2027-01-05"),
        ("2026-12-31", "I'm back tomorrow.", "2027-01-01", "2027-01-01"),
        ("2026-12-30", "Back on the 4th.", "2027-01-04", "2027-01-04"),
        ("2027-01-02", "I am away from 24 December to 3 January.", "2027-01-04", "2027-01-04"),
        ("2026-12-20", "I am away from 24 December to 3 January.", "2027-01-04", "2027-01-04"),
        ("2027-03-26", "Back on Monday.", "2027-03-29", "2027-03-29"),
        ("2027-03-28", "Back next week.", "2027-03-29", "2027-04-02"),
        ("2026-10-24", "I'll be back on Sunday 25 October.", "2026-10-25", "2026-10-25"),
        ("2026-11-25", "I am away until Sunday 29 November.", "2026-11-30", "2026-11-30"),
        ("2026-11-25", "I am away until Friday 4 December.", "2026-12-04", "2026-12-07"),
        ("2026-11-27", "I am out today, Friday 27 November, returning Monday 30 November.", "2026-11-30", "2026-11-30"),
        ("2026-11-25", "I am away until Friday 4 December, back on Monday 7 December.", "2026-12-07", "2026-12-07"),
        ("2026-11-25", "I am away until Friday 4 December inclusive.", "2026-12-07", "2026-12-07"),
        ("2026-11-25", "I will not be back until Monday 7 December.", "2026-12-07", "2026-12-07"),
        ("2026-11-25", "On Monday 7 December I will be back at work.", "2026-12-07", "2026-12-07"),
        ("2026-11-25", "I am on leave from 30 November, returning on 7 December.", "2026-12-07", "2026-12-07"),
        ("2026-11-25", "I am away on 30 November and 1 December, back on Wednesday 2nd.", "2026-12-02", "2026-12-02"),
        (
            "2026-11-25",
            "I'm off from 30 November until 4 December and again from 14 to 18 December.",
            "2026-12-04",
            "2026-12-07",
        ),
    ],
)
def test_the_return_is_counted_from_the_message_s_day(sent_on: str, text: str, on: str, by: str) -> None:
    """Over the new year and both changes of the clocks; "until Friday" may be the last day away."""
    found = read_return([text], date.fromisoformat(sent_on), WORDS).found
    assert found is not None
    assert (found.on.isoformat(), found.by.isoformat()) == (on, by)


@pytest.mark.parametrize(
    "text",
    [
        "Please return the form by 4 December.",
        "The consultation closes on 4 December.",
        "Your tax return is due by 31 January.",
        "We will reply to your email by 4 December.",
        "I am away from 4 December.",
        "The meeting is on Friday 4 December.",
    ],
)
def test_another_day_is_no_return(text: str) -> None:
    """Deadlines, meetings and the first day away."""
    assert read_return([text], WEDNESDAY, WORDS).found is None
