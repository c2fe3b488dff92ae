"""``mailbot calendar recount|moved``: the dates of open cases that a changed calendar moves, and who was told the old ones."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

if TYPE_CHECKING:
    from mailbot.ports import MovedDate, Told


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot calendar``."""
    app.command()(recount)
    app.command()(moved)


def recount(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would move.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Count the dates of open cases again by the calendars and clocks as they are now.

    'mailbot run' does so by itself when it starts. A case is not answered or written to because of it.
    """
    from mailbot.adapters.clock import SystemClock
    from mailbot.app import database_of, load_policies, open_store
    from mailbot.cli.options import load_config
    from mailbot.pipeline.recount import Recount

    settings, clock = load_config(config), SystemClock()
    store, tag_secret = open_store(settings, database_of(settings, create=False), clock.now())
    policies = load_policies(settings, tag_secret).mailboxes
    flow = Recount(store=store, policies=policies, clock=clock)
    found = [one for policy in policies.values() for batch in flow.run(policy, write=not dry_run) for one in batch]
    _show(found, format_, settings.organisation.time_zone)
    if format_ is Format.TEXT and dry_run:
        typer.echo("Nothing was written. To move them: the same command without --dry-run.")
    elif format_ is Format.TEXT:
        typer.echo("A mailbot that runs counts new cases by the calendars it started with: restart it.")


def moved(
    since: Annotated[datetime | None, typer.Option(help="From when on, local time; without it, the last 30 days.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List the dates that moved because a calendar or a clock changed, and who had been told the old ones."""
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config

    settings = load_config(config)
    zone = settings.organisation.time_zone
    local = since.replace(tzinfo=ZoneInfo(zone)) if since and since.tzinfo is None else since
    begins = local.astimezone(UTC) if local else SystemClock().now() - timedelta(days=30)
    _show(Queries(database_of(settings, create=False)).moved(begins), format_, zone)


def _show(found: "Sequence[MovedDate]", format_: Format, zone: str) -> None:
    from mailbot.cli.options import print_json

    if format_ is Format.JSON:
        print_json({"moved": found})
        return
    for one in found:
        law = f" ({one.law})" if one.law else ""
        typer.echo(f"{one.reference}  {one.clock}{law}: {one.old_on:%a %d %b %Y} -> {one.new_on:%a %d %b %Y}")
        for told in one.told:
            typer.echo(f"    told: {_told(told, zone)}")
    told_of = sum(bool(one.told) for one in found)
    typer.echo(f"{len(found)} {'date' if len(found) == 1 else 'dates'} moved; of {told_of} somebody had been told the old one.")


def _told(told: "Told", zone: str) -> str:
    from mailbot.cli.options import moment

    who = told.recipient or "the customer"
    return f"{who}, {moment(told.at, zone)} ({told.letter})" if told.letter else f"{who}, by the system the case came from"
