"""``mailbot case``: look at cases. What staff say about them is in ``case_commands``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import case_ask, case_commands, case_drafts, case_handover, case_import, case_personnel, case_turns
from mailbot.cli.case_messages import print_messages
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from mailbot.core.case import CaseStatus
from mailbot.core.information_request import ASKED_FOR, INFORMATION, LACKS, LACKS_STILL
from mailbot.core.text import listed

if TYPE_CHECKING:
    from mailbot.adapters.store.views import CaseLine, CaseView, ClockLine

app = typer.Typer(help="Look at cases, and say what became of them.", no_args_is_help=True)
case_commands.register(app)
case_import.register(app)
case_turns.register(app)
case_handover.register(app)
case_personnel.register(app)
case_ask.register(app)
case_drafts.register(app)


@app.command("list")
def list_cases(
    mailbox: Annotated[str | None, typer.Option(help="Only this mailbox.")] = None,
    status: Annotated[CaseStatus | None, typer.Option(help="Only cases in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List cases, the newest first."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import last_day, load_config, moment, print_json, print_table
    from mailbot.errors import ConfigError

    settings = load_config(config)
    known = [each.name for each in settings.mailbox]
    if mailbox is not None and mailbox not in known:
        raise ConfigError(f"there is no mailbox '{mailbox}'; known: {', '.join(known)}")
    wanted = status.value if status else None
    found = Queries(database_of(settings, create=False)).cases(mailbox_name=mailbox, status=wanted, limit=limit)
    if format_ is Format.JSON:
        print_json(found)
        return
    zone = settings.organisation.time_zone
    print_table(
        "cases",
        ("reference", "class", "status", "opened", "next date", "mailbox", "subject"),
        (
            (
                line.reference,
                line.what,
                line.status + (" (observed)" if line.observed else ""),
                moment(line.opened_at, zone),
                last_day(line.due_at, zone),
                line.mailbox,
                line.subject,
            )
            for line in found
        ),
        one_line=True,
    )


@app.command()
def show(
    reference: str,
    messages: Annotated[bool, typer.Option("--messages", help="What people wrote too, without what they quote.")] = False,
    quoted: Annotated[bool, typer.Option("--quoted", help="What people wrote, with quotes and signatures.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show a case: its dates with their derivation, its messages and letters."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import began_anew, last_day, load_config, moment, print_json, print_table
    from mailbot.errors import PermanentError

    settings = load_config(config)
    view = Queries(database_of(settings, create=False)).case(reference)
    if view is None:
        raise PermanentError(f"there is no case {reference}")
    if format_ is Format.JSON:
        print_json(view)
        return
    zone, line = settings.organisation.time_zone, view.line
    typer.echo(f"{line.reference}  {line.what}  {line.status}{'  (observed)' if line.observed else ''}")
    typer.echo(f"from {line.customer}: {line.subject}")
    typer.echo(f"opened {moment(line.opened_at, zone)} in {line.mailbox}")
    for words in (*_whose(line), *_lacking(view)):
        typer.echo(words)
    if line.old_reference:
        told = f", the customer was told {line.told_on:%a %d %b %Y}" if line.told_on else ""
        typer.echo(f"{line.old_reference} in the system it came from{told}")
    for kind, other in view.turns:
        typer.echo(f"{kind}: {other}")
    for said in view.corrections:
        why = f": {said.why}" if said.why else ""
        typer.echo(f"{said.old_class} -> {said.new_class}, said {said.actor} on {moment(said.at, zone)}{why}")
    if view.note:
        typer.echo("\n".join(f"{label}: {value}" for label, value in view.note.lines(moment(view.note.received_at, zone))))
    typer.echo()
    print_table(
        "dates",
        ("clock", "due", "state", "why"),
        (
            (
                found.name,
                last_day(found.due_at, zone),
                _state(found, zone),
                f"since {found.started_by} {moment(found.started_at, zone)}{began_anew(found, zone)}: {found.why}",
            )
            for found in view.clocks
        ),
    )
    print_table(
        "\nmessages",
        ("number", "received", "way", "from", "judged", "flags", "subject"),
        (
            (
                str(found.row),
                moment(found.received_at, zone),
                found.direction,
                found.sender,
                found.verdict,
                ", ".join(dict.fromkeys(raised.flag for raised in found.flags)),
                found.subject,
            )
            for found in view.messages
        ),
    )
    print_table(
        "\nletters",
        ("written", "letter", "to", "state", "detail"),
        ((moment(found.created_at, zone), found.letter, found.recipient, found.state, found.detail) for found in view.letters),
    )
    if messages or quoted:
        print_messages(view.messages, settings, quoted=quoted)


def _state(clock: "ClockLine", zone: str) -> str:
    from mailbot.cli.options import moment

    if clock.stopped_at:
        return f"{clock.outcome} {moment(clock.stopped_at, zone)}"
    return f"stands still since {clock.paused_on:%d %b %Y}" if clock.paused_on else "running"


def _lacking(view: "CaseView") -> Iterator[str]:
    """What a request for information lacks, what of it the customer was asked for, and what their answer left out."""
    said = {
        rule: dict.fromkeys(one.detail for one in view.events if one.rule == rule) for rule in (LACKS, ASKED_FOR, LACKS_STILL)
    }
    if said[LACKS] and INFORMATION in view.line.what.split(" + "):
        ask = f"; to ask for it: mailbot case ask {view.line.reference}"
        yield f"the request lacks {listed(said[LACKS])}" + ("" if said[ASKED_FOR] else ask)
    if said[ASKED_FOR]:
        yield f"the customer was asked for {listed(said[ASKED_FOR])}"
    yield from said[LACKS_STILL]


def _whose(line: "CaseLine") -> Iterator[str]:
    """Who has the case, what it is about or may be about, and how it ended."""
    if line.owner:
        yield f"owner: {line.owner}"
    if line.language:
        yield f"language: {line.language}"
    if line.stage:
        yield f"stage: {line.stage}"
    if line.service:
        yield f"service: {line.service}"
    elif line.proposed:
        yield f"service not sure; by its words: {listed(line.proposed)}"
    if line.outcome:
        yield f"outcome: {line.outcome.replace('_', ' ')}"
