"""The main stories: a message arrives, a case is opened, and the customer has a letter that tells the truth."""

import time

import pytest

from tests.e2e.installation import ENQUIRIES, FOI, MANAGER, Install
from tests.e2e.messages import ACT, BEN, BIN, LIBRARY, about, absence_note, bounce, list_message, message, reply
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


class TestTheLetter:
    def test_an_enquiry_is_answered_when_the_server_calls(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """With IDLE a message is answered long before the next poll: who, about what, by when, under which number."""
        mailbot = install(dovecot, smtp_server, poll_seconds=3600)
        mailbot.start()
        time.sleep(0.5)  # it asks the server to call a moment after its first look
        mailbot.deliver(message(LIBRARY, subject="Opening hours", message_id="<hours@example.org>"))
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)

        assert letter["To"] == "ada.finch@example.org"
        assert letter["From"] == "Harbour Council <enquiries@harbour.example>"
        assert letter["Subject"] == f"We have your enquiry [{case.reference}]"
        assert letter["In-Reply-To"] == letter["References"] == "<hours@example.org>"
        assert letter["Auto-Submitted"] == "auto-replied"
        assert letter["X-Auto-Response-Suppress"] == "All"
        assert letter["Message-ID"].endswith("@harbour.example>")
        assert smtp_server.accepted[0].reverse_path == ENQUIRIES
        # 14 working days after Tuesday 23 December 2025; 25 and 26 December and 1 January are holidays
        assert "We will answer it by Thursday 15 January 2026." in letter.get_content()
        assert 'This is about "Opening hours", which we received on Tuesday 23 December 2025.' in letter.get_content()
        assert f"Your reference: {case.reference}" in letter.get_content()

    def test_a_server_that_cannot_call_is_asked_regularly(
        self, install: Install, start_dovecot: StartDovecot, smtp_server: SmtpServer
    ) -> None:
        """Where the server knows no IDLE, the poll alone brings every message in."""
        mailbot = install(start_dovecot(without={"IDLE"}), smtp_server, poll_seconds=1)
        mailbot.start()
        for number in (1, 2):
            mailbot.deliver(message(BIN, sender=f"c{number}@example.org", subject="Bin"))
            assert mailbot.letters(number)[-1]["Subject"].startswith("We have your request [HC-")

    def test_idle_can_be_switched_off(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """With ``idle = false`` the poll alone brings messages in, although the server could call."""
        mailbot = install(dovecot, smtp_server, poll_seconds=1, idle=False)
        mailbot.start()
        mailbot.deliver(message(BIN, subject="Bin"))
        assert "You will hear what we are doing about it by Thursday 15 January 2026." in mailbot.letters(1)[0].get_content()

    def test_a_request_under_the_act_has_the_date_of_the_act(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """A request for information is promised an answer within 20 working days, holidays anywhere in the kingdom left out."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(ACT, subject="The bridge"))
        # 20 working days after 23 December 2025; 25, 26 December, 1 January and (in Scotland) 2 January are holidays
        assert "by Monday 26 January 2026 at the latest" in mailbot.letters(1)[0].get_content()

    def test_someone_whose_wish_is_unclear_gets_no_promise(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """An unclear message is confirmed without a class and without a date, and its clocks run all the same."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message("The gate by the mill.", subject="Mill"))
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)
        assert letter["Subject"] == f"We have your message [{case.reference}]"
        assert "2026" not in letter.get_content()
        assert case.due_at is not None

    def test_words_in_other_scripts_arrive_whole(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A subject beyond ASCII stands in the letter as it was written."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(LIBRARY, sender="Zoë Ó Faoláin <zoe@example.org>", subject="Llŷn – čas otevření 図書館"))
        assert 'This is about "Llŷn – čas otevření 図書館"' in mailbot.letters(1)[0].get_content()


class TestTheConversation:
    def test_a_reply_joins_its_case(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A customer who answers our letter is in the same case, and no second receipt goes."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(BIN, subject="Bin"))
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)
        mailbot.deliver(reply(letter, "It is the brown one."))
        view = mailbot.wait_for_event(case.reference, "joined")
        assert [found.sender for found in view.messages] == ["ada.finch@example.org"] * 2
        mailbot.proves_alive(letters=2)
        assert len(mailbot.case(case.reference).letters) == 1

    def test_a_stranger_with_the_number_learns_nothing(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """Someone else who writes another person's reference has a case of his own; his letter shows nothing of hers."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(BIN, subject="Brown bin at Chandler's Row"))
        mailbot.letters(1)
        (first,) = mailbot.cases(1)
        mailbot.deliver(message(LIBRARY, sender=BEN, subject=f"What about {first.reference}?"))
        letter = mailbot.letters(2)[-1]
        second = mailbot.cases(2)[-1]
        assert letter["To"] == "ben.marlow@example.org"
        assert letter["Subject"] == f"We have your enquiry [{second.reference}]"
        assert second.reference != first.reference
        for hers in ("Ada", "Finch", "bin", "Chandler"):
            assert hers not in str(letter)
        assert "stranger-names-a-case" in {event.rule for event in mailbot.case(second.reference).events}
        assert len(mailbot.case(first.reference).messages) == 1

    def test_the_same_message_in_two_mailboxes_is_one_case(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """What is written to two of our addresses at once is one case with one receipt, and the second team hears of it."""
        mailbot = install(dovecot, smtp_server, mailboxes=("enquiries", "foi"))
        mailbot.start()
        both = message(BIN, to=f"{ENQUIRIES}, {FOI}")
        mailbot.deliver(b"Delivered-To: enquiries\r\n" + both, ENQUIRIES)
        mailbot.deliver(b"Delivered-To: foi\r\n" + both, FOI)
        mailbot.wait_for_decisions(2)
        (case,) = mailbot.cases(1)
        mailbot.wait_for_event(case.reference, "also-arrived")
        assert {letter["To"] for letter in mailbot.letters(2)} == {"ada.finch@example.org", MANAGER}
        mailbot.proves_alive(letters=3)


class TestTheStaff:
    def test_a_persons_answer_stops_the_clock(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """An answer that an officer wrote by hand, found in Sent, joins the case and stops its response clock."""
        mailbot = install(dovecot, smtp_server, folders={"sent": "Sent"})
        mailbot.start()
        mailbot.deliver(message(LIBRARY, message_id="<hours@example.org>"))
        mailbot.letters(1)
        (case,) = mailbot.cases(1)
        by_hand = {"In-Reply-To": "<hours@example.org>", "References": "<hours@example.org>"}
        answer = message(
            "It opens at nine.", sender=f"Harbour Council <{ENQUIRIES}>", to="ada.finch@example.org", headers=by_hand
        )
        mailbot.deliver(answer, folder="Sent")
        mailbot.wait_until(lambda: mailbot.case(case.reference).line.due_at is None, "every clock to stop")
        view = mailbot.case(case.reference)
        assert {clock.name: clock.outcome for clock in view.clocks}["response"] == "met"
        assert [found.direction for found in view.messages] == ["in", "out"]

    def test_an_answer_to_our_letter_stops_the_clock(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """It is the same if the officer answers below our own letter."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(LIBRARY))
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)
        answer = reply(letter, "It opens at nine.", sender=f"The council <{ENQUIRIES}>", to="ada.finch@example.org")
        mailbot.deliver(answer, folder="Sent")
        mailbot.wait_until(lambda: mailbot.case(case.reference).line.due_at is None, "every clock to stop")

    def test_copies_of_letters_lie_once_in_sent(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """Where mailbot files its letters itself, each lies in Sent once, read, byte for byte, and answers nothing."""
        mailbot = install(dovecot, smtp_server, sent_copy="append", folders={"sent": "Sent"})
        mailbot.start()
        for number in (1, 2):
            mailbot.deliver(message(LIBRARY, sender=f"c{number}@example.org"))
            mailbot.letters(number)
        mailbot.wait_until(lambda: len(dovecot.messages(ENQUIRIES, "Sent")) >= 2, "two copies in Sent")
        mailbot.wait_until(lambda: len(mailbot.rows("SELECT id FROM message WHERE origin = 'sent'")) >= 2, "both read")
        mailbot.restart()
        mailbot.proves_alive(letters=3)
        mailbot.wait_until(lambda: len(dovecot.messages(ENQUIRIES, "Sent")) >= 3, "the third copy")
        assert dovecot.messages(ENQUIRIES, "Sent") == [letter.content for letter in smtp_server.accepted]
        assert all(case.due_at is not None for case in mailbot.cases(3))
        with dovecot.client(ENQUIRIES) as person:
            person.select_folder("Sent")
            assert person.search("UNSEEN") == []

    def test_a_late_case_is_told_to_the_manager_once(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """When the date has passed without an answer the manager is told which case is late and by how much, once."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(ACT, subject="The bridge"))
        mailbot.letters(1)
        (case,) = mailbot.cases(1)
        mailbot.stop()
        mailbot.clock.move(days=35)  # Tuesday 27 January 2026, ten o'clock
        mailbot.start()
        alert, digest = sorted(mailbot.letters(3)[1:], key=lambda letter: str(letter["Subject"]))
        mailbot.restart()
        mailbot.proves_alive(letters=3)
        assert alert["Subject"] == f"Late: response [{case.reference}]"
        assert alert["To"] == digest["To"] == MANAGER
        assert alert["Auto-Submitted"] == "auto-generated"
        assert alert["X-Auto-Response-Suppress"] is None
        assert "Due: Monday 26 January 2026\nWorking days late: 1\n" in alert.get_content()
        assert f"- Late: 1 ({case.reference})" in digest.get_content()

    def test_an_answer_from_before_an_outage_is_read_before_dates_are(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """Staff answered while mailbot was down: the customer gets no notice of delay, and nobody an alert about the case."""
        mailbot = install(dovecot, smtp_server, folders={"sent": "Sent"})
        mailbot.start()
        mailbot.deliver(message(LIBRARY))
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)
        mailbot.stop()
        answer = reply(letter, "It opens at nine.", sender=f"The council <{ENQUIRIES}>", to="ada.finch@example.org")
        mailbot.deliver(answer, folder="Sent")
        mailbot.clock.move(days=22)  # Wednesday 14 January 2026: the day of the notice
        mailbot.start()
        mailbot.wait_for_event(case.reference, "clock-stopped")
        mailbot.deliver(message(BIN, sender=BEN))
        mailbot.wait_until(lambda: "ben.marlow@example.org" in _recipients(smtp_server), "a later message's receipt")
        assert _recipients(smtp_server).count("ada.finch@example.org") == 1
        told = {line.letter for line in mailbot.case(case.reference).letters}
        assert told == {"receipt-enquiry"}

    def test_the_digest_calls_nothing_late_whose_answer_lies_unread(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """Staff answered while mailbot was down, and the date has passed since: the morning digest has nothing to say of it."""
        mailbot = install(dovecot, smtp_server, folders={"sent": "Sent"})
        mailbot.start()
        mailbot.deliver(message(LIBRARY))
        (letter,) = mailbot.letters(1)
        mailbot.stop()
        answer = reply(letter, "It opens at nine.", sender=f"The council <{ENQUIRIES}>", to="ada.finch@example.org")
        mailbot.deliver(answer, folder="Sent")
        mailbot.clock.move(days=35)  # Tuesday 27 January 2026, twelve days after the date
        mailbot.start()
        mailbot.wait_until(lambda: mailbot.rows(A_DIGEST, "2026-01-27"), "the digest of the morning")
        mailbot.proves_alive(letters=2)
        assert MANAGER not in _recipients(smtp_server)

    def test_the_digest_waits_two_minutes_for_a_mailbox_that_cannot_be_read(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
    ) -> None:
        """Then it goes, and says which mailbox could not be read and what seems late."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(ACT, subject="The bridge"))
        mailbot.letters(1)
        (case,) = mailbot.cases(1)
        mailbot.stop()
        dovecot.stop()
        mailbot.clock.move(days=35)
        mailbot.start()
        mailbot.wait_until(lambda: mailbot.mailboxes()["enquiries"].last_error, "the mailbox to be out of reach")
        mailbot.wait_until(lambda: mailbot.rows("SELECT name FROM lease WHERE name = 'timers'"), "a look at what is due")
        assert mailbot.rows(A_DIGEST, "2026-01-27") == []
        mailbot.clock.move(minutes=2)
        (digest,) = [letter for letter in mailbot.letters(3)[1:] if str(letter["Subject"]).startswith("Today in")]
        assert f"- Late: 1 ({case.reference})" in digest.get_content()
        assert "- Mailboxes that cannot be read: 1 (enquiries)" in digest.get_content()


A_DIGEST = "SELECT job FROM job_run WHERE job LIKE 'digest:%' AND period = ?"


def _recipients(smtp_server: SmtpServer) -> list[str]:
    return [to for letter in smtp_server.accepted for to in letter.recipients]


class TestTheMachines:
    def test_no_machine_is_answered(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """An absence note, a report of a delay and a list message get no letter, open no case, and change no clock."""
        mailbot = install(dovecot, smtp_server)
        mailbot.start()
        mailbot.deliver(message(LIBRARY))
        (letter,) = mailbot.letters(1)
        (case,) = mailbot.cases(1)
        before = mailbot.case(case.reference)
        delayed = bounce(letter, told=[about(letter, action="delayed", status="4.4.1")])
        for machine in (absence_note(letter), delayed, list_message()):
            mailbot.deliver(machine)
        mailbot.wait_for_decisions(4)
        after = mailbot.case(case.reference)
        assert (after.line, after.clocks) == (before.line, before.clocks)
        assert {found.verdict for found in after.messages[1:]} == {"auto_reply", "bounce"}
        mailbot.proves_alive(letters=2)
        mailbot.cases(2)
