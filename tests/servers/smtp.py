"""A real SMTP server for one test: aiosmtpd in a thread of its own, which records letters and fails when told to."""

import asyncio
import ssl
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server, socket
from threading import Condition, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificate import Certificate
from tests.servers.faults import Fault, Faults, How, Place
from tests.servers.letters import Accepted, read_accepted, write_accepted
from tests.servers.ports import free_ports

HOST = "127.0.0.1"
STOP_LIMIT = 10.0  # seconds


class SmtpServer:
    """An SMTP server that accepts every letter unless told to fail.

    With ``folder`` each accepted letter is also written there before the reply goes out (``read_accepted`` reads it
    in another process), and letters already there count as accepted. With ``certificate`` STARTTLS is offered. With
    ``login`` (user, password) every letter needs AUTH PLAIN or LOGIN, after STARTTLS if that is offered; with ``judge``,
    which knows the user of a good access token, it needs AUTH XOAUTH2.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        certificate: Certificate | None = None,
        login: tuple[str, str] | None = None,
        judge: Callable[[str], str | None] | None = None,
    ) -> None:
        self.host = HOST
        (self.port,) = free_ports(1)
        self.folder = folder
        self.login = login
        self.judge = judge
        self.faults = Faults()
        self.accepted: list[Accepted] = read_accepted(folder) if folder else []
        self.tls = _tls(certificate) if certificate else None
        self.connections: set[Connection] = set()
        self._news = Condition()
        self._thread: Thread | None = None

    @property
    def wants_login(self) -> bool:
        return self.login is not None or self.judge is not None

    def start(self) -> None:
        """Listen. After ``stop`` it listens on the same port again; letters and waiting faults are kept."""
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        listener = create_server((self.host, self.port))
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = Thread(target=self._run, args=(listener,), name="smtp server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cut every connection and listen no more. Stopping a stopped server does nothing."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_LIMIT)
        self._thread = None

    def fail(
        self,
        *,
        at: Place,
        how: How = "refuse",
        reply: str = "451 4.3.0 later",
        times: int = 1,
        recipient: str | None = None,
        call: Callable[[Accepted], object] | None = None,
    ) -> None:
        """Let something go wrong at the next ``times`` commands ``at`` (DOT is the end of DATA).

        - ``refuse``: answer ``reply``; after a 421, or at CONNECT, also close (RFC 5321 section 3.8).
        - ``stall``: never answer.
        - ``drop``: cut the connection without an answer; at DOT the letter is not accepted.
        - ``accept_then_drop``, ``accept_then_stall``: at DOT, accept the letter and then cut or say nothing.
        - ``accept_then_call``: at DOT, accept the letter, run ``call`` with it, and only then answer.

        ``recipient`` restricts a fault at RCPT to one address. A client refused at EHLO may go on with HELO.
        """
        self.faults.add(Fault(at=at, how=how, reply=reply, recipient=recipient, call=call), times)

    def heal(self) -> None:
        """Forget the faults that have not happened yet. A stalled connection stays stalled."""
        self.faults.clear()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Accepted]:
        """The accepted letters, once there are ``count``. Raises TimeoutError after ``timeout`` seconds."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.accepted) >= count, timeout):
                raise TimeoutError(f"{len(self.accepted)} of {count} letters were accepted in {timeout} seconds")
            return list(self.accepted)

    def record(self, envelope: Envelope) -> Accepted:
        """Take responsibility for a letter: keep it, and write it down if there is a folder."""
        letter = Accepted(
            reverse_path="" if envelope.mail_from == "<>" else envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
            content=bytes(envelope.original_content or b""),
            at=datetime.now(UTC),  # noqa: TID251  # a real server reads the real clock
        )
        with self._news:
            if self.folder:
                write_accepted(self.folder, len(self.accepted) + 1, letter)
            self.accepted.append(letter)
            self._news.notify_all()
        return letter

    def _run(self, listener: socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(listener))

    async def _serve(self, listener: socket) -> None:
        server = await self._loop.create_server(lambda: Connection(self, self._loop), sock=listener)
        await self._stopping.wait()
        server.close()
        for connection in list(self.connections):
            connection.cut()
        while self.connections:
            await asyncio.sleep(0)


class Connection(SMTP):
    """One client's connection: aiosmtpd's conversation, with the faults of its server put in front of the commands."""

    def __init__(self, server: SmtpServer, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            Handler(server),
            hostname="relay.example",
            loop=loop,
            tls_context=server.tls,
            auth_require_tls=server.tls is not None,
            authenticator=_authenticate,
            auth_exclude_mechanism=["XOAUTH2"] if server.judge is None else ["PLAIN", "LOGIN"],
        )
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.server.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.server.connections.discard(self)

    def cut(self) -> None:
        """End the TCP connection at once, without a word in SMTP or TLS."""
        for transport in (self.transport, self._original_transport):
            if transport is not None:
                transport.abort()

    async def answer(self, fault: Fault) -> str:
        """The reply a fault gives; none ever comes when it stalls or drops."""
        if fault.how.endswith("drop"):
            self.cut()
        if fault.how.endswith(("drop", "stall")):
            await asyncio.Event().wait()  # until aiosmtpd cancels this with the connection
        return fault.reply

    async def push(self, status: str | bytes) -> None:
        await super().push(status)
        if str(status).startswith("421") and self.transport is not None:
            self.transport.close()

    async def check_auth_needed(self, caller_method: str) -> bool:
        # aiosmtpd's own check warns on every connection when there is no TLS.
        if not self.server.wants_login or self.session.authenticated:
            return False
        await self.push("530 5.7.0 Authentication required")
        return True

    async def _handle_client(self) -> None:
        if fault := self.server.faults.take("CONNECT"):
            await self.push(await self.answer(fault))
            self.transport.close()
        else:
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._unless_faulty("EHLO", super().smtp_EHLO, hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._unless_faulty("AUTH", super().smtp_AUTH, arg)

    async def auth_XOAUTH2(self, _server: SMTP, words: list[str]) -> AuthResult:
        # "user=" address 0x01 "auth=Bearer " token 0x01 0x01; a refusal is explained in a challenge that the client
        # answers with an empty line.
        user, _, token = b64decode(words[1]).decode().removeprefix("user=").rstrip("\1").partition("\1auth=Bearer ")
        if self.server.judge is not None and self.server.judge(token) == user:
            return AuthResult(success=True, auth_data=user)
        await self.challenge_auth('{"status":"400"}')
        await self.push("535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=False, handled=True)

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self._unless_faulty("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        await self._unless_faulty("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:
        await self._unless_faulty("DATA", super().smtp_DATA, arg)

    async def _unless_faulty(self, place: Place, command: Callable[[Any], Any], argument: str | None) -> None:
        if fault := self.server.faults.take(place, argument or ""):
            await self.push(await self.answer(fault))
        else:
            await command(argument)


class Handler:
    """aiosmtpd's hooks: what is offered after EHLO, and what happens at the dot."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_EHLO(
        self, connection: Connection, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if self._server.wants_login or not line.startswith("250-AUTH")]

    async def handle_DATA(self, connection: Connection, session: Session, envelope: Envelope) -> str:
        fault = self._server.faults.take("DOT")
        if fault is not None and not fault.accepts:
            return await connection.answer(fault)
        letter = self._server.record(envelope)
        if fault is not None and fault.call is not None:
            await asyncio.to_thread(fault.call, letter)
        elif fault is not None:
            await connection.answer(fault)
        return "250 2.0.0 accepted"


def _authenticate(
    connection: Connection, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
) -> AuthResult:
    # Were a failure "handled", aiosmtpd would send no reply and the client would wait for ever.
    login = connection.server.login
    return AuthResult(success=login == (given.login.decode(), given.password.decode()), handled=False)


def _tls(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.path, certificate.key_path)
    return context
