"""Watching one mailbox over one connection: look, then wait for the server or the poll, then look again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from mailbot.core.delivery import SentCopy
from mailbot.errors import PermanentError
from mailbot.pipeline.intake import Intake, WatchedFolder
from mailbot.ports import MailFolder, Wake

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """The inbox is read last and stays selected while the server is asked to call (RFC 2177).

    ``sent`` names the folder of sent mail; None: the one that the server marks so.
    """

    mailbox: str
    connect: Callable[[], MailFolder]
    intake: Intake
    wake: Wake
    inbox: WatchedFolder
    also: tuple[WatchedFolder, ...]
    sent: str | None
    sent_copy: SentCopy
    poll_seconds: int
    idle: bool

    def run(self, stopped: Callable[[], bool]) -> None:
        """Watch until ``stopped``, or until the session should be replaced by a new one (a token lives about an hour).

        Raises TransientError when the connection fails: call again for a new one.
        """
        server = self.connect()

        def over() -> bool:
            return stopped() or server.stale

        try:
            others, sent = self._others(server)
            while not over():
                if not self._look(server, others, sent):
                    self._wait(server, over)
        finally:
            server.close()

    def _others(self, server: MailFolder) -> tuple[tuple[WatchedFolder, ...], str | None]:
        """Every folder besides the inbox, and the one of sent mail if there is one."""
        sent = self.sent or server.sent_folder()
        if sent is None:
            return self.also, None
        watched = WatchedFolder(mailbox=self.mailbox, folder=sent, role="sent", start_from="now", finish=False)
        return (*self.also, watched), sent

    def _look(self, server: MailFolder, others: tuple[WatchedFolder, ...], sent: str | None) -> int:
        """The inbox first, so that no trouble elsewhere keeps its mail waiting, and last, so that it stays selected."""
        stored = self.intake.read_folder(server, self.inbox)
        self.intake.read_flags(server, self.inbox)
        for folder in others:
            self._carefully(folder.role, partial(self.intake.read_folder, server, folder))
        if sent is not None and self.sent_copy is SentCopy.APPEND:
            self._carefully("sent", partial(self.intake.file_sent, server, self.mailbox, sent))
        return stored + (self.intake.read_folder(server, self.inbox) if others else 0)

    def _carefully(self, role: str, work: Callable[[], object]) -> None:
        """What cannot be done in another folder is logged and left; the mailbox goes on."""
        try:
            work()
        except PermanentError as error:
            log.error("folder", mailbox=self.mailbox, role=role, error=str(error))

    def _wait(self, server: MailFolder, over: Callable[[], bool]) -> None:
        if self.idle and server.can_idle:
            server.wait(self.poll_seconds, over)
        else:
            self.wake.wait("watch", self.mailbox, seconds=self.poll_seconds)
