"""``mailbot case ask``: the customer is asked for what their request for information lacks."""

from typing import Annotated

import typer

from mailbot.cli.case_commands import Reference, tell
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption
from mailbot.core.information_request import Lack

NAMES = {lack.name.lower(): lack for lack in Lack}


def register(app: typer.Typer) -> None:
    """Add the command to ``mailbot case``."""
    app.command()(ask)


def _lack(word: str) -> Lack:
    if word.lower() not in NAMES:
        raise typer.BadParameter(f"'{word}' is none of these; write {', '.join(NAMES)}")
    return NAMES[word.lower()]


def ask(
    reference: Reference,
    lacks: Annotated[
        list[Lack] | None,
        typer.Option(parser=_lack, metavar="|".join(NAMES), help="What is missing; without it, what 'case show' says is."),
    ] = None,
    note: Annotated[
        str, typer.Option(help="A sentence of yours that stands in the letter, such as which years you mean.")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Ask the customer in one letter for what their request for information lacks. The case waits for the answer.

    Write --lacks once for each thing. The law that the policy names says what waiting and the answer do to the date.
    """
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).ask(reference, lacks or (), note))
