"""``rules/services`` as it is written, and every mistake that shows in the file alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from mailbot.adapters.rule_files.checks import STRICT, known_names
from mailbot.adapters.rule_files.offer_rows import (
    OrganisationRow,
    PartnerRow,
    ServiceRow,
    organisation_troubles,
    service_troubles,
    unknown_partner,
)
from mailbot.adapters.rule_files.opening import ShutRow
from mailbot.core.clock_rule import Unit
from mailbot.core.directory import Person, people_named
from mailbot.core.text import key

_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")  # ASCII, as in the configuration
_WEBHOOK = re.compile(r"https://\S+|http://(localhost|127\.0\.0\.1|\[::1\])[:/]\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentRow:
    from_on: Annotated[date, Field(alias="from")]
    until: date
    deputy: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    name: str
    email: str
    phone: str = ""
    team: str = ""
    role: str = ""
    login: str = ""
    organisation: str = ""
    absent: tuple[AbsentRow, ...] = ()
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    name: str
    manager: str
    director: str = ""
    deputy: str = ""
    mailboxes: tuple[str, ...] = ()
    hours: dict[str, str] = field(default_factory=dict)
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaRow:
    name: str
    members: tuple[str, ...]
    webhook: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    clock: str
    amount: int
    unit: Unit
    classes: tuple[str, ...] = ()
    mailbox: str = ""
    team: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicesFile:
    organisation: OrganisationRow
    person: tuple[PersonRow, ...] = ()
    team: tuple[TeamRow, ...] = ()
    rota: tuple[RotaRow, ...] = ()
    shut: tuple[ShutRow, ...] = ()
    override: tuple[OverrideRow, ...] = ()
    partner: tuple[PartnerRow, ...] = ()
    service: tuple[ServiceRow, ...] = ()
    __pydantic_config__ = STRICT


def troubles(found: ServicesFile) -> Iterator[str]:
    """A sentence for every mistake, beginning with its key."""
    yield from _organisation(found.organisation)
    yield from _people(found)
    yield from _teams(found)
    yield from _rotas(found)
    yield from _overrides(found)
    yield from _rings(found)
    yield from organisation_troubles(found.organisation, found.partner, partial(_reference, found))
    yield from service_troubles(found.organisation.name, found.partner, found.service, partial(_reference, found))
    for number, each in enumerate(found.service, 1):
        yield from _team_reference(found, f"service[{number}].team", each.team)


def _organisation(found: OrganisationRow) -> Iterator[str]:
    if not found.name.strip():
        yield "organisation.name: write the full name of the organisation"
    if found.time_zone:
        try:
            ZoneInfo(found.time_zone)
        except (KeyError, ValueError, OSError):
            yield f"organisation.time_zone: there is no zone '{found.time_zone}'; write one such as Europe/London"


def _people(found: ServicesFile) -> Iterator[str]:
    yield from _twice("person", "email", (each.email for each in found.person))
    yield from _twice("person", "login", (each.login for each in found.person if each.login))
    for number, each in enumerate(found.person, 1):
        where = f"person[{number}]"
        if not each.name.strip():
            yield f"{where}.name: write first name and surname"
        if not _ADDRESS.fullmatch(each.email):
            yield f"{where}.email: write one plain address such as ada.finch@council.example"
        yield from _team_reference(found, f"{where}.team", each.team)
        yield from unknown_partner(found.organisation.name, found.partner, f"{where}.organisation", each.organisation)
        yield from _absences(found, where, each)


def _absences(found: ServicesFile, where: str, each: PersonRow) -> Iterator[str]:
    for number, absent in enumerate(each.absent, 1):
        place = f"{where}.absent[{number}]"
        if absent.until < absent.from_on:
            yield f"{place}.until: the absence ends before it begins; write a date not before from, {absent.from_on}"
        if absent.deputy:
            yield from _reference(found, f"{place}.deputy", absent.deputy)
            if key(absent.deputy) in (key(each.name), key(each.email)):
                yield f"{place}.deputy: nobody stands in for themselves; write somebody else, or leave it out"
    for earlier, later in pairwise(sorted(each.absent, key=lambda absent: absent.from_on)):
        if later.from_on <= earlier.until:
            yield f"{where}.absent: two absences share {later.from_on}; write them so that none begins before the other ends"


def _rings(found: ServicesFile) -> Iterator[str]:
    """Deputies who are away on the same day and lead back to where they began: that day nobody stands in."""
    named = {words: each.email.lower() for each in found.person for words in (key(each.name), key(each.email))}
    for number, each in enumerate(found.person, 1):
        for absent in each.absent:
            way = [each.email.lower()]
            while deputy := _stands_in(found, way[-1], absent.from_on, named):
                if deputy in way:
                    break
                way.append(deputy)
            if deputy == way[0] and len(way) > 1:
                ring = f"on {absent.from_on} the deputies lead round: {', '.join(way)}"
                yield f"person[{number}].absent: {ring}; name somebody who is there"


def _stands_in(found: ServicesFile, address: str, on: date, named: Mapping[str, str]) -> str | None:
    """Who is named to stand in for somebody who is away on a day."""
    absent = (away for each in found.person if each.email.lower() == address for away in each.absent)
    return next((named.get(key(away.deputy)) for away in absent if away.from_on <= on <= away.until), None)


def _teams(found: ServicesFile) -> Iterator[str]:
    yield from _twice("team", "name", (team.name for team in found.team))
    mailboxes = [mailbox for team in found.team for mailbox in team.mailboxes]
    for mailbox in sorted({mailbox for mailbox in mailboxes if mailboxes.count(mailbox) > 1}):
        yield f"team: mailboxes: '{mailbox}' stands twice; one team serves it, take it out elsewhere"
    for number, team in enumerate(found.team, 1):
        where = f"team[{number}]"
        if not team.name.strip():
            yield f"{where}.name: write what the team is called"
        if not team.manager.strip():
            yield f"{where}.manager: is missing; write the name or address of a [[person]]"
        for role in ("manager", "director", "deputy"):
            if words := getattr(team, role):
                yield from _reference(found, f"{where}.{role}", words)
        if team.deputy and key(team.deputy) == key(team.manager):
            yield f"{where}.deputy: the manager cannot be the deputy too; write somebody else, or leave it out"


def _rotas(found: ServicesFile) -> Iterator[str]:
    yield from _twice("rota", "name", (rota.name for rota in found.rota))
    for number, rota in enumerate(found.rota, 1):
        where = f"rota[{number}]"
        if not rota.name.strip():
            yield f'{where}.name: write what the rota is called, such as "duty"'
        if not rota.members:
            yield f"{where}.members: is empty; write at least one person, or alarms reach nobody"
        for place, words in enumerate(rota.members, 1):
            yield from _reference(found, f"{where}.members[{place}]", words)
        if rota.webhook and not _WEBHOOK.fullmatch(rota.webhook):
            yield f"{where}.webhook: write an address that begins with https://, or leave it out"


def _overrides(found: ServicesFile) -> Iterator[str]:
    seen = set[tuple[str, str, str, str]]()
    for number, override in enumerate(found.override, 1):
        where = f"override[{number}]"
        if bool(override.mailbox) == bool(override.team):
            yield f"{where}: write either mailbox or team: whose standard it is"
        yield from _team_reference(found, f"{where}.team", override.team)
        if override.amount <= 0:
            yield f"{where}.amount: write a number greater than 0"
        for class_ in override.classes or ("",):
            about = (override.mailbox, key(override.team), override.clock, class_)
            if about in seen:
                yield f"{where}: the clock '{override.clock}' has a higher standard already; keep one"
            seen.add(about)


def _twice(table: str, name: str, values: Iterable[str]) -> Iterator[str]:
    seen = dict[str, int]()
    for number, value in enumerate(values, 1):
        first = seen.setdefault(key(value), number)
        if first != number:
            yield f"{table}[{number}].{name}: stands already in {table}[{first}]; write another, or keep one of them"


def _reference(found: ServicesFile, where: str, words: str) -> Iterator[str]:
    """What is wrong with words that should name one person of the file."""
    named = people_named((Person(name=each.name, address=each.email) for each in found.person), words)
    if not named:
        yield f"{where}: there is no [[person]] '{words}'; write the name or address of one"
    if len(named) > 1:
        yield f"{where}: '{words}' may be {' or '.join(each.address for each in named)}; write the address"


def _team_reference(found: ServicesFile, where: str, name: str) -> Iterator[str]:
    if name and key(name) not in {key(team.name) for team in found.team}:
        yield f"{where}: there is no team '{name}'; {known_names((team.name for team in found.team), '[[team]]')}"
