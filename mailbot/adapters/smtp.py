"""One kept SMTP connection to one mailbox's relay (aiosmtplib). Every failure is turned into a ``Reply`` here.

The outcome is in doubt only from the moment the final dot is written until an answer is read (RFC 1047). Everything
before it is certain: the letter has not gone. Trouble with the connection or the sign-in is nobody's letter's fault and
comes back with code 0, so that the letter waits.
"""

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass

from aiosmtplib import SMTP
from aiosmtplib.email import quote_address
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from mailbot import checkpoints
from mailbot.core.delivery import Reply
from mailbot.core.letter import Envelope
from mailbot.core.text import clean_line
from mailbot.errors import MailbotError
from mailbot.ports import Credentials, Mechanism, SignIn

COMMAND_SECONDS = 300  # RFC 5321 section 4.5.3.2
FINAL_DOT_SECONDS = 600
REFUSED_FOR_GOOD = 500
MAX_SERVER_TEXT = 200
_ACCEPTED = (250, 251)
_PLAIN = re.compile(r"[\w.+=/'~-]+@[\w.-]+", re.ASCII)
_ADDRESS = re.compile(r"\S+@\S+")
_LOST = (SMTPServerDisconnected, OSError, asyncio.TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """Where and as whom to hand letters in. ``tls`` is ``implicit``, ``starttls`` or ``none`` (then without context)."""

    host: str
    port: int
    tls: str
    credentials: Credentials | None
    context: ssl.SSLContext | None
    timeout_seconds: int


class SmtpTransport:
    """The connection: opened at the first letter, kept, and opened anew when the server has hung up."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._client: SMTP | None = None

    async def send(self, envelope: Envelope, content: bytes) -> Reply:
        """Hand in one letter for all its recipients."""
        reused = self._client is not None and self._client.is_connected
        refused = await self._envelope(envelope, content)
        if refused is not None and refused.code in (0, 421) and reused:
            refused = await self._envelope(envelope, content)  # the server had closed, or now closes, the kept connection
        if refused is not None:
            return refused
        return await self._content(content)

    async def rehearse(self, envelope: Envelope) -> Reply:
        """Connect, sign in, name sender and recipient, and leave without sending anything."""
        refused = await self._envelope(envelope)
        await self.close()
        return refused or Reply(code=250, text="accepted")

    async def close(self) -> None:
        """Say goodbye if the server still listens."""
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=2)
        except (SMTPException, OSError):
            client.close()

    async def _connect(self) -> Reply | None:
        if self._client is not None and self._client.is_connected:
            return None
        credentials = self._account.credentials
        try:
            # in a thread: a token may have to be fetched first, and other connections go on meanwhile
            given = await asyncio.to_thread(credentials.sign_in) if credentials else None
        except MailbotError as error:
            return Reply(code=0, text=str(error))
        client = _client(self._account, given)
        try:
            await client.connect()
            await _greet(client)
        except SMTPResponseException as error:
            client.close()
            if credentials and given and isinstance(error, SMTPAuthenticationError) and error.code >= REFUSED_FOR_GOOD:
                credentials.refused(given)
            return Reply(code=0, text=f"sign-in or greeting refused: {error.code} {_server_text(error.message)}")
        except ssl.SSLCertVerificationError as error:
            client.close()
            return Reply(code=0, text=f"the server's certificate is not trusted: {error.verify_message}")
        except (SMTPException, *_LOST) as error:
            client.close()
            return Reply(code=0, text=f"no connection: {_server_text(str(error)) or type(error).__name__}")
        keepalive = client.get_transport_info("socket")
        if keepalive is not None:
            keepalive.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._client = client
        return None

    async def _envelope(self, envelope: Envelope, content: bytes = b"") -> Reply | None:
        """MAIL and RCPT; None when all were accepted. One recipient refused refuses the letter: it goes to all or to none."""
        refused = await self._connect()
        if refused is not None or self._client is None:
            return refused
        client = self._client
        try:
            await _name(client, b"MAIL", b"FROM:", envelope.reverse_path, *_options(client, content))
            for recipient in envelope.recipients:
                await _name(client, b"RCPT", b"TO:", recipient)
        except SMTPResponseException as error:
            return await self._refused(error)
        except (SMTPException, ValueError, *_LOST) as error:
            return self._lost(error)
        return None

    async def _content(self, content: bytes) -> Reply:
        client = self._client
        if client is None or client.protocol is None:
            return Reply(code=0, text="the connection was lost")
        try:
            with checkpoints.around("smtp"):
                answer = await client.execute_command(b"DATA", timeout=COMMAND_SECONDS)
            if answer.code != 354:
                return await self._refused(SMTPResponseException(answer.code, answer.message))
        except (SMTPException, *_LOST) as error:
            return self._lost(error)
        try:
            client.protocol.write(_dot_stuffed(content))
            checkpoints.reached("smtp.dot")
            answer = await client.protocol.read_response(timeout=FINAL_DOT_SECONDS)
        except (SMTPException, *_LOST) as error:
            return Reply(code=0, text=self._lost(error).text, in_doubt=True)
        if answer.code == 421:
            self._drop()
        return Reply(code=answer.code, text=_server_text(answer.message))

    async def _refused(self, error: SMTPResponseException) -> Reply:
        """A refusal of this letter; the connection is made ready for the next one."""
        client = self._client
        try:
            if error.code == 421 or client is None:
                self._drop()
            else:
                await client.rset(timeout=30)
        except (SMTPException, *_LOST):
            self._drop()
        code = 0 if error.code < 400 else error.code
        return Reply(code=code, text=_server_text(error.message))

    def _lost(self, error: Exception) -> Reply:
        self._drop()
        return Reply(code=0, text=f"connection lost: {_server_text(str(error)) or type(error).__name__}")

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


async def _greet(client: SMTP) -> None:
    """EHLO, or HELO where that is not known (RFC 5321 section 3.2), unless signing in needed it already."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError:
            await client.helo()


async def _name(client: SMTP, verb: bytes, word: bytes, address: str, *options: bytes) -> None:
    """MAIL or RCPT. aiosmtplib takes every address apart; a plain one needs nothing but its brackets."""
    named = f"<{address}>" if _PLAIN.fullmatch(address) else quote_address(address)
    with checkpoints.around("smtp"):
        answer = await client.execute_command(verb, word + named.encode("ascii"), *options, timeout=COMMAND_SECONDS)
    if answer.code not in _ACCEPTED:
        raise SMTPResponseException(answer.code, answer.message)


def _options(client: SMTP, content: bytes) -> tuple[bytes, ...]:
    """RFC 6152: a message that is enclosed may have eight bits."""
    return () if content.isascii() or not client.supports_extension("8bitmime") else (b"BODY=8BITMIME",)


def _client(account: SmtpAccount, given: SignIn | None) -> SMTP:
    """A client that signs in with ``given`` when it connects; aiosmtplib knows XOAUTH2 and no OAUTHBEARER."""
    by_password = given is not None and given.mechanism is Mechanism.PASSWORD

    async def token() -> str:
        return given.secret if given else ""

    return SMTP(
        hostname=account.host,
        port=account.port,
        use_tls=account.tls == "implicit",
        start_tls=account.tls == "starttls",
        username=given.user if given else None,
        password=given.secret if given and by_password else None,
        oauth_token_generator=token if given and not by_password else None,
        tls_context=account.context,
        timeout=account.timeout_seconds,
    )


def _dot_stuffed(content: bytes) -> bytes:
    """RFC 5321 section 4.5.2. The content has CRLF line ends already (``core.mime``)."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _server_text(text: str) -> str:
    return _ADDRESS.sub("…", clean_line(text))[:MAX_SERVER_TEXT]
