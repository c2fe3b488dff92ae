"""``mailbot case hand-over|take|consent``: a case goes to whoever can deal with it."""

from typing import Annotated

import typer

from mailbot.cli.case_commands import At, Reference, moment_of, say, tell
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot case``."""
    app.command("hand-over")(hand_over)
    app.command()(take)
    app.command()(consent)


def hand_over(
    reference: Reference,
    to: Annotated[
        str, typer.Option(metavar="SERVICE", help="A service of the directory, by its name or what people say for it.")
    ],
    note: Annotated[str, typer.Option(help="A sentence for both, the customer and the contact.")] = "",
    by: Annotated[str, typer.Option(help="Who says so, if it is not you.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Hand a case over: one letter to the customer says who has it now, and the contact is copied in with the message.

    To another organisation only with consent or after notice; without either the customer gets the contact's details, and
    nothing is passed on. Dates go on as the policy says, those of the law always.
    """
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).hand_over(reference, to, note, by))


def take(reference: Reference, at: At = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take a case that was handed over: nobody is reminded of it any more. An answer to the customer takes it, too."""
    from mailbot.core.case_command import CaseTaken

    say(reference, CaseTaken(at=moment_of(at, config)), config)


def consent(
    reference: Reference,
    how: Annotated[str, typer.Argument(help="How the customer agreed, in a sentence; it stands in the history.")],
    at: At = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Note that the customer agrees to their case being passed on to another organisation."""
    from mailbot.core.case_command import ConsentGiven

    say(reference, ConsentGiven(at=moment_of(at, config), how=how), config)
