"""Who is away by their own automatic reply, beside the absences that the directory's file knows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailbot.core.directory import Absence, Directory, Person, person_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAbsence:
    """What an automatic reply told: days away, both included, as far as it is known. Why somebody is away is not kept.

    ``person``: their address in lower case. ``return_on``: the day that it names, if it does. ``deputy``: the address of whom
    it names, if the directory has them. ``digest``: of its text, by which the next one is known to be the same.
    ``answers_ours``: it came because of a letter of ours.
    """

    person: str
    from_on: date
    until_on: date
    return_on: date | None
    deputy: str | None
    digest: str
    answers_ours: bool = False


def seen_absence(
    person: Person, on: date, return_on: date | None, contact: str | None, directory: Directory, digest: str
) -> SeenAbsence:
    """The absence of a reply that was sent on a day; one that names no day to come lasts for that day alone."""
    last = return_on - timedelta(days=1) if return_on is not None and return_on > on else on
    offered = person_at(directory, contact) if contact else None
    deputy = offered.address if offered and offered.address != person.address else None
    return SeenAbsence(person=person.address, from_on=on, until_on=last, return_on=return_on, deputy=deputy, digest=digest)


def with_absences(directory: Directory, seen: Iterable[SeenAbsence]) -> Directory:
    """The directory in which these people are away, too. What its file says of a day comes first."""
    away = dict[str, list[Absence]]()
    for each in seen:
        found = Absence(from_on=each.from_on, until_on=each.until_on, deputy=each.deputy)
        away.setdefault(each.person, []).append(found)
    if not away:
        return directory
    people = (replace(each, absences=(*each.absences, *away.get(each.address, ()))) for each in directory.people)
    return replace(directory, people=tuple(people))
