"""``mailbot run``: the daemon."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.ports import Clock, Reader
    from mailbot.reading import ReadingRules


def register(app: typer.Typer) -> None:
    app.command()(run)


def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Watch the mailboxes until stopped (SIGTERM or Ctrl-C).

    A new installation only observes: it records what it would send. 'mailbot live' lets letters go.
    """
    serve(config)


def serve(config: Path, reader: "Callable[[ReadingRules], Reader] | None" = None, clock: "Clock | None" = None) -> None:
    """Run the daemon in this process until a signal ends it.

    ``reader`` makes what reads messages, None: as configured; ``clock`` None: the machine's.
    """
    import signal

    from mailbot.cli.logs import configure_logs
    from mailbot.cli.options import load_config
    from mailbot.daemon import Daemon
    from mailbot.runner import keep_memory_together, spare_the_collector

    keep_memory_together()
    settings = load_config(config)
    configure_logs(settings.log.format, settings.log.level)
    daemon = Daemon(settings, reader=reader, clock=clock)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # kept until asked for: a handler would miss one that comes too early
    spare_the_collector()
    daemon.start()
    signal.sigwait(ends)
    if not daemon.stop():
        import os

        os._exit(os.EX_OK)  # a loop hangs in a dead connection; what it left is in doubt and resolved at the next start
