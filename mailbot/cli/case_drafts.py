"""``mailbot case draft|submit|drafts|send-back|issue|release``: letters that staff write."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.pipeline.draft_commands import DraftCommands

Reference = Annotated[str, typer.Argument(help="The case's reference, such as HC-2611-0042-7.")]
Letter = Annotated[str, typer.Argument(help="The letter's name or code, such as conclusion or SL039.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot case``."""
    for command in (draft, submit, drafts, send_back, issue, release):
        app.command(command.__name__.replace("_", "-"))(command)


def draft(
    reference: Reference,
    letter: Letter,
    out: Annotated[Path | None, typer.Option(help="The file to write; without it the text is printed.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Begin a letter with what the case knows: a text to go on with, or what was last handed in.

    Lines that begin with >> say what belongs there.
    """
    from mailbot.core.draft import written
    from mailbot.errors import PermanentError

    text = written(_commands(config).blank(reference, letter))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise PermanentError(f"{out}: cannot be written: {error.strerror}") from None
    typer.echo(f"{out}: write your letter, then: mailbot case submit {out}")


def submit(
    file: Annotated[Path, typer.Argument(help="The file that 'mailbot case draft' wrote, with your text in it.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Hand a letter in to be checked. It is refused with whatever must be mended first."""
    from mailbot.core.draft import read
    from mailbot.errors import PermanentError

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(f"{file}: cannot be read as UTF-8 text: {error}") from None
    found = read(text, str(file))
    _commands(config).submit(found, str(file))
    typer.echo(f"{found.reference}: the letter '{found.letter}' waits to be checked: mailbot case drafts")


def drafts(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List the letters that were handed in and wait to be checked."""
    found = _commands(config).waiting()
    for one in found:
        typer.echo(f"{one.reference}  {one.draft.letter}  by {one.draft.author}, {one.draft.at.astimezone():%d %b %Y %H:%M}")
        typer.echo(f"  read it: mailbot case draft {one.reference} {one.draft.letter}")
    if not found:
        typer.echo("no letter waits to be checked")


def send_back(
    reference: Reference,
    letter: Letter,
    reason: Annotated[str, typer.Argument(help="What is to be mended.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Give a letter back to whoever wrote it, with the reason."""
    _commands(config).send_back(reference, letter, reason)
    typer.echo(f"{reference.upper()}: '{letter}' is with its writer again; the reason stands in the history.")


def issue(reference: Reference, letter: Letter, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send a letter that was handed in and that you have checked. Where the policy says so, its writer may not."""
    _commands(config).issue(reference, letter)
    typer.echo(f"{reference.upper()}: '{letter}' goes out now.")


def release(reference: Reference, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send the letter that tells the customer who investigates their complaint, where the policy leaves that to a person."""
    from mailbot.cli.commands import case_commands
    from mailbot.core.issuing_rule import LetterReleased

    case_commands(config).carry_out(reference, LetterReleased())
    typer.echo(f"{reference.upper()}: the letter that names who investigates goes out now.")


def _commands(config: Path) -> "DraftCommands":
    from mailbot.cli.commands import draft_commands

    return draft_commands(config)
