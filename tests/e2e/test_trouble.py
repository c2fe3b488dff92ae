"""What goes wrong between mailbot and its servers, and what does not go wrong because of it."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import NoReturn

import pytest

from mailbot.adapters.letters import JinjaLetters
from mailbot.errors import PermanentError
from tests.e2e.installation import ENQUIRIES, FOI, Install, RealClock
from tests.e2e.messages import BIN, message, nested
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


def message_ids(letters: list[EmailMessage]) -> set[str]:
    return {str(letter["Message-ID"]) for letter in letters}


class TestTheImapServer:
    def test_it_is_restarted(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """After a restart of the server mail that came while the connection was cut is answered, and later mail too."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.proves_alive(letters=1)
        dovecot.stop()
        mailbot.wait_until(lambda: mailbot.mailboxes()["enquiries"].last_error, "the trouble to be noted")
        dovecot.start()
        mailbot.deliver(message(BIN))
        mailbot.letters(2)
        mailbot.proves_alive(letters=3)
        assert mailbot.mailboxes()["enquiries"].last_error is None

    def test_it_is_left_alone_for_as_long_as_it_asked(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """A server that asked for a pause is not called before its end, whatever process it was that it asked."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        assert mailbot.daemon is not None
        until = mailbot.clock.now() + timedelta(hours=1)
        with mailbot.daemon.store.transaction() as transaction:
            transaction.mailboxes.mark_trouble("enquiries", "Suggested Backoff Time", until, until)
        mailbot.restart()
        mailbot.deliver(message(BIN))
        time.sleep(3)
        assert mailbot.smtp.accepted == []
        mailbot.clock.move(hours=1)
        mailbot.letters(1)

    @pytest.mark.parametrize("first_uid", [1001, 1], ids=["other numbers", "the same numbers"])
    def test_it_numbers_its_messages_anew(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer, first_uid: int
    ) -> None:
        """After a change of UIDVALIDITY nothing is answered twice, no case is opened again, and new mail is answered."""
        mailbot = install(dovecot, smtp_server)
        dovecot.append(ENQUIRIES, message("From long ago."), received_at=mailbot.clock.now())
        mailbot.start()
        for number in (1, 2):
            mailbot.deliver(message(BIN, sender=f"c{number}@example.org"))
        mailbot.letters(2)
        dovecot.new_uidvalidity(ENQUIRIES, first_uid=first_uid)
        mailbot.proves_alive(letters=3)
        mailbot.cases(3)
        assert mailbot.rows("SELECT rule FROM event WHERE kind = 'folder-renumbered'") == [("uidvalidity-changed",)]

    def test_it_refuses_the_password(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path) -> None:
        """A mailbox that cannot be opened is shown with its trouble while the other works; a mended password is enough."""
        password = tmp_path / "foi-password"
        password.write_text("changed last night\n")
        secret = {"path": str(password)}
        mailbot = install(dovecot, smtp_server, mailboxes={"enquiries": {}, "foi": {"imap": {"password": secret}}})
        mailbot.start()
        foi = mailbot.mailboxes()["foi"]
        assert "refuses the sign-in" in str(foi.last_error)
        assert foi.fresh_at is None
        assert foi.backoff_until is not None
        mailbot.proves_alive(letters=1)
        password.write_text("secret\n")
        mailbot.wait_until(lambda: mailbot.mailboxes()["foi"].fresh_at, "the other mailbox to be read")
        mailbot.wait_until(
            lambda: mailbot.rows("SELECT id FROM folder_cursor WHERE mailbox = 2 AND role = 'inbox'"), "all of it"
        )
        mailbot.deliver(message(BIN, to=FOI), FOI)
        assert mailbot.letters(2)[-1]["From"] == f"Harbour Council <{FOI}>"

    def test_the_inbox_cannot_be_opened(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A mailbox whose inbox cannot be opened is not called fresh, although its Sent folder can be read."""
        mailbot = install(dovecot, smtp_server, folders={"inbox": "Nowhere", "sent": "Sent"})
        mailbot.start()
        line = mailbot.mailboxes()["enquiries"]
        assert "the folder cannot be opened" in str(line.last_error)
        assert line.fresh_at is None


class TestTheRelay:
    def test_a_refusal_for_now_waits(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A letter refused for now says so, waits its time, and goes as the same letter."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        smtp_server.fail(at="RCPT", reply="451 4.7.1 greylisted, try again")
        mailbot.deliver(message(BIN))
        (waiting,) = mailbot.wait_until(lambda: mailbot.outbox("deferred"), "a letter that waits")
        assert waiting.detail == "451 4.7.1 greylisted, try again"
        assert waiting.not_before > mailbot.clock.now()
        assert mailbot.told() == []
        mailbot.clock.move(minutes=1)
        mailbot.proves_alive(letters=2)
        receipts = [letter for letter in mailbot.outbox() if letter.letter.startswith("receipt")]
        assert [(letter.state, letter.attempts) for letter in receipts] == [("sent", 2), ("sent", 1)]

    def test_a_refusal_for_good_is_shown(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A letter refused for good is shown with the relay's words, holds up nobody, and goes when somebody asks."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        smtp_server.fail(at="RCPT", reply="550 5.1.1 no such mailbox here", recipient="ada.finch@example.org")
        mailbot.deliver(message(BIN))
        (failed,) = mailbot.wait_until(lambda: mailbot.outbox("failed"), "a letter that failed")
        assert failed.detail == "550 5.1.1 no such mailbox here"
        mailbot.proves_alive(letters=1)
        listed = mailbot.cli("outbox", "list", "--state", "failed")
        assert listed.returncode == 0
        assert "550 5.1.1 no such mailbox here" in listed.stdout
        mailbot.commands().retry(failed.id)
        mailbot.proves_alive(letters=3)
        to_ada = [letter for letter in smtp_server.accepted if letter.recipients == ("ada.finch@example.org",)]
        assert len(to_ada) == 1

    def test_a_line_cut_before_the_dot_is_no_doubt(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A connection lost before the letter was handed over leaves no doubt: it is tried again and goes once."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        smtp_server.fail(at="DATA", how="drop")
        mailbot.deliver(message(BIN))
        (waiting,) = mailbot.wait_until(lambda: mailbot.outbox("deferred"), "a letter that waits")
        assert waiting.doubts == 0
        mailbot.clock.move(minutes=1)
        mailbot.proves_alive(letters=2)
        assert {letter.state for letter in mailbot.outbox() if letter.letter.startswith("receipt")} == {"sent"}

    def test_a_line_cut_after_the_dot_is_doubt(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A letter whose acceptance was not heard goes once more under the same Message-ID; after that a person decides."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        smtp_server.fail(at="DOT", how="accept_then_drop", times=2)
        mailbot.deliver(message(BIN))
        mailbot.wait_until(lambda: mailbot.outbox("in_doubt"), "a letter in doubt")
        mailbot.restart()  # the next look at doubts comes at the start
        copies = mailbot.letters(2)
        assert len(message_ids(copies)) == 1
        first, second = (one.content for one in smtp_server.accepted if one.recipients == (copies[0]["To"],))
        assert first == second
        mailbot.wait_until(lambda: mailbot.outbox("in_doubt"), "the second doubt")
        mailbot.restart()
        (held,) = mailbot.held(1)
        assert (held.what, held.rule) == ("letter", "letter-in-doubt")
        mailbot.proves_alive(letters=3)

    def test_a_copy_in_sent_ends_the_doubt(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """Where the server files letters itself, the copy found in Sent proves that the letter went: no second one goes."""
        mailbot = install(dovecot, smtp_server, sent_copy="server", folders={"sent": "Sent"})
        mailbot.start()
        smtp_server.fail(at="DOT", how="accept_then_drop")
        mailbot.deliver(message(BIN))
        (letter,) = smtp_server.wait_for(1)
        mailbot.deliver(letter.content, folder="Sent")
        (sent,) = mailbot.wait_until(lambda: mailbot.outbox("sent"), "the doubt to end")
        assert sent.detail == "found in the Sent folder"
        mailbot.clock.move(minutes=30)
        mailbot.restart()
        mailbot.proves_alive(letters=2)

    def test_without_a_copy_in_sent_it_goes_again(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """Where no copy shows in Sent for ten minutes, the letter goes once more under the same Message-ID."""
        mailbot = install(dovecot, smtp_server, sent_copy="server", folders={"sent": "Sent"})
        mailbot.start()
        smtp_server.fail(at="DOT", how="drop")
        mailbot.deliver(message(BIN))
        (doubtful,) = mailbot.wait_until(lambda: mailbot.outbox("in_doubt"), "a letter in doubt")
        mailbot.restart()
        assert mailbot.outbox("in_doubt")[0].id == doubtful.id
        mailbot.clock.move(minutes=11)
        later = f"{mailbot.clock.now():%Y-%m-%d %H:%M:%S}"
        read = "SELECT id FROM folder_cursor WHERE role = 'sent' AND read_at > ?"
        mailbot.wait_until(lambda: mailbot.rows(read, later), "a look into Sent")
        mailbot.restart()
        mailbot.letters(1)


class TestOneBadMessage:
    def test_ninety_nine_others_are_answered(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """One message of a hundred that cannot be read is held with its reason; the other ninety-nine have their letters."""
        no_flood = {"answers_per_subject_per_hour": 1000, "answers_per_domain_per_hour": 1000}
        mailbot = install(dovecot, smtp_server, tables={"limits": no_flood})
        mailbot.start()
        with dovecot.client(ENQUIRIES) as sender:
            for number in range(100):
                content = nested(60) if number == 41 else message(BIN, sender=f"c{number}@example.org")
                sender.append("INBOX", content, (), mailbot.clock.now())
        mailbot.letters(99)
        mailbot.cases(99)
        (held,) = mailbot.held(1)
        assert (held.what, held.rule, held.mailbox) == ("message", "unreadable", "enquiries")
        assert held.detail.startswith("over-cap:")
        mailbot.proves_alive(letters=100)

    def test_what_is_held_is_put_back_as_a_case(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A message over the size limit is held by its header; put back, it is a case from its receipt, promised nothing."""
        mailbot = install(dovecot, smtp_server, tables={"limits": {"message_size_mb": 1}})
        mailbot.start()
        mailbot.deliver(message("A picture of the bin.\n" * 60_000, subject="As promised"))
        (held,) = mailbot.held(1)
        assert held.detail == "larger than the size cap"
        assert held.size is not None
        assert held.size > 1024 * 1024
        mailbot.clock.move(hours=2)
        mailbot.commands().put_back(held.id)
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)
        assert letter["Subject"] == f"We have your message [{case.reference}]"
        assert case.opened_at == held.received_at
        mailbot.held(0)

    def test_a_letter_that_cannot_be_written_holds_its_message(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What keeps a letter from being written holds the message it would answer; put back, it counts from the first day."""

        def refuse(*_: object) -> NoReturn:
            raise PermanentError("letter 'receipt-enquiry': due_on has no value")

        mailbot = install(dovecot, smtp_server)
        with monkeypatch.context() as patched:
            patched.setattr(JinjaLetters, "compose", refuse)
            mailbot.start()
            mailbot.deliver(message())
            (held,) = mailbot.held(1)
            assert held.rule == "cannot-be-decided"
            mailbot.stop()
        mailbot.clock.move(hours=2)
        assert mailbot.cli("held", "put-back", str(held.id)).returncode == 0
        mailbot.start()
        assert "by Thursday 15 January 2026" in mailbot.letters(1)[0].get_content()
        assert mailbot.cases(1)[0].opened_at == held.received_at
        mailbot.held(0)


class TestTheDatabase:
    def test_while_it_is_locked_nothing_is_touched(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """While another program holds the database nothing is moved or sent and status says so; then everything goes on."""
        mailbot = install(dovecot, smtp_server, clock=RealClock(), after_intake="move")
        mailbot.start()
        with closing(sqlite3.connect(mailbot.database_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            mailbot.deliver(message(BIN))
            time.sleep(2)  # two polls long
            assert len(dovecot.folder_uids(ENQUIRIES)) == 1
            assert smtp_server.accepted == []
            told = mailbot.cli("status")
            assert told.returncode == 69
            assert "ALARM: " in told.stdout
            other.execute("ROLLBACK")
        mailbot.letters(1)
        mailbot.wait_until(lambda: dovecot.folder_uids(ENQUIRIES) == [], "the message to be moved")
        mailbot.proves_alive(letters=2)
