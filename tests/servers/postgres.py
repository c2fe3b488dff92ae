"""A real PostgreSQL for a test run: Debian's programs in a folder of their own, as root or as an ordinary user."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tests.servers.ports import free_ports

HOST = "127.0.0.1"
START_LIMIT = 15.0  # seconds
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_BIN = Path("/usr/lib/postgresql")


def available() -> str | None:
    """Why PostgreSQL cannot run here, as a reason to skip; None when it can."""
    return None if _programs() else "PostgreSQL's server is not installed (Debian: apt install postgresql)"


def _programs() -> Path | None:
    """The folder with the newest initdb and postgres, if there is one."""
    folders = sorted(_BIN.glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Postgres:
    """A server in ``root``, a folder that the user ``nobody`` can reach when this is run by root.

    ``database()`` makes a fresh, empty database and returns its URL. ``restart`` keeps the port and the data.
    ``durable``: with PostgreSQL's own settings for what outlives a loss of power, which are slower.
    """

    def __init__(self, root: Path, *, durable: bool = False) -> None:
        self.root = root
        self._settings = ("max_connections=200", *(() if durable else FORGETFUL))
        (self.port,) = free_ports(1)
        self._data = root / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    def start(self) -> None:
        """Make the server's folder if this is the first start, and wait until it answers."""
        programs = _programs()
        if programs is None:
            raise RuntimeError(available())
        if not self._data.exists():
            self._run(
                programs / "initdb", "-D", self._data, "-U", "test", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8"
            )
        command = [programs / "postgres", "-D", self._data, "-p", str(self.port), "-k", self.root, "-h", HOST]
        with (self.root / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(part) for part in (*command, *(part for setting in self._settings for part in ("-c", setting)))],
                stdout=subprocess.DEVNULL,
                stderr=log,
                **_as_nobody(),
            )
        self._wait()

    def stop(self) -> None:
        """Fast shutdown (SIGINT): open connections are cut, nothing that was committed is lost."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(15)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def database(self, like: str = "postgresql:///template1") -> str:
        """A fresh database's URL: an empty one, or a copy of another that nobody is using now."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_name(like)}")
        return f"postgresql+psycopg://test@{HOST}:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Forget a database that nobody uses any more."""
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _dsn(self, name: str) -> str:
        return f"host={HOST} port={self.port} user=test dbname={name} connect_timeout=2"

    def _wait(self) -> None:
        until = time.monotonic() + START_LIMIT
        while True:
            try:
                psycopg.connect(self._dsn("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > until or (self._process is not None and self._process.poll() is not None):
                    raise RuntimeError((self.root / "log").read_text(errors="replace")) from None
                time.sleep(0.02)
            else:
                return

    def _run(self, *command: object) -> None:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **_as_nobody())
        if done.returncode:
            raise RuntimeError(done.stderr)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to be run by root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
