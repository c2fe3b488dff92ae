"""What a refused sign-in most likely means, from the words of the server and the claims of the token."""

from datetime import date

import pytest

from mailbot.adapters.oauth import Claims, expiry_warning, explain_sign_in, password_warning

USER = "foi@harbour.example"
EXCHANGE = "https://outlook.office365.com"
GOOD = Claims(audience=EXCHANGE, roles=("IMAP.AccessAsApp", "SMTP.SendAsApp"), app_id="an-app", expires_at=None)
GRAPH = Claims(audience="https://graph.microsoft.com", roles=("Mail.Read",), app_id="an-app", expires_at=None)
BARE = Claims(audience=EXCHANGE, roles=(), app_id="an-app", expires_at=None)
FAILED = "the server refuses the sign-in: AUTHENTICATE failed."
UNSUCCESSFUL = "sign-in or greeting refused: 535 5.7.3 Authentication unsuccessful"


@pytest.mark.parametrize(
    ("protocol", "provider", "said", "claims", "meant"),
    [
        (
            "imap",
            "microsoft",
            FAILED,
            GRAPH,
            "the token is for https://graph.microsoft.com, and Exchange takes",
        ),
        ("imap", "microsoft", FAILED, BARE, "the token lacks the role IMAP.AccessAsApp"),
        ("imap", "microsoft", FAILED, GOOD, "Enterprise applications, not under App registrations"),
        ("imap", "microsoft", FAILED, GOOD, f"Set-CASMailbox -Identity {USER} -ImapEnabled $true"),
        ("imap", "microsoft", FAILED, None, "New-ServicePrincipal needs the Object ID"),
        (
            "imap",
            "microsoft",
            "the folder cannot be opened: SELECT command error: BAD [b'User is authenticated but not connected.']",
            GOOD,
            f"signed in, but not allowed into {USER}: run Add-MailboxPermission -Identity {USER}",
        ),
        ("smtp", "microsoft", UNSUCCESSFUL, GOOD, f"Exchange does not let the app send as {USER}"),
        ("smtp", "microsoft", UNSUCCESSFUL, BARE, "the Exchange role 'Application SMTP.SendAsApp'"),
        ("smtp", "microsoft", UNSUCCESSFUL, GRAPH, "leave oauth.scope out"),
        (
            "smtp",
            "microsoft",
            "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant",
            GOOD,
            "three gates",
        ),
        ("smtp", None, "535 5.7.139 Authentication unsuccessful", None, "Security Defaults"),
        ("smtp", None, "550 5.7.30 Basic authentication is not supported for Client Submission", None, "write oauth in place"),
        ("smtp", "microsoft", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", GOOD, f"sign in as {USER}"),
        ("smtp", "microsoft", "432 4.3.2 Concurrent connections limit exceeded", GOOD, "another program is sending as"),
        ("smtp", None, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", None, "another program is sending as"),
        (
            "imap",
            "microsoft",
            "Suggested Backoff Time: 299910 milliseconds",
            GOOD,
            "a pause of 299 seconds",
        ),
        ("imap", "microsoft", "Request is throttled.", GOOD, "the server asks for a pause, and mailbot waits"),
        ("imap", "google", "[ALERT] Too many simultaneous connections. (Failure)", None, "Google allows 15 connections"),
        ("imap", "google", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", None, "IMAP is on for this mailbox"),
        ("smtp", "google", "535 5.7.8 Username and Password not accepted", None, "user is its primary address"),
        ("imap", "microsoft", "Session invalidated - AccessTokenExpired", GOOD, "the session outlived its token"),
        ("smtp", "microsoft", "oauth_token_generator provided but server does not support XOAUTH2", GOOD, "no such sign-in"),
    ],
)
def test_a_refusal_is_explained(protocol: str, provider: str | None, said: str, claims: Claims | None, meant: str) -> None:
    """Each symptom has its cause, with the command or the place that mends it."""
    assert meant in str(explain_sign_in(protocol, provider, said, claims, user=USER))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [FAILED, UNSUCCESSFUL, "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "no connection: Connection refused", ""],
)
def test_a_refusal_that_says_nothing_more_is_left_as_it_is(said: str) -> None:
    """A wrong password is a wrong password: nothing is guessed about apps and tokens."""
    assert explain_sign_in("imap", None, said, None, user=USER) is None


def test_whoever_changed_a_permission_is_told_to_wait() -> None:
    """Exchange takes up to two hours to notice: what is tried before is no proof."""
    for said in (FAILED, UNSUCCESSFUL, "User is authenticated but not connected.", "535 5.7.139"):
        for protocol in ("imap", "smtp"):
            explained = str(explain_sign_in(protocol, "microsoft", said, GOOD, user=USER))  # type: ignore[arg-type]
            assert "changes take up to 2 hours" in explained


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 10, 1), None),
        (date(2026, 10, 2), "expires on 2026-12-01 (in 60 days); plan its renewal"),
        (date(2026, 10, 31), "expires on 2026-12-01 (in 31 days); plan its renewal"),
        (date(2026, 11, 1), "expires on 2026-12-01 (in 30 days); renew it this week"),
        (date(2026, 11, 24), "expires on 2026-12-01 (in 7 days); renew it today"),
        (date(2026, 12, 1), "expires on 2026-12-01 (in 0 days); renew it today"),
        (date(2026, 12, 2), "expired on 2026-12-01; make a new one, and bring secret_expires_on up to date"),
    ],
)
def test_a_secret_s_end_is_announced_in_time(today: date, said: str | None) -> None:
    """Sixty, thirty and seven days ahead, and afterwards."""
    assert expiry_warning(date(2026, 12, 1), today) == said


def test_a_secret_without_a_known_end_is_not_announced() -> None:
    """Whoever writes no date is not warned."""
    assert expiry_warning(None, date(2026, 12, 1)) is None


def test_passwords_at_microsoft_are_warned_about() -> None:
    """IMAP takes none any more, SMTP not for long; other servers are nobody's business."""
    assert "takes no passwords" in str(password_warning("imap", "outlook.office365.com"))
    assert "end of December 2026" in str(password_warning("smtp", "SMTP.office365.com"))
    assert password_warning("imap", "imap.harbour.example") is None
    assert password_warning("imap", "notoffice365.com") is None
