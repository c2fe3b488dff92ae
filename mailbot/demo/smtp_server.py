"""The demo's SMTP server (RFC 5321): takes letters on loopback and hands each on, recipient by recipient."""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
Accept = Callable[[str, str, bytes], Awaitable[None]]


class SmtpServer:
    """Accepts every letter and calls ``accept(reverse_path, recipient, content)`` once for each recipient.

    ``reverse_path`` is empty for the null reverse path; ``content`` holds the bytes as they were received. The client
    is told 250 when every call has returned. Lives in one event loop: its methods must run there.
    """

    def __init__(self, accept: Accept) -> None:
        self._accept = accept
        self._server: asyncio.Server | None = None
        self._connections: WeakSet[SMTP] = WeakSet()

    async def open(self) -> int:
        """Listen; the port that was free."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, LOOPBACK, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        """Let go of the port and drop every connection."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        reverse_path = "" if envelope.mail_from == "<>" else envelope.mail_from
        for recipient in envelope.rcpt_tos:
            await self._accept(reverse_path, recipient, envelope.content)
        return "250 2.0.0 accepted"

    def _connection(self) -> SMTP:
        loop = asyncio.get_running_loop()
        connection = SMTP(self, hostname="localhost", ident="mailbot demo", enable_SMTPUTF8=True, loop=loop)
        self._connections.add(connection)
        return connection
