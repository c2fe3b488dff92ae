"""Waiting for a real server: no message stays unseen because its arrival was announced at an awkward moment."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from mailbot.adapters.imap import Finishing, ImapAccount, ImapMailbox
from mailbot.ports import Mechanism, SignIn
from tests.servers.dovecot import Dovecot

USER = "enquiries@harbour.example"
MESSAGE = b"From: ada@example.org\r\nTo: enquiries@harbour.example\r\nSubject: Lamp\r\n\r\nThe lamp is out.\r\n"
LONG = 600.0


class Password:
    """The password that the server knows."""

    def sign_in(self) -> SignIn:
        return SignIn(mechanism=Mechanism.PASSWORD, user=USER, secret="secret")  # the test server's own

    def is_stale(self, used: SignIn) -> bool:
        return False

    def refused(self, used: SignIn) -> None: ...


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Iterator[ImapMailbox]:
    account = ImapAccount(
        host=dovecot.host, port=dovecot.port, tls="none", credentials=Password(), context=None, timeout_seconds=20
    )
    with closing(ImapMailbox(account, Finishing(), 1_000_000)) as mailbox:
        yield mailbox


def test_what_was_announced_to_another_command_ends_the_wait(dovecot: Dovecot, mailbox: ImapMailbox) -> None:
    """A message that arrives while flags are looked at is announced there, and nowhere again: it is seen all the same."""
    dovecot.append(USER, MESSAGE)
    mailbox.select("INBOX")
    (first,) = mailbox.uids_after(0)
    dovecot.append(USER, MESSAGE)
    mailbox.seen_uids([first])
    begun = time.monotonic()
    mailbox.wait(LONG, lambda: time.monotonic() - begun > LONG / 20)
    assert time.monotonic() - begun < LONG / 20
    assert len(mailbox.uids_after(first)) == 1


def test_an_empty_folder_is_waited_for(dovecot: Dovecot, mailbox: ImapMailbox) -> None:
    """Without news the wait lasts as long as it was asked to."""
    dovecot.append(USER, MESSAGE)
    mailbox.select("INBOX")
    begun = time.monotonic()
    mailbox.wait(1.5, lambda: False)
    assert time.monotonic() - begun >= 1.5
