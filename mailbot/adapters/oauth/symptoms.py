"""What a server says when it lets nobody in, and what most likely has to be done. Pure; used by ``mailbot check``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mailbot.adapters.oauth.claims import Claims

Protocol = Literal["imap", "smtp"]
EXCHANGE_AUDIENCES = frozenset(
    {
        "https://outlook.office365.com",
        "https://outlook.office.com",
        "https://ps.outlook.com",
        "00000002-0000-0ff1-ce00-000000000000",  # Exchange Online by its number
    }
)
WAIT = "changes take up to 2 hours to work, so a refusal before that proves nothing"
URGENCY = {7: "renew it today", 30: "renew it this week", 60: "plan its renewal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Who refused whom in what words, and with what claims in the token."""

    protocol: Protocol
    user: str
    provider: str | None
    text: str
    claims: Claims | None


def explain_sign_in(
    protocol: Protocol, provider: str | None, server_text: str, claims: Claims | None, *, user: str
) -> str | None:
    """The most likely cause of a refusal, and what to do; None if the server's words say nothing more.

    ``provider`` is that of the token, None for a password; ``claims`` are the token's, if it has any to show.
    """
    refusal = Refusal(protocol=protocol, user=user, provider=provider, text=server_text, claims=claims)
    for pattern, explain in _SYMPTOMS.items():
        if re.search(pattern, server_text, re.IGNORECASE):
            return explain(refusal) if callable(explain) else explain.format(user=user, wait=WAIT)
    return None


def expiry_warning(expires_on: date | None, today: date) -> str | None:
    """What to say 60, 30 and 7 days before an app's secret or certificate expires; None while there is time."""
    if expires_on is None or (left := (expires_on - today).days) > max(URGENCY):
        return None
    if left < 0:
        return f"expired on {expires_on}; make a new one, and bring secret_expires_on up to date"
    urgency = next(words for days, words in sorted(URGENCY.items()) if left <= days)
    return f"expires on {expires_on} (in {left} days); {urgency}"


def is_microsoft(host: str) -> bool:
    """Whether a server is one of Microsoft 365."""
    return host.lower().endswith((".office365.com", ".office.com", ".outlook.com"))


def password_warning(protocol: Protocol, host: str) -> str | None:
    """What to say about a password where Microsoft takes none, or not for long (its announcement of January 2026)."""
    if not is_microsoft(host):
        return None
    return _NO_PASSWORDS if protocol == "imap" else _PASSWORDS_END


def _token_refused(refusal: Refusal) -> str | None:
    match refusal.provider:
        case "microsoft":
            return _exchange_refused(refusal)
        case "google":
            return _GMAIL_OFF.format(user=refusal.user)
        case _:
            return None  # a wrong password is a wrong password


def _exchange_refused(refusal: Refusal) -> str:
    """``AUTHENTICATE failed`` and 535 5.7.3 say the same for every cause: the claims tell some of them apart."""
    claims = refusal.claims
    if claims is not None and claims.audience.rstrip("/") not in EXCHANGE_AUDIENCES:
        return _WRONG_AUDIENCE.format(audience=claims.audience or "nobody")
    if refusal.protocol == "smtp":
        return _MAY_NOT_SEND.format(user=refusal.user, wait=WAIT)
    if claims is not None and "IMAP.AccessAsApp" not in claims.roles:
        return _LACKS_ROLE.format(wait=WAIT)
    return _UNKNOWN_APP.format(user=refusal.user, wait=WAIT)


def _pause(refusal: Refusal) -> str:
    found = re.search(r"(\d+) milliseconds", refusal.text)
    length = f" of {int(found[1]) // 1000} seconds" if found else ""
    return f"the server asks for a pause{length}, and mailbot waits as long as it asks; nothing is lost"


_WRONG_AUDIENCE = (
    "the token is for {audience}, and Exchange takes none but its own: leave oauth.scope out, or write "
    "https://outlook.office365.com/.default"
)
_LACKS_ROLE = (
    "the token lacks the role IMAP.AccessAsApp: in Entra give the app this permission (Office 365 Exchange Online, "
    "Application permissions) and grant admin consent; {wait}"
)
_UNKNOWN_APP = (
    "the token is right, so Exchange does not know the app: New-ServicePrincipal needs the Object ID that Entra shows "
    "under Enterprise applications, not under App registrations; or IMAP is off: Set-CASMailbox -Identity {user} "
    "-ImapEnabled $true; {wait}"
)
_MAY_NOT_SEND = (
    "Exchange does not let the app send as {user}: give it the Exchange role 'Application SMTP.SendAsApp' for this mailbox "
    "(New-ManagementRoleAssignment), or the Entra permission SMTP.SendAsApp with New-ServicePrincipal and "
    "Add-RecipientPermission -Identity {user} -Trustee <Object ID of the enterprise application> -AccessRights SendAs; {wait}"
)
_NOT_CONNECTED = (
    "signed in, but not allowed into {user}: run Add-MailboxPermission -Identity {user} -User <Object ID of the enterprise "
    "application> -AccessRights FullAccess, and look whether user is the mailbox's own address; {wait}"
)
_THREE_GATES = (
    "sending with sign-in (SMTP AUTH) is shut at one of three gates: Security Defaults of the tenant, Set-TransportConfig "
    "-SmtpClientAuthenticationDisabled, or Set-CASMailbox -Identity {user} -SmtpClientAuthenticationDisabled, where $false "
    "opens the second gate too; {wait}"
)
_GMAIL_OFF = (
    "Google refuses the token for {user}: look in the Admin console whether IMAP is on for this mailbox (Gmail, End user "
    "access) and whether user is its primary address"
)
_NO_PASSWORDS = "Microsoft takes no passwords here any more: write oauth in place of password"
_PASSWORDS_END = (
    "Microsoft switches passwords for sending off at the end of December 2026, unless an administrator of the tenant allows "
    "them again: write oauth in place of password"
)
_ONLY_AS_ITSELF = "the server lets a mailbox send only as itself: sign in as {user}, the address that letters come from"
_THREE_CONNECTIONS = (
    "another program is sending as {user}, and Exchange allows three connections: lower smtp_connections or stop the other"
)
_FIFTEEN_CONNECTIONS = "Google allows 15 connections to a mailbox, and other programs hold them: close some"
_OUTLIVED = "the session outlived its token; mailbot signs in again by itself"
_NO_SUCH_WAY = (
    "the server offers no such sign-in: look whether host is the provider's own server, or write another oauth.mechanism"
)

# The first that fits is taken.
_SYMPTOMS: dict[str, str | Callable[[Refusal], str | None]] = {
    r"authenticated but not connected": _NOT_CONNECTED,
    r"5\.7\.139": _THREE_GATES,
    r"5\.7\.30\b": _NO_PASSWORDS,
    r"SendAsDenied": _ONLY_AS_ITSELF,
    r"4\.3\.2 (concurrent|.*thread limit)": _THREE_CONNECTIONS,
    r"too many simultaneous connections": _FIFTEEN_CONNECTIONS,
    r"throttled|suggested backoff": _pause,
    r"AccessTokenExpired": _OUTLIVED,
    r"not support XOAUTH2|(no such|unsupported) (authentication )?mechanism": _NO_SUCH_WAY,
    r"authenticat(e|ion) ?failed|invalid credentials|5\.7\.[38]\b": _token_refused,
}
