"""Endpoints for access tokens: they issue them as Microsoft and Google do, and tell Dovecot which ones are good."""

import json
import ssl
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.servers.certificate import Certificate
from tests.servers.ports import free_ports

HOST = "localhost"
TENANT = "harbour-tenant"
SECRET = "the-value-of-the-app-secret"
EXCHANGE, GMAIL, GRAPH = "https://outlook.office365.com", "https://mail.google.com/", "https://graph.microsoft.com"
HTML = b"<html><body>Please sign in to the guest network.</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token that was handed out."""

    text: str
    user: str
    audience: str
    expires_at: float


class TokenServer:
    """Issues tokens and judges them, by HTTP on ``port`` and by HTTPS on ``tls_port`` (for which msal asks).

    An app's client_id is the address of the one mailbox it may open. ``error`` is an answer of Microsoft to give in
    place of a token; with ``html`` every answer is a web page; tokens live ``lifetime`` seconds.
    """

    def __init__(self, certificate: Certificate, users: Collection[str]) -> None:
        self.port, self.tls_port = free_ports(2)
        self.users = users
        self.lifetime = 3600
        self.error: dict[str, Any] | None = None
        self.html = False
        self.issued: list[Issued] = []
        self.asked: list[dict[str, str]] = []
        self.presented: list[str] = []
        self._revoked = set[str]()
        self._certificate = certificate
        self._servers: list[ThreadingHTTPServer] = []
        self._numbers = count(1)
        self._lock = Lock()

    @property
    def authority(self) -> str:
        return f"https://{HOST}:{self.tls_port}"

    @property
    def google_uri(self) -> str:
        """The token_uri of a service account's key."""
        return f"http://127.0.0.1:{self.port}/google/token"

    def start(self) -> None:
        """Listen; after ``stop`` again on the same ports."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate.path, self._certificate.key_path)
        for port in (self.port, self.tls_port):
            server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
            if port == self.tls_port:
                server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            self._servers.append(server)

    def stop(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()

    def revoke_all(self) -> None:
        """No token that was handed out until now is good any more."""
        self._revoked |= {token.text for token in self.issued}

    def judge(self, text: str) -> str | None:
        """The user whom a token lets into a mailbox; None if it is unknown, revoked, expired or meant for elsewhere."""
        self.presented.append(text)
        for token in self.issued:
            if token.text == text and text not in self._revoked and token.expires_at > _now():
                return token.user if token.audience in (EXCHANGE, GMAIL) else None
        return None

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and JSON for a request."""
        if path.endswith("/.well-known/openid-configuration"):
            at = f"{self.authority}/{TENANT}/oauth2/v2.0"
            known = path.startswith(f"/{TENANT}/")
            return (200, {"token_endpoint": f"{at}/token", "authorization_endpoint": f"{at}/authorize"}) if known else (400, {})
        if path == "/introspect":
            user = self.judge(form.get("token", ""))
            return 200, {"active": user is not None, "email": user}
        self.asked.append(form)
        if self.error is not None:
            return 400, self.error
        return self._google(form) if path == "/google/token" else self._microsoft(form)

    def _microsoft(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if "client_assertion" not in form and form.get("client_secret") != SECRET:
            said = "AADSTS7000215: Invalid client secret provided. Trace ID: 0000-trace Correlation ID: 0000"
            return 401, {"error": "invalid_client", "error_description": said, "trace_id": "0000-trace"}
        user, audience = form["client_id"], form["scope"].removesuffix("/.default")
        roles = ["IMAP.AccessAsApp", "SMTP.SendAsApp"] if audience == EXCHANGE else []
        claims = {"aud": audience, "roles": roles, "appid": user, "exp": int(_now()) + self.lifetime}
        return 200, self._issue(_jwt({**claims, "number": next(self._numbers)}), user, audience)

    def _google(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        claims = _claims(form["assertion"])
        if claims.get("sub") not in self.users:
            return 400, {"error": "invalid_grant", "error_description": "Invalid email or User ID"}
        return 200, self._issue(f"ya29.token-{next(self._numbers)}-of-google", claims["sub"], claims["scope"])

    def _issue(self, text: str, user: str, audience: str) -> dict[str, Any]:
        with self._lock:
            self.issued.append(Issued(text=text, user=user, audience=audience, expires_at=_now() + self.lifetime))
        return {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": text}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tokens = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
                status, found = tokens.answer(self.path, {key: values[0] for key, values in form.items()})
                page = tokens.html and self.path != "/introspect"
                content = HTML if page else json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if page else "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *words: object) -> None:
                """Say nothing."""

        return Handler


def service_account_key(token_uri: str) -> str:
    """A new key of an invented service account of Google, as the JSON that people download."""
    private = generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {"type": "service_account", "client_email": "mailbot@project.example", "token_uri": token_uri}
    return json.dumps(account | {"private_key_id": "1", "private_key": pem})


@contextmanager
def token_server(certificate: Certificate, users: Collection[str]) -> Iterator[TokenServer]:
    """A running server, stopped at the end."""
    server = TokenServer(certificate, users)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _now() -> float:
    return datetime.now(UTC).timestamp()  # noqa: TID251  # a real server reads the real clock


def _jwt(claims: dict[str, Any]) -> str:
    """A token of Microsoft's form; nobody verifies the signature here."""
    parts = (json.dumps({"alg": "none"}), json.dumps(claims), "a signature that nobody verifies")
    return ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
