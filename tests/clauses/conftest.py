"""Stories that tests ask for by name. One IMAP server serves them all; each begins with empty folders."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from mailbot.app import load_reading
from mailbot.config.values import CHECKOUT
from tests.clauses.story import Calendar, Rules, Story, TellStory
from tests.clauses.webhook import Webhook
from tests.conftest import USERS
from tests.e2e.installation import ENQUIRIES, reader
from tests.servers.dovecot import Dovecot, available
from tests.servers.smtp import SmtpServer


@pytest.fixture(scope="session", autouse=True)
def _log_apart() -> None:
    """The daemon logs where no command prints."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))


@pytest.fixture(scope="session")
def imap_server() -> Iterator[Dovecot]:
    """One IMAP server for all stories of this process."""
    if reason := available():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with tempfile.TemporaryDirectory(prefix="imap-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # run by root, the server is nobody and must get in
        server = Dovecot(root / "dovecot", USERS)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def _reading() -> None:
    """The model that reads messages is loaded once, before any story's time runs."""
    reader(load_reading(CHECKOUT / "rules"))


@pytest.fixture
def tell(tmp_path: Path, imap_server: Dovecot, smtp_server: SmtpServer, _reading: None) -> Iterator[TellStory]:
    """Begin a story under a pack on Tuesday 23 December 2025 at ten; it is live, and everything new is answered."""
    _empty(imap_server)
    with ExitStack() as at_end:

        def begin(
            pack: str,
            /,
            *,
            people: str = "",
            rules: Path | None = None,
            begins: str = "",
            standards: bool = False,
            limits: dict[str, int] | None = None,
            **settings: Any,
        ) -> Story:
            paths = {"rules": str(rules)} if rules else {}
            if people:
                services = tmp_path / "services.toml"
                services.write_text(people)
                paths["services"] = str(services)
            tables: dict[str, dict[str, Any]] = {"paths": paths} if paths else {}
            tables |= {"standards": {"on": True}} if standards else {}
            tables |= {"limits": limits} if limits else {}
            story = Story(
                tmp_path,
                imap_server,
                smtp_server,
                mailboxes={"enquiries": {"pack": pack, "idle": False, **settings}},
                clock=Calendar(),
                tables=tables,
            )
            at_end.callback(story.close)
            if begins:
                story.clock.turn_to(begins, story.zone)
            story.start()
            return story

        yield begin


@pytest.fixture
def own_rules(tmp_path: Path) -> Rules:
    """The shipped rules as an organisation copies and changes them."""
    return Rules.copied(CHECKOUT / "rules", tmp_path / "rules")


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """Somebody else's server that is called with alarms."""
    server = Webhook()
    yield server
    server.stop()


def _empty(server: Dovecot) -> None:
    """Nothing of an earlier story lies in the folders."""
    with server.client(ENQUIRIES) as client:
        for folder in ("INBOX", "Sent", "Handled", "Junk"):
            client.select_folder(folder)
            if found := client.search():
                client.delete_messages(found)
                client.expunge()
