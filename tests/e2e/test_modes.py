"""Ways to run it: protected connections, the first start, observing before going live, and what is done to read mail."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.installation import BEGINNING, ENQUIRIES, Install
from tests.e2e.messages import ACT, BEN, BIN, message, reply
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


@pytest.fixture
def safe_smtp(dovecot: Dovecot) -> Iterator[SmtpServer]:
    """An SMTP server with STARTTLS and a login, under the IMAP server's certificate."""
    certificate = Certificate(path=dovecot.ca_path, key_path=dovecot.root / "key.pem")
    server = SmtpServer(certificate=certificate, login=(ENQUIRIES, "secret"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def foreign_ca(tmp_path: Path) -> str:
    """The certificate of somebody whom no server here knows."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    return str(make_certificate(folder).path)


def safe(dovecot: Dovecot, tls: str, ca_path: object) -> dict[str, object]:
    port = dovecot.tls_port if tls == "implicit" else dovecot.port
    return {"port": port, "tls": tls, "ca_path": str(ca_path)}


class TestProtectedConnections:
    @pytest.mark.parametrize("tls", ["implicit", "starttls"])
    def test_everything_goes_over_tls(
        self, install: Install, dovecot: Dovecot, safe_smtp: SmtpServer, tmp_path: Path, tls: str
    ) -> None:
        """Over TLS, from the first byte or after STARTTLS, a message comes in and its letter goes, both signed in."""
        login = {"user": ENQUIRIES, "password": {"path": str(tmp_path / "password")}}
        smtp = {"tls": "starttls", "ca_path": str(dovecot.ca_path), **login}
        mailbot = install(dovecot, safe_smtp, imap=safe(dovecot, tls, dovecot.ca_path), smtp=smtp)
        mailbot.start()
        mailbot.deliver(message(BIN))
        assert mailbot.letters(1)[0]["To"] == "ada.finch@example.org"
        assert "TLS" in (dovecot.root / "dovecot.log").read_text()

    @pytest.mark.parametrize("tls", ["implicit", "starttls"])
    def test_an_unknown_imap_server_is_told_nothing(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer, foreign_ca: str, tls: str
    ) -> None:
        """An IMAP server whose certificate nobody vouches for is not signed in to, and the trouble is shown."""
        mailbot = install(dovecot, smtp_server, imap=safe(dovecot, tls, foreign_ca))
        mailbot.start()
        line = mailbot.mailboxes()["enquiries"]
        assert "certificate is not trusted" in str(line.last_error)
        assert line.fresh_at is None
        assert "Login: user=" not in (dovecot.root / "dovecot.log").read_text()

    def test_an_unknown_relay_is_told_nothing(
        self, install: Install, dovecot: Dovecot, safe_smtp: SmtpServer, foreign_ca: str
    ) -> None:
        """A relay whose certificate nobody vouches for gets no letter; the letter waits and says why."""
        mailbot = install(dovecot, safe_smtp, smtp={"tls": "starttls", "ca_path": foreign_ca})
        mailbot.start()
        mailbot.deliver(message(BIN))
        (letter,) = mailbot.wait_until(lambda: mailbot.outbox("deferred"), "a letter that waits")
        assert "certificate is not trusted" in letter.detail
        assert safe_smtp.accepted == []

    def test_a_relay_without_tls_gets_nothing_in_clear(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """Where STARTTLS is asked for and the relay does not offer it, no letter goes."""
        mailbot = install(dovecot, smtp_server, smtp={"tls": "starttls", "ca_path": str(dovecot.ca_path)})
        mailbot.start()
        mailbot.deliver(message(BIN))
        mailbot.wait_until(lambda: mailbot.outbox("deferred"), "a letter that waits")
        assert smtp_server.accepted == []


class TestTheFirstStart:
    def test_what_lay_there_before_is_left_alone(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """Five hundred older messages become no case and are answered to nobody; the next new one is."""
        with dovecot.client(ENQUIRIES) as old:
            for number in range(500):
                old.append("INBOX", message(BIN, sender=f"old{number}@example.org"), (), BEGINNING - timedelta(hours=1))
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.proves_alive(letters=1)
        mailbot.cases(1)
        assert len(dovecot.folder_uids(ENQUIRIES)) == 501

    def test_a_date_says_from_where_on(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """With a date, mail since then becomes cases; what is older than three days waits for a person without a letter."""
        for name, days in (("before", 30), ("older", 10), ("recent", 1)):
            dovecot.append(ENQUIRIES, message(BIN, sender=f"{name}@example.org"), received_at=BEGINNING - timedelta(days=days))
        mailbot = install(dovecot, smtp_server, start_from=(BEGINNING - timedelta(days=14)).date())
        mailbot.start()
        older, recent = mailbot.cases(2)
        assert (older.customer, recent.customer) == ("older@example.org", "recent@example.org")
        assert "older-than-max-ack-age" in {event.rule for event in mailbot.case(older.reference).events}
        assert older.opened_at == BEGINNING - timedelta(days=10)
        mailbot.proves_alive(letters=1)


class TestObservingFirst:
    def test_what_was_observed_is_never_sent(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """While it observes nothing goes; after going live new mail is answered, and the observed cases get nothing."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start(live=False)
        mailbot.deliver(message(ACT, sender=BEN, message_id="<observed@example.org>"))
        (observed,) = mailbot.cases(1)
        assert observed.observed
        assert [letter.state for letter in mailbot.outbox()] == ["observed"]
        mailbot.go_live()
        mailbot.proves_alive(letters=1)
        mailbot.deliver(message("Still there.", sender=BEN, headers={"In-Reply-To": "<observed@example.org>"}))
        mailbot.wait_for_event(observed.reference, "joined")
        mailbot.stop()
        mailbot.clock.move(days=35)  # past the observed case's date, in opening hours
        mailbot.start()
        mailbot.wait_for_event(observed.reference, "deadline-due")
        mailbot.smtp.wait_for(3)  # the other case is late: a notice and the digest
        mailbot.proves_alive(letters=3)
        assert {letter.state for letter in mailbot.case(observed.reference).letters} == {"observed"}
        assert "ben.marlow@example.org" not in {to for letter in smtp_server.accepted for to in letter.recipients}


class TestWhatBecomesOfMail:
    def test_a_person_works_in_the_same_mailbox(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """Somebody reads and files messages meanwhile: each is a case, and when it was read and when it went is noted."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        for number in (1, 2, 3):
            mailbot.deliver(message(BIN, sender=f"c{number}@example.org"))
        mailbot.cases(3)
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("INBOX")
            person.add_flags([1], ["\\Seen"])
            person.move([2], "Junk")
        for number in (4, 5, 6):
            mailbot.deliver(message(BIN, sender=f"c{number}@example.org"))
        mailbot.cases(6)
        noted = "SELECT uid FROM location WHERE folder = 'INBOX' AND {} NOT NULL"
        mailbot.wait_until(lambda: mailbot.rows(noted.format("gone_at")) == [(2,)], "the filed one to be noted")
        mailbot.wait_until(lambda: mailbot.rows(noted.format("seen_at")) == [(1,)], "the read one to be noted")
        mailbot.letters(6)
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("INBOX", readonly=True)
            assert person.search("SEEN") == [1]

    @pytest.mark.parametrize("without", [set(), {"MOVE"}], ids=["MOVE", "UIDPLUS"])
    def test_handled_mail_is_moved(
        self, install: Install, start_dovecot: StartDovecot, smtp_server: SmtpServer, without: set[str]
    ) -> None:
        """With ``move`` a stored message goes to Handled, byte for byte; what a person marked as deleted stays."""
        dovecot = start_dovecot(without=without)
        mailbot = install(dovecot, smtp_server, after_intake="move")
        dovecot.append(ENQUIRIES, message("Marked by a person."), flags=["\\Deleted"])
        mailbot.start()
        content = message(BIN)
        mailbot.deliver(content)
        mailbot.letters(1)
        mailbot.wait_until(lambda: dovecot.messages(ENQUIRIES, "Handled") == [content], "the message in Handled")
        mailbot.wait_until(lambda: dovecot.folder_uids(ENQUIRIES) == [1], "the inbox without it")

    def test_a_poor_server_is_left_alone(self, install: Install, start_dovecot: StartDovecot, smtp_server: SmtpServer) -> None:
        """Without MOVE and UIDPLUS nothing can be moved safely: mail stays where it is, and is answered all the same."""
        dovecot = start_dovecot(without={"MOVE", "UIDPLUS"})
        mailbot = install(dovecot, smtp_server, after_intake="move")
        mailbot.start()
        for number in (1, 2):
            mailbot.deliver(message(BIN, sender=f"c{number}@example.org"))
            mailbot.letters(number)
        assert dovecot.folder_uids(ENQUIRIES) == [1, 2]
        assert dovecot.folder_uids(ENQUIRIES, "Handled") == []

    def test_handled_mail_is_flagged(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """With ``flag`` a stored message carries the flag, lies where it lay, and is still unread."""
        mailbot = install(dovecot, smtp_server, after_intake="flag", flag="\\Flagged")
        mailbot.start()
        mailbot.deliver(message(BIN))
        mailbot.letters(1)

        def flags() -> list[bytes]:
            with dovecot.client(ENQUIRIES) as person:
                person.select_folder("INBOX", readonly=True)
                return sorted(set(person.get_flags([1])[1]) - {b"\\Recent"})

        mailbot.wait_until(lambda: flags() == [b"\\Flagged"], "the flag")

    def test_a_message_of_another_folder_is_a_case_too(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """A further folder is read as the inbox is; an answer to a letter finds its case from there."""
        mailbot = install(dovecot, smtp_server, folders={"also": ["Junk"]})
        mailbot.start()
        mailbot.deliver(message(BIN), folder="Junk")
        (letter,) = mailbot.letters(1)
        mailbot.deliver(reply(letter, "The brown one."), folder="Junk")
        mailbot.wait_for_event(mailbot.cases(1)[0].reference, "joined")
