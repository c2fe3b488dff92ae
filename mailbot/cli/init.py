"""``mailbot init``: a first configuration from a few questions."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command()(init)


def init(
    organisation: Annotated[str, typer.Option(prompt="Full name of your organisation")],
    prefix: Annotated[str, typer.Option(prompt="Letters that begin every case reference (2 to 6)")],
    address: Annotated[str, typer.Option(prompt="Address of the group mailbox to watch")],
    imap_host: Annotated[str, typer.Option(prompt="IMAP server")],
    smtp_host: Annotated[str, typer.Option(prompt="SMTP server (your relay)")],
    manager: Annotated[str, typer.Option(prompt="Address of the manager who hears of overdue cases")],
    path: Annotated[Path, typer.Argument(help="Where to write the configuration.")] = Path("mailbot.toml"),
) -> None:
    """Write a commented configuration. Overwrites nothing; every key is explained in the file."""
    import os

    from mailbot.config import example_text, load
    from mailbot.errors import ConfigError

    if not path.parent.is_dir():
        raise ConfigError(f"{path}: the folder {path.parent} does not exist; create it first")
    if path.exists():
        raise ConfigError(f"{path}: is there already and is not overwritten; name another file or edit it")
    name = "".join(letter for letter in address.partition("@")[0].lower() if letter.isalnum() or letter == "-")
    answers = {
        "organisation.name": organisation,
        "organisation.reference_prefix": prefix.upper(),
        "mailbox.name": name or "mailbox",
        "mailbox.address": address,
        "mailbox.manager": manager,
        "mailbox.imap.host": imap_host,
        "mailbox.smtp.host": smtp_host,
        "mailbox.imap.user": address,
        "mailbox.smtp.user": address,
        "mailbox.imap.password.path": f"/etc/mailbot/{name or 'mailbox'}.password",
        "mailbox.smtp.password.path": f"/etc/mailbot/{name or 'mailbox'}.password",
    }
    part = path.with_name(f".{path.name}.part")
    part.write_text(example_text(answers), encoding="utf-8")
    try:
        load(part, os.environ)
    except ConfigError as error:
        part.unlink()
        raise ConfigError(str(error).replace(str(part), "your answers")) from None
    part.rename(path)
    typer.echo(f"Wrote {path}. Put the mailbox's password into {answers['mailbox.imap.password.path']}.")
    typer.echo(f"Then: mailbot check --config {path}")
