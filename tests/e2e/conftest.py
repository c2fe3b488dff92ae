"""Installations that tests ask for by name."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from mailbot.adapters.imap import mailbox as imap
from tests.e2e.installation import Install, Installation, MovableClock, StoryClock
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.smtp import SmtpServer


@pytest.fixture(scope="session", autouse=True)
def _log_apart() -> None:
    """The daemon logs where no command prints."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))


@pytest.fixture(scope="session", autouse=True)
def _ends_soon() -> Iterator[None]:
    """A daemon that waits for the server's call looks ten times a second whether it is to end, not once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imap, "IDLE_SLICE_SECONDS", 0.1)
        yield


@pytest.fixture
def install(tmp_path: Path, start_dovecot: StartDovecot, smtp_server: SmtpServer) -> Iterator[Install]:
    """Make an installation of the test's own choosing; it is stopped before the servers when the test ends."""
    with ExitStack() as at_end:

        def make(
            dovecot: Dovecot,
            smtp: SmtpServer,
            /,
            *,
            mailboxes: Mapping[str, Mapping[str, Any]] | Sequence[str] = ("enquiries",),
            clock: MovableClock | None = None,
            tables: Mapping[str, Mapping[str, Any]] | None = None,
            **settings: Any,
        ) -> Installation:
            own = dict(mailboxes) if isinstance(mailboxes, Mapping) else {name: {} for name in mailboxes}
            each = {name: {**settings, **differing} for name, differing in own.items()}
            made = Installation(tmp_path, dovecot, smtp, mailboxes=each, clock=clock or StoryClock(), tables=tables or {})
            at_end.callback(made.close)
            return made

        yield make
