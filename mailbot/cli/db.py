"""``mailbot db``: the database itself."""

from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

app = typer.Typer(help="The database itself.", no_args_is_help=True)


@app.command()
def copy(
    target: Annotated[str, typer.Argument(help="URL of an empty database: postgresql+psycopg://user@host/name")],
    password_path: Annotated[Path | None, typer.Option(help="A file with the target's password.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy the configured database into an empty one and compare the counts. Stop the daemon first."""
    from contextlib import closing

    from mailbot.adapters.credentials import read_secret
    from mailbot.adapters.store.copying import copy_database
    from mailbot.adapters.store.database import open_database
    from mailbot.adapters.store.instance import only_daemon
    from mailbot.app import database_of
    from mailbot.cli.options import load_config

    settings = load_config(config)
    password = read_secret("--password-path", credential=None, path=password_path, env=None) if password_path else None
    with (
        only_daemon(settings.storage.database),
        closing(database_of(settings, create=False)) as source,
        closing(open_database(target, password)) as there,
    ):
        for copied in copy_database(source, there):
            typer.echo(f"{copied.name}: {copied.source} rows here, {copied.target} there")
    typer.echo("Everything was copied. Write the new URL under [storage] and start the daemon again.")
