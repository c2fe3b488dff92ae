"""Bounces on real servers: a letter of ours comes back, and everybody who must know does, once."""

from email.message import EmailMessage

import pytest

from tests.e2e.installation import ENQUIRIES, MANAGER, Install, Installation
from tests.e2e.messages import BIN, about, bounce, message, read_letter, reply
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot
ADA = "ada.finch@example.org"


class Story:
    """One mailbox whose letters have tagged envelope senders, with one receipt that has gone to Ada."""

    def __init__(self, install: Install, dovecot: Dovecot, smtp: SmtpServer, **settings: str) -> None:
        self.mailbot: Installation = install(dovecot, smtp, reverse_path="tagged", **settings)
        self.mailbot.start()
        self.mailbot.deliver(message(BIN, subject="Bin"))
        (self.receipt,) = self.mailbot.letters(1)
        (self.case,) = self.mailbot.cases(1)
        self.tagged = smtp.accepted[0].reverse_path
        self.mailbot.wait_until(lambda: self.stopped("receipt"), "the receipt's clock to stop")

    def comes_back(self, content: bytes) -> None:
        """A report is delivered and decided about."""
        known = len(self.mailbot.rows("SELECT id FROM location WHERE role != 'sent'"))
        self.mailbot.deliver(content)
        self.mailbot.wait_for_decisions(known + 1)

    def stopped(self, clock: str) -> bool:
        (row,) = self.mailbot.rows("SELECT stopped_at IS NOT NULL FROM clock WHERE name = ?", clock)
        return bool(row[0])

    @property
    def state(self) -> str:
        """Of the receipt."""
        return self.mailbot.outbox()[0].state

    @property
    def rules(self) -> set[str]:
        """What the history of Ada's case says."""
        return {event.rule for event in self.mailbot.case(self.case.reference).events}

    def addresses(self) -> list[str]:
        """At which nothing arrives."""
        return [line.address for line in self.mailbot.queries.unreachable()]


@pytest.fixture
def story(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> Story:
    return Story(install, dovecot, smtp_server)


def test_a_letter_that_comes_back_by_its_tagged_address_is_known_without_its_headers(story: Story) -> None:
    """The report returns nothing of the letter, yet its state changes, the clock runs again, and the manager hears once."""
    assert story.tagged.startswith("enquiries+")
    story.comes_back(bounce(story.receipt, to=story.tagged, returns=False))
    told = story.mailbot.letters(2)[1]
    assert (told["To"], told["Subject"]) == (MANAGER, f"Your letter did not arrive [{story.case.reference}]")
    assert "A letter to the customer did not arrive: the receipt." in told.get_content()
    assert f"It was for: {ADA}" in told.get_content()
    assert "Clock that runs because of it: receipt, due Wednesday 24 December 2025" in told.get_content()
    assert story.state == "bounced"
    assert not story.stopped("receipt")
    assert story.addresses() == [ADA]
    assert {"letter-bounced", "did-not-arrive", "about-our-letter", "nothing-arrives-there"} <= story.rules

    story.comes_back(bounce(story.receipt, to=story.tagged, returns=True))
    assert "bounced-before" in story.rules
    story.mailbot.proves_alive(letters=3)
    assert story.mailbot.case(story.case.reference).line.status == "open"

    shown = story.mailbot.cli("outbox", "list", "--state", "bounced")
    assert "receipt-service-request" in shown.stdout
    assert "5.1.1" in shown.stdout
    assert "letter-bounced" in story.mailbot.cli("explain", story.case.reference).stdout
    assert "bounced" in story.mailbot.cli("case", "show", story.case.reference).stdout
    assert ADA in story.mailbot.cli("address", "list").stdout
    assert "1 letters of open cases" in story.mailbot.cli("status").stdout


def test_a_mailbox_that_is_full_is_no_dead_address(story: Story) -> None:
    """The letter did not arrive, its owner is told why, and later letters still go there."""
    full = about(story.receipt, status="5.2.2")
    story.comes_back(bounce(story.receipt, told=[full]))
    assert "Why: the mailbox there is full" in story.mailbot.letters(2)[1].get_content()
    assert (story.state, story.addresses()) == ("bounced", [])


def test_a_delay_is_noted_and_nothing_more(story: Story) -> None:
    """The other server goes on trying: the letter has gone, and nobody is told."""
    story.comes_back(bounce(story.receipt, told=[about(story.receipt, action="delayed", status="4.4.1")]))
    assert "letter-delayed" in story.rules
    assert (story.state, story.stopped("receipt")) == ("sent", True)
    story.mailbot.proves_alive(letters=2)


def test_only_what_is_said_of_our_recipient_counts(story: Story) -> None:
    """Of three recipients two failed; ours was relayed, so our letter went."""
    others = [about(story.receipt, address=f"{name}@example.org") for name in ("ben", "cyrus")]
    relayed = about(story.receipt, action="relayed", status="2.1.9")
    story.comes_back(bounce(story.receipt, told=[*others, relayed]))
    assert "letter-relayed" in story.rules
    assert (story.state, story.addresses()) == ("sent", [])
    story.mailbot.proves_alive(letters=2)


def test_what_we_never_sent_is_backscatter(story: Story) -> None:
    """A report about another's letter opens no case, brings no letter, and is counted."""
    theirs = EmailMessage()
    theirs["From"], theirs["To"], theirs["Subject"] = "enquiries@harbour.example", "zoe@example.org", "Cheap pills"
    theirs["Message-ID"] = "<forged@spam.example>"
    story.comes_back(bounce(theirs))
    story.mailbot.proves_alive(letters=2)
    story.mailbot.cases(2)
    assert story.addresses() == []
    assert story.mailbot.queries.status(story.mailbot.clock.now()).backscatter == 1


def test_a_forged_tag_changes_nothing_even_with_an_id_of_ours(story: Story) -> None:
    """Whoever can read one of our letters, but cannot make a tag, cannot tell us that another address is dead."""
    forged = story.tagged.replace("-", "-0")[: len(story.tagged.partition("@")[0])] + "@harbour.example"
    story.comes_back(bounce(story.receipt, to=forged))
    assert forged != story.tagged
    assert (story.state, story.addresses(), story.stopped("receipt")) == ("sent", [], True)
    story.mailbot.proves_alive(letters=2)


def test_a_bounce_of_the_mail_about_a_bounce_ends_it(story: Story) -> None:
    """The manager's own address fails as well: there is nobody else, so no further letter goes, and status shows it."""
    story.comes_back(bounce(story.receipt, to=story.tagged))
    told = story.mailbot.letters(2)[1]
    story.comes_back(bounce(told))
    assert set(story.addresses()) == {ADA, MANAGER}
    assert "nobody-else-to-tell" in story.rules
    assert "nobody hears what is late in enquiries" in story.mailbot.cli("status").stdout
    story.mailbot.proves_alive(letters=3)


def test_an_answer_of_staff_that_comes_back_answered_nothing(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """An officer's answer had stopped the clocks; it did not arrive, so they run again and the manager hears of it."""
    mailbot = install(dovecot, smtp_server, folders={"sent": "Sent"})
    mailbot.start()
    mailbot.deliver(message(BIN, subject="Bin", message_id="<bin@example.org>"))
    mailbot.letters(1)
    (case,) = mailbot.cases(1)
    thread = {"In-Reply-To": "<bin@example.org>", "References": "<bin@example.org>"}
    answer = message(
        "We come today.", sender=f"The council <{ENQUIRIES}>", to=ADA, message_id="<ours@x.example>", headers=thread
    )
    mailbot.deliver(answer, folder="Sent")
    mailbot.wait_until(lambda: mailbot.case(case.reference).line.due_at is None, "every clock to stop")
    mailbot.deliver(bounce(read_letter(answer)))
    told = mailbot.letters(2)[1]
    assert "A letter to the customer did not arrive: the answer that was sent from the mailbox." in told.get_content()
    assert mailbot.case(case.reference).line.due_at == case.due_at
    assert {event.rule for event in mailbot.case(case.reference).events} >= {"letter-bounced", "did-not-arrive"}
    assert [line.address for line in mailbot.queries.unreachable()] == [ADA]


def test_whoever_writes_again_can_be_written_to_again(story: Story) -> None:
    """A message from the address shows that it works: the mark is gone."""
    story.comes_back(bounce(story.receipt, to=story.tagged))
    story.mailbot.letters(2)
    assert story.addresses() == [ADA]
    story.mailbot.deliver(reply(story.receipt, "It is the brown one."))
    story.mailbot.wait_until(lambda: story.addresses() == [], "the mark to be cleared")
    assert "wrote-to-us" in story.rules


def test_a_person_can_say_that_an_address_works_and_send_the_letter_again(story: Story) -> None:
    """One command clears the address, one sends the same letter again; its clock stops when it has gone."""
    story.comes_back(bounce(story.receipt, to=story.tagged))
    story.mailbot.letters(2)
    assert story.mailbot.cli("address", "clear", ADA).returncode == 0
    assert story.mailbot.cli("address", "clear", ADA).returncode == 65
    story.mailbot.commands().retry(story.mailbot.outbox()[0].id)
    again = story.mailbot.letters(3)[2]
    assert again["Message-ID"] == story.receipt["Message-ID"]
    story.mailbot.wait_until(lambda: story.stopped("receipt"), "the receipt's clock to stop again")
    assert story.state == "sent"
