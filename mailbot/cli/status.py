"""``mailbot status``: is everything in hand?"""

import os
from collections.abc import Container
from typing import TYPE_CHECKING

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

if TYPE_CHECKING:
    from mailbot.config import Config

STALE_MINUTES = 15


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """Show whether the daemon runs, how fresh each mailbox is, and what is late, held or unsent.

    Exit code 0: all well; 69: the daemon does not run, the database cannot be written, a loop is in trouble, a
    mailbox has not been read for 15 minutes, or mail to its manager does not arrive.
    """
    from datetime import timedelta

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import last_day, load_config, moment, print_json, print_table

    settings, now = load_config(config), SystemClock().now()
    database = database_of(settings, create=False)
    queries = Queries(database)
    found, unwritable = queries.status(now), database.why_not_writable()
    troubles = [*found.troubles, *_unheard(settings, {line.address for line in queries.unreachable()})]
    running = found.running_until is not None and found.running_until > now
    stale = [
        line.name for line in found.mailboxes if line.fresh_at is None or now - line.fresh_at > timedelta(minutes=STALE_MINUTES)
    ]
    if format_ is Format.JSON:
        print_json({"running": running, "stale": stale, "unwritable": unwritable, "status": found})
    else:
        zone = settings.organisation.time_zone
        typer.echo(f"daemon: {_daemon(found.holder, moment(found.running_until, zone), running=running)}")
        if unwritable:
            typer.echo(f"ALARM: {unwritable}; until that ends, nothing is taken in or sent, and mail stays where it is")
        typer.echo(f"cases: {found.open_cases} open, {found.late_cases} late; next date {last_day(found.next_due_at, zone)}")
        print_table(
            "mailboxes",
            ("name", "mode", "last read", "waiting", "held", "letters", "trouble"),
            (
                (
                    line.name,
                    "live" if line.live_since else "observing",
                    ("STALE " if line.name in stale else "") + moment(line.fresh_at, zone),
                    str(line.waiting),
                    str(line.held),
                    ", ".join(f"{count} {state}" for state, count in sorted(line.letters.items())) or "-",
                    _trouble(line.last_error, moment(line.backoff_until, zone), line.sending_error),
                )
                for line in found.mailboxes
            ),
        )
        for trouble in troubles:
            typer.echo(f"TROUBLE {trouble}")
        if found.held or found.failed:
            typer.echo(f"needs a person: {found.held} held (mailbot held list), {found.failed} not sent (mailbot outbox list)")
        if found.bounced or found.unreachable:
            typer.echo(
                f"did not arrive: {found.bounced} letters of open cases (mailbot outbox list --state bounced);"
                f" nothing arrives at {found.unreachable} addresses (mailbot address list)"
            )
        if found.backscatter:
            typer.echo(f"backscatter: {found.backscatter} bounces this week of letters that we never sent")
        if found.moved:
            typer.echo(f"dates: {found.moved} moved this week, because a calendar or a clock changed (mailbot calendar moved)")
        for notice in found.notices:
            typer.echo(f"{moment(notice.at, zone)}  {notice.kind}: {notice.detail}; known messages are not answered again")
    if stale or unwritable or troubles or not running:
        raise typer.Exit(os.EX_UNAVAILABLE)


def _unheard(settings: "Config", unreachable: Container[str]) -> list[str]:
    """A sentence for each mailbox that has a manager and no team, and no mail arrives at the manager."""
    from mailbot.app import people_of
    from mailbot.core.directory import team_of

    people = people_of(settings)
    alone = [mailbox for mailbox in settings.mailbox if team_of(people, mailbox.name) is None]
    deaf = [mailbox.name for mailbox in alone if (mailbox.manager or "").lower() in unreachable]
    return [f"nobody hears what is late in {name}: nothing arrives at its manager (mailbot address list)" for name in deaf]


def _daemon(holder: str | None, last_word: str, *, running: bool) -> str:
    if running:
        return f"running, {holder}"
    return f"NOT RUNNING; no sign of life from {holder} since {last_word}" if holder else "NOT RUNNING"


def _trouble(reading: str | None, until: str, sending: str | None) -> str:
    parts = [f"{reading} (next try {until})"] if reading else []
    return "; ".join([*parts, f"letters wait: {sending}"] if sending else parts) or "-"
