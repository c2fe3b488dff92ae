"""Microsoft's and Google's libraries against an endpoint on this machine, and what is said on the wire to a server."""

import json
import logging
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.imap import Finishing, ImapAccount, ImapMailbox
from mailbot.adapters.oauth import (
    GoogleAccount,
    MicrosoftApp,
    Token,
    TokenCredentials,
    TokenSource,
    google_tokens,
    microsoft_tokens,
    read_claims,
)
from mailbot.errors import ConfigError, PermanentError, TransientError
from mailbot.ports import Mechanism
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.scripted_imap import ScriptedImap, scripted_imap
from tests.servers.tokens import SECRET, TENANT, TokenServer, service_account_key, token_server

FOI = "foi@harbour.example"
SENTENCE = "error_description"
clock = SystemClock()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def tokens(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """An endpoint whose certificate is trusted as an administrator would have it trusted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    with token_server(certificate, [FOI]) as server:
        yield server


def app(tokens: TokenServer, **differing: Any) -> MicrosoftApp:
    """The app of the mailbox foi, proved by its secret."""
    plain: dict[str, Any] = {
        "where": "mailbox.foi.imap.oauth",
        "tenant": TENANT,
        "client_id": FOI,
        "secret": lambda: SECRET,
        "certificate": None,
        "authority": tokens.authority,
    }
    return MicrosoftApp(**plain | differing)


def block(kind: str) -> str:
    """A PEM block that holds nothing of use."""
    return f"-----BEGIN {kind}-----\nAA==\n-----END {kind}-----\n"


def refusal(ask: Callable[[], object]) -> str:
    """What is said when no token is to be had."""
    with pytest.raises(TransientError) as caught:
        ask()
    assert caught.value.__cause__ is None  # the library's own error may hold the whole answer
    return str(caught.value)


class TestMicrosoft:
    def test_a_secret_brings_a_token_for_exchange(self, tokens: TokenServer) -> None:
        """The client credentials flow with the scope of Exchange Online; the token lives as long as the answer says."""
        token = microsoft_tokens(app(tokens), clock).token()
        (asked,) = tokens.asked
        assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "https://outlook.office365.com/.default")
        assert (asked["client_id"], asked["client_secret"]) == (FOI, SECRET)
        assert (token.expires_at - token.asked_at).total_seconds() == tokens.lifetime
        claims = read_claims(token.text)
        assert claims is not None
        assert (claims.audience, claims.app_id) == ("https://outlook.office365.com", FOI)

    def test_a_certificate_brings_one_too(self, tokens: TokenServer, certificate: Certificate) -> None:
        """One file with certificate and key; the key signs an assertion and does not leave the machine."""
        pem = certificate.path.read_text() + certificate_key_of_rsa()
        microsoft_tokens(app(tokens, secret=None, certificate=lambda: pem), clock).token()
        (asked,) = tokens.asked
        assert asked["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assert asked["client_assertion"].count(".") == 2
        assert "client_secret" not in asked

    def test_a_renewed_secret_needs_no_restart(self, tokens: TokenServer) -> None:
        """The secret is read at each request."""
        secrets = iter(["checked at the start", "the old one", SECRET])
        source = microsoft_tokens(app(tokens, secret=lambda: next(secrets)), clock)
        assert "AADSTS7000215" in refusal(source.token)
        assert source.token().text == tokens.issued[0].text

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("AADSTS7000222", "the app's secret or certificate has expired; make a new one in Entra"),
            ("AADSTS7000215", "the app's secret is wrong; copy the secret's value"),
            ("AADSTS700027", "the app does not know the certificate; upload it"),
            ("AADSTS700016", "the tenant has no app with this client_id"),
            ("AADSTS53003", "a Conditional Access policy keeps the app out"),
        ],
    )
    def test_a_refusal_says_what_to_do(self, tokens: TokenServer, code: str, said: str) -> None:
        """Microsoft's code becomes a sentence, and stays beside it with the trace that support asks for."""
        tokens.error = {"error": "invalid_client", SENTENCE: f"{code}: Long words. Trace ID: 17", "trace_id": "17"}
        found = refusal(microsoft_tokens(app(tokens), clock).token)
        assert found.startswith(f"OAuth: {said}")
        assert found.endswith(f"({code}, trace 17)")

    def test_an_unknown_refusal_is_passed_on(self, tokens: TokenServer) -> None:
        """Microsoft's own words, without the numbers behind them."""
        tokens.error = {"error": "invalid_request", SENTENCE: "AADSTS99999: Something new.\r\nTrace ID: 17 and so on"}
        found = refusal(microsoft_tokens(app(tokens), clock).token)
        assert found == "OAuth: Microsoft gives no token: AADSTS99999: Something new. (AADSTS99999)"

    def test_a_wrong_tenant_is_named(self, tokens: TokenServer) -> None:
        """The endpoint does not know it."""
        found = refusal(microsoft_tokens(app(tokens, tenant="elsewhere"), clock).token)
        assert found == "OAuth: Microsoft does not know the tenant; look at oauth.tenant and authority"

    def test_a_page_is_not_written_into_the_log(self, tokens: TokenServer, caplog: pytest.LogCaptureFixture) -> None:
        """A proxy's page is named as what it is; msal would log all of it."""
        source = microsoft_tokens(app(tokens), clock)
        tokens.html = True
        with caplog.at_level(logging.DEBUG):
            assert "localhost answered with something else than JSON" in refusal(source.token)
        assert "guest network" not in caplog.text

    def test_a_dead_endpoint_is_named(self, tokens: TokenServer) -> None:
        """The host that cannot be reached is the one to open the firewall for."""
        source = microsoft_tokens(app(tokens), clock)
        tokens.stop()
        assert refusal(source.token).startswith("OAuth: localhost cannot be reached; look at the firewall")

    def test_an_untrusted_certificate_is_named(self, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """A proxy that opens TLS is a matter for the administrator, not to be ignored."""
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        found = refusal(microsoft_tokens(app(tokens), clock).token)
        assert "has a certificate that is not trusted" in found
        assert "REQUESTS_CA_BUNDLE" in found

    @pytest.mark.parametrize(
        ("pem", "said"),
        [
            ("", "the file holds no certificate"),
            (block("CERTIFICATE"), "the file holds no private key"),
            (block("CERTIFICATE") + block("PRIVATE KEY"), "certificate or key cannot be read; the key must have no passphrase"),
        ],
    )
    def test_an_unusable_certificate_is_refused_at_the_start(self, tokens: TokenServer, pem: str, said: str) -> None:
        """The key of the configuration is named, and nothing is asked."""
        with pytest.raises(ConfigError) as caught:
            microsoft_tokens(app(tokens, secret=None, certificate=lambda: pem), clock)
        assert str(caught.value).startswith(f"mailbox.foi.imap.oauth.certificate: {said}")


class TestGoogle:
    def account(self, tokens: TokenServer, **differing: Any) -> GoogleAccount:
        """A service account that acts for the mailbox foi."""
        key = service_account_key(tokens.google_uri)
        return GoogleAccount(**{"where": "mailbox.foi.imap.oauth", "key": lambda: key, "subject": FOI} | differing)

    def test_a_service_account_brings_a_token_for_its_mailbox(self, tokens: TokenServer) -> None:
        """An assertion signed with the key, for the mailbox as subject and the scope of Gmail (RFC 7523)."""
        token = google_tokens(self.account(tokens), clock).token()
        (issued,) = tokens.issued
        assert (token.text, issued.user, issued.audience) == (issued.text, FOI, "https://mail.google.com/")
        assert 3500 < (token.expires_at - token.asked_at).total_seconds() < 3700

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ({"error": "unauthorized_client", SENTENCE: "Client is unauthorized"}, "the service account may not act for the"),
            ({"error": "invalid_grant", SENTENCE: "Invalid JWT Signature."}, "Google does not know the service account's key"),
            ({"error": "invalid_grant", SENTENCE: "Invalid JWT: Token must be short-lived"}, "this machine's clock is wrong"),
            ({"error": "strange", SENTENCE: "Something new"}, "Google gives no token: strange: Something new"),
            ({"surprise": "ya29.never-shown"}, "Google gives no token"),
        ],
    )
    def test_a_refusal_says_what_to_do(self, tokens: TokenServer, answer: dict[str, str], said: str) -> None:
        """Google's words become a sentence; an answer of another form is not repeated."""
        tokens.error = answer
        found = refusal(google_tokens(self.account(tokens), clock).token)
        assert found.startswith(f"OAuth: {said}")
        assert "never-shown" not in found

    def test_a_group_has_no_mailbox(self, tokens: TokenServer) -> None:
        """A user that is none is named."""
        found = refusal(google_tokens(self.account(tokens, subject="group@harbour.example"), clock).token)
        assert "the user is no mailbox of this Workspace; a Google Group has none" in found

    def test_a_page_and_a_dead_endpoint_are_named(self, tokens: TokenServer) -> None:
        """As with Microsoft."""
        source = google_tokens(self.account(tokens), clock)
        tokens.html = True
        assert "Google answered with something else than JSON" in refusal(source.token)
        tokens.stop()
        assert "Google cannot be reached" in refusal(source.token)

    @pytest.mark.parametrize("key", ["", "no JSON", "[]", "{}", json.dumps({"type": "authorized_user"})])
    def test_an_unusable_key_is_refused_at_the_start(self, tokens: TokenServer, key: str) -> None:
        """The key of the configuration is named, and nothing is asked."""
        with pytest.raises(ConfigError, match=r"^mailbox\.foi\.imap\.oauth\.key: is no key of a service account"):
            google_tokens(self.account(tokens, key=lambda: key), clock)
        assert tokens.asked == []


def certificate_key_of_rsa() -> str:
    """A private key; Microsoft's assertions are signed with RSA."""
    return str(json.loads(service_account_key(""))["private_key"])


def mailbox(server: ScriptedImap, mechanism: Mechanism, source: TokenSource) -> ImapMailbox:
    """A session with the scripted server."""
    account = ImapAccount(
        host="127.0.0.1",
        port=server.port,
        tls="none",
        credentials=TokenCredentials(user=FOI, mechanism=mechanism, source=source),
        context=None,
        timeout_seconds=5,
    )
    return ImapMailbox(account, Finishing(), 1_000_000)


@pytest.fixture
def source() -> TokenSource:
    """Tokens that are numbered."""
    numbers = iter(range(1, 10))

    def fetch() -> Token:
        now = clock.now()
        return Token(text=f"token-{next(numbers)}", asked_at=now, expires_at=now.replace(year=now.year + 1, day=1))

    return TokenSource(fetch, clock)


class TestTheWire:
    @pytest.mark.parametrize(
        ("mechanism", "said"),
        [
            (Mechanism.XOAUTH2, f"user={FOI}\x01auth=Bearer token-1\x01\x01"),
            (Mechanism.OAUTHBEARER, f"n,a={FOI},\x01auth=Bearer token-1\x01\x01"),
        ],
    )
    def test_the_token_is_handed_over_as_each_mechanism_wants_it(
        self, source: TokenSource, mechanism: Mechanism, said: str
    ) -> None:
        """Microsoft's and Google's form, and that of RFC 7628."""
        with scripted_imap({}) as server:
            mailbox(server, mechanism, source).close()
        at = next(number for number, line in enumerate(server.heard) if "AUTHENTICATE" in line)
        assert server.heard[at].endswith(f"AUTHENTICATE {mechanism.upper()}")
        assert b64decode(server.heard[at + 1]).decode() == said

    def test_a_session_cut_for_its_token_is_a_lost_connection(self, source: TokenSource) -> None:
        """Exchange's goodbye in mid-session: the next session begins as after any other loss, and the token is kept."""
        with scripted_imap({"EXAMINE": "* BYE Session invalidated - AccessTokenExpired\r\n"}) as server:
            session = mailbox(server, Mechanism.XOAUTH2, source)
            with pytest.raises(TransientError):
                session.select("INBOX")
            session.close()
        assert source.token().text == "token-1"

    def test_a_refused_token_is_forgotten(self, source: TokenSource) -> None:
        """Exchange's refusal: the next try brings another token."""
        with scripted_imap({"AUTHENTICATE": "{tag} NO AUTHENTICATE failed.\r\n"}) as server:
            assert refused_with(server, source) == "the server refuses the sign-in: AUTHENTICATE failed."
        assert source.token().text == "token-2"

    def test_a_mailbox_without_permission_says_so(self, source: TokenSource) -> None:
        """Signed in and not let into the mailbox: Exchange says it at the next command."""
        with scripted_imap({"EXAMINE": "{tag} BAD User is authenticated but not connected.\r\n"}) as server:
            session = mailbox(server, Mechanism.XOAUTH2, source)
            with pytest.raises((TransientError, PermanentError), match="User is authenticated but not connected"):
                session.select("INBOX")
            session.close()

    @pytest.mark.parametrize("command", ["AUTHENTICATE", "EXAMINE"])
    def test_a_server_that_asks_for_a_pause_is_heard(self, source: TokenSource, command: str) -> None:
        """Exchange says in its refusal how long it wants to be left alone, at the sign-in or later."""
        refused = "{tag} BAD Request is throttled. Suggested Backoff Time: 299910 milliseconds\r\n"
        with (
            scripted_imap({command: refused}) as server,
            pytest.raises(TransientError) as caught,
            closing(mailbox(server, Mechanism.XOAUTH2, source)) as session,
        ):
            session.select("INBOX")
        assert caught.value.retry_after == 299.91

    def test_hanging_up_never_fails(self, source: TokenSource) -> None:
        """A server that forgets its goodbye is no reason to complain."""
        with scripted_imap({"LOGOUT": "{tag} OK\r\n"}) as server:
            mailbox(server, Mechanism.XOAUTH2, source).close()
        assert server.heard[-1].endswith("LOGOUT")


def refused_with(server: ScriptedImap, source: TokenSource) -> str:
    """The sentence of a refused sign-in."""
    with pytest.raises(TransientError) as caught:
        mailbox(server, Mechanism.XOAUTH2, source)
    return str(caught.value)


def test_a_missing_package_is_named_with_its_extra(tokens: TokenServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installed mailbot without the extra is told which one."""
    for package, adapter in (("msal", "microsoft"), ("requests", "microsoft")):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, package, None)
            for module in (f"mailbot.adapters.oauth.{adapter}", "mailbot.adapters.oauth.endpoint"):
                without.delitem(sys.modules, module, raising=False)
            with pytest.raises(ConfigError) as caught:
                microsoft_tokens(app(tokens), clock)
        assert str(caught.value) == (
            f"mailbox.foi.imap.oauth: the package '{package}' is missing; install mailbot with its extra: "
            "pip install 'mailbot[oauth]'"
        )
