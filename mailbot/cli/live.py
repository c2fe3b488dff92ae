"""``mailbot live``: the explicit step from observing to sending."""

from typing import Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption


def register(app: typer.Typer) -> None:
    app.command()(live)


def live(
    mailbox: Annotated[list[str] | None, typer.Option("--mailbox", help="Only this mailbox (repeatable).")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Let letters go for mail received from now on, after showing what was observed so far."""

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of, open_store
    from mailbot.cli.options import load_config, moment, print_table
    from mailbot.errors import ConfigError
    from mailbot.pipeline.commands import Commands

    settings, clock = load_config(config), SystemClock()
    names = [each.name for each in settings.mailbox]
    unknown = sorted(set(mailbox or ()) - set(names))
    if unknown:
        raise ConfigError(f"{config}: there is no mailbox '{unknown[0]}'; known: {', '.join(names)}")
    database = database_of(settings, create=False)
    store, _ = open_store(settings, database, clock.now())
    queries = Queries(database)
    observing = [line.name for line in queries.status(clock.now()).mailboxes if line.live_since is None]
    chosen = [name for name in (mailbox or names) if name in observing]
    if not chosen:
        typer.echo("Every chosen mailbox is live already.")
        return
    unread = [line.name for line in queries.status(clock.now()).mailboxes if line.name in chosen and line.fresh_at is None]
    if unread and not yes:
        raise ConfigError(f"mailbot has never read {', '.join(unread)}; start 'mailbot run' first and look at what it observes")
    zone = settings.organisation.time_zone
    print_table(
        "Letters that were observed and not sent (the newest first)",
        ("when", "mailbox", "case", "letter", "to"),
        (
            (moment(line.created_at, zone), line.mailbox, line.reference or "-", line.letter, line.recipient)
            for line in queries.letters(("observed",), limit=20)
            if line.mailbox in chosen
        ),
    )
    typer.echo(f"From now on, mail that arrives in {', '.join(chosen)} is answered by letters that really go.")
    typer.echo("What was observed stays unsent: the cases above are to be answered by hand, and their clocks run.")
    if not yes:
        typer.confirm("Go live?", abort=True)
    commands = Commands(store=store, clock=clock, actor=signed_in())
    for name in chosen:
        commands.go_live(name)
    typer.echo(f"Live: {', '.join(chosen)}.")
