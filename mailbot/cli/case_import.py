"""``mailbot case import``: open cases from the system that was used before."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.config import Config
    from mailbot.pipeline.case_import import CaseImport, Judged


def register(app: typer.Typer) -> None:
    """Add the command to ``mailbot case``."""
    app.command("import")(import_cases)


def import_cases(
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8, with commas or semicolons.")],
    mailbox: Annotated[str | None, typer.Option(help="Whose cases they become; needed if there is more than one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be imported.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Bring in open cases with their old references; a second time the same file changes nothing, and no letter goes.

    Line 1 names the columns: old_reference, class, channel, received, stage, owner, customer, customer_name, subject,
    and, if you have them, due (the date the customer was told) and acknowledged (a date). If a line is wrong, every mistake
    is listed and nothing is imported (exit code 65).
    """
    from mailbot.adapters.case_file import read_case_file
    from mailbot.cli.options import load_config

    settings = load_config(config)
    rows, torn = read_case_file(file)
    flow = _flow(settings, mailbox)
    judged = flow.judge((row.line, row.values) for row in rows)
    mistakes = sorted((*torn, *judged.mistakes), key=lambda mistake: mistake.line)
    for mistake in mistakes:
        typer.echo(f"{file}, {mistake}", err=True)
    if mistakes:
        typer.echo(f"{len(mistakes)} mistakes; nothing was imported.", err=True)
        raise typer.Exit(os.EX_DATAERR)
    _show(judged, settings.organisation.time_zone)
    if dry_run:
        typer.echo("Nothing was written. To import them: the same command without --dry-run.")
        return
    for old_reference, reference in flow.write(judged.new, file.name):
        typer.echo(f"{old_reference} is now {reference}")


def _show(judged: "Judged", zone: str) -> None:
    """What the cases will look like: every date that will run, beside the one that the customer was told."""
    from mailbot.cli.options import last_day, moment, print_table

    print_table(
        "cases",
        ("reference", "class", "received", "owner", "told", "dates"),
        (
            (
                ready.old.old_reference,
                ready.old.class_,
                moment(ready.old.received_at, zone),
                ready.old.owner[0] if ready.old.owner else "-",
                f"{ready.old.told_on:%a %d %b %Y}" if ready.old.told_on else "-",
                ", ".join(f"{clock.name} {last_day(clock.due_at, zone)}" for clock in ready.clocks) or "-",
            )
            for ready in judged.new
        ),
    )
    typer.echo(f"{len(judged.new)} to import, {len(judged.known)} were imported before.")


def _flow(settings: "Config", mailbox: str | None) -> "CaseImport":
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.app import database_of, load_policies, open_store
    from mailbot.cli.options import one_mailbox
    from mailbot.pipeline.case_import import CaseImport

    name = one_mailbox(settings, mailbox)
    clock = SystemClock()
    store, tag_secret = open_store(settings, database_of(settings, create=False), clock.now())
    policy = load_policies(settings, tag_secret).mailboxes[name]
    return CaseImport(store=store, policy=policy, clock=clock, actor=signed_in())
