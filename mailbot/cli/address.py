"""``mailbot address``: addresses at which nothing arrives."""

from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

app = typer.Typer(help="Addresses at which nothing arrives.", no_args_is_help=True)


@app.command("list")
def list_addresses(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """List the addresses to which no automatic letter goes, because one came back from there."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = Queries(database_of(settings, create=False)).unreachable()
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    rows = (
        (
            one.address,
            moment(one.since, zone),
            one.reference or "-",
            f"{one.letter} ({one.letter_id})" if one.letter else "an answer of staff",
            one.detail or "-",
        )
        for one in found
    )
    print_table("addresses", ("address", "since", "case", "letter", "what the server said"), rows, one_line=True)


@app.command()
def clear(
    address: Annotated[str, typer.Argument(help="The address, as 'mailbot address list' shows it.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say that an address works after all: automatic letters go there again."""
    from mailbot.cli.commands import staff_commands

    staff_commands(config).clear_address(address)
    typer.echo(f"Letters go to {address} again. What came back: mailbot outbox list --state bounced, mailbot outbox retry ID")
