"""``python -m tests.bench``: measure mailbot on this machine."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stderr
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from mailbot.adapters.clock import SystemClock
from mailbot.cli.logs import configure_logs
from tests.bench.deadlines import measure_deadlines, show_deadlines
from tests.bench.end_to_end import measure_end_to_end
from tests.bench.generate import PERIOD, generate
from tests.bench.installation import ADDRESS, PASSWORD, Installation, install
from tests.bench.matching import measure_matching
from tests.bench.measured import Measured, together
from tests.bench.report import keep, show
from tests.bench.servers import imap_server, postgres_server, relay
from tests.bench.staff_mail import measure_staff_mail
from tests.bench.steps import measure_steps
from tests.servers.dovecot import available as dovecot_available
from tests.servers.postgres import available as postgres_available

GROWTH = (200, 20_000)  # end to end only: more of them would tell nothing new about a step alone
SQLITE, POSTGRESQL = "sqlite", "postgresql"

FreshUrl = Callable[[Path], str]
Fresh = Callable[[], AbstractContextManager[Installation]]


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # or the servers would go on for ever
    only_one = arguments.deadlines or arguments.matching or arguments.staff_mail
    sizes = () if only_one else (arguments.messages, *(GROWTH if arguments.growth else ()))
    if sizes and (reason := dovecot_available()):
        raise SystemExit(reason)
    measured, timed = list[Measured](), list[Measured]()
    with ExitStack() as servers:
        servers.enter_context(_log_to_nowhere())
        databases = _databases(servers, arguments.database)
        for size in sizes:
            measured += _measure(size, databases, arguments)
        if arguments.matching or (arguments.matching is None and not only_one):
            measured += _match(databases, arguments)
        if arguments.deadlines or (arguments.deadlines is None and not arguments.steps and not only_one):
            timed = list(_time(databases, arguments))
    if arguments.staff_mail or (arguments.staff_mail is None and not arguments.steps and not only_one):
        measured.append(measure_staff_mail(arguments.messages, arguments.repeat))
    print(f"kept in {keep([*measured, *timed], arguments.json, SystemClock().now())}")
    if timed:
        show_deadlines(timed)
    if measured:
        show(measured)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--messages", type=int, default=2_000, metavar="N", help="how many (default: 2000)")
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL, "both"), default="both")
    parser.add_argument("--steps", action="store_true", help="only each step alone, not end to end")
    parser.add_argument(
        "--child", action=argparse.BooleanOptionalAction, help="messages read in a process of its own, or not (default: both)"
    )
    parser.add_argument(
        "--deadlines", action=argparse.BooleanOptionalAction, help="only what concerns dates, or all but that (default: all)"
    )
    parser.add_argument(
        "--open-deadlines", type=int, default=1_000_000, metavar="N", help="how many are open (default: 1000000)"
    )
    parser.add_argument(
        "--matching", action=argparse.BooleanOptionalAction, help="only screening and matching, or all but that (default: all)"
    )
    parser.add_argument("--open-cases", type=int, default=100_000, metavar="N", help="among which is matched (default: 100000)")
    parser.add_argument(
        "--staff-mail",
        action=argparse.BooleanOptionalAction,
        help="only judging what staff write, or all but that (default: all)",
    )
    parser.add_argument("--growth", action="store_true", help="end to end also with 200 and 20,000 messages")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="medians of N runs (default: 3)")
    parser.add_argument("--json", type=Path, default=Path("bench-results"), metavar="DIR", help="where results are kept")
    return parser.parse_args()


@contextmanager
def _log_to_nowhere() -> Iterator[None]:
    """Log lines are made, as in a daemon, and not kept. Loggers remember their file, so it stays open to the end."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        with redirect_stderr(nowhere):
            configure_logs("text", "info")
        yield


def _databases(servers: ExitStack, wanted: str) -> dict[str, FreshUrl]:
    """A maker of fresh databases for each kind that is wanted and that there is."""
    databases: dict[str, FreshUrl] = {}
    if wanted != POSTGRESQL:
        databases[SQLITE] = lambda folder: f"sqlite:///{folder / 'mailbot.db'}"
    if wanted != SQLITE:
        if reason := postgres_available():
            print(f"without PostgreSQL: {reason}")
            return databases
        postgres = servers.enter_context(postgres_server())
        databases[POSTGRESQL] = lambda _folder: postgres.database()
    return databases


def _measure(size: int, databases: dict[str, FreshUrl], arguments: argparse.Namespace) -> Iterator[Measured]:
    """One number of messages on every database: the whole way, and for the wanted number each step."""
    since = SystemClock().now().replace(microsecond=0) - PERIOD - timedelta(minutes=1)
    messages = generate(size, ADDRESS, since)
    with imap_server(ADDRESS, PASSWORD, messages) as imap, relay() as smtp_port:
        for name, fresh_url in databases.items():
            fresh = partial(_fresh, fresh_url, imap.port, smtp_port, since)
            if not arguments.steps:
                for child in (True, False) if arguments.child is None else (arguments.child,):
                    yield together([_whole(fresh, size, name, child) for _ in range(arguments.repeat)])
            if size == arguments.messages:
                yield from _steps(fresh, name, arguments.repeat)


def _match(databases: dict[str, FreshUrl], arguments: argparse.Namespace) -> Iterator[Measured]:
    """Screening and matching among many open cases; no server is asked."""
    since = SystemClock().now().replace(microsecond=0)
    for name, fresh_url in databases.items():
        fresh = partial(_fresh, fresh_url, 1, 1, since)
        yield from measure_matching(fresh, name, arguments.open_cases, arguments.repeat)


def _time(databases: dict[str, FreshUrl], arguments: argparse.Namespace) -> Iterator[Measured]:
    """Whatever happens because time passes; no server is asked."""
    since = SystemClock().now().replace(microsecond=0)
    for name, fresh_url in databases.items():
        fresh = partial(_fresh, fresh_url, 1, 1, since)
        yield from measure_deadlines(fresh, name, arguments.open_deadlines, arguments.repeat)


@contextmanager
def _fresh(fresh_url: FreshUrl, imap_port: int, smtp_port: int, since: datetime) -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        installation = install(folder, fresh_url(folder), imap_port, smtp_port, since)
        try:
            yield installation
        finally:
            installation.database.close()


def _whole(fresh: Fresh, size: int, database: str, child: bool) -> Measured:
    with fresh() as installation:
        return measure_end_to_end(installation, size, database, child=child)


def _steps(fresh: Fresh, database: str, repeat: int) -> Iterator[Measured]:
    runs = list[list[Measured]]()
    for _ in range(repeat):
        with fresh() as installation:
            runs.append(measure_steps(installation, database))
    return map(together, zip(*runs, strict=True))


if __name__ == "__main__":
    main()
