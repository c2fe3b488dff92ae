"""``mailbot contact``: what customers say by phone, on paper or in person, and the log of all contacts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import contact_log
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from mailbot.core.case import Channel

if TYPE_CHECKING:
    from mailbot.pipeline.contacts import AddedContact

app = typer.Typer(help="What customers say by phone, on paper or in person; the log of contacts.", no_args_is_help=True)
contact_log.register(app)
SAID_FOR = {"counter": Channel.IN_PERSON}
"""What people say for a channel besides its own name."""


@app.command()
def add(  # noqa: PLR0913  # one for each option
    *,
    channel: Annotated[str, typer.Option(help="phone, letter, in-person (or counter), web, social, fax or comment-card.")],
    about: Annotated[str, typer.Option(help="What it is about, in a few words.")],
    asked_for: Annotated[list[str] | None, typer.Option(help="What the customer asks for; may be given several times.")] = None,
    name: Annotated[str, typer.Option(help="The customer's name.")] = "",
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
    phone: Annotated[
        list[str] | None, typer.Option(help="Their phone number; may be given twice, the better one first.")
    ] = None,
    post: Annotated[str, typer.Option(help="Their postal address.")] = "",
    prefers: Annotated[str, typer.Option(help="How they would like to be answered: 'phone after six', 'large print'.")] = "",
    anonymous: Annotated[bool, typer.Option("--anonymous", help="They left no way to reach them.")] = False,
    received_at: Annotated[datetime | None, typer.Option(help="When it came, local time; without it, now.")] = None,
    taken_by: Annotated[str, typer.Option(help="Who took it, if it is not you.")] = "",
    for_: Annotated[str, typer.Option("--for", metavar="PERSON", help="Whom it is for: a name of the directory.")] = "",
    to: Annotated[str, typer.Option(metavar="SERVICE", help="Or which service can help, as for a handover.")] = "",
    note: Annotated[str, typer.Option(help="A sentence for both, the customer and whom it is for.")] = "",
    consent: Annotated[str, typer.Option(help="How they agreed to its being passed on to another organisation.")] = "",
    mailbox: Annotated[str | None, typer.Option(help="Whose case it becomes; needed if there is more than one.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Enter a contact: it becomes a case with the dates of its channel, and whom it is for is told.

    A customer with an e-mail address gets a letter that says who has it and how to reach them; for one without, this says
    what to tell them. What is not known is passed on as "not found".
    """
    from mailbot.cli.case_commands import moment_of
    from mailbot.cli.commands import contacts
    from mailbot.cli.options import print_json
    from mailbot.core.contact_note import ContactNote, told
    from mailbot.pipeline.contacts import TakenContact

    if for_ and to:
        raise typer.BadParameter("write --for or --to")
    by_channel = _channel(channel)
    flow = contacts(config, mailbox)
    taken = TakenContact(
        note=ContactNote(
            received_at=moment_of(received_at, config),
            name=told(name),
            phones=tuple(filter(None, map(told, phone or ()))),
            email=told(email),
            post=told(post),
            channel=told(prefers),
            about=told(about),
            asked_for=tuple(filter(None, map(told, asked_for or ()))),
        ),
        channel=by_channel,
        taken_by=taken_by or flow.actor,
        person=for_,
        service=to,
        words=note,
        consent=consent,
        anonymous=anonymous,
    )
    added = flow.add(taken)
    if format_ is Format.JSON:
        print_json(added)
        return
    typer.echo("\n".join(_said(added)))


def _channel(words: str) -> Channel:
    """The channel by its name, in whatever case. Raises BadParameter; what comes by e-mail comes by itself."""
    wanted = words.strip().lower().replace("-", "_").replace(" ", "_")
    known = {each.value: each for each in Channel if each is not Channel.EMAIL} | SAID_FOR
    if wanted not in known:
        names = ", ".join(name.replace("_", "-") for name in known)
        raise typer.BadParameter(f"'{words}' is no channel; write one of {names}", param_hint="--channel")
    return known[wanted]


def _said(added: "AddedContact") -> list[str]:
    """What was done, and what is left to tell the customer."""
    lines = [f"{added.reference} is its case, of class {added.class_}."]
    reach = " or ".join(filter(None, (added.told.person.address, added.told.person.phone))) if added.told else ""
    who = f"{added.told.person.name} ({reach})" if added.told else ""
    if added.told and added.passed_on:
        lines.append(f"It is with {who} now, who is told in opening hours.")
    elif added.told:
        lines.append(
            "Nothing is passed on to another organisation: the customer was not asked. --consent says that they agree."
        )
    if added.observed:
        lines.append("mailbot only watches: no mail goes.")
    if added.writes and not added.observed:
        return [*lines, "The customer gets all this by e-mail."]
    by_when = f", an answer by {added.due_on:%A %d %B %Y}" if added.due_on else ""
    whom = f"; whom to ask: {who}" if who else ""
    return [*lines, f"No letter goes to the customer. Tell them: reference {added.reference}{by_when}{whom}."]
