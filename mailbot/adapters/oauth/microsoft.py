"""App-only tokens from Microsoft Entra (msal): the client credentials flow of RFC 6749 section 4.4."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msal
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from mailbot.adapters.oauth.endpoint import endpoint
from mailbot.adapters.oauth.providers import MicrosoftApp
from mailbot.adapters.oauth.tokens import Token
from mailbot.core.text import clean_line
from mailbot.errors import ConfigError, TransientError
from mailbot.ports import Clock

MAX_PROVIDER_TEXT = 200
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
_CODE = re.compile(r"AADSTS\d+")
_SENTENCES = {
    "AADSTS7000222": "the app's secret or certificate has expired; make a new one in Entra (Certificates & secrets), put it "
    "where oauth names it, and bring secret_expires_on up to date",
    "AADSTS7000215": "the app's secret is wrong; copy the secret's value, which Entra shows once, and not its ID",
    "AADSTS700027": "the app does not know the certificate; upload it in Entra (Certificates & secrets)",
    "AADSTS700016": "the tenant has no app with this client_id; copy the Application (client) ID of the app's own tenant",
    "AADSTS90002": "there is no such tenant; copy the Directory (tenant) ID",
    "AADSTS1002012": "the scope is wrong; leave oauth.scope out, or end it in /.default",
    "AADSTS70011": "the scope is wrong; leave oauth.scope out, or end it in /.default",
    "AADSTS53003": "a Conditional Access policy keeps the app out; allow this machine's address or exempt the app",
}


def microsoft_token(app: MicrosoftApp, clock: Clock) -> Token:
    """Ask for a token. Raises TransientError with what to do, ConfigError for an unusable secret or certificate.

    The secret is read anew each time, so that a renewed one needs no restart, and nothing is cached in the library.
    """
    asked_at, credential = clock.now(), proof(app)
    with endpoint(urlsplit(app.authority).hostname or app.authority) as session:
        try:
            answer = msal.ConfidentialClientApplication(
                app.client_id,
                client_credential=credential,
                authority=f"{app.authority.rstrip('/')}/{app.tenant}",
                instance_discovery=False,  # the authority is the administrator's own word
                http_client=session,
            ).acquire_token_for_client([app.scope])
        except (ValueError, KeyError):
            raise TransientError("OAuth: Microsoft does not know the tenant; look at oauth.tenant and authority") from None
    if "access_token" not in answer:
        raise TransientError(f"OAuth: {_refusal(answer)}")
    expires_at = asked_at + timedelta(seconds=int(answer.get("expires_in", 0)))
    return Token(text=answer["access_token"], asked_at=asked_at, expires_at=expires_at)


def proof(app: MicrosoftApp) -> str | dict[str, str]:
    """What the app proves itself with, as msal wants it. Raises ConfigError."""
    if app.secret is not None:
        return app.secret()
    blocks = {found[1]: found[0] for found in _PEM.finditer(app.certificate() if app.certificate else "")}
    certificate = blocks.get("CERTIFICATE")
    key = next((block for kind, block in blocks.items() if kind.endswith("PRIVATE KEY")), None)
    if certificate is None or key is None:
        missing = "certificate" if certificate is None else "private key"
        raise ConfigError(f"{app.where}.certificate: the file holds no {missing}; put certificate and key into one PEM file")
    try:
        load_pem_x509_certificate(certificate.encode())
        load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(
            f"{app.where}.certificate: certificate or key cannot be read; the key must have no passphrase"
        ) from None
    return {"private_key": key, "public_certificate": certificate}


def _refusal(answer: Mapping[str, Any]) -> str:
    """What to do about a refusal, with Microsoft's code and trace, which its support asks for."""
    said = clean_line(str(answer.get("error_description") or answer.get("error") or "no reason given"))
    code = found[0] if (found := _CODE.search(said)) else ""
    sentence = _SENTENCES.get(code) or f"Microsoft gives no token: {said.partition(' Trace ID')[0][:MAX_PROVIDER_TEXT]}"
    marks = ", ".join(mark for mark in (code, f"trace {answer['trace_id']}" if answer.get("trace_id") else "") if mark)
    return f"{sentence} ({marks})" if marks else sentence
