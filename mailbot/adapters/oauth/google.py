"""Tokens for a Google Workspace mailbox (google-auth): a service account acts for its user (RFC 7523)."""

import json
from datetime import UTC

from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials
from requests.exceptions import RequestException

from mailbot.adapters.oauth.endpoint import endpoint
from mailbot.adapters.oauth.providers import GoogleAccount
from mailbot.adapters.oauth.tokens import Token
from mailbot.core.text import clean_line
from mailbot.errors import ConfigError, TransientError
from mailbot.ports import Clock

MAX_PROVIDER_TEXT = 200
_SENTENCES = {
    "unauthorized_client": "the service account may not act for the mailbox; in the Workspace Admin console (Security, API "
    "controls, Domain-wide delegation) allow its client ID the scope https://mail.google.com/",
    "Invalid email or User ID": "the user is no mailbox of this Workspace; a Google Group has none, let it deliver to a user",
    "Invalid JWT Signature": "Google does not know the service account's key any more; make a new one",
    "account not found": "there is no such service account any more; make a new one, and a key for it",
    "Invalid JWT": "this machine's clock is wrong; Google allows a few minutes",
    "invalid_scope": "the scope is wrong; leave oauth.scope out",
}


def google_token(account: GoogleAccount, clock: Clock) -> Token:
    """Ask for a token. Raises TransientError with what to do, ConfigError for an unusable key."""
    asked_at, credentials = clock.now(), delegated(account)
    with endpoint("Google") as session:
        try:
            credentials.refresh(Request(session))
        except TransportError as error:
            if isinstance(error.__cause__, RequestException):
                raise error.__cause__ from None
            raise TransientError(f"OAuth: Google cannot be asked ({type(error).__name__})") from None
        except GoogleAuthError as error:
            raise TransientError(f"OAuth: {_refusal(error)}") from None
    if not credentials.token or credentials.expiry is None:
        raise TransientError("OAuth: Google's answer holds no token")
    return Token(text=credentials.token, asked_at=asked_at, expires_at=credentials.expiry.replace(tzinfo=UTC))


def delegated(account: GoogleAccount) -> Credentials:
    """The service account, acting for the mailbox. Raises ConfigError if its key is none."""
    try:
        return Credentials.from_service_account_info(json.loads(account.key()), scopes=[account.scope], subject=account.subject)
    except (ValueError, TypeError, AttributeError, GoogleAuthError):
        raise ConfigError(
            f"{account.where}.key: is no key of a service account; download it as JSON (Keys, Add key) and do not change it"
        ) from None


def _refusal(error: GoogleAuthError) -> str:
    """What to do about a refusal. Only the first argument is a sentence; the others hold the whole answer."""
    said = clean_line(str(error.args[0])) if error.args else ""
    for words, sentence in _SENTENCES.items():
        if words in said:
            return sentence
    return f"Google gives no token: {said[:MAX_PROVIDER_TEXT]}" if not said.startswith("{") else "Google gives no token"
