"""``mailbot alarm``: what cannot wait."""

from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

app = typer.Typer(help="What cannot wait, until somebody takes it.", no_args_is_help=True)


@app.command("list")
def list_alarms(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """List the alarms that nobody has taken."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = Queries(database_of(settings, create=False)).alarms()
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    rows = (
        (str(one.id), one.reference or "-", one.mailbox, moment(one.raised_at, zone), str(one.times), one.what) for one in found
    )
    print_table("alarms", ("id", "case", "mailbox", "since", "rang", "what"), rows)


@app.command()
def take(number: Annotated[int, typer.Argument(help="The alarm's number.")], config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take an alarm: you see to it, and it rings no more."""
    from mailbot.cli.commands import staff_commands

    staff_commands(config).take_alarm(number)
    typer.echo(f"Alarm {number} is yours.")
