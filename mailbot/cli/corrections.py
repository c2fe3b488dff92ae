"""``mailbot corrections``: what people said about classes, for mailbot to learn from."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.adapters.store.corrections import Correction

app = typer.Typer(help="What people said about classes, for mailbot to learn from.", no_args_is_help=True)
OWNER_ONLY = 0o600


@app.callback()
def corrections() -> None:
    """Keep the group: with one command alone it would be that command."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where the lines go; what the file holds is replaced.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write every case whose class a person corrected as a line to train with (JSON), by what they said last.

    The lines hold what customers wrote: personal data, which stays in the organisation. Only you can read the file.
    """
    from mailbot.adapters.rule_files import load_quoting, load_subjects
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import load_config
    from mailbot.errors import PermanentError

    settings = load_config(config)
    rules = settings.paths.rules_folder
    found = Queries(database_of(settings, create=False)).corrections(load_subjects(rules), load_quoting(rules))
    try:
        _write(file, found)
    except OSError as error:
        raise PermanentError(f"{file}: {error.strerror}; name a file in a folder of yours") from None
    typer.echo(f"{len(found)} corrections are in {file}. It holds what customers wrote: keep it in the organisation.")


def _write(file: Path, found: Iterable["Correction"]) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, OWNER_ONLY), "w", encoding="utf-8") as out:
        os.fchmod(out.fileno(), OWNER_ONLY)  # a file that was there already would keep its own rights
        out.truncate()
        out.writelines(json.dumps(_line(each), ensure_ascii=False) + "\n" for each in found)


def _line(found: "Correction") -> dict[str, str | list[str]]:
    """A line as ``mailbot train`` reads it. A person said one class, and nothing of flags."""
    return {
        "id": f"correction-{found.reference}",
        "situation": found.reference,
        "register": "correction",
        "label": found.new_class,
        "also": [],
        "flags": [],
        "subject": found.subject,
        "body": found.own_text,
    }
