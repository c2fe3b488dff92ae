"""``mailbot``: the command tree and the exit codes (sysexits.h). Commands import what they need when they run."""

import os
import sys
from typing import Annotated

import typer

from mailbot import __version__
from mailbot.cli import (
    address,
    alarm,
    calendar,
    case,
    check,
    classify,
    clock,
    contact,
    corrections,
    db,
    demo,
    directory,
    evaluate,
    explain,
    gap,
    held,
    incident,
    init,
    letter,
    lint,
    live,
    outbox,
    people,
    policy,
    replay,
    run,
    standards,
    status,
    train,
)
from mailbot.errors import ConfigError, MailbotError, PolicyError, StorageError, TransientError

TYPER_USAGE = 2  # sysexits.h says 64

app = typer.Typer(
    name="mailbot",
    help="Watches group service mailboxes: every message becomes a case and is answered by its date.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (init, check, run, live, demo, replay, classify, lint, train, status, explain):
    module.register(app)
for name, group in (
    ("case", case),
    ("contact", contact),
    ("corrections", corrections),
    ("alarm", alarm),
    ("outbox", outbox),
    ("letter", letter),
    ("address", address),
    ("gap", gap),
    ("held", held),
    ("incident", incident),
    ("clock", clock),
    ("calendar", calendar),
    ("people", people),
    ("directory", directory),
    ("policy", policy),
    ("standards", standards),
    ("evaluate", evaluate),
    ("db", db),
):
    app.add_typer(group.app, name=name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailbot {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Watches group service mailboxes: every message becomes a case and is answered by its date."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 64 usage, 65 bad input, 69 unavailable, 75 try later, 78 configuration."""
    try:
        app()
    except SystemExit as end:
        sys.exit(os.EX_USAGE if end.code == TYPER_USAGE else end.code)
    except MailbotError as error:
        print(f"mailbot: {error}", file=sys.stderr)  # noqa: T201  # the last word of a command line program
        sys.exit(_exit_code(error))


def _exit_code(error: MailbotError) -> int:
    match error:
        case ConfigError() | PolicyError():
            return os.EX_CONFIG
        case StorageError():
            return os.EX_TEMPFAIL
        case TransientError():
            return os.EX_UNAVAILABLE
        case _:
            return os.EX_DATAERR
