"""``mailbot directory import``: services, people, absences and calendars into the file of the directory."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.config import Config
    from mailbot.core.directory import Directory


def register(app: typer.Typer) -> None:
    """Add the command to ``mailbot directory``."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="A table (.csv in UTF-8, .xlsx) or a calendar (.ics).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Bring services, people, or absences of people, into the directory's file; a second time the same file changes nothing.

    Line 1 of a table names its columns. Services: service, and what you have of organisation, team, contact, contact_email,
    contact_phone, deputy, deputy_email, synonyms, category_number, category, hours, url and the seven kinds of page (a name
    and an address each). Several things in a cell are parted by semicolons; an empty cell changes nothing, a "-" takes out
    what stands there. People: email, by which they are known, and what you have of name, phone, team, role, organisation, and
    of an absence: from, until, deputy. Absences alone: person, from, until, deputy. A calendar has absences as events of whole
    days. If anything is wrong, nothing is written.
    """
    from mailbot.adapters.directory_files import replace_file, written_beside
    from mailbot.adapters.rule_files import load_directory
    from mailbot.cli.options import load_config
    from mailbot.core.directory_change import changes, facts_of
    from mailbot.errors import PermanentError, PolicyError

    settings = load_config(config)
    target, before = directory_of(config)
    old = target.read_text(encoding="utf-8")
    new = _taken_in(file, old, settings)
    if new == old:
        typer.echo(f"{target} has all of it; nothing changes.")
        return
    with written_beside(target, new) as beside:
        try:
            after = load_directory(beside, settings.served, settings.organisation.time_zone)
        except PolicyError as error:
            raise PermanentError(f"nothing was written: {str(error).replace(str(beside), str(target))}") from None
        for line in _difference(old, new, target) if dry_run else changes(facts_of(before), facts_of(after)):
            typer.echo(line)
        if dry_run:
            typer.echo("Nothing was written. To bring it in: the same command without --dry-run.")
            return
        replace_file(target, beside)
    typer.echo(_of_people(before, after))
    typer.echo(f"{target} is written. Restart mailbot: it reads the file and tells the partners' contacts what changed.")


def directory_of(config: Path) -> "tuple[Path, Directory]":
    """The file of the directory that a configuration names, and what it says. Raises ConfigError, PolicyError."""
    from mailbot.adapters.rule_files import load_directory
    from mailbot.cli.options import load_config
    from mailbot.errors import ConfigError

    settings = load_config(config)
    file = settings.paths.services
    if file is None:
        write = "write the file of your services, after rules/services/sample.toml"
        raise ConfigError(f"{config}: paths.services: is missing; {write}")

    return file, load_directory(file, settings.served, settings.organisation.time_zone)


def _taken_in(file: Path, text: str, settings: "Config") -> str:
    from zoneinfo import ZoneInfo

    from mailbot.adapters.directory_files import (
        AWAY_COLUMNS,
        PEOPLE_COLUMNS,
        SERVICE_COLUMNS,
        absences_taken_in,
        aways_of,
        names_of,
        people_taken_in,
        read_calendar,
        read_table,
        services_taken_in,
    )
    from mailbot.errors import PermanentError

    if file.suffix.lower() == ".ics":
        return absences_taken_in(text, read_calendar(file, ZoneInfo(settings.organisation.time_zone)))
    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise PermanentError(f"{file}: bring in a table (.csv, .xlsx) or a calendar (.ics)")
    columns = names_of(file)
    if "person" in columns:
        return absences_taken_in(text, aways_of(read_table(file, AWAY_COLUMNS, "person"), str(file)))
    if "email" in columns:
        return people_taken_in(text, read_table(file, PEOPLE_COLUMNS, "email"), str(file))
    return services_taken_in(text, read_table(file, SERVICE_COLUMNS, "service"), str(file))


def _of_people(before: "Directory", after: "Directory") -> str:
    known = {each.address: each for each in before.people}
    new = sum(each.address not in known for each in after.people)
    changed = sum(each.address in known and known[each.address] != each for each in after.people)
    return f"People: {new} new, {changed} changed (details or absences)."


def _difference(old: str, new: str, target: Path) -> Iterator[str]:
    lines = unified_diff(old.splitlines(), new.splitlines(), str(target), "what it would be", lineterm="", n=1)
    return iter(lines)
