"""What a token is asked for with, and the way to the provider's library, imported when it is needed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from mailbot.adapters.oauth.tokens import TokenSource
from mailbot.errors import ConfigError
from mailbot.ports import Clock

MICROSOFT_LOGIN = "https://login.microsoftonline.com"
EXCHANGE_SCOPE = "https://outlook.office365.com/.default"
GMAIL_SCOPE = "https://mail.google.com/"


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrosoftApp:
    """An app of a tenant in Microsoft Entra, proved by exactly one of ``secret`` and ``certificate`` (PEM, with key).

    ``where`` is the place of its keys in the configuration.
    """

    where: str
    tenant: str
    client_id: str
    secret: Callable[[], str] | None
    certificate: Callable[[], str] | None
    authority: str = MICROSOFT_LOGIN
    scope: str = EXCHANGE_SCOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleAccount:
    """A service account with domain-wide delegation (``key``: its JSON key) that acts for the mailbox ``subject``."""

    where: str
    key: Callable[[], str]
    subject: str
    scope: str = GMAIL_SCOPE


def microsoft_tokens(app: MicrosoftApp, clock: Clock) -> TokenSource:
    """Tokens of the app. Raises ConfigError if the extra is missing, or the secret or certificate cannot be used."""
    with _needs_extra(app.where):
        from mailbot.adapters.oauth.microsoft import microsoft_token, proof
    proof(app)
    return TokenSource(partial(microsoft_token, app, clock), clock)


def google_tokens(account: GoogleAccount, clock: Clock) -> TokenSource:
    """Tokens for the mailbox. Raises ConfigError if the extra is missing, or the key cannot be used."""
    with _needs_extra(account.where):
        from mailbot.adapters.oauth.google import delegated, google_token
    delegated(account)
    return TokenSource(partial(google_token, account, clock), clock)


@contextmanager
def _needs_extra(where: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            f"{where}: the package '{error.name}' is missing; install mailbot with its extra: pip install 'mailbot[oauth]'"
        ) from None
