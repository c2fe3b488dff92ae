"""An organisation's people: its teams, who is away and who stands in, and who is told when something must be said.

People are known by their address in lower case. Days are local ones; the last day of an absence is still a day away.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from mailbot.core.calendar import Hours, ShutDays
from mailbot.core.clock_rule import Unit


class Rung(StrEnum):
    """A step of the ladder that an alert climbs."""

    OWNER = "owner"
    MANAGER = "manager"
    DIRECTOR = "director"


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
    """A member of staff. ``team`` is a team's name or empty; ``role`` is free words."""

    name: str
    address: str
    phone: str = ""
    team: str = ""
    role: str = ""
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
    """Everybody and everything an organisation's file names; empty where there is no file. ``version`` is its digest."""

    organisation: str = ""
    time_zone: str = ""
    phone: str = ""
    website: str = ""
    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    rotas: tuple[Rota, ...] = ()
    shut: tuple[ShutDays, ...] = ()
    overrides: tuple[Override, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedMailbox:
    """What a directory must know about a watched mailbox: its name, its addresses, the team named for it, if any."""

    name: str
    addresses: tuple[str, ...] = ()
    team: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom to tell, and why it is they: ``deputy of Ada Finch, who is away until 3 December``."""

    person: Person
    why: str


def key(words: str) -> str:
    """The form in which names and addresses are compared."""
    return " ".join(words.casefold().split())


def people_named(people: Iterable[Person], words: str) -> tuple[Person, ...]:
    """Everybody with exactly this address or name, in whatever case."""
    return tuple(each for each in people if key(words) in (key(each.address), key(each.name)))


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
        raise ValueError(f"'{words}' may be {_listed(f'{each.name} <{each.address}>' for each in found)}; write the address")
    names = {key(each.name): each.name for each in directory.people}
    near = get_close_matches(key(words), names, n=1)
    raise ValueError(f"there is nobody called '{words}'" + (f"; did you mean {names[near[0]]}?" if near else ""))


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


_CLIMB: Mapping[Rung, tuple[Rung, ...]] = {
    Rung.OWNER: (Rung.OWNER, Rung.MANAGER, Rung.DIRECTOR),
    Rung.MANAGER: (Rung.MANAGER, Rung.DIRECTOR),
    Rung.DIRECTOR: (Rung.DIRECTOR, Rung.MANAGER),
}
_VACANT = {
    Rung.OWNER: "nobody owns it",
    Rung.MANAGER: "the team has no manager",
    Rung.DIRECTOR: "the team has no director",
}


def who_is_told(
    directory: Directory, team: Team, owner: str | None, step: Rung, on: date, excluded: Collection[str] = ()
) -> Told | None:
    """Who hears of a case of ``team`` at this step of the ladder on the day ``on``, and why.

    ``owner`` and ``excluded`` are addresses. Somebody away is replaced by their deputy, and the deputy's deputy; the
    manager's is the team's where the absence names none. Where that leads to nobody, the next step is told, then
    anybody of the team, then anybody at all, and if nobody is there, somebody away. Whoever is excluded (F11) is never
    returned and never named: None only if everybody is.
    """
    day = _Day(directory, team, on, frozenset(map(str.lower, excluded)))
    holders = {Rung.OWNER: owner, Rung.MANAGER: team.manager, Rung.DIRECTOR: team.director}
    reasons = list[str]()
    for rung in _CLIMB[step]:
        if way := day.way_from(holders[rung]):
            return Told(person=way[-1], why=_because(_standing(rung, way, on), reasons))
        reasons.append(day.why_not(rung, holders[rung]))
    return _anybody(day, [holders[rung] for rung in _CLIMB[step]], reasons)


def rota_members(directory: Directory, rota: Rota, on: date, excluded: Collection[str] = ()) -> tuple[Person, ...]:
    """The members of a rota on a day, in order, each who is away replaced by a deputy, nobody twice.

    If neither member nor deputy is there, the members though they are away: an alarm always rings somewhere.
    """
    day = _Day(directory, None, on, frozenset(map(str.lower, excluded)))
    there = [way[-1] for member in rota.members if (way := day.way_from(member))]
    away = [each for member in rota.members if (each := day.may_be_told(member))]
    return tuple({each.address: each for each in there or away}.values())


@dataclass(frozen=True, slots=True)
class _Day:
    """One day in an organisation, for one question."""

    directory: Directory
    team: Team | None
    on: date
    left_out: frozenset[str]

    def may_be_told(self, address: str | None) -> Person | None:
        """The person with this address unless excluded, there or not."""
        wanted = (address or "").lower()
        found = (each for each in self.directory.people if each.address == wanted and wanted not in self.left_out)
        return next(found, None)

    def way_from(self, address: str | None, seen: frozenset[str] = frozenset()) -> tuple[Person, ...]:
        """From a person by deputies to somebody who is there, both included; empty if that leads nowhere or round."""
        someone = self.may_be_told(address)
        if someone is None or someone.address in seen:
            return ()
        absence = someone.absence_on(self.on)
        if absence is None:
            return (someone,)
        ways = (self.way_from(deputy, seen | {someone.address}) for deputy in self._deputies(someone, absence))
        return next(((someone, *way) for way in ways if way), ())

    def _deputies(self, someone: Person, absence: Absence) -> Iterator[str]:
        if absence.deputy:
            yield absence.deputy
        if self.team and self.team.deputy and someone.address == self.team.manager:
            yield self.team.deputy

    def why_not(self, rung: Rung, address: str | None) -> str:
        """Why a step of the ladder leads to nobody. Whoever is excluded stays unnamed."""
        if not address:
            return _VACANT[rung]
        if address.lower() in self.left_out:
            return f"the {rung.value} must not be told"
        someone = self.may_be_told(address)
        absence = someone.absence_on(self.on) if someone else None
        return f"{someone.name} {_away(absence, self.on)}" if someone and absence else f"the {rung.value} is unknown here"


def _standing(rung: Rung, way: tuple[Person, ...], on: date) -> str:
    """What somebody is to the case: the holder of a step, or a deputy of whoever is away."""
    replaced = [f"{each.name}, who {_away(absence, on)}" for each in way if (absence := each.absence_on(on))]
    return f"deputy of {', for '.join(reversed(replaced))}" if replaced else rung.value


def _anybody(day: _Day, first: list[str | None], reasons: list[str]) -> Told | None:
    """Somebody of the team, or else of the organisation, who is there; failing that, somebody who is away."""
    team = day.team.name if day.team else ""
    people = sorted(day.directory.people, key=lambda each: each.team != team)
    asked = [each for address in (*first, *(each.address for each in people)) if (each := day.may_be_told(address))]
    there = next((each for each in asked if each.absence_on(day.on) is None), None)
    if there:
        standing = f"member of {team}" if there.team == team else "the only one there"
        return Told(person=there, why=_because(standing, reasons))
    return Told(person=asked[0], why=_because("told though away, and so is everybody", reasons)) if asked else None


def _because(standing: str, reasons: Iterable[str]) -> str:
    why = _listed(reasons)
    return f"{standing}, as {why}" if why else standing


def _away(absence: Absence, on: date) -> str:
    last = absence.until_on
    return f"is away until {last.day} {last:%B}" + ("" if last.year == on.year else f" {last.year}")


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
