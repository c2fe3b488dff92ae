"""``mailbot demo``: the whole service on this machine, with invented mail."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

demo_app = typer.Typer(help="The whole service on this machine, with invented mail.", invoke_without_command=True)


class DemoFormat(StrEnum):
    """A live table, or one JSON line at the end."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    app.add_typer(demo_app, name="demo")


FolderOption = Annotated[Path, typer.Option("--folder", help="Where letters and the demo's database are kept.")]


@demo_app.callback()
def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Handle the samples, print the totals, and leave.")] = False,
    format_: Annotated[DemoFormat, typer.Option("--format", help="text or json.")] = DemoFormat.TEXT,
    folder: FolderOption = Path("demo-run"),
) -> None:
    """Start an IMAP and an SMTP server on loopback, deliver invented messages, and show what becomes of each.

    It keeps running; send it a message of your own with: mailbot demo send "text"
    """
    if context.invoked_subcommand is None:
        from mailbot.demo.show import run_demo

        run_demo(folder, once=once, as_json=format_ is DemoFormat.JSON)


@demo_app.command()
def send(
    text: Annotated[str, typer.Argument(help="What you write to the council.")],
    subject: Annotated[str, typer.Option(help="The subject.")] = "A message of my own",
    sender: Annotated[str, typer.Option("--from", help="Who writes.")] = "you@example.org",
    to: Annotated[str, typer.Option(help="enquiries or foi.")] = "enquiries",
    folder: FolderOption = Path("demo-run"),
) -> None:
    """Send a message of your own to a demo that is running."""
    from mailbot.demo.show import send_message

    send_message(folder, text=text, subject=subject, sender=sender, to=to)
    typer.echo("Sent. Watch the table: your message becomes a case, and the letter lands in the folder.")
