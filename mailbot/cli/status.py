"""``mailbot status``: is everything in hand?"""

import os

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

STALE_MINUTES = 15


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """Show whether the daemon runs, how fresh each mailbox is, and what is late, held or unsent.

    Exit code 0: all well; 69: the daemon does not run or a mailbox has not been read for 15 minutes.
    """
    from datetime import timedelta

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.store.database import open_database
    from mailbot.adapters.store.queries import Queries
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings, now = load_config(config), SystemClock().now()
    found = Queries(open_database(settings.storage.database)).status(now)
    running = found.running_until is not None and found.running_until > now
    stale = [
        line.name for line in found.mailboxes if line.fresh_at is None or now - line.fresh_at > timedelta(minutes=STALE_MINUTES)
    ]
    if format_ is Format.JSON:
        print_json({"running": running, "stale": stale, "status": found})
    else:
        zone = settings.organisation.time_zone
        typer.echo(f"daemon: {'running, ' + str(found.holder) if running else 'NOT RUNNING'}")
        typer.echo(f"cases: {found.open_cases} open, {found.late_cases} late; next date {moment(found.next_due_at, zone)}")
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
                    f"{line.last_error} (until {moment(line.backoff_until, zone)})" if line.last_error else "-",
                )
                for line in found.mailboxes
            ),
        )
    if stale or not running:
        raise typer.Exit(os.EX_UNAVAILABLE)
