"""``rules/services``: an organisation's people, teams, duty rotas, shut days, higher standards, partners and services."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mailbot.adapters.rule_files.blanks import blanks
from mailbot.adapters.rule_files.checks import digest_of, known_names
from mailbot.adapters.rule_files.offers import address_of, as_written, offered, organisations
from mailbot.adapters.rule_files.opening import opening_hours, shut_days
from mailbot.adapters.rule_files.routing import missing_teams
from mailbot.adapters.rule_files.services_rows import PersonRow, ServicesFile, TeamRow, troubles
from mailbot.core.directory import (
    Absence,
    Directory,
    Override,
    Person,
    Rota,
    ServedMailbox,
    Team,
    rota_named,
    team_named,
    team_of,
    with_mailbox,
)
from mailbot.core.override import pack_of, refused_overrides
from mailbot.core.policy import Pack
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


def load_directory(file: Path, mailboxes: Sequence[ServedMailbox] = (), time_zone: str = "") -> Directory:
    """The people of an organisation, and which team serves each of ``mailboxes``.

    ``mailboxes`` and ``time_zone`` are the installation's. Raises PolicyError that names every mistake it can see. A
    mailbox that is not watched is none: ``core.directory.unknown_mailboxes`` tells.
    """
    data = read_toml(file, PolicyError)
    _refuse(blanks(file, data))
    found = convert(ServicesFile, data, file, PolicyError)
    _refuse(f"{file}: {trouble}" for trouble in troubles(found))
    directory = _built(file, found)
    _refuse(f"{file}: {misfit}" for misfit in _misfits(directory, mailboxes, time_zone))
    for mailbox in mailboxes:
        team = team_named(directory, mailbox.team) if mailbox.team else None
        if team and mailbox.name not in team.mailboxes:
            directory = with_mailbox(directory, team, mailbox.name)
    return directory


def own_pack(file: Path, directory: Directory, mailbox: str, pack: Pack) -> Pack:
    """The pack as it holds for a mailbox.

    Raises PolicyError for an override in ``file`` that is laxer (O7) or speaks of no clock, and for a missing rota.
    """
    _refuse(f"{file}: {unfit} (mailbox {mailbox})" for unfit in _unfit(directory, mailbox, pack))
    return pack_of(directory, mailbox, pack)


def _unfit(directory: Directory, mailbox: str, pack: Pack) -> Iterator[str]:
    for refused in refused_overrides(directory, mailbox, pack):
        number = next(number for number, each in enumerate(directory.overrides, 1) if each is refused.override)
        yield f"override[{number}].{refused.why}"
    duty = pack.alerts.duty_rota
    if duty and rota_named(directory, duty) is None:
        yield f"rota: pack {pack.name} sends alarms to the rota '{duty}', which is missing; write a [[rota]] of that name"
    yield from missing_teams(pack, directory)


def _refuse(troubles: Iterable[str]) -> None:
    if found := list(troubles):
        raise PolicyError("\n".join(found))


def _misfits(directory: Directory, mailboxes: Sequence[ServedMailbox], time_zone: str) -> Iterator[str]:
    """Where the file and the configuration contradict each other."""
    if directory.time_zone and time_zone and directory.time_zone != time_zone:
        yield f"organisation.time_zone: the configuration says {time_zone}; write the same, or leave it out"
    watched = {address.lower() for mailbox in mailboxes for address in mailbox.addresses}
    for number, each in enumerate(directory.people, 1):
        if each.address in watched:
            yield f"person[{number}].email: is a watched mailbox; write the person's own address"
    for mailbox in mailboxes:
        if not mailbox.team:
            continue
        team, serving = team_named(directory, mailbox.team), team_of(directory, mailbox.name)
        if team is None:
            known = known_names((each.name for each in directory.teams), "[[team]]")
            yield f"team: there is no team '{mailbox.team}', which the configuration names for {mailbox.name}; {known}"
        elif serving and serving is not team:
            yield f"team '{serving.name}': mailboxes: {mailbox.name} belongs to '{team.name}' by the configuration; take it out"


def _built(file: Path, found: ServicesFile) -> Directory:
    """The file as a value; every name in it is known by now."""
    names = tuple(Person(name=row.name, address=row.email.lower()) for row in found.person)
    overrides = (
        Override(
            clock=row.clock,
            amount=row.amount,
            unit=row.unit,
            classes=row.classes,
            mailbox=row.mailbox or None,
            team=row.team or None,
        )
        for row in found.override
    )
    return Directory(
        organisation=found.organisation.name,
        time_zone=found.organisation.time_zone,
        phone=found.organisation.phone,
        website=found.organisation.website,
        people=tuple(_person(row, names, found) for row in found.person),
        teams=tuple(_team(f"{file}: team[{number}].", row, names) for number, row in enumerate(found.team, 1)),
        rotas=tuple(
            Rota(name=row.name, members=tuple(address_of(names, words) for words in row.members), webhook=row.webhook)
            for row in found.rota
        ),
        shut=shut_days(f"{file}: ", found.shut),
        overrides=tuple(overrides),
        organisations=organisations(found, names),
        services=tuple(
            offered(f"{file}: service[{number}].", row, found, names) for number, row in enumerate(found.service, 1)
        ),
        version=digest_of([file]),
    )


def _person(row: PersonRow, names: Sequence[Person], found: ServicesFile) -> Person:
    absences = (
        Absence(from_on=each.from_on, until_on=each.until, deputy=address_of(names, each.deputy) or None) for each in row.absent
    )
    return Person(
        name=row.name,
        address=row.email.lower(),
        phone=row.phone,
        team=as_written(row.team, (team.name for team in found.team)),
        role=row.role,
        login=row.login,
        organisation=as_written(row.organisation, (partner.name for partner in found.partner)),
        absences=tuple(sorted(absences, key=lambda absence: absence.from_on)),
    )


def _team(where: str, row: TeamRow, names: Sequence[Person]) -> Team:
    return Team(
        name=row.name,
        manager=address_of(names, row.manager),
        director=address_of(names, row.director) or None,
        deputy=address_of(names, row.deputy) or None,
        mailboxes=row.mailboxes,
        hours=opening_hours(where, row.hours),
    )
