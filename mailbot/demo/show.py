"""Running the demo: servers, daemon, samples, and a live table of what becomes of each message."""

import json
import secrets
import shutil
import smtplib
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.store.database import open_database
from mailbot.adapters.store.instance import only_daemon
from mailbot.adapters.store.queries import Queries
from mailbot.adapters.store.views import CaseLine, LetterLine
from mailbot.config import Config, Folders, Mailbox, Organisation, SecretRef, Server, Storage, Tls
from mailbot.core.calendar import last_day
from mailbot.core.delivery import SentCopy
from mailbot.daemon import Daemon
from mailbot.demo.samples import samples
from mailbot.demo.servers import DemoServers
from mailbot.errors import PermanentError, TransientError
from mailbot.pipeline.commands import Commands
from mailbot.reading import spacy_reader

ADDRESSES = {"enquiries": "enquiries@harbour.example", "foi": "foi@harbour.example"}
ADDRESS_FILE = "running.json"
DATABASE = "mailbot.db"
MARKER = ".mailbot-demo"
PATIENCE_SECONDS = 100
REFRESH_SECONDS = 0.5
ZONE = "Europe/London"
ROWS = 200
WIDE = 100
MIN_WIDTHS = {"class": 22, "case": 14, "receipt": 8, "answer by": 10}
NO_CASE = {"human": "(joins its case)", "auto_reply": "(automatic reply)", "list": "(mailing list)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A demo that is up: its daemon, its servers, and where it keeps things."""

    daemon: Daemon
    servers: DemoServers
    queries: Queries
    letters: Path


def run_demo(folder: Path, *, once: bool, as_json: bool) -> None:
    """Run the demo in ``folder``. ``once``: leave when the samples are handled; ``as_json``: totals as the last line."""
    console = Console(quiet=as_json)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the table is the log
    show = _start(folder)
    try:
        expected = _deliver(show)
        with Live(_table(show), console=console, refresh_per_second=2, vertical_overflow="visible") as live:
            _watch_until_quiet(show, expected, live)
            if not once:
                _explain(console, folder, show)
                with suppress(KeyboardInterrupt):
                    while True:
                        time.sleep(REFRESH_SECONDS)
                        live.update(_table(show))
        if as_json:
            typer.echo(json.dumps(show.queries.counts()))
        else:
            console.print(f"\nThe letters lie in {show.letters}")
    finally:
        (folder / ADDRESS_FILE).unlink(missing_ok=True)
        show.daemon.stop()
        show.servers.stop()


def send_message(folder: Path, *, text: str, subject: str, sender: str, to: str) -> None:
    """Hand a message to the running demo's own mail server. Raises PermanentError if none is running."""
    try:
        running = json.loads((folder / ADDRESS_FILE).read_text())
    except FileNotFoundError:
        raise TransientError("no demo is running here; start one in another terminal with: make demo") from None
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ADDRESSES.get(to, to), subject
    message["Date"], message["Message-ID"] = format_datetime(SystemClock().now()), make_msgid(domain="example.org")
    message.set_content(text)
    try:
        with smtplib.SMTP("127.0.0.1", running["smtp_port"], timeout=10) as relay:
            relay.send_message(message)
    except OSError:
        raise TransientError("the demo does not answer any more; start it again with: make demo") from None


def _start(folder: Path) -> Show:
    _claim(folder)
    letters = folder / "letters"
    letters.mkdir()
    passwords = {address: secrets.token_urlsafe(12) for address in ADDRESSES.values()}
    servers = DemoServers(passwords, letters)
    servers.start()
    config = _config(folder, servers, passwords)
    daemon = Daemon(config, reader=spacy_reader)
    commands = Commands(store=daemon.store, clock=SystemClock(), actor="demo")
    for mailbox in config.mailbox:
        commands.go_live(mailbox.name)
    (folder / ADDRESS_FILE).write_text(json.dumps({"smtp_port": servers.smtp_port}))
    daemon.start()
    return Show(
        daemon=daemon,
        servers=servers,
        queries=Queries(open_database(config.storage.database)),
        letters=letters.absolute(),
    )


def _claim(folder: Path) -> None:
    """Make the folder, or clear away what an earlier demo left there. Raises PermanentError if it is anything else's."""
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise PermanentError(f"{folder} is not empty and was not made by a demo; name another one with --folder")
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    if (folder / DATABASE).exists():
        with only_daemon(_url(folder)):  # a demo that still runs there must not lose its database
            for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", ADDRESS_FILE):
                (folder / name).unlink(missing_ok=True)
            shutil.rmtree(folder / "letters", ignore_errors=True)


def _url(folder: Path) -> str:
    return f"sqlite:///{(folder / DATABASE).absolute()}"


def _config(folder: Path, servers: DemoServers, passwords: Mapping[str, str]) -> Config:
    smtp = Server(host="127.0.0.1", port=servers.smtp_port, tls=Tls.NONE)
    mailboxes = []
    for name, address in ADDRESSES.items():
        password = folder / f"{name}.password"
        password.write_text(passwords[address])
        imap = Server(host="127.0.0.1", port=servers.imap_port, tls=Tls.NONE, user=address, password=SecretRef(path=password))
        mailboxes.append(
            Mailbox(
                name=name,
                address=address,
                imap=imap,
                smtp=smtp,
                manager="manager@example.org",
                signatory="Customer Services",
                start_from="beginning",
                folders=Folders(sent="Sent"),
                sent_copy=SentCopy.APPEND,
                poll_seconds=5,
                letters_per_minute=600,
            )
        )
    return Config(
        organisation=Organisation(name="Harbour Council", reference_prefix="HC"),
        mailbox=tuple(mailboxes),
        storage=Storage(database=_url(folder)),
    )


def _deliver(show: Show) -> int:
    delivered = samples(SystemClock().now())
    for sample in delivered:
        show.servers.deliver(sample.mailbox, sample.content)
    return len(delivered)


def _watch_until_quiet(show: Show, expected: int, live: Live) -> None:
    """Return when every sample has been decided about and no letter waits any more."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        time.sleep(REFRESH_SECONDS)
        live.update(_table(show))
        waiting = sum(mailbox.waiting for mailbox in show.queries.status(SystemClock().now()).mailboxes)
        on_their_way = show.queries.letters(("queued", "sending", "deferred", "in_doubt"))
        if show.queries.counts()["messages"] >= expected and not waiting and not on_their_way:
            live.update(_table(show))
            return
    raise PermanentError("the samples were not handled in time; run it again, or look at 'mailbot status'")


def _explain(console: Console, folder: Path, show: Show) -> None:
    config = f"--folder {folder}" if folder != Path("demo-run") else ""
    console.print(f"\nThe letters lie in {show.letters}")
    console.print(f'Write to the council yourself, in another terminal: .venv/bin/mailbot demo send "text" {config}'.rstrip())
    console.print("End with Ctrl-C.\n")


def _table(show: Show) -> Table:
    """Every message as one row: what it became, what was sent, what is due and when."""
    table = Table(title="Harbour Council: what became of each message", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("message", no_wrap=True, max_width=max(11, Console().width - 83))
    for column in ("class", "case", "receipt", "answer by"):
        table.add_column(column, no_wrap=True, min_width=MIN_WIDTHS[column])
    wide = Console().width >= WIDE
    cases = {line.reference: line for line in show.queries.cases(limit=ROWS)}
    letters = {line.reference: line for line in reversed(show.queries.letters(limit=ROWS)) if line.reference}
    for message in show.queries.incoming(limit=ROWS):
        case = cases.get(message.reference or "") if message.is_first else None
        table.add_row(
            Text(message.subject),
            case.class_ if case else NO_CASE.get(message.verdict, message.verdict),
            message.reference or "-",
            _sent(letters.get(message.reference or "") if case else None, wide=wide),
            _due(case),
        )
    return table


def _sent(letter: LetterLine | None, *, wide: bool) -> str:
    if letter is None:
        return "none"
    return f"{letter.letter.removeprefix('receipt-')}, {letter.state}" if wide else letter.state


def _due(case: CaseLine | None) -> str:
    if case is None or case.due_at is None:
        return "-"
    return f"{last_day(case.due_at, ZoneInfo(ZONE)):%a %d %b}"
