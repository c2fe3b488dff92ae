"""Sign-in by OAuth: access tokens from Microsoft Entra or Google, kept until shortly before they run out.

The libraries are an extra (``pip install mailbot[oauth]``) and are imported only when a mailbox asks for them.
"""

from mailbot.adapters.oauth.claims import Claims, read_claims
from mailbot.adapters.oauth.providers import (
    EXCHANGE_SCOPE,
    GMAIL_SCOPE,
    MICROSOFT_LOGIN,
    GoogleAccount,
    MicrosoftApp,
    google_tokens,
    microsoft_tokens,
)
from mailbot.adapters.oauth.symptoms import expiry_warning, explain_sign_in, is_microsoft, password_warning
from mailbot.adapters.oauth.tokens import Token, TokenCredentials, TokenSource

__all__ = [
    "EXCHANGE_SCOPE",
    "GMAIL_SCOPE",
    "MICROSOFT_LOGIN",
    "Claims",
    "GoogleAccount",
    "MicrosoftApp",
    "Token",
    "TokenCredentials",
    "TokenSource",
    "expiry_warning",
    "explain_sign_in",
    "google_tokens",
    "is_microsoft",
    "microsoft_tokens",
    "password_warning",
    "read_claims",
]
