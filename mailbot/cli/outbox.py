"""``mailbot outbox``: letters on their way out."""

import sys
from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from mailbot.core.letter import OutboxState

app = typer.Typer(help="Letters on their way out.", no_args_is_help=True)


@app.command("list")
def list_letters(
    state: Annotated[list[OutboxState] | None, typer.Option(help="Only letters in this state (repeatable).")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List letters, the newest first."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = Queries(database_of(settings, create=False)).letters([each.value for each in state or ()], limit)
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    print_table(
        "letters",
        ("id", "state", "letter", "to", "case", "tries", "last try", "detail"),
        (
            (
                str(line.id),
                line.state,
                line.letter,
                line.recipient,
                line.reference or "-",
                str(line.attempts),
                moment(line.attempted_at, zone),
                line.detail,
            )
            for line in found
        ),
        one_line=True,
    )


@app.command()
def show(
    letter: Annotated[int, typer.Argument(help="The letter's id in 'mailbot outbox list'.")],
    raw: Annotated[bool, typer.Option("--raw", help="The final bytes, as they leave.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a letter as its reader sees it."""
    from email import message_from_bytes, policy

    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config
    from mailbot.errors import PermanentError

    queries = Queries(database_of(load_config(config), create=False))
    content = queries.letter_content(letter)
    if content is None:
        raise PermanentError(f"there is no letter {letter}")
    if queries.is_closed_letter(letter):
        raise PermanentError(f"letter {letter} was written before its case was about somebody of ours; it may name them")
    if raw:
        sys.stdout.buffer.write(content)
        return
    message = message_from_bytes(content, policy=policy.default)
    for name in ("From", "To", "Subject", "Date"):
        typer.echo(f"{name}: {message[name]}")
    text = message.get_body(("plain",))
    typer.echo(f"\n{text.get_content() if text else ''}")


@app.command()
def retry(letter: int, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send a letter that failed, waits or is in doubt again: the same bytes, the same Message-ID."""
    from mailbot.cli.commands import staff_commands

    staff_commands(config).retry(letter)
    typer.echo(f"Letter {letter} is queued again.")
