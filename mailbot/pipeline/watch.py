"""Watching one mailbox over one connection: look, then wait for the server or the poll, then look again."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from mailbot.errors import PermanentError
from mailbot.pipeline.intake import Intake, WatchedFolder
from mailbot.ports import MailFolder, Wake

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """``folders`` end with the inbox, which stays selected while the server is asked to call (RFC 2177).

    ``append_sent`` is the folder for copies of letters where the server does not file them itself.
    """

    mailbox: str
    connect: Callable[[], MailFolder]
    intake: Intake
    wake: Wake
    folders: tuple[WatchedFolder, ...]
    append_sent: str | None
    poll_seconds: int
    idle: bool

    def run(self, stopped: Callable[[], bool]) -> None:
        """Watch until ``stopped``. Raises TransientError when the connection fails: call again for a new one."""
        server = self.connect()
        try:
            while not stopped():
                self._look(server)
                self._wait(server, stopped)
        finally:
            server.close()

    def _look(self, server: MailFolder) -> None:
        *others, inbox = self.folders
        for folder in others:
            try:
                self.intake.read_folder(server, folder)
            except PermanentError as error:
                log.error("folder", mailbox=self.mailbox, role=folder.role, error=str(error))
        if self.append_sent is not None:
            self.intake.file_sent(server, self.mailbox, self.append_sent)
        self.intake.read_flags(server, inbox)
        self.intake.read_folder(server, inbox)

    def _wait(self, server: MailFolder, stopped: Callable[[], bool]) -> None:
        if self.idle and server.can_idle:
            server.wait(self.poll_seconds, stopped)
        else:
            self.wake.wait("watch", self.mailbox, seconds=self.poll_seconds)
