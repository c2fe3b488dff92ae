"""``mailbot case merge|split|link|withdraw|undo``: cases that are one, two, or none any more."""

from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

Reference = Annotated[str, typer.Argument(help="The case's reference, such as HC-2611-0042-7.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot case``."""
    for command in (merge, split, link, withdraw, undo):
        app.command()(command)


def merge(
    reference: Reference,
    into: Annotated[str, typer.Option(help="The case into which it goes.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Merge a case into another: its messages, letters and people go there, and the earliest date holds.

    Whoever has it has the other too from now on, if nobody had that.
    """
    from mailbot.cli.commands import case_commands
    from mailbot.core.action import TakeTurn

    for action in case_commands(config).merge(reference, into).actions:
        if isinstance(action, TakeTurn):
            typer.echo(f"{len(action.clocks)} clocks go with it, {len(action.stopped)} end: the earliest date holds")
    typer.echo(f"{reference.upper()} is part of {into.upper()} now. To take it back: mailbot case undo {reference.upper()}")


def split(
    reference: Reference,
    messages: Annotated[list[int], typer.Argument(help="The messages that are another matter, by the numbers of 'case show'.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Give messages of a case a case of their own, with dates from the receipt of the first of them."""
    from mailbot.cli.commands import case_commands

    made = case_commands(config).split(reference, messages)
    typer.echo(f"{made} has {len(messages)} of its messages now. To take it back: mailbot case undo {reference.upper()}")


def link(
    reference: Reference, other: Annotated[str, typer.Argument(help="The other case.")], config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Say that two cases have to do with one another; each shows the other."""
    from mailbot.cli.commands import case_commands

    case_commands(config).link(reference, other)
    typer.echo(f"{reference.upper()} and {other.upper()} are linked.")


def withdraw(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="How the customer said so, in a few words; it stands in the history.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Close a case that its customer does not want dealt with any more; letters that wait do not go."""
    from mailbot.adapters.clock import SystemClock
    from mailbot.cli.commands import case_commands
    from mailbot.core.case_command import CaseWithdrawn

    case_commands(config).carry_out(reference, CaseWithdrawn(at=SystemClock().now(), reason=reason))
    typer.echo(f"{reference.upper()} is closed as withdrawn. To take it back: mailbot case undo {reference.upper()}")


def undo(reference: Reference, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take back the newest merge, split, link, withdrawal or note of a case, with its dates as they were.

    So with a customer who was named for what a colleague passed on, as long as no letter has gone to them. An answer of the
    owner that still waits to go is undone before all else.
    """
    from mailbot.cli.commands import case_commands
    from mailbot.core.action import TakeBack, WithdrawLetter
    from mailbot.core.case import TurnKind
    from mailbot.core.decide.replying import UNDONE

    what = {
        TurnKind.CONTACT: " The note stays in the history, marked; what it stopped runs again.",
        TurnKind.CUSTOMER_NAMED: " Its customer is open again: mailbot held list",
    }
    for action in case_commands(config).undo(reference).actions:
        if isinstance(action, WithdrawLetter) and action.reason.rule == UNDONE:
            typer.echo(f"{reference.upper()}: the answer does not go to the customer.")
        if isinstance(action, TakeBack):
            typer.echo(f"{reference.upper()}: taken back.{what.get(action.turn.kind, '')}")
