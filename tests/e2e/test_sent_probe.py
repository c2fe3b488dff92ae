"""``mailbot check --probe-sent``: does what staff send as the mailbox leave a copy where mailbot looks?"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailbot.cli.sent_probe import copies_advice
from mailbot.config import load
from tests.e2e.command_line import MAILBOT
from tests.e2e.installation import ENQUIRIES, Install, Installation
from tests.e2e.messages import message
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

MICROSOFT = """
[organisation]
name = "Harbour Council"
[[mailbox]]
name = "enquiries"
address = "enquiries@harbour.example"
imap = { host = "%s", port = 993, user = "enquiries@harbour.example", password = { env = "PASSWORD" } }
smtp = { host = "relay.harbour.example", port = 465 }
"""


@contextmanager
def probing(mailbot: Installation, seconds: int) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command in a process of its own, once it has said for which word it looks."""
    command = [*MAILBOT, "check", "--probe-sent", "enquiries", "--seconds", str(seconds)]
    with subprocess.Popen([*command, "--config", str(mailbot.config_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "Send a message from your own mail program, as enquiries@harbour.example" in process.stdout.readline()
        try:
            yield process, process.stdout.readline().partition("Its subject: ")[2].strip()
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("Sent", "ok    enquiries: the copy lies in Sent: staff's own answers stop clocks"),
        ("INBOX", "ok    enquiries: the copy lies in INBOX: answers that are copied to the mailbox stop clocks"),
    ],
)
def test_a_copy_is_found_where_it_arrives(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer, folder: str, words: str
) -> None:
    """In the Sent folder, or in the inbox when answers are copied to the mailbox; mailbot itself sends nothing."""
    mailbot = install(dovecot, smtp_server)
    dovecot.append(ENQUIRIES, message(subject="mailbot probe-of-another-day"), folder)
    with probing(mailbot, seconds=60) as (process, subject):
        assert subject.startswith("mailbot probe-")
        dovecot.append(ENQUIRIES, message(subject="Something else"), folder)
        dovecot.append(ENQUIRIES, message(subject=f"Grüße, {subject}"), folder)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert words in said
    assert smtp_server.accepted == []


def test_without_a_copy_it_says_what_clocks_need(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """What lay there before is not taken for it; exit code 69."""
    mailbot = install(dovecot, smtp_server)
    said = mailbot.cli("check", "--probe-sent", "enquiries", "--seconds", "1")
    assert said.returncode == 69
    assert "FAIL  enquiries: copies of staff's answers: no copy came within 1 seconds into Sent, INBOX" in said.stdout
    assert "each needs a copy to the mailbox, or 'mailbot case note' or 'mailbot case done'" in said.stdout
    assert "Set-Mailbox" not in said.stdout


def test_an_unknown_mailbox_is_answered_with_those_there_are(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """And exit code 78."""
    said = install(dovecot, smtp_server).cli("check", "--probe-sent", "planning")
    assert said.returncode == 78
    assert "there is no mailbox 'planning'; known: enquiries" in said.stderr


@pytest.mark.parametrize(("host", "expected"), [("outlook.office365.com", True), ("imap.harbour.example", False)])
def test_for_microsoft_365_it_prints_the_two_settings(tmp_path: Path, host: str, expected: bool) -> None:
    """Exchange files a delegate's reply in the delegate's own folder unless both are set; elsewhere nothing has to be."""
    path = tmp_path / "mailbot.toml"
    path.write_text(MICROSOFT % host)
    advice = copies_advice(load(path, {}).mailbox[0])
    lines = {
        "Set-Mailbox -Identity enquiries@harbour.example -MessageCopyForSentAsEnabled $true",
        "Set-Mailbox -Identity enquiries@harbour.example -MessageCopyForSendOnBehalfEnabled $true",
    }
    assert lines <= {line.strip() for line in (advice or "").splitlines()} if expected else advice is None
