"""``mailbot standards report``, ``waive``, ``waivers`` and ``forget``: what was found in what staff sent."""

import csv
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption, load_config, print_json, print_table

if TYPE_CHECKING:
    from mailbot.core.directory import Person
    from mailbot.core.staff_count import TeamMonth

COLUMNS = ("month", "team", "rule", "clause", "found", "month before", "judged", "judged before")
PersonArgument = Annotated[str, typer.Argument(help="A name of the directory, a part of one, or an address.")]


class ReportFormat(StrEnum):
    """How the report is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    for command in (report, waive, waivers, forget):
        app.command()(command)


def report(
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="The month; by default this one.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: Annotated[
        ReportFormat, typer.Option("--format", help="For people, programs or spreadsheets.")
    ] = ReportFormat.TEXT,
) -> None:
    """Count what was found by team and rule, with the month before. Nobody is named."""
    found = _teams(config, month)
    rows = [row for team in found for row in _rows(team)]
    if format_ is ReportFormat.JSON:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    elif format_ is ReportFormat.CSV:
        _write_csv(rows)
    else:
        print_table("found in what staff sent", COLUMNS, (tuple(map(str, row)) for row in rows))


def waive(
    person: PersonArgument,
    rule: Annotated[str, typer.Argument(help="The rule, as 'mailbot standards show NAME' names it.")],
    reason: Annotated[str | None, typer.Option(help="Why; it is kept with your name.")] = None,
    end: Annotated[bool, typer.Option("--end", help="The rule holds for them again.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Spare somebody a rule: a larger font for a reader who needs it is not a fault."""
    from mailbot.cli.commands import staff_commands

    someone, meant, commands = _person(config, person), _rule(rule), staff_commands(config)
    if end:
        commands.end_waiver(someone.address, meant)
        typer.echo(f"'{meant}' holds for {someone.name} again")
        return
    if not (reason or "").strip():
        raise typer.BadParameter('say why, with --reason "…"')
    commands.waive(someone.address, meant, str(reason).strip())
    typer.echo(f"{someone.name} is spared '{meant}'. Back: mailbot standards waive \"{someone.name}\" {meant} --end")


def waivers(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """List who is spared which rule, why, and who said so."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import moment

    settings = load_config(config)
    found = Queries(database_of(settings, create=False)).waivers()
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    rows = ((each.person, each.rule, each.reason, each.actor, moment(each.at, zone)) for each in found)
    print_table("waivers", ("person", "rule", "reason", "said by", "since"), rows)


def forget(
    address: Annotated[str, typer.Argument(help="The address of the person, who may have left the directory.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Take somebody's address out of all that was found; the numbers of the team stay."""
    from mailbot.cli.commands import staff_commands

    typer.echo(f"{staff_commands(config).forget_findings(address.lower())} findings name nobody any more")


def _teams(config: Path, month: str | None) -> "tuple[TeamMonth, ...]":
    import re
    from zoneinfo import ZoneInfo

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.core.staff_count import team_months
    from mailbot.core.staff_finding import month_before

    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise typer.BadParameter("write a month such as 2026-11", param_hint="--month")
    settings = load_config(config)
    meant = month or f"{SystemClock().now().astimezone(ZoneInfo(settings.organisation.time_zone)):%Y-%m}"
    queries = Queries(database_of(settings, create=False))
    return team_months(queries.staff_month(meant), queries.staff_month(month_before(meant)))


def _rows(found: "TeamMonth") -> Iterable[tuple[str | int, ...]]:
    team = found.team or "no team"
    judged = (found.judged, found.judged_before)
    for each in found.rules:
        yield (found.month, team, each.rule, each.clause, each.count, each.before, *judged)
    if not found.rules:
        yield (found.month, team, "", "", 0, 0, *judged)


def _write_csv(rows: Iterable[tuple[str | int, ...]]) -> None:
    table = csv.writer(sys.stdout)
    table.writerow(COLUMNS)
    table.writerows(rows)


def _person(config: Path, words: str) -> "Person":
    from mailbot.app import people_of
    from mailbot.core.directory import person
    from mailbot.errors import PermanentError

    try:
        return person(people_of(load_config(config)), words)
    except ValueError as reason:
        raise PermanentError(str(reason)) from None


def _rule(words: str) -> str:
    from mailbot.core.letter_text import nearest
    from mailbot.core.staff_finding import RULE_WORDS
    from mailbot.errors import PermanentError

    if words not in RULE_WORDS:
        raise PermanentError(f"there is no rule '{words}'; {nearest(words, frozenset(RULE_WORDS))}")
    return words
