"""Absences without an automatic reply (J4): a finding only where one was bound to come."""

from collections.abc import Collection, Iterator
from datetime import date

from mailbot.core.calendar import ONE_DAY, WorkingCalendar
from mailbot.core.directory import Absence, Directory, Person
from mailbot.core.staff_finding import NO_REPLY, STILL_ON, StaffFinding
from mailbot.core.standard.absence.values import AbsenceRule, AbsenceStandard

_SURE = 0.95
FIX = (
    "let an automatic reply answer when you are away for more than one working day, with whom to turn to and the day on which "
    "you are back"
)


def absences_over(
    directory: Directory, calendar: WorkingCalendar, today: date, months: Collection[str]
) -> Iterator[tuple[Person, Absence]]:
    """Absences of ours from the directory's file that are over, and that were longer than one day on which the office opens.

    Only those that ended in these months: what is long past is not brought up.
    """
    for person in (each for each in directory.people if not each.organisation):
        for absence in person.absences:
            is_over = absence.until_on < today and f"{absence.until_on:%Y-%m}" in months
            if is_over and _open_days(absence, calendar) > 1:
                yield person, absence


def _open_days(absence: Absence, calendar: WorkingCalendar) -> int:
    days = (absence.until_on - absence.from_on).days + 1
    return sum(calendar.is_open_on(absence.from_on + ONE_DAY * number) for number in range(days))


def no_reply(person: Person, absence: Absence, standard: AbsenceStandard) -> StaffFinding:
    """Nobody who wrote to them was told that they were away."""
    return _found(person, NO_REPLY, FIX, absence.until_on, standard)


def still_on(person: Person, back_on: date, on: date, standard: AbsenceStandard) -> StaffFinding:
    """The same reply as before still answers after the day of return that it told."""
    fix = f"turn the automatic reply off, or let it end by itself: it told that you are back on {_words(back_on)}"
    return _found(person, STILL_ON, fix, on, standard)


def is_over(back_on: date, on: date) -> bool:
    """Whether somebody was to be back before that day; on the day of return itself there is time to turn a reply off."""
    return on > back_on


def _found(person: Person, rule: str, fix: str, on: date, standard: AbsenceStandard) -> StaffFinding:
    clause = standard.rules.get(AbsenceRule.RETURN_DATE) or next(iter(standard.rules.values()))
    return StaffFinding(
        person=person.address,
        team=person.team,
        rule=rule,
        clause=clause,
        confidence=_SURE,
        fix=fix,
        month=f"{on:%Y-%m}",
    )


def _words(day: date) -> str:
    return f"{day.day} {day:%B}"
