"""``mailbot calendar``: the days that do not count, shown, and brought up to date. What that moves is in ``recount``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import recount
from mailbot.cli.options import Format, FormatOption, RulesOption, print_json, rules_folder

if TYPE_CHECKING:
    from mailbot.adapters.rule_files import CalendarFile

app = typer.Typer(help="The days that do not count, and by whose law.", no_args_is_help=True)
recount.register(app)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The calendar, such as united-kingdom.")],
    year: Annotated[int | None, typer.Option(help="Only the days of this year.")] = None,
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show the closed days of a calendar, each with its authority and its source."""
    from mailbot.adapters.rule_files import read_calendar

    folder = rules_folder(config)
    _known(folder, [name])
    found = read_calendar(folder, name)
    rows = [row for row in found.closed if year in (None, row.date.year)]
    if format_ is Format.JSON:
        print_json({"calendar": name, "covers_from": found.covers_from, "covers_until": found.covers_until, "closed": rows})
        return
    typer.echo(f"{name}: known from {found.covers_from} to {found.covers_until}; Saturdays and Sundays do not count either\n")
    for row in rows:
        typer.echo(f"{row.date:%a %d %b %Y}  {row.name} ({row.division}; {row.authority})")
        typer.echo(f"                 {row.source}, added on {row.added_on}")


@app.command()
def update(
    names: Annotated[list[str] | None, typer.Argument(help="The calendars; all of them if none is named.")] = None,
    until: Annotated[int, typer.Option(help="The last year to cover.")] = 2029,
    write: Annotated[bool, typer.Option("--write", help="Write the files; without it the changes are only shown.")] = False,
    config: RulesOption = None,
) -> None:
    """Propose new rows from the 'holidays' library as a diff to be read. Writes only with --write.

    Rows that an admin added, which name another source, are never changed or taken out.
    """
    folder = rules_folder(config)
    changed = [name for name in _known(folder, names or []) if _update(folder, name, until, write=write)]
    if changed and not write:
        typer.echo("\nNothing was written. To take these rows: the same command with --write.")


def _update(folder: Path, name: str, until: int, *, write: bool) -> bool:
    """Show, and with ``write`` make, the changes to one calendar; says whether there are any."""
    from datetime import date

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.rule_files import calendar_path, calendar_text, closed_days, read_calendar, with_days

    found, file = read_calendar(folder, name), calendar_path(folder, name)
    if not found.made_from:
        typer.echo(f"{name}: made by hand (no made_from), left as it is")
        return False
    last_year = max(until, found.covers_until.year)
    made = closed_days(folder, found, last_year, SystemClock().now().date())
    new = with_days(found, made, date(last_year, 12, 31))
    if new == found:
        typer.echo(f"{name}: up to date until {found.covers_until}")
        return False
    before = file.read_text(encoding="utf-8")
    after = calendar_text(new, before)
    typer.echo("".join(_diff(before, after, f"calendars/{name}.toml")).rstrip("\n"))
    typer.echo(f"{name}: {_counted(found, new)}{'; written' if write else ''}")
    if write:
        beside = file.with_suffix(".new")
        beside.write_text(after, encoding="utf-8")
        beside.replace(file)
    return True


def _diff(before: str, after: str, name: str) -> Iterator[str]:
    from difflib import unified_diff

    return unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name} (proposed)", n=2)


def _counted(found: "CalendarFile", new: "CalendarFile") -> str:
    old_rows, new_rows = ({row.date: row for row in calendar.closed} for calendar in (found, new))
    added, removed = len(new_rows.keys() - old_rows), len(old_rows.keys() - new_rows)
    renamed = sum(old_rows[day] != row for day, row in new_rows.items() if day in old_rows)
    return f"{added} rows added, {removed} removed, {renamed} renamed or resting on another law; known until {new.covers_until}"


def _known(folder: Path, names: Sequence[str]) -> Sequence[str]:
    """The named calendars, or all of them. Raises PolicyError for one that does not exist."""
    from mailbot.adapters.rule_files import calendar_names
    from mailbot.errors import PolicyError

    known = calendar_names(folder)
    for name in names:
        if name not in known:
            raise PolicyError(f"{folder / 'calendars'}: there is no calendar '{name}'; known: {', '.join(known)}")
    return names or known
