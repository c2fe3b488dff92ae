"""The ladder that an alert climbs, and who stands in on it: who is told when something must be said.

People are known by their address in lower case. Days are local ones; the last day of an absence is still a day away.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailbot.core.directory import Absence, Directory, Person, Rota, Team, person_at, team_named
from mailbot.core.service import Service
from mailbot.core.text import key, listed


class Rung(StrEnum):
    """A step of the ladder that an alert climbs."""

    OWNER = "owner"
    MANAGER = "manager"
    DIRECTOR = "director"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom to tell, and why it is they: ``deputy of Ada Finch, who is away until 3 December``."""

    person: Person
    why: str


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
    returned and never named: None only if everybody is. People of partners are told only where they hold a post.
    """
    day = _Day(directory, team, on, frozenset(map(str.lower, excluded)))
    holders = {Rung.OWNER: owner, Rung.MANAGER: team.manager, Rung.DIRECTOR: team.director}
    reasons = list[str]()
    for rung in _CLIMB[step]:
        if way := day.way_from(holders[rung]):
            return Told(person=way[-1], why=_because(_standing(rung.value, way, on), reasons))
        reasons.append(day.why_not(rung, holders[rung]))
    return _anybody(day, [holders[rung] for rung in _CLIMB[step]], reasons)


def contact_on(directory: Directory, service: Service, on: date, excluded: Collection[str] = ()) -> Told | None:
    """Who answers for a service on a day, and why it is they: its contact, or whoever stands in while they are away.

    The deputy that the absence names comes first, then the service's, then whoever stands in by team and role. Nobody there:
    the contact though away. ``excluded`` addresses (F11) are never returned and never named: None if that leaves nobody.
    """
    day = _Day(directory, None, on, frozenset(map(str.lower, excluded)))
    for address in filter(None, (service.contact, service.deputy)):
        if way := day.way_from(address):
            stands_in = address == service.deputy and len(way) == 1
            return Told(person=way[-1], why=f"deputy for {service.name}" if stands_in else _standing("contact", way, on))
    if beside := _beside(day, service.contact):
        return beside
    left = (day.may_be_told(address) for address in (service.contact, service.deputy))
    away = next(filter(None, left), None)
    return Told(person=away, why="contact, told though away, and so is everybody who stands in") if away else None


def deputy_on(directory: Directory, address: str, on: date, excluded: Collection[str] = ()) -> Told | None:
    """Who stands in on a day for somebody who is away, and why: the deputy that their absence names, and so on from there.

    ``excluded`` addresses (F11) are never returned and never named. None: they are there, or it leads to nobody who is.
    """
    day = _Day(directory, None, on, frozenset(map(str.lower, excluded)))
    way = day.way_from(address)
    return Told(person=way[-1], why=_standing("deputy", way, on)) if len(way) > 1 else None


def colleague_on(directory: Directory, address: str, on: date, excluded: Collection[str] = ()) -> Told | None:
    """Who stands in on a day for somebody by their row of the directory, where no absence of theirs says who, and why.

    For a team's manager the team's deputy; for anybody else of a team somebody with the same role in it, in the order of the
    file. ``excluded`` addresses (F11) are never returned. None: it leads to nobody who is there.
    """
    return _beside(_Day(directory, None, on, frozenset(map(str.lower, excluded))), address)


def _beside(day: "_Day", address: str) -> Told | None:
    """Nobody stands in by team and role for whoever must not be told: their colleagues are no better placed (F11)."""
    someone = day.may_be_told(address)
    for standing_in, why in day.beside(someone) if someone else ():
        if way := day.way_from(standing_in, frozenset({address.lower()})):
            return Told(person=way[-1], why=why if len(way) == 1 else _standing(why, way, day.on))
    return None


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
        return person_at(self.directory, wanted) if wanted not in self.left_out else None

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

    def beside(self, someone: Person) -> Iterator[tuple[str, str]]:
        """Addresses of whoever may stand in for somebody by team and role, and what each is."""
        team = team_named(self.directory, someone.team) if someone.team else None
        if team and team.deputy and someone.address == team.manager:
            yield team.deputy, f"deputy of {team.name}"
        for each in self.directory.people if team and someone.role else ():
            if each is not someone and (key(each.team), key(each.role)) == (key(someone.team), key(someone.role)):
                yield each.address, f"{each.role} of {each.team} like {someone.name}"

    def why_not(self, rung: Rung, address: str | None) -> str:
        """Why a step of the ladder leads to nobody. Whoever is excluded stays unnamed."""
        if not address:
            return _VACANT[rung]
        if address.lower() in self.left_out:
            return f"the {rung.value} must not be told"
        someone = self.may_be_told(address)
        absence = someone.absence_on(self.on) if someone else None
        return f"{someone.name} {_away(absence, self.on)}" if someone and absence else f"the {rung.value} is unknown here"


def _standing(post: str, way: tuple[Person, ...], on: date) -> str:
    """What somebody is to the case: the holder of a post, or a deputy of whoever is away."""
    replaced = [f"{each.name}, who {_away(absence, on)}" for each in way if (absence := each.absence_on(on))]
    return f"deputy of {', for '.join(reversed(replaced))}" if replaced else post


def _anybody(day: _Day, first: list[str | None], reasons: list[str]) -> Told | None:
    """Somebody of the team, or else of the organisation, who is there; failing that, somebody who is away."""
    team = day.team.name if day.team else ""
    ours = (each for each in day.directory.people if not each.organisation)
    people = sorted(ours, key=lambda each: each.team != team)
    asked = [each for address in (*first, *(each.address for each in people)) if (each := day.may_be_told(address))]
    there = next((each for each in asked if each.absence_on(day.on) is None), None)
    if there:
        standing = f"member of {team}" if there.team == team else "the only one there"
        return Told(person=there, why=_because(standing, reasons))
    return Told(person=asked[0], why=_because("told though away, and so is everybody", reasons)) if asked else None


def _because(standing: str, reasons: Iterable[str]) -> str:
    why = listed(reasons)
    return f"{standing}, as {why}" if why else standing


def _away(absence: Absence, on: date) -> str:
    last = absence.until_on
    return f"is away until {last.day} {last:%B}" + ("" if last.year == on.year else f" {last.year}")
