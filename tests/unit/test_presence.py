"""Absences: those that replies told of, and those that lacked a reply. In doubt nobody is away and nothing is found."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.directory import Absence, Directory, Person, person_at
from mailbot.core.presence import SeenAbsence, seen_absence, with_absences
from mailbot.core.standard.absence.lasting import absences_over, is_over
from tests.invented import BO, DI, MO, shipped_calendar

DIRECTORY = Directory(people=(BO, MO, DI))
MONDAY = date(2026, 11, 23)
CALENDAR = shipped_calendar("england-and-wales")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def seen(return_on: date | None = None, contact: str | None = None) -> SeenAbsence:
    """What a reply of Bo's on Monday told."""
    return seen_absence(BO, MONDAY, return_on, contact, DIRECTORY, "digest")


@given(DAYS)
def test_somebody_is_away_from_the_reply_to_the_day_before_their_return(return_on: date) -> None:
    """A day of return that has passed, or is today, makes one day of it: the day of the reply."""
    found = seen(return_on)
    assert found.from_on == MONDAY
    assert found.until_on == max(MONDAY, return_on - timedelta(days=1))


@pytest.mark.parametrize(
    ("contact", "deputy"),
    [
        (MO.address, MO.address),
        (MO.address.upper(), MO.address),
        (BO.address, None),
        ("shop@elsewhere.example", None),
        (None, None),
    ],
)
def test_only_a_colleague_stands_in(contact: str | None, deputy: str | None) -> None:
    """Not the absent person, and nobody whom the directory does not know."""
    assert seen(contact=contact).deputy == deputy


def test_what_the_file_says_of_a_day_comes_first() -> None:
    """A reply adds days; the deputy of the file stays."""
    listed = Absence(from_on=MONDAY, until_on=MONDAY, deputy=DI.address)
    directory = Directory(people=(replace(BO, absences=(listed,)), MO, DI))
    bo = person_at(with_absences(directory, [seen(date(2026, 11, 30), MO.address)]), BO.address)
    assert bo is not None
    assert [each.deputy for each in filter(None, map(bo.absence_on, (MONDAY, date(2026, 11, 24))))] == [DI.address, MO.address]
    assert bo.absence_on(date(2026, 11, 30)) is None


def test_no_absence_changes_nothing() -> None:
    """The directory is the same."""
    assert with_absences(DIRECTORY, []) is DIRECTORY


def over(first: date, last: date, today: date = date(2026, 11, 30), **person: Any) -> int:
    """How many absences of Bo's are looked at."""
    bo = replace(BO, absences=(Absence(from_on=first, until_on=last),), **person)
    return len(list(absences_over(Directory(people=(bo,)), CALENDAR, today, ("2026-11", "2026-10"))))


@pytest.mark.parametrize(
    ("first", "last", "looked_at"),
    [
        (date(2026, 11, 23), date(2026, 11, 24), 1),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2026, 11, 20), date(2026, 11, 22), 0),
        (date(2026, 11, 20), date(2026, 11, 23), 1),
        (date(2026, 11, 27), date(2026, 11, 30), 0),
        (date(2026, 9, 7), date(2026, 9, 11), 0),
    ],
)
def test_an_absence_counts_once_it_is_over_and_had_two_open_days(first: date, last: date, looked_at: int) -> None:
    """One working day with a weekend is one day; what still lasts, and what is long past, is left alone."""
    assert over(first, last) == looked_at


def test_staff_of_partners_are_left_alone() -> None:
    """They keep to their own standards."""
    assert over(date(2026, 11, 23), date(2026, 11, 24), organisation="Pier Trust") == 0


def test_the_day_of_return_itself_is_not_late() -> None:
    """Somebody may need that morning to turn the reply off."""
    assert (is_over(MONDAY, MONDAY), is_over(MONDAY, MONDAY + timedelta(days=1))) == (False, True)


def test_a_person_without_absences_is_there() -> None:
    """Nobody else's reply makes them away."""
    mo = person_at(with_absences(DIRECTORY, [seen(date(2026, 11, 30))]), MO.address)
    assert isinstance(mo, Person)
    assert mo.absences == ()
