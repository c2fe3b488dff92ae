"""An organisation's people and teams, who is away, and the services that it and its partners offer.

People are known by their address in lower case. Days are local ones; the last day of an absence is still a day away.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches

from mailbot.core.calendar import Hours, ShutDays
from mailbot.core.clock_rule import Unit
from mailbot.core.service import Organisation, Service, organisation_named, service_named
from mailbot.core.text import key, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days away, both included, and the address of whoever stands in."""

    from_on: date
    until_on: date
    deputy: str | None = None

    def __contains__(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff. ``team`` is a team's name or empty; ``role`` is free words.

    ``organisation``: the partner they work for, empty for ours. ``login``: their login name on the machine of mailbot,
    empty for whoever runs no commands there.
    """

    name: str
    address: str
    phone: str = ""
    team: str = ""
    role: str = ""
    organisation: str = ""
    login: str = ""
    absences: tuple[Absence, ...] = ()

    def absence_on(self, day: date) -> Absence | None:
        """The absence that covers ``day``, or None for somebody who is there."""
        return next((absence for absence in self.absences if day in absence), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team and the mailboxes it serves. ``deputy`` stands in for the manager; ``hours`` may be empty: the pack's hold."""

    name: str
    manager: str
    director: str | None = None
    deputy: str | None = None
    mailboxes: tuple[str, ...] = ()
    hours: Mapping[int, Hours] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Who is told at once, whatever the hour. ``webhook`` is an address that is called too, or empty; it may be secret."""

    name: str
    members: tuple[str, ...]
    webhook: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A higher standard that a team or a mailbox sets for a clock of its pack (O7). No classes named means all of them."""

    clock: str
    amount: int
    unit: Unit
    classes: tuple[str, ...] = ()
    mailbox: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody and everything an organisation's file names; empty where there is no file. ``version`` is its digest.

    ``organisations``: ours first, then the partners.
    """

    organisation: str = ""
    time_zone: str = ""
    phone: str = ""
    website: str = ""
    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    rotas: tuple[Rota, ...] = ()
    shut: tuple[ShutDays, ...] = ()
    overrides: tuple[Override, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    services: tuple[Service, ...] = ()
    version: str = ""

    def service(self, name: str) -> Service | None:
        """The service with this name, in whatever case."""
        return service_named(self.services, name)

    def organisation_named(self, name: str) -> Organisation | None:
        """Ours or the partner with this name, in whatever case."""
        return organisation_named(self.organisations, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedMailbox:
    """What a directory must know about a watched mailbox: its name, its addresses, the team named for it, if any."""

    name: str
    addresses: tuple[str, ...] = ()
    team: str | None = None


def people_named(people: Iterable[Person], words: str) -> tuple[Person, ...]:
    """Everybody with exactly this address or name, in whatever case."""
    return tuple(each for each in people if key(words) in (key(each.address), key(each.name)))


def person_at(directory: Directory, address: str) -> Person | None:
    """The person with this address, in whatever case."""
    return next((each for each in directory.people if each.address == address.lower()), None)


def person_who_signed_in(directory: Directory, login: str, says: str = "") -> Person:
    """The person with this login name; without an address, and by that name, where the directory has none.

    Raises ValueError where they say that they are somebody else.
    """
    found = next((each for each in directory.people if each.login and each.login == login), None)
    if not says or (found and person(directory, says) == found):
        return found or Person(name=login, address="")
    if found is None:
        raise ValueError(f"nobody in the services file has login = '{login}', as you are signed in; write it for that person")
    raise ValueError(f"you are signed in as '{login}', who is {found.name}")


def person(directory: Directory, words: str) -> Person:
    """The one person with this address or name, or with this as a part of the name.

    Raises ValueError if there is none, or several: it names them.
    """
    wanted = key(words).split()
    found = people_named(directory.people, words) or tuple(
        each for each in directory.people if wanted and all(part in key(each.name).split() for part in wanted)
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"'{words}' may be {listed(f'{each.name} <{each.address}>' for each in found)}; write the address")
    names = {key(each.name): each.name for each in directory.people}
    near = get_close_matches(key(words), names, n=1)
    raise ValueError(f"there is nobody called '{words}'" + (f"; did you mean {names[near[0]]}?" if near else ""))


def person_as_service(directory: Directory, someone: Person, ours: str) -> Service:
    """Somebody as a service without a name, to hand them a case. ``ours``: our name where the directory has none."""
    ours = directory.organisations[0].name if directory.organisations else ours
    return Service(name="", contact=someone.address, organisation=someone.organisation or ours, team=someone.team)


def team_of(directory: Directory, mailbox: str) -> Team | None:
    """The team that serves a mailbox (by its short name)."""
    return next((team for team in directory.teams if mailbox in team.mailboxes), None)


def team_named(directory: Directory, name: str) -> Team | None:
    """The team with this name, in whatever case."""
    return next((team for team in directory.teams if key(team.name) == key(name)), None)


def rota_named(directory: Directory, name: str) -> Rota | None:
    """The rota with this name, in whatever case."""
    return next((rota for rota in directory.rotas if key(rota.name) == key(name)), None)


def with_mailbox(directory: Directory, team: Team, mailbox: str) -> Directory:
    """The directory in which ``team`` serves one mailbox more."""
    serving = replace(team, mailboxes=(*team.mailboxes, mailbox))
    return replace(directory, teams=tuple(serving if each is team else each for each in directory.teams))


def overrides_for(directory: Directory, mailbox: str) -> tuple[Override, ...]:
    """The higher standards that hold for a mailbox: its team's, then its own."""
    team = team_of(directory, mailbox)
    teams = (each for each in directory.overrides if team and key(each.team or "") == key(team.name))
    return (*teams, *(each for each in directory.overrides if each.mailbox == mailbox))


def unknown_mailboxes(directory: Directory, known: Collection[str]) -> tuple[str, ...]:
    """The mailboxes that the directory names and that are not watched: misspelt, or not watched yet."""
    named = [name for team in directory.teams for name in team.mailboxes]
    named += [override.mailbox for override in directory.overrides if override.mailbox]
    return tuple(dict.fromkeys(name for name in named if name not in known))
