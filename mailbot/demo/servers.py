"""The mail servers of the demo: IMAP and SMTP on the loopback interface, in one thread of this process.

Together they behave as a small mail server: what is sent to one of its mailboxes arrives there, and what is sent to
anybody else leaves, which here means that it becomes a file in a folder.
"""

import asyncio
import logging
import re
import threading
from collections.abc import Coroutine, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mailbot.errors import PermanentError

if TYPE_CHECKING:
    from mailbot.demo.imap_server import ImapServer
    from mailbot.demo.smtp_server import SmtpServer

_LOGGERS = ("pymap", "mail.log", "mail.debug")  # the last two are aiosmtpd's
_SLUG_LENGTH = 80
T = TypeVar("T")


class DemoServers:
    """An IMAP and an SMTP server on 127.0.0.1 without TLS; both ports are chosen at ``start`` and are 0 before it.

    ``letter_count`` is the number of the last letter written: those of earlier runs into the same folder count too.
    """

    def __init__(self, mailboxes: Mapping[str, str], letters: Path) -> None:
        """``mailboxes``: address to password. ``letters``: the folder for letters that leave, made if it is absent."""
        self._mailboxes = dict(mailboxes)
        self._local = {address.lower() for address in mailboxes}
        self._letters = letters
        self._running: _Running | None = None
        self.imap_port = 0
        self.smtp_port = 0
        self.letter_count = 0

    def start(self) -> None:
        """Bring both servers up; they take connections when this returns.

        PermanentError: an extra package is missing. OSError: the letters folder cannot be made or no port is free.
        """
        imap_class, smtp_class = _server_classes()
        self._letters.mkdir(parents=True, exist_ok=True)
        self.letter_count = _last_number(self._letters)
        _silence_loggers()
        self._running = _Running(imap_class(self._mailboxes), smtp_class(self._accept))
        with ExitStack() as if_that_fails:
            if_that_fails.callback(self.stop)
            self.imap_port, self.smtp_port = self._running.open()
            if_that_fails.pop_all()

    def stop(self) -> None:
        """Drop every connection, let go of both ports, end the thread. The mailboxes are emptied; letters stay."""
        if self._running is not None:
            self._running.end()
            self._running = None

    def deliver(self, address: str, content: bytes) -> None:
        """``content`` (RFC 5322, CRLF) arrives in the INBOX of ``address`` now, byte for byte.

        PermanentError: ``address`` is not one of the mailboxes, or the servers are not running.
        """
        if self._running is None:
            raise PermanentError("the demo's mail servers are not running: call start() first")
        if address.lower() not in self._local:
            raise PermanentError("no mailbox of the demo has this address: deliver to one that DemoServers was given")
        self._running.deliver(address, content)

    async def _accept(self, reverse_path: str, recipient: str, content: bytes) -> None:
        """Final delivery puts the reverse path on top (RFC 5321 section 4.4)."""
        trace = f"Return-Path: <{reverse_path}>\r\n".encode(errors="surrogateescape")
        if self._running is not None and recipient.lower() in self._local:
            await self._running.imap.deliver(recipient, trace + content)
            return
        self.letter_count += 1
        (self._letters / f"{self.letter_count:03}-{_slug(recipient)}.eml").write_bytes(trace + content)


class _Running:
    """Both servers, and the thread whose event loop they live in."""

    def __init__(self, imap: "ImapServer", smtp: "SmtpServer") -> None:
        self.imap = imap
        self._smtp = smtp
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_log_failure)
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo mail servers", daemon=True)
        self._thread.start()

    def open(self) -> tuple[int, int]:
        """The IMAP and the SMTP port."""
        return self._wait_for(self.imap.open()), self._wait_for(self._smtp.open())

    def deliver(self, address: str, content: bytes) -> None:
        self._wait_for(self.imap.deliver(address, content))

    def end(self) -> None:
        self._wait_for(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _close(self) -> None:
        self.imap.close()
        self._smtp.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:  # an ending connection may start a last task
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
        await asyncio.sleep(0)  # the sockets of dropped connections are closed in the loop's next turn


def _server_classes() -> "tuple[type[ImapServer], type[SmtpServer]]":
    """Imported only here, so that mailbot runs without the demo's packages."""
    try:
        from mailbot.demo.imap_server import ImapServer
        from mailbot.demo.smtp_server import SmtpServer
    except ImportError as error:
        raise PermanentError("the demo needs the extra packages: pip install mailbot[demo]") from error
    return ImapServer, SmtpServer


def _silence_loggers() -> None:
    """The terminal belongs to the demo's table; children of a logger follow its level."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _log_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A connection that failed inside pymap: asyncio's own logger would print it."""
    logging.getLogger("pymap").error(context["message"], exc_info=context.get("exception"))


def _last_number(letters: Path) -> int:
    """The highest number that starts the name of a letter in the folder, or 0."""
    starts = (path.name.partition("-")[0] for path in letters.glob("*-*.eml"))
    return max((int(start) for start in starts if start.isdecimal()), default=0)


def _slug(recipient: str) -> str:
    """A file name for an address: ``Ann.Smith@example.org`` becomes ``ann-smith-example-org``."""
    return re.sub(r"[^a-z0-9]+", "-", recipient.lower()).strip("-")[:_SLUG_LENGTH] or "nobody"
