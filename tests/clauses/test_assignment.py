"""The mail that gives somebody a case: what it is, by when and why, what is asked, cases like it, and the message itself."""

from email.message import EmailMessage

import pytest

from mailbot.core.case_command import CaseDone
from tests.clauses.story import TellStory
from tests.clauses.town import ROBIN, TOWN
from tests.e2e.installation import ENQUIRIES
from tests.e2e.messages import ADA, BEN

pytestmark = pytest.mark.dovecot

PACK = "generic"
HOURS = "Good morning.\nCould you tell me what time the library opens on Saturday? I have books to return."


def with_file(size: int) -> bytes:
    """A question about a library with a file of so many bytes."""
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = ADA, ENQUIRIES, "Opening hours"
    written["Date"], written["Message-ID"] = "Tue, 23 Dec 2025 10:05:00 +0000", "<with-file@example.org>"
    written.set_content("Could you tell me what time the library opens on Saturday?\n")
    written.add_attachment(b"x" * size, maintype="application", subtype="pdf", filename="library card.pdf")
    return written.as_bytes()


class TestG5:
    def test_G5_whoever_gets_a_case_reads_the_message_in_its_thread(self, tell: TellStory) -> None:
        """By a rule, within the first lines: class, date and why, what is asked; below them the customer's own words."""
        story = tell(PACK, people=TOWN, manager=None)
        case = story.customer_writes(HOURS)
        original = story.rows("SELECT message_id FROM message WHERE direction = 'in'")[0][0]
        (told,) = story.letters_to(ROBIN)
        assert (told["Subject"], told["From"]) == (f"Re: Opening hours [{case}]", f"Harbour Council <{ENQUIRIES}>")
        assert (told["In-Reply-To"], told["References"]) == (f"<{original}>", f"<{original}>")
        words = told.get_content()
        assert words.splitlines()[2:7] == [
            "What it is: enquiry",
            "Due: Thursday 15 January 2026",
            "Why then: 14 working days from Tuesday 23 December 2025",
            "Asked for: Could you tell me what time the library opens on Saturday?",
            "",
        ]
        assert "> Could you tell me what time the library opens on Saturday? I have books to return.\n" in words
        assert "Open cases like it" not in words
        (enclosed,) = told.iter_attachments()
        assert enclosed.get_content()["Message-ID"] == f"<{original}>"

    def test_G5_a_colleague_who_is_given_a_case_hears_of_three_that_are_like_it(self, tell: TellStory) -> None:
        """First the same customer's, then those about the same service; closed ones and one that names them are left out."""
        story = tell(PACK, people=TOWN, manager=None)
        of_service = [story.customer_writes(HOURS, sender=f"Cy Dale <cy{number}@example.org>") for number in range(3)]
        about_robin = story.customer_writes(
            "I complain about Robin Vale, who was rude to me at the library. This is a formal complaint.", subject="Robin Vale"
        )
        of_customer = story.customer_writes("Our bin was not emptied on Tuesday. Please collect it.", subject="Bin")
        done = story.customer_writes("What does a concert at the theatre cost?", subject="Concert")
        story.say(done, CaseDone(at=story.clock.now(), reason="told on the phone"))
        case = story.customer_writes(HOURS, subject="Saturday")
        told = story.letters_to(ROBIN, "Re: Saturday")[0].get_content()
        named = [line.split(":")[0].removeprefix("- ") for line in told.splitlines() if line.startswith("- HC-")]
        assert named == [of_customer, *reversed(of_service)][:3]
        assert f"- {of_customer}: request for a service, from Tuesday 23 December 2025" in told
        assert "(the same customer)" in told
        assert about_robin not in told
        assert case in told

    def test_G5_a_large_message_goes_without_its_attachments_and_says_so(self, tell: TellStory) -> None:
        """The words are there, and which files are not."""
        story = tell(PACK, people=TOWN, manager=None)
        story.deliver(with_file(11_000_000))
        story.cases(1)
        story.settle()
        (told,) = story.letters_to(ROBIN)
        assert "these parts of it are not: library card.pdf. They are in the mailbox." in told.get_content()
        (enclosed,) = told.iter_attachments()
        assert len(enclosed.as_bytes()) < 10_000
        assert "what time the library opens" in enclosed.get_content().get_content()


class TestF11:
    def test_F11_of_a_case_about_personnel_nothing_is_told_by_mail(self, tell: TellStory) -> None:
        """Neither by a rule nor by hand: no subject, no words, no file, no other case."""
        story = tell(PACK, people=TOWN, manager=None)
        text = "Could you tell me the library hours? I was suspended on full pay and raise a grievance against my line manager."
        case = story.customer_writes(text, subject="Opening hours and my manager", sender=BEN)
        assert any(event.rule == "flag-personnel" for event in story.case(case).events)
        story.assign(case)
        story.settle()
        letters = story.letters_to(ROBIN)
        assert [letter["Subject"] for letter in letters] == [f"Re: a case for you [{case}]"] * 2
        for told in letters:
            assert "It is about members of staff, so nothing of it stands here." in told.get_content()
            assert list(told.iter_attachments()) == []
            shown = told.as_string()
            assert not any(word in shown for word in ("grievance", "suspended", "my manager", "Marlow", "ben.marlow"))
