"""Secrets: read once, from where the configuration says, and never shown again."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailbot.errors import ConfigError
from mailbot.ports import Mechanism, SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCredentials:
    """A user's password, read at each sign-in (``mailbot.ports.Credentials``)."""

    user: str
    read: Callable[[], str]

    def sign_in(self) -> SignIn:
        return SignIn(mechanism=Mechanism.PASSWORD, user=self.user, secret=self.read())

    def is_stale(self, used: SignIn) -> bool:  # noqa: ARG002  # a password does not run out
        return False

    def refused(self, used: SignIn) -> None:
        """Nothing is kept, so there is nothing to forget."""


def read_secret(what: str, *, credential: str | None, path: Path | None, env: str | None) -> str:
    """The secret's text without its last line end. Raises ConfigError (naming ``what``) if it is missing or empty."""
    if env is not None:
        found = os.environ.get(env)
        source = f"the environment variable {env}"
    elif path is not None:
        found, source = _file(path), f"the file {path}"
    else:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if folder is None:
            raise ConfigError(f"{what}: the credential '{credential}' needs systemd's LoadCredential=, or write {{ path = … }}")
        found, source = _file(Path(folder) / str(credential)), f"the credential '{credential}'"
    if not found:
        raise ConfigError(f"{what}: {source} is missing or empty")
    return found


def _file(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        return None
