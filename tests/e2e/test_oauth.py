"""Signing in with access tokens in place of passwords, from the token's endpoint to the letter."""

import logging
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.errors import ConfigError
from tests.conftest import USERS
from tests.e2e.installation import ENQUIRIES, FOI, Install, Installation, RealClock
from tests.e2e.messages import BIN, message
from tests.servers.certificate import make_certificate
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.smtp import SmtpServer
from tests.servers.tokens import GRAPH, SECRET, TENANT, TokenServer, service_account_key, token_server

pytestmark = pytest.mark.dovecot


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """An IMAP server and a relay that take access tokens, and the endpoint that issues them."""

    tokens: TokenServer
    dovecot: Dovecot
    smtp: SmtpServer
    secret: Path

    def oauth(self, user: str = ENQUIRIES, **differing: Any) -> dict[str, Any]:
        """The table ``oauth`` of a mailbox."""
        plain = {
            "provider": "microsoft",
            "tenant": TENANT,
            "client_id": user,
            "secret": {"path": str(self.secret)},
            "authority": self.tokens.authority,
        }
        return plain | differing

    def settings(self, user: str = ENQUIRIES, **differing: Any) -> dict[str, Any]:
        """What differs from a mailbox with passwords: both servers want tokens."""
        imap = {"oauth": self.oauth(user, **differing), "password": None}
        return {"imap": imap, "smtp": {"user": user, "oauth": self.oauth(user)}}


@pytest.fixture
def cloud(tmp_path: Path, start_dovecot: StartDovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The servers; the endpoint's certificate is trusted as an administrator would have it trusted."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    secret = tmp_path / "app.secret"
    secret.write_text(f"{SECRET}\n")
    with token_server(certificate, USERS) as tokens:
        relay = SmtpServer(judge=tokens.judge)
        relay.start()
        try:
            yield Cloud(tokens=tokens, dovecot=start_dovecot(tokens_port=tokens.port), smtp=relay, secret=secret)
        finally:
            relay.stop()


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_mail_comes_and_goes_with_tokens(install: Install, cloud: Cloud, mechanism: str) -> None:
    """By both mechanisms one token opens the mailbox and the relay, and serves until it is due for renewal."""
    mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings(mechanism=mechanism))
    mailbot.start()
    mailbot.deliver(message(BIN))
    mailbot.proves_alive(letters=2)
    (token,) = cloud.tokens.issued
    assert cloud.tokens.presented == [token.text, token.text]


def test_a_service_account_of_google_opens_its_mailbox(install: Install, cloud: Cloud, tmp_path: Path) -> None:
    """The service account acts for the mailbox whose address is the user."""
    key = tmp_path / "key.json"
    key.write_text(service_account_key(cloud.tokens.google_uri))
    google = {"provider": "google", "key": {"path": str(key)}}
    servers = {"imap": {"oauth": google, "password": None}, "smtp": {"user": ENQUIRIES, "oauth": google}}
    mailbot = install(cloud.dovecot, cloud.smtp, **servers)
    mailbot.start()
    mailbot.proves_alive(letters=1)
    (token,) = cloud.tokens.issued
    assert (token.user, token.audience) == (ENQUIRIES, "https://mail.google.com/")


def test_a_session_does_not_outlive_its_token(install: Install, cloud: Cloud) -> None:
    """Before the token expires the mailbox is opened anew with the next one; the relay's kept connection goes on."""
    mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings())
    cloud.tokens.lifetime = 4  # seconds: it is renewed after two
    mailbot.start()
    mailbot.proves_alive(letters=1)
    relay = set(cloud.smtp.connections)
    mailbot.wait_until(lambda: len(cloud.tokens.issued) >= 3, "the third token")
    cloud.tokens.revoke_all()  # whatever mailbot holds now is renewed in time too
    mailbot.wait_until(lambda: len(cloud.tokens.issued) >= 4, "the fourth token")
    mailbot.proves_alive(letters=2)
    assert mailbot.mailboxes()["enquiries"].last_error is None
    assert set(cloud.smtp.connections) == relay


def test_a_refused_token_is_replaced(install: Install, cloud: Cloud) -> None:
    """A token that the servers do not take any more is forgotten, and the next try brings a new one."""
    mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings())
    mailbot.start()
    mailbot.proves_alive(letters=1)
    cloud.tokens.revoke_all()
    cloud.dovecot.restart()
    mailbot.deliver(message(BIN))
    mailbot.letters(2)
    first, second = cloud.tokens.issued
    assert cloud.tokens.presented[-2:] == [first.text, second.text]


def test_the_relay_s_refusal_brings_a_new_token_too(install: Install, cloud: Cloud) -> None:
    """A letter that the relay did not take for the sake of the token waits and goes with the next one."""
    mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings())
    mailbot.start()
    mailbot.proves_alive(letters=1)
    cloud.smtp.stop()
    cloud.tokens.revoke_all()
    cloud.smtp.start()
    mailbot.deliver(message(BIN))
    (waiting,) = mailbot.wait_until(lambda: mailbot.outbox("deferred"), "a letter that waits")
    assert waiting.detail.endswith("sign-in or greeting refused: 535 5.7.3 Authentication unsuccessful")
    mailbot.clock.move(minutes=2)
    mailbot.letters(2)


@pytest.fixture
def half(install: Install, cloud: Cloud, smtp_server: SmtpServer) -> Installation:
    """A mailbox with a password, enquiries, and one that wants tokens, foi; letters need no sign-in."""
    foi = {"imap": {"oauth": cloud.oauth(FOI), "password": None}}
    return install(cloud.dovecot, smtp_server, mailboxes={"enquiries": {}, "foi": foi})


class TestTheEndpoint:
    def test_it_is_down(self, half: Installation, cloud: Cloud) -> None:
        """The mailbox says which machine cannot be reached while the other works; it goes on when that machine does."""
        cloud.tokens.stop()
        half.start()
        shown = half.mailboxes()["foi"]
        assert shown.last_error == "OAuth: localhost cannot be reached; look at the firewall, the proxy and the name server"
        assert shown.fresh_at is None
        half.proves_alive(letters=1)
        cloud.tokens.start()
        recovers(half)

    def test_it_answers_with_a_page(self, half: Installation, cloud: Cloud) -> None:
        """A proxy's page in place of a token is named as what it is, and nothing of it is shown."""
        cloud.tokens.html = True
        half.start()
        assert str(half.mailboxes()["foi"].last_error) == (
            "OAuth: localhost answered with something else than JSON; often the web page of a proxy, or a wrong address"
        )
        half.proves_alive(letters=1)
        cloud.tokens.html = False
        recovers(half)

    def test_it_gives_a_token_for_elsewhere(self, install: Install, cloud: Cloud) -> None:
        """A token for Graph opens no mailbox, and the check says so."""
        mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings(scope=f"{GRAPH}/.default"))
        mailbot.start()
        assert "refuses the sign-in" in str(mailbot.mailboxes()["enquiries"].last_error)
        done = mailbot.cli("check")
        assert done.returncode == 69
        assert f"token for IMAP from Microsoft (aud {GRAPH}, roles none, appid {ENQUIRIES}, valid until " in done.stdout
        assert f"the token is for {GRAPH}, and Exchange takes none but its own: leave oauth.scope out" in done.stdout


def recovers(mailbot: Installation) -> None:
    """The second mailbox is read, and its mail answered."""
    mailbot.wait_until(lambda: mailbot.mailboxes()["foi"].fresh_at, "the other mailbox to be read")
    mailbot.wait_until(lambda: mailbot.rows("SELECT id FROM folder_cursor WHERE mailbox = 2 AND role = 'inbox'"), "all of it")
    mailbot.deliver(message(BIN, to=FOI), FOI)
    assert mailbot.letters(2)[-1]["From"] == f"Harbour Council <{FOI}>"


class TestCheck:
    def test_it_shows_the_claims_and_never_the_token(self, install: Install, cloud: Cloud) -> None:
        """What the token says of itself helps the administrator; the token is nobody's business."""
        mailbot = install(cloud.dovecot, cloud.smtp, folders={"sent": "Sent"}, **cloud.settings())
        done = mailbot.cli("check")
        assert done.returncode == 0, done.stdout
        assert "roles IMAP.AccessAsApp, SMTP.SendAsApp" in done.stdout
        assert {line[:4] for line in done.stdout.splitlines()} == {"ok  "}
        (token,) = cloud.tokens.issued
        assert token.text not in done.stdout + done.stderr

    def test_it_warns_of_a_secret_that_expires(self, install: Install, cloud: Cloud) -> None:
        """A warning is not a failure."""
        soon = RealClock().now().date() + timedelta(days=6)
        mailbot = install(cloud.dovecot, cloud.smtp, folders={"sent": "Sent"}, **cloud.settings(secret_expires_on=soon))
        done = mailbot.cli("check")
        assert done.returncode == 0, done.stdout
        (warned,) = [line for line in done.stdout.splitlines() if line.startswith("warn")]
        assert warned == f"warn  enquiries: imap secret: expires on {soon} (in 6 days); renew it today"

    def test_it_names_a_wrong_secret(self, install: Install, cloud: Cloud) -> None:
        """The sentence says what to copy, and the server is not bothered with a sign-in that cannot succeed."""
        mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings())
        cloud.secret.write_text("the-id-of-the-secret\n")
        done = mailbot.cli("check")
        assert done.returncode == 69
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert [line.split(": ")[1] for line in failed] == ["token for IMAP from Microsoft", "token for SMTP from Microsoft"]
        assert "copy the secret's value, which Entra shows once, and not its ID (AADSTS7000215, trace 0000-trace)" in failed[0]
        assert cloud.tokens.presented == []

    def test_a_missing_key_is_named_before_anything_starts(self, install: Install, cloud: Cloud) -> None:
        """A certificate without its key is a mistake in the files, for the check and for the daemon."""
        pem = cloud.secret.with_name("certificate.pem")
        settings = cloud.settings(secret=None, certificate={"path": str(pem)})
        mailbot = install(cloud.dovecot, cloud.smtp, **settings)
        said = "mailbox.enquiries.imap.oauth.certificate: the file holds no private key; put certificate and key into one"
        done = mailbot.cli("check", "--offline")
        assert done.returncode == 78
        assert said in done.stdout
        with pytest.raises(ConfigError, match=re.escape(said)):
            mailbot.start()


def test_no_token_and_no_secret_is_written_down(
    install: Install, cloud: Cloud, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a log, its own or a library's at its most talkative, nor the database holds a token or the app's secret."""
    mailbot = install(cloud.dovecot, cloud.smtp, **cloud.settings())
    with caplog.at_level(logging.DEBUG):
        cloud.tokens.html = True
        mailbot.start()
        cloud.tokens.html = False
        mailbot.wait_until(lambda: mailbot.mailboxes()["enquiries"].fresh_at, "the mailbox to be read")
        mailbot.proves_alive(letters=1)
        cloud.tokens.revoke_all()
        cloud.dovecot.restart()
        mailbot.proves_alive(letters=2)
        mailbot.stop()
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the relay's own log
    printed = capfd.readouterr()
    logs = "\n".join([printed.out, printed.err, *ours])
    assert "something else than JSON" in logs
    assert "imapclient" in {record.name.partition(".")[0] for record in caplog.records}
    written = logs.encode() + b"".join(path.read_bytes() for path in mailbot.folder.glob("mailbot.db*"))
    tokens = [token.text for token in cloud.tokens.issued]
    sent = [b64encode(f"user={ENQUIRIES}\1auth=Bearer {token}\1\1".encode()).decode() for token in tokens]
    assert len(tokens) == 2
    assert [secret for secret in (SECRET, *tokens, *sent) if secret.encode() in written] == []
