"""``mailbot case restrict|confirm|raw|misconduct``: about people of ours, who hears of it and opens it (F11, F12)."""

import sys
from typing import Annotated

import typer

from mailbot.cli.case_commands import Reference, tell
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot case``."""
    app.command()(restrict)
    app.command()(confirm)
    app.command()(raw)
    app.command()(misconduct)


def restrict(
    reference: Reference,
    why: Annotated[str, typer.Option(help="Why, in a few words; they stand in the history, without names of people.")],
    about: Annotated[
        list[str] | None, typer.Option(help="Whom it is about, of the directory or not; their name is blacked out everywhere.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who says so, if it is not you.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say that a case is about somebody of ours, where mailbot has not noticed: whoever the policy names gets a mail.

    Names are blacked out of what was recorded of it before, too, and few open its messages. Say it again with --about of a case
    that is one already, where a name was not noticed.
    """
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).restrict(reference, why, by, about or ()))


def confirm(
    reference: Reference,
    flag: Annotated[str, typer.Argument(help="The flag, such as personnel; 'mailbot case show' lists those of a case.")],
    by: Annotated[str, typer.Option(help="Who says so, if it is not you.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Confirm a flag that you were told of: whoever the policy names next is told, too."""
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).confirm(reference, flag, by))


def raw(
    reference: Reference,
    number: Annotated[int, typer.Argument(help="The message's number in 'mailbot case show'.")],
    why: Annotated[str, typer.Option(help="Why, in a few words; it stands in the history with your name.")],
    by: Annotated[str, typer.Option(help="Who you are, if you like to say it; refused if you are signed in as another.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a message as it came, with the names that are not recorded. That you opened it stands in the history.

    Of a case about somebody of ours this is only for whom the policy says. Who you are is known by how you signed in to this
    machine: 'login' of the person in the services file.
    """
    from mailbot.adapters.login import signed_in
    from mailbot.app import people_of
    from mailbot.cli.commands import case_commands
    from mailbot.cli.options import load_config
    from mailbot.core.directory import person_who_signed_in
    from mailbot.core.text import shown_text
    from mailbot.errors import PermanentError

    try:
        somebody = person_who_signed_in(people_of(load_config(config)), signed_in(), by)
    except ValueError as error:
        raise PermanentError(str(error)) from None
    content = case_commands(config).open_raw(reference, number, somebody, why)
    if sys.stdout.isatty():
        typer.echo(shown_text(content.decode("utf-8", "replace")))
    else:
        sys.stdout.buffer.write(content)


def misconduct(
    reference: Reference,
    words: Annotated[str, typer.Argument(help="What you saw, in a sentence, for the line manager.")],
    about: Annotated[str, typer.Option(help="Whom it is about: a name or an address among the people.")],
    by: Annotated[str, typer.Option(help="Who says so, if it is not you.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Report possible misconduct that you noticed in a case: the line manager gets a mail. The history names nobody."""
    from mailbot.app import people_of
    from mailbot.cli.case_commands import moment_of, say
    from mailbot.cli.commands import case_commands
    from mailbot.cli.options import load_config
    from mailbot.core.case_command import MisconductNoticed
    from mailbot.core.directory import person
    from mailbot.errors import PermanentError

    try:
        somebody = person(people_of(load_config(config)), about)
    except ValueError as error:
        raise PermanentError(str(error)) from None
    reported_by = by or case_commands(config).actor
    said = MisconductNoticed(about=somebody, words=words, by=reported_by, at=moment_of(None, config))
    say(reference, said, config)
