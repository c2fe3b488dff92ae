"""``mailbot contact list|workload|export``: the log of contacts, for analysis and for partners (N7, J11)."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

if TYPE_CHECKING:
    from mailbot.config import Config
    from mailbot.core.contact_log import LoggedContact

Month = Annotated[str, typer.Option(metavar="YYYY-MM", help="The month, local time.")]
Of = Annotated[str | None, typer.Option(help="Only contacts for this organisation of the directory.")]


class FileFormat(StrEnum):
    """What the log is written as."""

    CSV = "csv"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot contact``."""
    app.command("list")(list_contacts)
    app.command()(workload)
    app.command()(export)


def list_contacts(
    month: Month,
    organisation: Of = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List a month's contacts with their cases: for whom, by which way, when, and what was done."""
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = _contacts(settings, month, organisation)
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    rows = (
        (
            one.reference,
            moment(one.at, zone),
            one.channel.value.replace("_", " "),
            one.action.value.replace("_", " "),
            one.area.organisation,
            one.area.service or "-",
        )
        for one in found
    )
    print_table("contacts", ("case", "received", "channel", "action", "organisation", "service"), rows)


def workload(
    month: Month,
    organisation: Of = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Count a month's contacts by hour, weekday, mailbox and class of their cases, and how many came by phone.

    Hours and weekdays are those at which contacts came, local time.
    """
    from zoneinfo import ZoneInfo

    from mailbot.cli.options import load_config, print_json, print_table
    from mailbot.core.contact_log import workload as counted

    settings = load_config(config)
    lines = tuple(counted(_contacts(settings, month, organisation), ZoneInfo(settings.organisation.time_zone)))
    if format_ is Format.JSON:
        print_json(lines)
        return
    rows = ((one.by, one.value, str(one.contacts), str(one.by_phone)) for one in lines)
    print_table("contacts", ("by", "", "contacts", "by phone"), rows)


def export(
    month: Month,
    organisation: Of = None,
    format_: Annotated[FileFormat, typer.Option("--format", help="A table as text, or a spreadsheet.")] = FileFormat.CSV,
    output: Annotated[Path | None, typer.Option(help="The file to write; without it CSV is printed.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write a month's contacts for a partner: organisation, service and category, channel, date, time and what was done.

    Nobody's name is in it, and no case's reference.
    """
    from zoneinfo import ZoneInfo

    from mailbot.adapters.contact_files import as_csv, as_xlsx
    from mailbot.cli.options import load_config, tell, write_private
    from mailbot.errors import PermanentError

    if output is None and format_ is FileFormat.XLSX:
        raise typer.BadParameter("a spreadsheet needs a file: --output contacts.xlsx")
    settings = load_config(config)
    found = _contacts(settings, month, organisation)
    write = as_xlsx if format_ is FileFormat.XLSX else as_csv
    content = write(found, ZoneInfo(settings.organisation.time_zone))
    if output is None:
        typer.echo(content.decode("utf-8-sig"), nl=False)
        return
    try:
        write_private(output, content)
    except OSError as error:
        raise PermanentError(f"{output} cannot be written: {error.strerror}") from None
    tell(f"{len(found)} contacts in {output}")


def _contacts(settings: "Config", month: str, organisation: str | None) -> "tuple[LoggedContact, ...]":
    from zoneinfo import ZoneInfo

    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of, people_of
    from mailbot.core.contact_log import month_bounds
    from mailbot.errors import PermanentError

    try:
        since, until = month_bounds(month, ZoneInfo(settings.organisation.time_zone))
    except ValueError:
        raise typer.BadParameter(f"'{month}' is no month; write it as 2026-11", param_hint="--month") from None
    whole = None
    if organisation is not None:
        directory = people_of(settings)
        named = directory.organisation_named(organisation)
        names = ", ".join(each.name for each in directory.organisations) or settings.organisation.name
        if named is None and organisation != settings.organisation.name:
            raise PermanentError(f"there is no organisation '{organisation}' in the directory; known: {names}")
        whole = named.name if named else organisation
    return Queries(database_of(settings, create=False)).contacts(since, until, whole)
