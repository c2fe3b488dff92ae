"""``mailbot held``: what waits for a person."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

if TYPE_CHECKING:
    from mailbot.config import Config

app = typer.Typer(help="What waits for a person.", no_args_is_help=True)


@app.command("list")
def list_held(
    silenced: Annotated[
        bool, typer.Option("--silenced", help="Who got no receipt, and why; 'mailbot case answer' sends it after all.")
    ] = False,
    filed: Annotated[
        bool, typer.Option("--filed", help="What was taken for a robot's and has no case; 'mailbot case open' gives it one.")
    ] = False,
    handovers: Annotated[
        bool, typer.Option("--handovers", help="Cases that no rule may hand over, why, and the services they may be for.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="With --filed: the newest so many.")] = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List messages and letters that were set aside, with the reason.

    With --silenced the open cases without a receipt, with --filed the messages without a case, with --handovers the cases that
    a person hands over or keeps.
    """
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    if silenced:
        _list_silenced(settings, format_)
        return
    if handovers:
        _list_handovers(settings, format_)
        return
    if filed:
        _list_filed(settings, limit, format_)
        return
    found = Queries(database_of(settings, create=False)).held()
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    print_table(
        "held",
        ("id", "what", "mailbox", "received", "since", "reason", "detail"),
        (
            (
                str(line.id),
                line.what,
                line.mailbox,
                moment(line.received_at, zone),
                moment(line.held_at, zone),
                line.rule,
                line.detail,
            )
            for line in found
        ),
    )


def _list_silenced(settings: "Config", format_: Format) -> None:
    from mailbot.adapters.store.silenced import silenced_cases
    from mailbot.app import database_of
    from mailbot.cli.options import last_day, moment, print_json, print_table

    found = silenced_cases(database_of(settings, create=False))
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    print_table(
        "cases without a receipt",
        ("reference", "mailbox", "opened", "next date", "reasons"),
        (
            (line.reference, line.mailbox, moment(line.opened_at, zone), last_day(line.due_at, zone), ", ".join(line.reasons))
            for line in found
        ),
    )


def _list_handovers(settings: "Config", format_: Format) -> None:
    from mailbot.adapters.store.waiting import waiting_handovers
    from mailbot.app import database_of
    from mailbot.cli.options import moment, print_json, print_table

    found = waiting_handovers(database_of(settings, create=False))
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    print_table(
        "handovers that wait for a person",
        ("reference", "class", "opened", "because", "services", "one command"),
        (
            (
                line.reference,
                line.class_,
                moment(line.opened_at, zone),
                line.why,
                ", ".join(line.services),
                f'mailbot case hand-over {line.reference} --to "{line.services[0]}"' if line.services else "",
            )
            for line in found
        ),
    )


def _list_filed(settings: "Config", limit: int, format_: Format) -> None:
    from mailbot.adapters.store.silenced import filed_messages
    from mailbot.app import database_of
    from mailbot.cli.options import moment, print_json, print_table

    found = filed_messages(database_of(settings, create=False), limit)
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    print_table(
        "messages without a case",
        ("number", "mailbox", "received", "taken for", "known by", "from", "subject"),
        (
            (
                str(line.number),
                line.mailbox,
                moment(line.received_at, zone),
                line.verdict,
                line.rule,
                line.sender,
                line.subject,
            )
            for line in found
        ),
        one_line=True,
    )


@app.command()
def show(
    number: int,
    filed: Annotated[bool, typer.Option("--filed", help="The number is one of 'mailbot held list --filed'.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print the stored bytes of a held message; on a terminal without what a terminal would obey."""
    import zlib

    from mailbot.adapters.store.queries import Queries
    from mailbot.adapters.store.silenced import filed_content
    from mailbot.app import database_of
    from mailbot.cli.options import load_config
    from mailbot.core.text import shown_text
    from mailbot.errors import PermanentError

    database = database_of(load_config(config), create=False)
    packed = filed_content(database, number) if filed else Queries(database).held_content(number)
    if packed is None:
        what = "was filed without a case" if filed else "is held"
        raise PermanentError(f"no message {what} under {number}; see 'mailbot held list{' --filed' if filed else ''}'")
    content = zlib.decompress(packed)
    if sys.stdout.isatty():
        typer.echo(shown_text(content.decode("utf-8", "replace")))
    else:
        sys.stdout.buffer.write(content)


@app.command("put-back")
def put_back(
    number: int,
    join: Annotated[str | None, typer.Option(help="It belongs to this case: the case that it opened goes into it.")] = None,
    new_case: Annotated[bool, typer.Option("--new-case", help="It stays in the case that it has; no other is opened.")] = False,
    customer: Annotated[str | None, typer.Option(help="It is a matter of this address, which gets the receipt.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put something held back where it was. Clocks run from the day on which it was first received.

    A message that names a case of somebody else, or two cases, has a case of its own meanwhile: say where it belongs. So has
    what a colleague passed on if nobody can tell whose it is: name the customer. A withdrawal that came by a form lies in
    its case already: close that with 'mailbot case withdraw' if it is genuine, and write --new-case.
    """
    from mailbot.cli.commands import case_commands, staff_commands

    said = [each for each in (join, customer, new_case or None) if each is not None]
    if said:
        if len(said) > 1:
            raise typer.BadParameter("write --join with a reference, or --customer with an address, or --new-case")
        reference, whose = case_commands(config).answer_hold(number, join, customer), join.upper() if join else customer
        belongs = f"it belongs to {whose} now. To take it back: mailbot case undo {reference}"
        typer.echo(f"{number}: {belongs if whose else 'its case stays as it is.'}")
        return
    staff_commands(config).put_back(number)
    typer.echo(f"{number} is put back; a running daemon takes it up within half a minute.")
