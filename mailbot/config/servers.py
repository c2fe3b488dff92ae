"""Servers and how to sign in to them: hosts, TLS, passwords, OAuth. Secrets are named, never written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

STRICT = {"extra": "forbid"}


class Tls(StrEnum):
    """How a connection is protected. ``none`` is for the loopback address only."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Where a secret lies: a systemd credential, a file, or an environment variable. Exactly one of them."""

    credential: str | None = None
    path: Path | None = None
    env: str | None = None
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.credential, self.path, self.env)) != 1:
            raise ValueError("write exactly one of { credential = … }, { path = … } or { env = … }")


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Where an access token for a mailbox comes from, in place of a password.

    Microsoft 365: an app of the tenant, which proves itself by a ``secret`` or by a ``certificate`` (a PEM file with the
    certificate and its private key). Google Workspace: the ``key`` of a service account with domain-wide delegation.
    """

    provider: Literal["microsoft", "google"]
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    tenant: str | None = None
    client_id: str | None = None
    secret: SecretRef | None = None
    certificate: SecretRef | None = None
    secret_expires_on: date | None = None
    authority: str | None = None
    key: SecretRef | None = None
    scope: str | None = None
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        needed, foreign = _OAUTH_KEYS[self.provider]
        for key in foreign:
            if getattr(self, key) is not None:
                raise ValueError(f'{key}: provider = "{self.provider}" has no such key; leave it out')
        for key, instead in needed.items():
            require(getattr(self, key), key, instead)
        if self.provider == "microsoft" and (self.secret is None) == (self.certificate is None):
            raise ValueError('write exactly one of secret = { path = "…" } or certificate = { path = "…" }')
        require((self.authority or "https://").startswith("https://"), "authority", "an address that begins with https://")


_OAUTH_KEYS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "microsoft": (
        {"tenant": "the Directory (tenant) ID of the app", "client_id": "the Application (client) ID of the app"},
        ("key",),
    ),
    "google": (
        {"key": '{ path = "…" }, the JSON key of the service account'},
        ("tenant", "client_id", "secret", "certificate", "secret_expires_on", "authority"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server and how to sign in to it: as ``user``, with a ``password`` or with a token by ``oauth``."""

    host: str
    port: int
    tls: Tls = Tls.IMPLICIT
    user: str | None = None
    password: SecretRef | None = None
    oauth: OAuth | None = None
    ca_path: Path | None = None
    timeout_seconds: int = 60
    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        if self.tls is Tls.NONE and not _is_loopback(self.host):
            raise ValueError(
                f'tls = "none" is for the loopback address only, and {self.host} is not; write tls = "implicit" or "starttls"'
            )
        if not 0 < self.port < 65536:
            raise ValueError("port must lie between 1 and 65535")
        if self.password is not None and self.oauth is not None:
            raise ValueError("write password or oauth, not both")
        if self.oauth is not None and self.user is None:
            raise ValueError("user and oauth belong together: write the mailbox's own address as user")
        if self.oauth is None and (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: write both or neither")


def require(holds: object, key: str, instead: str) -> None:
    if not holds:
        raise ValueError(f"{key}: write {instead}")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
