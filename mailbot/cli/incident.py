"""``mailbot incident``: threats and abuse, each logged (J15, G6)."""

from datetime import datetime
from typing import Annotated

import typer

from mailbot.cli.case_commands import Reason, Reference, moment_of, say, tell
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

app = typer.Typer(help="Threats and abuse: what happened, and what became of the contact.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="Who says so, if it is not you.")]


@app.command("list")
def list_incidents(
    since: Annotated[datetime | None, typer.Option(help="Only from this moment on, local time.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List incidents, the oldest first. What was written is read in the case: 'mailbot case show REFERENCE --messages'."""
    from mailbot.adapters.store.incidents import incidents
    from mailbot.app import database_of
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = incidents(database_of(settings, create=False), moment_of(since, config) if since else None)
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    rows = ((moment(line.at, zone), line.reference, line.mailbox, line.rule, line.detail, line.actor) for line in found)
    print_table("incidents", ("when", "case", "mailbox", "logged as", "what", "by"), rows)


@app.command()
def add(
    reference: Reference,
    words: Annotated[str, typer.Argument(help="What happened, in a sentence; name no colleague.")],
    by: By = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Log what happened on the phone, at the desk or on a visit."""
    from mailbot.cli.commands import case_commands
    from mailbot.core.case_command import IncidentNoted

    commands = case_commands(config)
    say(reference, IncidentNoted(words=words, by=by or commands.actor, at=moment_of(None, config)), config)


@app.command("limit-contact")
def limit_contact(
    reference: Reference,
    reason: Reason,
    until: Annotated[datetime, typer.Option(help="Until when, local time.")],
    by: By = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """End the open contact for a time: no automatic letter goes to this customer, and a person answers. Dates run on for staff.

    It holds for all their cases, and for those that they open meanwhile from the same address.

    Only after the letter that asks for another manner: 'mailbot case draft REFERENCE unacceptable-behaviour', then issue it.
    """
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).limit_contact(reference, moment_of(until, config), reason, by))


@app.command("allow-contact")
def allow_contact(reference: Reference, reason: Reason, by: By = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """End a limit of contact sooner: letters go again to the customer of this case, on all their cases."""
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).allow_contact(reference, reason, by))
