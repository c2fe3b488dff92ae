"""The demo's mail servers, seen from outside: through imapclient, through smtplib, and through the letters folder."""

import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailbot.demo.samples import Sample, samples
from mailbot.demo.servers import DemoServers
from mailbot.errors import PermanentError

ENQUIRIES = "enquiries@harbour.example"
FOI = "foi@harbour.example"
PASSWORDS = {ENQUIRIES: "first secret", FOI: "second secret"}
NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
LETTER = b"From: enquiries@harbour.example\r\nSubject: We have it\r\n\r\nThank you.\r\n.\r\nA dot on its own line.\r\n"
WAIT = 20  # seconds until a test gives up; no test waits that long when the servers work


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[DemoServers]:
    servers = DemoServers(PASSWORDS, tmp_path / "letters")
    servers.start()
    yield servers
    servers.stop()


@contextmanager
def logged_in(servers: DemoServers, address: str = ENQUIRIES, folder: str = "INBOX") -> Iterator[IMAPClient]:
    client = IMAPClient("127.0.0.1", servers.imap_port, ssl=False, timeout=WAIT)
    try:
        client.login(address, PASSWORDS[address])
        client.select_folder(folder)
        yield client
    finally:
        client.shutdown()


def contents(servers: DemoServers, address: str, folder: str = "INBOX") -> list[bytes]:
    """Every message of a folder, in order of arrival."""
    with logged_in(servers, address, folder) as client:
        return [row[b"BODY[]"] for _, row in sorted(client.fetch(client.search(), ["BODY.PEEK[]"]).items())]


def send(servers: DemoServers, recipients: list[str], reverse_path: str = ENQUIRIES, content: bytes = LETTER) -> None:
    with smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=WAIT) as client:
        assert client.sendmail(reverse_path, recipients, content) == {}


def letters(tmp_path: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((tmp_path / "letters").iterdir())}


def exists_count(client: IMAPClient, wanted: int) -> int:
    """How many messages the server has spoken of during IDLE, once it speaks of ``wanted`` or stays silent."""
    count = 0
    while count < wanted and (responses := client.idle_check(timeout=WAIT)):
        count = max([count, *(response[0] for response in responses if response[1:] == (b"EXISTS",))])
    return count


def test_a_delivered_message_is_announced_to_a_watcher_and_arrives_byte_for_byte(servers: DemoServers) -> None:
    """Whoever watches a mailbox with IDLE is told of a message when it arrives, and can read it."""
    with logged_in(servers) as client, ThreadPoolExecutor() as pool:
        client.idle()
        arrival = pool.submit(servers.deliver, ENQUIRIES, LETTER)
        assert exists_count(client, 1) == 1
        client.idle_done()
        arrival.result()
    assert contents(servers, ENQUIRIES) == [LETTER]
    assert contents(servers, FOI) == []


def test_no_message_stays_unannounced_when_several_arrive_together(servers: DemoServers) -> None:
    """When messages arrive at the same moment, again and again, the watcher hears of the last one every time."""
    with logged_in(servers) as client, ThreadPoolExecutor() as pool:
        client.idle()
        for expected in range(3, 91, 3):
            arrivals = [pool.submit(servers.deliver, ENQUIRIES, LETTER) for _ in range(3)]
            assert exists_count(client, expected) == expected
            for arrival in arrivals:
                arrival.result()
        client.idle_done()


def test_a_letter_to_the_outside_becomes_a_file(servers: DemoServers, tmp_path: Path) -> None:
    """A letter to anybody else is kept as a numbered file: as it was sent, with its reverse path on top."""
    send(servers, ["Ann.Smith@example.org"])
    send(servers, ["../o'hara@example.org"], reverse_path="")
    assert letters(tmp_path) == {
        "001-ann-smith-example-org.eml": b"Return-Path: <enquiries@harbour.example>\r\n" + LETTER,
        "002-o-hara-example-org.eml": b"Return-Path: <>\r\n" + LETTER,
    }
    assert servers.letter_count == 2


def test_a_message_sent_to_a_group_mailbox_arrives_in_it(servers: DemoServers, tmp_path: Path) -> None:
    """A message for one of the group mailboxes, however its address is written, comes back over IMAP, not as a file."""
    send(servers, ["FOI@Harbour.Example", "ann@example.org"], reverse_path="ben@example.org")
    assert contents(servers, FOI) == [b"Return-Path: <ben@example.org>\r\n" + LETTER]
    assert list(letters(tmp_path)) == ["001-ann-example-org.eml"]


def test_a_message_can_be_moved_to_a_folder_that_is_there_from_the_start(servers: DemoServers) -> None:
    """Sent and Handled exist in every mailbox, and staff can move a message into them."""
    servers.deliver(ENQUIRIES, LETTER)
    with logged_in(servers) as client:
        assert {name for _, _, name in client.list_folders()} == {"INBOX", "Sent", "Handled"}
        client.move(client.search(), "Handled")
        assert client.search() == []
    assert contents(servers, ENQUIRIES, "Handled") == [LETTER]


def test_a_wrong_password_opens_no_mailbox(servers: DemoServers) -> None:
    """Each mailbox has its own password, and no account exists beside the mailboxes."""
    client = IMAPClient("127.0.0.1", servers.imap_port, ssl=False, timeout=WAIT)
    for address, password in ((ENQUIRIES, PASSWORDS[FOI]), ("", ""), ("demouser", "demopass")):
        with pytest.raises(LoginError):
            client.login(address, password)
    client.shutdown()


def test_a_message_for_an_unknown_mailbox_is_refused(servers: DemoServers) -> None:
    """Delivering to an address that is not one of the mailboxes is an error, not a lost message."""
    with pytest.raises(PermanentError, match="no mailbox"):
        servers.deliver("nobody@harbour.example", LETTER)


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    """After stop no thread runs and both ports are closed, whatever the clients were doing at that moment."""
    before = set(threading.enumerate())
    servers = DemoServers(PASSWORDS, tmp_path / "letters")
    servers.start()
    with logged_in(servers) as idle, smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=WAIT) as sender:
        idle.idle()
        sender.ehlo()
        servers.stop()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            sender.noop()
    assert set(threading.enumerate()) == before
    for port in (servers.imap_port, servers.smtp_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    with pytest.raises(PermanentError, match="not running"):
        servers.deliver(ENQUIRIES, LETTER)


def test_a_second_start_keeps_the_letters_of_the_first(tmp_path: Path) -> None:
    """Starting again empties the mailboxes; letters that left earlier stay, and counting goes on after them."""
    servers = DemoServers(PASSWORDS, tmp_path / "letters")
    for expected in (1, 2):
        servers.start()
        servers.deliver(ENQUIRIES, LETTER)
        send(servers, ["ann@example.org"])
        assert len(contents(servers, ENQUIRIES)) == 1
        assert servers.letter_count == expected
        servers.stop()
    assert list(letters(tmp_path)) == ["001-ann-example-org.eml", "002-ann-example-org.eml"]


def test_the_terminal_stays_quiet(tmp_path: Path) -> None:
    """A run with a rude client, and then an orderly stop, prints nothing and warns of nothing."""
    program = (
        "import socket, sys\n"
        "from pathlib import Path\n"
        "from mailbot.demo.servers import DemoServers\n"
        "servers = DemoServers({'foi@harbour.example': 'secret'}, Path(sys.argv[1]))\n"
        "servers.start()\n"
        "for port in (servers.imap_port, servers.smtp_port):\n"
        "    with socket.create_connection(('127.0.0.1', port)) as client:\n"
        "        client.sendall(b'a NONSENSE\\r\\n\\xff\\r\\n')\n"
        "        client.recv(100)\n"
        "servers.stop()\n"
    )
    command = [sys.executable, "-W", "always", "-c", program, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("package", ["pymap", "aiosmtpd"])
def test_missing_packages_are_named(package: str, tmp_path: Path) -> None:
    """Without the demo's packages, start says in one sentence what to install."""
    program = (
        "import sys\n"
        "sys.modules[sys.argv[1]] = None\n"
        "from pathlib import Path\n"
        "from mailbot.demo.servers import DemoServers\n"
        "from mailbot.errors import PermanentError\n"
        "try:\n"
        "    DemoServers({}, Path(sys.argv[2])).start()\n"
        "except PermanentError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, package, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout == "the demo needs the extra packages: pip install mailbot[demo]\n"


@pytest.mark.parametrize("sample", samples(NOW), ids=lambda sample: sample.file)
def test_every_sample_goes_through_the_servers_unchanged(sample: Sample, servers: DemoServers) -> None:
    """Each invented message, the broken ones too, comes out of its mailbox byte for byte as it went in."""
    servers.deliver(sample.mailbox, sample.content)
    assert contents(servers, sample.mailbox) == [sample.content]


def test_the_samples_are_dated_within_the_last_hour_in_order() -> None:
    """The messages look as if they had come in one by one during the last hour, and no placeholder is left."""
    sent_at = [parsedate_to_datetime(message_from_bytes(sample.content)["Date"]) for sample in samples(NOW)]
    assert sent_at == sorted(set(sent_at))
    assert NOW - timedelta(hours=1) <= sent_at[0]
    assert sent_at[-1] < NOW
    assert not any(b"@DATE@" in sample.content for sample in samples(NOW))


def test_the_samples_are_fourteen_well_formed_messages_of_invented_people() -> None:
    """Fourteen messages with CRLF line ends, ids of their own, a mailbox they name, and senders at example.org."""
    found = samples(NOW)
    parsed = [message_from_bytes(sample.content, policy=policy.compat32) for sample in found]
    assert len(found) == 14
    assert all(sample.content.count(b"\n") == sample.content.count(b"\r\n") > 0 for sample in found)
    assert len({message["Message-ID"] for message in parsed}) == 14
    assert all(sample.mailbox in message["To"] for sample, message in zip(found, parsed, strict=True))
    assert all(".example.org>" in f"{m['Message-ID']}" or "@example.org>" in m["Message-ID"] for m in parsed)


def test_the_second_message_of_one_person_answers_the_first() -> None:
    """The person with the missed bin writes twice, and the second message names the first."""
    first, second = (message_from_bytes(sample.content) for sample in samples(NOW) if "missed-bin" in sample.file)
    assert second["From"] == first["From"]
    assert second["In-Reply-To"] == first["Message-ID"]
