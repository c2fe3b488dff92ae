"""The servers that tests ask for by name."""

import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
import structlog

from mailbot.runner import spare_the_collector
from tests.read_once import read_once
from tests.servers.dovecot import Dovecot, StartDovecot, available
from tests.servers.postgres import Postgres
from tests.servers.postgres import available as postgres_available
from tests.servers.smtp import SmtpServer

hypothesis.settings.register_profile(  # tests share the machine with servers: slowness is no finding
    "calm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("calm")

MEASURED = "measured"
USERS = {"enquiries@harbour.example": "secret", "foi@harbour.example": "secret"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Letters are compared with the files in ``tests/letters/golden``; they are rewritten only when asked for."""
    parser.addoption("--update-golden", action="store_true", help="write the letters as they are now into their golden files")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests have measured, wherever they ran."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", ()):
                if name == MEASURED and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(line)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: a seventh of the tests' time would go into looking through it again and again."""
    spare_the_collector()


@pytest.fixture
def print_at_end(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Have a line printed at the end of the whole run."""
    return lambda line: record_property(MEASURED, line)


@pytest.fixture
def start_dovecot() -> Iterator[StartDovecot]:
    """Start IMAP servers of the test's own choosing, for instance a poor one ``without`` MOVE."""
    if reason := available():
        # On the build machine a missing server must not look like a passed test.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with ExitStack() as at_end:

        def start(
            users: Mapping[str, str] = USERS, *, without: Collection[str] = (), tokens_port: int | None = None
        ) -> Dovecot:
            root = Path(at_end.enter_context(tempfile.TemporaryDirectory(prefix="imap-")))
            root.chmod(0o755)  # run by root, the server is nobody and must get in
            server = Dovecot(root / "dovecot", users, without=without, tokens_port=tokens_port)
            at_end.callback(server.stop)
            server.start()
            return server

        yield start


@pytest.fixture
def dovecot(start_dovecot: StartDovecot) -> Dovecot:
    """A running IMAP server with two group mailboxes, enquiries@ and foi@harbour.example, password ``secret``."""
    return start_dovecot()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL, one for each process of the test run; ask it for a fresh ``database()``."""
    if reason := postgres_available():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        root = Path(folder)
        root.chmod(0o777)  # run by root, the server is nobody and must get in
        server = Postgres(root)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Rules and letters that have not changed are not read anew for each installation."""
    with pytest.MonkeyPatch.context() as patch:
        read_once(patch)
        yield


@pytest.fixture(autouse=True)
def ordinary_logs() -> Iterator[None]:
    """What a test does to the log is gone with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A running SMTP server that accepts everything, without TLS or login."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()
