"""``mailbot gap``: information that could not be found on anybody's pages, until it is (N9)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

if TYPE_CHECKING:
    from mailbot.pipeline.gaps import Gaps

app = typer.Typer(help="Information that is missing from the pages of ours or a partner.", no_args_is_help=True)


@app.command()
def report(
    reference: Annotated[str, typer.Argument(help="The case that showed it, such as HC-2611-0042-7.")],
    what: Annotated[str, typer.Argument(help="What cannot be found, in a sentence; nothing of the customer's.")],
    organisation: Annotated[str, typer.Option(help="Whose pages; without it, those of the case's service, or ours.")] = "",
    by: Annotated[str, typer.Option(help="Who is to hear where it is; without it, whoever has the case.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Report that something cannot be found: whoever keeps those pages is asked, and asked again until they say where it is."""
    from mailbot.cli.options import print_json

    gap = _gaps(config).report(reference, what, organisation, by)
    if format_ is Format.JSON:
        print_json(gap)
        return
    typer.echo(f"Gap {gap.number} is with {gap.contact}. {gap.reporter} hears where it is.")


@app.command()
def close(
    number: Annotated[int, typer.Argument(help="The gap's number.")],
    located: Annotated[str, typer.Option(metavar="URL", help="It was there all the time, on this page.")] = "",
    added: Annotated[str, typer.Option(metavar="URL", help="It was added, on this page.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say where it is; whoever reported it is told. The contact may do so by a reply, too."""
    from mailbot.core.gap import GapState

    if bool(located) is bool(added):
        raise typer.BadParameter("write --located URL or --added URL")
    gap = _gaps(config).close(number, GapState.LOCATED if located else GapState.ADDED, located or added)
    typer.echo(f"Gap {gap.number} is {gap.state.value}; {gap.reporter} is told.")


@app.command("list")
def list_gaps(
    every: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List what is still looked for, the oldest first."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config, moment, print_json, print_table

    settings = load_config(config)
    found = Queries(database_of(settings, create=False)).gaps(every=every)
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    rows = (
        (
            str(one.number),
            one.reference,
            one.organisation,
            moment(one.reported_at, zone),
            one.url or f"with {one.contact}",
            one.state.value,
            one.what,
        )
        for one in found
    )
    print_table("gaps", ("id", "case", "organisation", "since", "where", "state", "what"), rows)


def _gaps(config: Path) -> "Gaps":
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.app import database_of, load_policies, open_store
    from mailbot.cli.options import load_config
    from mailbot.pipeline.gaps import Gaps

    clock, settings = SystemClock(), load_config(config)
    store, tag_secret = open_store(settings, database_of(settings, create=False), clock.now())
    policies = load_policies(settings, tag_secret)
    return Gaps(store=store, letters=policies.letters, policies=policies.mailboxes, clock=clock, actor=signed_in())
