"""The servers of the test suite do what the tests rely on."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from socket import MSG_PEEK
from threading import Event

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError

from tests.servers.certificate import make_certificate
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.faults import How, Place
from tests.servers.letters import Accepted, read_accepted
from tests.servers.smtp import SmtpServer

ENQUIRIES = "enquiries@harbour.example"
QUESTION = b"Message-ID: <1@example.org>\r\nSubject: Mooring\r\n\r\nMay I moor at pier two?\r\n"
LETTER = b"Subject: Your question\r\n\r\nWe have it.\r\n.\r\nThe end.\r\n"
REVERSE_PATH = "enquiries@harbour.example"
# As it travels: the letter's own line of one dot is doubled (RFC 5321 section 4.5.2).
LETTER_AND_DOT = LETTER.replace(b"\r\n.", b"\r\n..") + b".\r\n"
RECIPIENT = "ada@example.org"


class TestDovecot:
    pytestmark = pytest.mark.dovecot

    def test_a_message_keeps_its_bytes_and_its_date(self, dovecot: Dovecot) -> None:
        """The server keeps a message byte for byte, with the date on which it was received."""
        received_at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
        dovecot.append(ENQUIRIES, QUESTION, received_at=received_at, flags=["\\Seen"])

        assert dovecot.messages(ENQUIRIES) == [QUESTION]
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("INBOX")
            fetched = person.fetch([1], ["INTERNALDATE", "FLAGS"])[1]
        assert fetched[b"INTERNALDATE"] == received_at
        assert b"\\Seen" in fetched[b"FLAGS"]

    def test_looking_does_not_mark_as_read(self, dovecot: Dovecot) -> None:
        """When a test looks into a folder, the messages in it stay unread."""
        dovecot.append(ENQUIRIES, QUESTION)
        dovecot.messages(ENQUIRIES)
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("INBOX")
            assert person.search("UNSEEN") == [1]

    def test_a_waiting_client_hears_of_a_message(self, dovecot: Dovecot) -> None:
        """A client that waits with IDLE is told when a message arrives."""
        with dovecot.client(ENQUIRIES) as watcher:
            watcher.select_folder("INBOX")
            watcher.idle()
            dovecot.append(ENQUIRIES, QUESTION)
            heard = watcher.idle_check(timeout=10)
            watcher.idle_done()
        assert (1, b"EXISTS") in heard

    def test_every_mailbox_has_its_folders(self, dovecot: Dovecot) -> None:
        """Sent and Junk are there and marked as such; so is Handled; a mailbox does not see the other's messages."""
        dovecot.append("foi@harbour.example", QUESTION, folder="Handled")
        with dovecot.client(ENQUIRIES) as person:
            folders = {name: flags for flags, _, name in person.list_folders()}
        assert set(folders) == {"INBOX", "Sent", "Handled", "Junk"}
        assert b"\\Sent" in folders["Sent"]
        assert b"\\Junk" in folders["Junk"]
        assert dovecot.folder_uids(ENQUIRIES, "Handled") == []
        assert dovecot.folder_uids("foi@harbour.example", "Handled") == [1]

    def test_a_person_moves_a_message(self, dovecot: Dovecot) -> None:
        """A person can move a message to another folder."""
        dovecot.append(ENQUIRIES, QUESTION)
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("INBOX")
            person.move([1], "Handled")
        assert dovecot.messages(ENQUIRIES) == []
        assert dovecot.messages(ENQUIRIES, "Handled") == [QUESTION]

    @pytest.mark.parametrize("folder", ["INBOX", "Handled"])
    def test_the_server_can_renumber_a_folder(self, dovecot: Dovecot, folder: str) -> None:
        """A folder gets another UIDVALIDITY and other UIDs, and holds the same messages in the same order, as read."""
        dovecot.append(ENQUIRIES, QUESTION, folder, flags=["\\Seen"])
        dovecot.append(ENQUIRIES, LETTER, folder)
        before = dovecot.uidvalidity(ENQUIRIES, folder)

        dovecot.new_uidvalidity(ENQUIRIES, folder)

        assert dovecot.uidvalidity(ENQUIRIES, folder) != before
        assert dovecot.folder_uids(ENQUIRIES, folder) == [1001, 1002]
        assert dovecot.messages(ENQUIRIES, folder) == [QUESTION, LETTER]
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder(folder)
            assert person.search("SEEN") == [1001]

    def test_the_server_can_reuse_numbers_for_other_messages(self, dovecot: Dovecot) -> None:
        """After renumbering from 1 an old UID can mean another message; later messages get later numbers."""
        for content in (QUESTION, LETTER):
            dovecot.append(ENQUIRIES, content)
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("INBOX")
            person.move([1], "Handled")

        dovecot.new_uidvalidity(ENQUIRIES, first_uid=1)
        dovecot.append(ENQUIRIES, QUESTION)

        assert dovecot.folder_uids(ENQUIRIES) == [1, 2]
        assert dovecot.messages(ENQUIRIES) == [LETTER, QUESTION]

    def test_a_poor_server_lacks_what_it_is_told_to_lack(self, start_dovecot: StartDovecot) -> None:
        """A server without MOVE, IDLE and UIDPLUS does not announce them, before or after login."""
        poor = start_dovecot(without={"MOVE", "IDLE", "UIDPLUS"})
        with IMAPClient(poor.host, poor.port, ssl=False) as stranger:
            assert not stranger.has_capability("IDLE")
        poor.append(ENQUIRIES, QUESTION)
        with poor.client(ENQUIRIES) as person:
            assert {b"MOVE", b"IDLE", b"UIDPLUS"}.isdisjoint(person.capabilities())
            person.select_folder("INBOX")
            with pytest.raises(CapabilityError):
                person.move([1], "Handled")

    def test_a_rich_server_announces_what_dovecot_can(self, dovecot: Dovecot) -> None:
        """The list of capabilities in the fixture is the one Dovecot announces by itself."""
        with dovecot.client(ENQUIRIES) as person:
            announced = person.capabilities()
        configuration = dovecot.root / "dovecot.conf"
        dovecot.stop()
        lines = configuration.read_text().splitlines(keepends=True)
        configuration.write_text("".join(line for line in lines if not line.startswith("imap_capability")))
        dovecot.start()
        with dovecot.client(ENQUIRIES) as person:
            assert person.capabilities() == announced

    def test_an_unknown_capability_is_refused(self, tmp_path: Path) -> None:
        """A misspelt capability is an error, not a server that has everything."""
        with pytest.raises(ValueError, match="MOOVE"):
            Dovecot(tmp_path, {}, without={"MOOVE"})

    def test_a_server_that_cannot_start_says_why(self, start_dovecot: StartDovecot, tmp_path: Path) -> None:
        """A server that does not come up is an error that quotes what Dovecot said."""
        server = Dovecot(tmp_path / "far" / ("a" * 120), {})
        with pytest.raises(RuntimeError, match=r"(?s)did not start.*(Fatal|Error)"):
            server.start()

    def test_restarting_keeps_ports_mail_and_numbers(self, dovecot: Dovecot) -> None:
        """A restarted server has the same ports, messages and UIDVALIDITY; connections from before are cut."""
        dovecot.append(ENQUIRIES, QUESTION)
        before = dovecot.port, dovecot.tls_port, dovecot.uidvalidity(ENQUIRIES), dovecot.folder_uids(ENQUIRIES)
        with dovecot.client(ENQUIRIES) as person:
            dovecot.restart()
            with pytest.raises((IMAPClientError, OSError)):
                person.noop()
        after = dovecot.port, dovecot.tls_port, dovecot.uidvalidity(ENQUIRIES), dovecot.folder_uids(ENQUIRIES)
        assert after == before

    def test_a_stopped_server_refuses_connections(self, dovecot: Dovecot) -> None:
        """Nobody answers on a stopped server's port."""
        dovecot.stop()
        with pytest.raises(ConnectionRefusedError):
            dovecot.client(ENQUIRIES)

    def test_a_wrong_password_is_refused(self, dovecot: Dovecot) -> None:
        """The server lets nobody in with a wrong password."""
        with IMAPClient(dovecot.host, dovecot.port, ssl=False) as stranger, pytest.raises(IMAPClientError):
            stranger.login(ENQUIRIES, "guess")

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_tls_is_trusted_with_the_servers_certificate(self, dovecot: Dovecot, host: str) -> None:
        """TLS at once and STARTTLS work for a client that trusts the server's certificate, by either name."""
        trusting = ssl.create_default_context(cafile=str(dovecot.ca_path))
        with IMAPClient(host, dovecot.tls_port, ssl_context=trusting) as client:
            client.login(ENQUIRIES, "secret")
        with IMAPClient(host, dovecot.port, ssl=False) as client:
            client.starttls(trusting)
            client.login(ENQUIRIES, "secret")

    def test_tls_is_not_trusted_otherwise(self, dovecot: Dovecot) -> None:
        """A client that does not know the certificate refuses the connection."""
        with pytest.raises(ssl.SSLCertVerificationError):
            IMAPClient("localhost", dovecot.tls_port, ssl_context=ssl.create_default_context())


def connected(server: SmtpServer, timeout: float = 10) -> AbstractContextManager[smtplib.SMTP]:
    """A client's connection, closed at the end whatever state it is in."""
    return closing(smtplib.SMTP(server.host, server.port, local_hostname="client.example", timeout=timeout))


def send(server: SmtpServer, timeout: float = 10) -> None:
    """Send LETTER to RECIPIENT over a connection of its own."""
    with connected(server, timeout) as client:
        client.sendmail(REVERSE_PATH, [RECIPIENT], LETTER)


def give_the_letter(client: smtplib.SMTP) -> tuple[int, bytes]:
    """Send LETTER and its final dot after DATA; the server's reply."""
    client.send(LETTER_AND_DOT)
    return client.getreply()


def converse(server: SmtpServer) -> list[tuple[str, int]]:
    """The server's reply codes, up to the first refusal, to a client that sends LETTER one command after the other."""
    replies: list[tuple[str, int]] = []
    with closing(smtplib.SMTP(local_hostname="client.example", timeout=10)) as client:
        commands: list[tuple[str, Callable[[], tuple[int, bytes]]]] = [
            ("CONNECT", lambda: client.connect(server.host, server.port)),
            ("EHLO", client.ehlo),
            ("MAIL", lambda: client.mail(REVERSE_PATH)),
            ("RCPT", lambda: client.rcpt(RECIPIENT)),
            ("DATA", lambda: client.docmd("DATA")),
            ("DOT", lambda: give_the_letter(client)),
        ]
        for place, command in commands:
            code, _ = command()
            replies.append((place, code))
            if code >= 400:
                break
    return replies


@contextmanager
def at_the_dot(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A client that has sent LETTER with its final dot and has not read the reply yet."""
    with connected(server) as client:
        client.ehlo()
        client.mail(REVERSE_PATH)
        client.rcpt(RECIPIENT)
        client.docmd("DATA")
        client.send(LETTER_AND_DOT)
        yield client


def hears_nothing(client: smtplib.SMTP) -> bool:
    """Whether nothing comes from the server for a moment."""
    client.sock.settimeout(0.2)
    try:
        client.sock.recv(1, MSG_PEEK)
    except TimeoutError:
        return True
    finally:
        client.sock.settimeout(10)
    return False


class TestSmtpServer:
    def test_an_accepted_letter_is_recorded(self, smtp_server: SmtpServer) -> None:
        """The server keeps the envelope and the exact bytes of each letter, lines of one dot included."""
        started_at = datetime.now(UTC)  # noqa: TID251  # compared with the server's own clock
        with connected(smtp_server) as client:
            client.sendmail("", [RECIPIENT, "ben@example.org"], LETTER)

        (letter,) = smtp_server.wait_for(1)
        assert letter.reverse_path == ""
        assert letter.recipients == (RECIPIENT, "ben@example.org")
        assert letter.content == LETTER
        assert letter.at >= started_at

    def test_waiting_in_vain_says_what_came(self, smtp_server: SmtpServer) -> None:
        """Waiting for more letters than come ends with an error that says how many came."""
        send(smtp_server)
        with pytest.raises(TimeoutError, match="1 of 2 letters"):
            smtp_server.wait_for(2, timeout=0.01)

    def test_letters_outlive_the_server(self, tmp_path: Path) -> None:
        """Letters kept in a folder can be read without the server, and count as accepted in the next one."""
        folder = tmp_path / "letters"
        first = SmtpServer(folder)
        first.start()
        send(first)
        first.stop()
        assert read_accepted(folder) == first.accepted

        second = SmtpServer(folder)
        second.start()
        send(second)
        second.stop()
        assert [letter.content for letter in read_accepted(folder)] == [LETTER, LETTER]
        assert second.accepted == read_accepted(folder)

    def test_a_stopped_server_refuses_connections_until_it_starts_again(self, smtp_server: SmtpServer) -> None:
        """Stopping cuts every connection; the port answers again after a start, and letters are kept."""
        send(smtp_server)
        with connected(smtp_server) as client:
            smtp_server.stop()
            with pytest.raises(smtplib.SMTPServerDisconnected):
                client.noop()
        with pytest.raises(ConnectionRefusedError):
            send(smtp_server)
        smtp_server.start()
        send(smtp_server)
        assert len(smtp_server.accepted) == 2

    @pytest.mark.parametrize("at", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
    def test_a_refusal_comes_where_it_was_asked_for(self, smtp_server: SmtpServer, at: Place) -> None:
        """The server answers the one command with the given reply, accepts nothing, and is well again afterwards."""
        smtp_server.fail(at=at, reply="452 4.2.2 no room")
        assert converse(smtp_server)[-1] == (at, 452)
        assert smtp_server.accepted == []

        assert converse(smtp_server)[-1] == ("DOT", 250)
        assert len(smtp_server.accepted) == 1

    def test_421_ends_the_connection(self, smtp_server: SmtpServer) -> None:
        """After a 421 the server closes the connection, as RFC 5321 section 3.8 says."""
        smtp_server.fail(at="MAIL", reply="421 4.3.2 going down")
        with connected(smtp_server) as client:
            client.ehlo()
            assert client.mail(REVERSE_PATH)[0] == 421
            with pytest.raises(smtplib.SMTPServerDisconnected):
                client.noop()

    def test_one_recipient_can_be_refused(self, smtp_server: SmtpServer) -> None:
        """One address is refused and the letter goes to the others."""
        smtp_server.fail(at="RCPT", reply="550 5.1.1 unknown", recipient="Nobody@example.org")
        with connected(smtp_server) as client:
            refused = client.sendmail(REVERSE_PATH, [RECIPIENT, "nobody@example.org"], LETTER)
        assert refused == {"nobody@example.org": (550, b"5.1.1 unknown")}
        assert smtp_server.accepted[0].recipients == (RECIPIENT,)

    @pytest.mark.parametrize("at", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
    def test_a_connection_is_dropped_where_it_was_asked_for(self, smtp_server: SmtpServer, at: Place) -> None:
        """The connection is cut without an answer, and nothing is accepted."""
        smtp_server.fail(at=at, how="drop")
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(smtp_server)
        assert smtp_server.accepted == []

    @pytest.mark.parametrize("at", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
    def test_a_server_stalls_where_it_was_asked_to(self, smtp_server: SmtpServer, at: Place) -> None:
        """No answer comes until the client gives up waiting, and nothing is accepted."""
        smtp_server.fail(at=at, how="stall")
        with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected), match="timed out"):
            send(smtp_server, timeout=0.2)
        assert smtp_server.accepted == []

    def test_a_letter_is_accepted_and_the_connection_is_lost(self, smtp_server: SmtpServer) -> None:
        """The letter counts as accepted, yet the client sees a lost connection: for the client it is in doubt."""
        smtp_server.fail(at="DOT", how="accept_then_drop")
        with at_the_dot(smtp_server) as client, pytest.raises(smtplib.SMTPServerDisconnected):
            client.getreply()
        assert [letter.content for letter in smtp_server.accepted] == [LETTER]

    def test_a_letter_is_accepted_and_no_reply_comes(self, smtp_server: SmtpServer) -> None:
        """The letter counts as accepted, yet the client waits for the reply in vain."""
        smtp_server.fail(at="DOT", how="accept_then_stall")
        with at_the_dot(smtp_server) as client:
            assert [letter.content for letter in smtp_server.wait_for(1)] == [LETTER]
            assert hears_nothing(client)

    def test_something_happens_between_acceptance_and_reply(self, smtp_server: SmtpServer) -> None:
        """What is called at the dot runs after the letter is accepted, and the reply goes out when it has ended."""
        called_with: Queue[Accepted] = Queue()
        may_end = Event()

        def call(letter: Accepted) -> None:
            called_with.put(letter)
            may_end.wait(10)

        smtp_server.fail(at="DOT", how="accept_then_call", call=call)
        with at_the_dot(smtp_server) as client:
            letter = called_with.get(timeout=10)
            assert smtp_server.accepted == [letter]
            assert hears_nothing(client)
            may_end.set()
            assert client.getreply()[0] == 250

    def test_faults_happen_as_often_as_told_until_healed(self, smtp_server: SmtpServer) -> None:
        """A fault told to happen three times happens twice and is forgotten when the server heals."""
        smtp_server.fail(at="MAIL", times=3)
        for _ in range(2):
            with pytest.raises(smtplib.SMTPSenderRefused):
                send(smtp_server)
        smtp_server.heal()
        send(smtp_server)
        assert len(smtp_server.accepted) == 1

    def test_an_impossible_fault_is_refused(self, smtp_server: SmtpServer) -> None:
        """A fault that could never happen is an error where it is asked for."""
        with pytest.raises(ValueError, match="accepted at the dot"):
            smtp_server.fail(at="MAIL", how="accept_then_drop")
        with pytest.raises(ValueError, match="takes a call"):
            smtp_server.fail(at="DOT", how="accept_then_call")
        with pytest.raises(ValueError, match="refused at RCPT"):
            smtp_server.fail(at="DOT", recipient=RECIPIENT)


@pytest.fixture
def strict_server(tmp_path: Path) -> Iterator[SmtpServer]:
    """A server with STARTTLS that wants a login."""
    server = SmtpServer(certificate=make_certificate(tmp_path), login=("mailbot", "secret"))
    server.start()
    yield server
    server.stop()


@contextmanager
def encrypted(server: SmtpServer, folder: Path) -> Iterator[smtplib.SMTP]:
    """A client's connection after STARTTLS, trusting the certificate in ``folder``."""
    with connected(server) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(folder / "certificate.pem")))
        client.ehlo()
        yield client


def log_in(client: smtplib.SMTP, password: str, mechanism: str = "PLAIN") -> None:
    """Log in by one mechanism; smtplib's own ``login`` would go on to the next after a failure."""
    client.user, client.password = "mailbot", password
    client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))


class TestStrictSmtpServer:
    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_a_client_with_the_password_sends(self, strict_server: SmtpServer, tmp_path: Path, mechanism: str) -> None:
        """After STARTTLS and a login with PLAIN or LOGIN the letter is accepted."""
        with encrypted(strict_server, tmp_path) as client:
            log_in(client, "secret", mechanism)
            client.sendmail(REVERSE_PATH, [RECIPIENT], LETTER)
        assert len(strict_server.accepted) == 1

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_a_wrong_password_is_answered(self, strict_server: SmtpServer, tmp_path: Path, mechanism: str) -> None:
        """A wrong password is refused with 535 at once, and the client is not left waiting."""
        with encrypted(strict_server, tmp_path) as client:
            with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
                log_in(client, "guess", mechanism)
            assert client.mail(REVERSE_PATH)[0] == 530
        assert refusal.value.smtp_code == 535

    def test_without_login_nothing_is_accepted(self, strict_server: SmtpServer) -> None:
        """A client that has not logged in is refused; before STARTTLS it is not even offered a login."""
        with connected(strict_server) as client:
            client.ehlo()
            assert not client.has_extn("auth")
            assert client.mail(REVERSE_PATH)[0] == 530

    @pytest.mark.parametrize("how", ["refuse", "drop", "stall"])
    def test_the_login_itself_can_fail(self, strict_server: SmtpServer, tmp_path: Path, how: How) -> None:
        """A fault at AUTH happens over TLS too; the next attempt gets through."""
        strict_server.fail(at="AUTH", how=how, reply="454 4.7.0 later")
        with encrypted(strict_server, tmp_path) as client:
            client.sock.settimeout(0.2)
            with pytest.raises((smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected)) as failure:
                log_in(client, "secret")
        assert (how == "refuse") == ("454" in str(failure.value))
        assert (how == "stall") == ("timed out" in str(failure.value))
        with encrypted(strict_server, tmp_path) as client:
            log_in(client, "secret")

    def test_stopping_cuts_encrypted_connections(self, strict_server: SmtpServer, tmp_path: Path) -> None:
        """A stopped server leaves no encrypted connection open either."""
        with encrypted(strict_server, tmp_path) as client:
            strict_server.stop()
            with pytest.raises(smtplib.SMTPServerDisconnected):
                client.noop()

    def test_a_server_without_login_offers_none(self, smtp_server: SmtpServer) -> None:
        """The plain server offers neither STARTTLS nor AUTH."""
        with connected(smtp_server) as client:
            client.ehlo()
            assert not client.has_extn("starttls")
            assert not client.has_extn("auth")
