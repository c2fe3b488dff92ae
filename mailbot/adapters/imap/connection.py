"""Signing in to an IMAP server, and its errors and the library's as ours."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from mailbot import checkpoints
from mailbot.core.text import clean_line
from mailbot.errors import TransientError
from mailbot.ports import Credentials, Mechanism, SignIn

MAX_SERVER_TEXT = 200
_BACK_OFF = re.compile(r"Suggested Backoff Time: (\d+) milliseconds", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """Where and as whom to sign in. ``tls`` is ``implicit``, ``starttls`` or ``none`` (then without context)."""

    host: str
    port: int
    tls: str
    credentials: Credentials
    context: ssl.SSLContext | None
    timeout_seconds: int


def connect(account: ImapAccount, given: SignIn) -> IMAPClient:
    client = IMAPClient(
        account.host,
        port=account.port,
        ssl=account.tls == "implicit",
        ssl_context=account.context if account.tls == "implicit" else None,
        timeout=SocketTimeout(connect=min(account.timeout_seconds, 30), read=account.timeout_seconds),
    )
    client.normalise_times = False
    # At imapclient's own level 5 imaplib writes out every answer, letters and all, for a log that nobody keeps.
    client._imap.debug = 0  # noqa: SLF001  # there is no other way to say so
    client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        if account.tls == "starttls":
            client.starttls(account.context)
        _sign_in(client, given)
    except (OSError, IMAPClientError) as error:
        if isinstance(error, LoginError):
            account.credentials.refused(given)
        with suppress(OSError):  # after a failed handshake there is no socket left, and the first error is the one to tell
            client.shutdown()
        raise
    return client


def _sign_in(client: IMAPClient, given: SignIn) -> None:
    match given.mechanism:
        case Mechanism.PASSWORD:
            client.login(given.user, given.secret)
        case Mechanism.XOAUTH2:
            client.oauth2_login(given.user, given.secret)
        case Mechanism.OAUTHBEARER:
            client.oauthbearer_login(given.user, given.secret)


@contextmanager
def translated() -> Iterator[None]:
    """One conversation with the server: the library's errors become ours."""
    try:
        with checkpoints.around("imap"):
            yield
    except LoginError as error:
        raise TransientError(f"the server refuses the sign-in: {server_text(error)}", retry_after=back_off(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise TransientError(f"the server's certificate is not trusted: {error.verify_message}") from error
    except (OSError, IMAPClientError, ssl.SSLError) as error:
        raise TransientError(f"IMAP: {server_text(error)}", retry_after=back_off(error)) from error
    except (ValueError, KeyError, AssertionError, AttributeError) as error:
        # imapclient's way of meeting an answer it did not expect; the state of the line is unknown
        raise TransientError(f"IMAP: an answer that cannot be read ({type(error).__name__})") from error


def server_text(error: Exception) -> str:
    return _ADDRESS.sub("…", clean_line(text_of(error)))[:MAX_SERVER_TEXT] or type(error).__name__


def back_off(error: Exception) -> float | None:
    """Microsoft's own wish, in seconds."""
    found = _BACK_OFF.search(text_of(error))
    return int(found[1]) / 1000 if found else None


def text_of(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
