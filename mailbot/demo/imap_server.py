"""The demo's IMAP server (RFC 3501 with IDLE, MOVE and UIDPLUS): pymap's in-memory mailboxes on loopback."""

import asyncio
from argparse import Namespace
from collections.abc import Mapping
from uuid import uuid4

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import MailboxData
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import BuiltinHash

LOOPBACK = "127.0.0.1"
FOLDERS = ("Sent", "Handled")
_SECOND_NOTICE_AFTER = 0.05  # seconds


class _Config(Config):  # type: ignore[misc]  # pymap's types are not followed
    greeting = b"mailbot demo ready"  # pymap would ask the DNS for this machine's name at every connection


class _WholeResponses:
    """A stream that sends each response in one piece. pymap writes it word by word, and imapclient, while it is in
    IDLE, takes the first half of a line for a broken connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        self._pieces.append(piece)

    async def drain(self) -> None:
        response = b"".join(self._pieces)
        self._pieces.clear()
        self._writer.write(response)
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()


class ImapServer:
    """One account for each mailbox address, each with INBOX and ``FOLDERS``; all of it is gone after ``close``.

    Lives in one event loop: its methods must run there.
    """

    def __init__(self, mailboxes: Mapping[str, str]) -> None:
        """``mailboxes`` gives the password of each address; the address is the login name as it is written there."""
        self._mailboxes = mailboxes
        self._login = Login(_config())
        self._connection = IMAPServer(self._login, self._login.config)
        self._server: asyncio.Server | None = None
        self._inboxes: dict[str, MailboxData] = {}
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> int:
        """Create the accounts and listen; the port that was free."""
        for address, password in self._mailboxes.items():
            self._inboxes[address.lower()] = await self._create_account(address, password)
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def deliver(self, address: str, content: bytes) -> None:
        """Put a message into the INBOX of ``address`` (any case) and tell who is in IDLE. KeyError: no such mailbox."""
        inbox = self._inboxes[address.lower()]
        await inbox.append(AppendMessage(content), recent=True)
        # A connection that is just entering IDLE, or just writing an earlier notice, misses the notice of this append:
        # removing no messages makes pymap give notice once more.
        await asyncio.sleep(_SECOND_NOTICE_AFTER)
        await inbox.delete(())

    def close(self) -> None:
        """Let go of the port and drop every connection."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _create_account(self, address: str, password: str) -> MailboxData:
        config = self._login.config
        identity = Identity(address, self._login, None, frozenset())
        hashed = await Passwords(config).hash_password(password)
        await identity.set(UserMetadata(config, address, password=hashed))
        async with identity.new_session() as session:
            for folder in FOLDERS:
                await session.mailbox_set.add_mailbox(folder)
            return await session.mailbox_set.get_mailbox("INBOX")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._connection(reader, _WholeResponses(writer), SocketInfoLocal(writer, unique_id=uuid4().bytes))
        finally:
            self._writers.discard(writer)


def _config() -> _Config:
    """No TLS, no demonstration account of pymap's own, and no thread pool: one cheap round of hashing needs none."""
    return _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=LOOPBACK,
        port=0,
        tls_enabled=False,
        hash_context=BuiltinHash(rounds=1),
        cpu_subsystem=Subsystem.for_asyncio(),
        demo_data=False,
        demo_user="",
        demo_password="",
    )
