"""``mailbot outbox``: letters on their way out."""

import sys
from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

app = typer.Typer(help="Letters on their way out.", no_args_is_help=True)


@app.command("list")
def list_letters(
    state: Annotated[list[str] | None, typer.Option(help="Only letters in this state (repeatable).")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List letters, the newest first."""
    from mailbot.adapters.store.database import open_database
    from mailbot.adapters.store.queries import Queries
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = Queries(open_database(settings.storage.database)).letters(tuple(state or ()), limit)
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
    )


@app.command()
def show(letter: int, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print the final bytes of a letter."""
    from mailbot.adapters.store.database import open_database
    from mailbot.adapters.store.queries import Queries
    from mailbot.cli.options import load_config
    from mailbot.errors import PermanentError

    content = Queries(open_database(load_config(config).storage.database)).letter_content(letter)
    if content is None:
        raise PermanentError(f"there is no letter {letter}")
    sys.stdout.buffer.write(content)


@app.command()
def retry(letter: int, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send a letter that failed, waits or is in doubt again: the same bytes, the same Message-ID."""
    from mailbot.cli.commands import staff_commands

    staff_commands(config).retry(letter)
    typer.echo(f"Letter {letter} is queued again.")
