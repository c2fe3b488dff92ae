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
    by: Annotated[str, typer.Option(help="Who says so, if it is not you.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say that a case is about somebody of ours, where mailbot has not noticed: whoever the policy names gets a mail.

    From now on names are not recorded and few open its messages. What was recorded before stays as it was, but for the subject.
    """
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).restrict(reference, why, by))


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
    by: Annotated[str, typer.Option(help="Who opens it: a name or an address among the people.")],
    why: Annotated[str, typer.Option(help="Why, in a few words; it stands in the history with your name.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a message as it came, with the names that are not recorded. That it was opened stands in the history.

    Of a case about somebody of ours this is only for whom the policy says.
    """
    from mailbot.app import people_of
    from mailbot.cli.commands import case_commands
    from mailbot.cli.options import load_config
    from mailbot.core.directory import person
    from mailbot.core.text import shown_text
    from mailbot.errors import PermanentError

    try:
        somebody = person(people_of(load_config(config)), by)
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
