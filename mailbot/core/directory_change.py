"""What changed in the directory since it was last read: what partners are told of (N10).

Absences and the words by which services are known are no such thing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.core.calendar import WEEKDAYS
from mailbot.core.directory import Directory, person_at
from mailbot.core.service import Organisation, Service


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One thing that the directory says ``about`` a service or organisation: ``what`` it is, and in which ``words``."""

    about: str
    what: str
    words: str


def facts_of(directory: Directory) -> tuple[Fact, ...]:
    """Everything that partners are told of when it changes, in order."""
    found = [fact for each in directory.organisations for fact in _organisation(directory, each)]
    found += [fact for each in directory.services for fact in _service(directory, each)]
    return tuple(sorted(fact for fact in found if fact.words))


def changes(before: Sequence[Fact], now: Sequence[Fact]) -> tuple[str, ...]:
    """A line for each service or organisation that is new or gone, and for each thing that changed of another."""
    old, new = _by_subject(before), _by_subject(now)
    return tuple(line for about in sorted(old.keys() | new.keys()) for line in _lines(about, old.get(about), new.get(about)))


def _lines(about: str, old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> Iterator[str]:
    if old is None:
        facts = "; ".join(f"{what}: {words}" for what, words in (new or {}).items())
        yield f"New: {about}. {facts}"
    elif new is None:
        yield f"No longer there: {about}"
    else:
        for what in sorted(old.keys() | new.keys()):
            if old.get(what) != new.get(what):
                was = f" (before: {old[what]})" if what in old else ""
                yield f"{about}: {what}: {new.get(what, 'none any more')}{was}"


def _by_subject(facts: Sequence[Fact]) -> dict[str, dict[str, str]]:
    found = dict[str, dict[str, str]]()
    for fact in facts:
        found.setdefault(fact.about, {})[fact.what] = fact.words
    return found


def _organisation(directory: Directory, each: Organisation) -> Iterator[Fact]:
    for what, words in (
        ("contact", _person(directory, each.contact)),
        ("contact for web pages", _person(directory, each.web_contact)),
        ("contact for the monthly log", _person(directory, each.log_contact)),
        ("contact for other formats and languages", _person(directory, each.access_contact)),
        ("phone", each.phone),
        ("website", each.website),
        ("e-mail domains", ", ".join(each.domains)),
    ):
        yield Fact(each.name, what, words)


def _service(directory: Directory, each: Service) -> Iterator[Fact]:
    about = f"{each.name} ({each.organisation})"
    for what, words in (
        ("contact", _person(directory, each.contact)),
        ("deputy", _person(directory, each.deputy or "")),
        ("team", each.team),
        ("category", f"{each.category.number} {each.category.name}" if each.category else ""),
        ("hours", hours_in_words(each)),
        ("web page", each.url),
        ("pages", ", ".join(f"{page.name} {page.url}" for page in each.pages)),
    ):
        yield Fact(about, what, words)


def _person(directory: Directory, address: str) -> str:
    found = person_at(directory, address)
    return ", ".join(filter(None, (found.name, found.address, found.phone))) if found else ""


def hours_in_words(each: Service) -> str:
    """The hours of a service by weekday; empty where the pack's hold."""
    spans = ((WEEKDAYS[day].capitalize(), hours) for day, hours in sorted(each.hours.items()))
    return ", ".join(f"{day} {hours.opens:%H:%M} to {hours.closes:%H:%M}" for day, hours in spans)
