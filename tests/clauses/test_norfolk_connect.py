"""Norfolk Connect: shared mailboxes in which nothing lies unread, and a directory of services that partners share."""

import pytest

from mailbot.core.case_command import CaseDone
from tests.clauses.story import ADA_ADDRESS, TellStory
from tests.clauses.town import IVO, NIA, ROBIN, TOWN
from tests.e2e.installation import ENQUIRIES, MANAGER
from tests.e2e.messages import BEN

pytestmark = pytest.mark.dovecot

PACK = "norfolk-connect"
UNREAD = "Nobody has opened this message"


class TestN4:
    def test_N4_what_nobody_opens_is_alerted_once(self, tell: TellStory) -> None:
        """A message that nobody has opened by the next working morning is told to the manager, once."""
        story = tell(PACK)
        case = story.customer_writes()
        story.until("2025-12-24 08:59")
        assert story.letters_to(MANAGER, UNREAD) == []
        story.until("2025-12-24 09:05")
        story.until("2025-12-29 09:05")
        (alert,) = story.letters_to(MANAGER, UNREAD)
        assert f"Case: {case}\nMailbox: {ENQUIRIES}\nReceived: Tuesday 23 December 2025\n" in alert.get_content()

    def test_N4_what_somebody_opened_or_took_is_not_alerted(self, tell: TellStory) -> None:
        """A message that a colleague has read in the mailbox, and a case that somebody has, need no alert."""
        story = tell(PACK)
        story.customer_writes()
        with story.dovecot.client(ENQUIRIES) as colleague:
            colleague.select_folder("INBOX")
            colleague.add_flags(colleague.search(), ["\\Seen"])
        story.wait_until(lambda: story.rows("SELECT id FROM location WHERE seen_at NOT NULL"), "the reading to be noted")
        story.assign(story.customer_writes(sender=BEN))
        story.until("2025-12-24 09:05")
        assert story.letters_to(MANAGER, UNREAD) == []


class TestN1N5:
    def test_N1_N5_a_simple_question_is_answered_from_the_pages_of_its_service(self, tell: TellStory) -> None:
        """The receipt names three pages of the service at most; its contact has the case and closes it as resolved at once."""
        story = tell(PACK, people=TOWN, manager=None)
        case = story.customer_writes()
        (receipt,) = story.letters_to(ADA_ADDRESS)
        assert [line for line in receipt.get_content().splitlines() if line.startswith("- ")] == [
            "- Library services: https://www.harbour.example/libraries",
            "- Questions about libraries: https://www.harbour.example/libraries/questions",
            "- Join a library: https://www.harbour.example/libraries/join",
        ]
        (given,) = story.letters_to(ROBIN)
        assert f"Case: {case}\nService: Library services\n" in given.get_content()
        shown = story.tell("case", "show", case)
        assert "owner: Robin Vale\nservice: Library services\n" in shown
        assert "service-sure  Library services" in story.tell("explain", case)
        story.say(case, CaseDone(at=story.clock.now(), reason="", first_contact=True))
        assert "outcome: first contact\n" in story.tell("case", "show", case)
        assert set(story.outcomes(case).values()) <= {"met", "cancelled"}

    def test_N1_what_the_pages_do_not_speak_of_has_none(self, tell: TellStory) -> None:
        """Two services that speak alike are left to a person, who is shown both; no page goes out on a guess."""
        story = tell(PACK, people=TOWN, manager=None)
        question = "Could you tell me whether one may borrow books at the evening performance?"
        case = story.customer_writes(question, subject="Hello")
        assert "Perhaps you need not wait" not in story.letters_to(ADA_ADDRESS)[0].get_content()
        assert "service not sure; by its words: Library services and Theatre\n" in story.tell("case", "show", case)
        story.assign(case)
        story.settle()
        assert "By its words it may be for: Library services and Theatre." in story.letters_to(ROBIN)[0].get_content()
        explained = story.tell("explain", case)
        assert "service-proposed  Library services 3.0, Theatre 3.0" in explained
        assert '"borrow books"' in explained


class TestN10:
    def test_N10_a_change_of_the_directory_is_announced_once(self, tell: TellStory) -> None:
        """The contact of each partner learns at the next start what is new, and nobody hears of the first directory."""
        story = tell(PACK, people=TOWN, manager=None)
        story.until("2025-12-24 09:05")
        assert story.letters_to(NIA) == []
        services = story.config_path.with_name("services.toml")
        services.write_text(TOWN.replace('libraries"\npages', 'books"\npages').replace('name = "Theatre"', 'name = "Stage"'))
        story.until("2025-12-24 10:05")
        story.until("2025-12-24 11:05")
        (told,) = story.letters_to(NIA, "The directory of services has changed")
        text = told.get_content()
        assert "- Library services (Harbour Council): web page: https://www.harbour.example/books (before: " in text
        assert "- New: Stage (Harbour Council). contact: Ivo Penn" in text
        assert "- No longer there: Theatre (Harbour Council)\n" in text
        assert len(story.letters_to(IVO, "The directory of services has changed")) == 1


class TestN11:
    def test_N11_what_each_partner_lacks_is_listed(self, tell: TellStory) -> None:
        """For each service, which of the seven kinds of page are missing."""
        said = tell(PACK, people=TOWN, manager=None).tell("directory", "check")
        lacks = "key contacts, leaflets, campaigns and democratic information"
        assert f"Library services: lacks {lacks}\n" in said
        assert "Northmoor District Council:\n" in said
        assert "Refuse collection: lacks a deputy, a category, a web page, key contacts, faq, leaflets," in said
