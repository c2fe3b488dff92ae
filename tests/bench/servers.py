"""The servers of a measurement: Dovecot with the messages in its maildir, and a relay that accepts everything."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.generate import Generated
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_ports
from tests.servers.postgres import Postgres

HOST = "127.0.0.1"
SMTP_SINK = Path("/usr/sbin/smtp-sink")
START_LIMIT = 10.0  # seconds


@contextmanager
def imap_server(user: str, password: str, messages: Iterable[Generated]) -> Iterator[Dovecot]:
    """Dovecot with ``messages`` unseen in the inbox of ``user``."""
    with _folder("imap-", 0o755) as root:
        server = Dovecot(root / "dovecot", {user: password})
        server.start()
        try:
            _fill(server.root / "mail" / user, messages)
            yield server
        finally:
            server.stop()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """PostgreSQL that keeps what it has committed: the tests' own, but for its speed settings."""
    with _folder("pg-", 0o777) as root:
        server = Postgres(root, durable=True)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def relay() -> Iterator[int]:
    """The port of an SMTP server in a process of its own that accepts and forgets: Postfix's smtp-sink, or ours."""
    (port,) = free_ports(1)
    if SMTP_SINK.exists():
        run_as = ("-u", "nobody") if os.getuid() == 0 else ()
        command = [str(SMTP_SINK), *run_as, f"{HOST}:{port}", "100"]
    else:
        command = [sys.executable, "-m", "tests.bench.sink", str(port)]
    with subprocess.Popen(command) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            server.kill()


@contextmanager
def _folder(prefix: str, mode: int) -> Iterator[Path]:
    """A folder for a server, which is ``nobody`` when this is run by root. A server that ends may still write there."""
    root = Path(tempfile.mkdtemp(prefix=prefix))
    root.chmod(mode)
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _fill(mailbox: Path, messages: Iterable[Generated]) -> None:
    """Put messages into a maildir as a delivering server does; Dovecot dates each by its file."""
    owner = mailbox.parent.stat()
    for folder in (mailbox, *(mailbox / name for name in ("cur", "new", "tmp"))):
        folder.mkdir(exist_ok=True)
        os.chown(folder, owner.st_uid, owner.st_gid)
    for number, message in enumerate(messages):
        at = message.received_at.timestamp()
        file = mailbox / "new" / f"{int(at)}.M{number:06}.bench,S={len(message.content)}"
        file.write_bytes(message.content)
        os.chown(file, owner.st_uid, owner.st_gid)
        os.utime(file, (at, at))


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the relay did not start")
