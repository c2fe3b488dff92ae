"""``mailbot people``: who there is, who is away, and who would be told of what is late."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption, day, load_config, print_json

if TYPE_CHECKING:
    from mailbot.config import Config
    from mailbot.core.directory import Directory, Person

app = typer.Typer(help="Who there is, who is away, and who would be told of what is late.", no_args_is_help=True)


OnOption = Annotated[date | None, typer.Option("--on", parser=day, metavar="DAY", help="As on this day; today by default.")]


@app.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, on: OnOption = None, format_: FormatOption = Format.TEXT) -> None:
    """List everybody, with who is away."""
    settings = load_config(config)
    _, directory = _services(settings, config)
    day = on or _today(settings)
    if format_ is Format.JSON:
        print_json({"people": [_as_json(directory, each, day) for each in directory.people]})
        return
    for each in directory.people:
        posts = ", ".join(filter(None, (each.role, each.team)))
        away = "; AWAY " + _away(directory, each, day) if each.absence_on(day) else ""
        typer.echo(f"{each.name} <{each.address}>{': ' if posts else ''}{posts}{away}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A name, a part of one, or an address.")],
    config: ConfigOption = DEFAULT_CONFIG,
    on: OnOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show one person: team, role, phone, and absences with who stands in."""
    from mailbot.core.directory import person
    from mailbot.errors import PermanentError

    settings = load_config(config)
    _, directory = _services(settings, config)
    try:
        found = person(directory, name)
    except ValueError as reason:
        raise PermanentError(str(reason)) from None
    day = on or _today(settings)
    if format_ is Format.JSON:
        print_json(_as_json(directory, found, day))
        return
    typer.echo(f"{found.name} <{found.address}>")
    posts = ((what, ", ".join(names)) for what, names in _posts(directory, found))
    for what, value in (("team", found.team), ("role", found.role), ("phone", found.phone), *posts):
        if value:
            typer.echo(f"  {what}: {value}")
    for absence in found.absences:
        deputy = _name(directory, absence.deputy) if absence.deputy else "nobody named"
        typer.echo(f"  away from {_date(absence.from_on)} to {_date(absence.until_on)}; deputy: {deputy}")


@app.command()
def back(
    name: Annotated[str, typer.Argument(help="A name, a part of one, or an address.")], config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Say that somebody is there, though their automatic reply said that they are away."""
    from mailbot.cli.commands import staff_commands
    from mailbot.core.directory import person
    from mailbot.errors import PermanentError

    settings = load_config(config)
    try:
        found = person(_services(settings, config)[1], name)
    except ValueError as reason:
        raise PermanentError(str(reason)) from None
    staff_commands(config).is_back(found.address, _today(settings))
    typer.echo(f"{found.name} is there")


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG, on: OnOption = None) -> None:
    """Check the people, teams, rotas and higher standards, and show who would be told of what is late.

    Exit code 0: all well, though there may be warnings; 78: something in the file is wrong.
    """
    from mailbot.core.directory import unknown_mailboxes

    settings = load_config(config)
    file, directory = _services(settings, config)
    _check_packs(settings, file, directory)
    day = on or _today(settings)
    away = [each for each in directory.people if each.absence_on(day)]
    typer.echo(f"ok    {len(directory.people)} people, {len(directory.teams)} teams, {len(directory.rotas)} rotas in {file}")
    for name in unknown_mailboxes(directory, {mailbox.name for mailbox in settings.mailbox}):
        typer.echo(f"warn  mailbox '{name}' is named in the file and is not watched")
    if directory.organisation != settings.organisation.name:
        typer.echo(f"warn  organisation: the file says '{directory.organisation}', letters say '{settings.organisation.name}'")
    typer.echo(f"\naway on {_date(day)}: {len(away) or 'nobody'}")
    for each in away:
        typer.echo(f"  {each.name}: {_away(directory, each, day)}")
    for mailbox in settings.mailbox:
        typer.echo(f"\nmailbox {mailbox.name}: told of what is late")
        for line in _told(directory, mailbox.name, mailbox.manager, day):
            typer.echo(f"  {line}")
    for line in _rotas(directory, day):
        typer.echo(f"\n{line}")


def _services(settings: "Config", config: Path) -> "tuple[Path, Directory]":
    from mailbot.adapters.rule_files import load_directory
    from mailbot.errors import ConfigError

    file = settings.paths.services
    if file is None:
        raise ConfigError(
            f"{config}: paths.services: is missing; write the file of your people, after rules/services/sample.toml;"
            " without one the manager of each mailbox is told"
        )
    return file, load_directory(file, settings.served, settings.organisation.time_zone)


def _check_packs(settings: "Config", file: Path, directory: "Directory") -> None:
    """Every higher standard against the pack of its mailbox. Raises PolicyError."""
    from mailbot.adapters.rule_files import load_pack, own_pack

    for mailbox in settings.mailbox:
        own_pack(file, directory, mailbox.name, load_pack(settings.paths.rules_folder, mailbox.pack))


def _told(directory: "Directory", mailbox: str, manager: str | None, day: date) -> Iterator[str]:
    """A line for each step of the ladder, of a case that nobody owns."""
    from mailbot.core.directory import team_of
    from mailbot.core.ladder import Rung, who_is_told

    team = team_of(directory, mailbox)
    if team is None:
        yield f"{manager or 'nobody'} (manager in the configuration; no team serves this mailbox)"
        return
    for rung in Rung:
        told = who_is_told(directory, team, None, rung, day)
        if told:
            yield f"{rung.value}: {told.person.name} <{told.person.address}> ({told.why})"


def _rotas(directory: "Directory", day: date) -> Iterator[str]:
    from mailbot.core.ladder import rota_members

    for rota in directory.rotas:
        members = ", ".join(f"{each.name} <{each.address}>" for each in rota_members(directory, rota, day))
        yield f"rota {rota.name}: {members}{'; and a webhook' if rota.webhook else ''}"


def _posts(directory: "Directory", someone: "Person") -> Iterator[tuple[str, list[str]]]:
    """What somebody is to which teams and rotas."""
    for what in ("manager", "deputy", "director"):
        yield f"{what} of", [team.name for team in directory.teams if getattr(team, what) == someone.address]
    yield "on the rotas", [rota.name for rota in directory.rotas if someone.address in rota.members]


def _away(directory: "Directory", someone: "Person", day: date) -> str:
    absence = someone.absence_on(day)
    if absence is None:
        return "-"
    return f"until {_date(absence.until_on)}" + (f"; deputy {_name(directory, absence.deputy)}" if absence.deputy else "")


def _name(directory: "Directory", address: str) -> str:
    return next(each.name for each in directory.people if each.address == address)


def _date(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _today(settings: "Config") -> date:
    from zoneinfo import ZoneInfo

    from mailbot.adapters.clock import SystemClock

    return SystemClock().now().astimezone(ZoneInfo(settings.organisation.time_zone)).date()


def _as_json(directory: "Directory", someone: "Person", day: date) -> dict[str, object]:
    absence = someone.absence_on(day)
    return {
        "name": someone.name,
        "address": someone.address,
        "phone": someone.phone,
        "team": someone.team,
        "role": someone.role,
        "away_until": absence.until_on if absence else None,
        "absences": someone.absences,
        "posts": {what: names for what, names in _posts(directory, someone) if names},
    }
