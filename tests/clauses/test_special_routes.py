"""Matters that go a way of their own: to the people on duty, to insurance, by a letter and to people of their own."""

import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import getaddresses

import pytest

from mailbot.core.case_command import CaseAssigned, CaseDone
from mailbot.core.letter import Written
from mailbot.errors import PermanentError
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.e2e.installation import ENQUIRIES, MANAGER
from tests.e2e.messages import reply

pytestmark = pytest.mark.dovecot

INA, OLU, TESS = "ina.lowe@harbour.example", "olu.reed@harbour.example", "tess.orr@harbour.example"
PEOPLE = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Mo Reed"
access_contact = "Tess Orr"
[[team]]
name = "Desk"
mailboxes = ["enquiries"]
manager = "manager@harbour.example"
[[team]]
name = "Service Information"
manager = "Olu Reed"
[[team]]
name = "Social Care Complaints"
manager = "Olu Reed"
[[team]]
name = "The Authority"
manager = "Olu Reed"
[[person]]
name = "Mo Reed"
email = "manager@harbour.example"
team = "Desk"
[[person]]
name = "Olu Reed"
email = "olu.reed@harbour.example"
[[person]]
name = "Ina Lowe"
email = "ina.lowe@harbour.example"
phone = "01632 960040"
[[person]]
name = "Tess Orr"
email = "tess.orr@harbour.example"
phone = "01632 960041"
[[service]]
name = "Insurance"
contact = "Ina Lowe"
synonyms = ["insurance", "claims"]
"""
CLAIM = "Your engine damaged my garden wall on Monday. I claim 400 pounds compensation for the repair."
CARE = "I wish to make a formal complaint about my mother's care home. The carers never came."
BANK = "I wish to make a formal complaint. My bank shared my details with my employer, which is a breach of data protection."
OFFICE = "I wish to make a formal complaint about how your office handled my case."
BOTH = "I wish to make a formal complaint. Your office shared my details with my landlord, which is a data breach."


def begin(tell: TellStory, pack: str) -> Story:
    return tell(pack, people=PEOPLE, manager=MANAGER)


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def who(letter: EmailMessage, field: str) -> list[str]:
    return [address for _, address in getaddresses(letter.get_all(field, []))]


class TestF9:
    def test_F9_the_chief_of_another_service_is_told_of_at_once(self, tell: TellStory) -> None:
        """Whoever is on duty hears within seconds, in the middle of the night; who only mentions a chief rings nobody."""
        story = begin(tell, "northants-fire")
        story.until("2026-01-03 00:05")
        story.customer_writes("I have written to the Chief Constable and to your chief executive. When do you open?")
        assert story.letters_to(MANAGER, "Act now") == []
        case = story.customer_writes("Could your crews join our exercise in March?\n\nAda Finch\nChief Constable\n")
        (told,) = story.letters_to(MANAGER, "Act now: alarm 1")
        assert "This cannot wait: the chief of another service writes; please read it now\n" in words(told)
        assert case in words(told)


class TestF10:
    def test_F10_a_claim_is_a_stage_1_complaint_and_goes_to_insurance_once_investigated(self, tell: TellStory) -> None:
        """Recorded at stage 1 and due as a complaint is; only its investigator hands it over; the customer is told in writing
        with a copy to insurance; no letter admits anything."""
        story = begin(tell, "northants-fire")
        case = story.customer_writes(CLAIM, subject="My wall")
        assert story.case(case).line.stage == "stage 1: the department"
        assert story.due(case, "conclusion") == "Friday 9 January 2026"
        with pytest.raises(PermanentError, match="nobody who looked into it"):
            story.officer.hand_over(case, "insurance")
        story.say(case, CaseAssigned(name="Olu Reed", address=OLU))
        story.settle()
        story.officer.hand_over(case, "insurance", "We saw the wall on Tuesday", by="Olu Reed")
        story.settle()
        (told,) = story.letters_to(INA)
        assert (who(told, "From"), who(told, "To"), who(told, "Cc")) == ([ENQUIRIES], [ADA_ADDRESS], [INA])
        assert told["Subject"] == f"Your claim is with our insurance team now [{case}]"
        assert "Ina Lowe looks after Insurance" in words(told)
        assert "It says nothing about who is responsible or whether anything will be paid." in words(told)
        assert "Our note for you both: We saw the wall on Tuesday." in words(told)
        assert [part.get_content_type() for part in told.iter_attachments()] == ["message/rfc822"]
        for letter in story.letters_to(ADA_ADDRESS):
            assert not {"sorry", "apologise", "our fault", "we caused", "liable"} & set(words(letter).lower().split("."))
        assert story.case(case).line.owner == "Ina Lowe"
        assert "by Olu Reed" in " ".join(event.detail for event in story.case(case).events)


class TestO5:
    def test_O5_complaints_about_care_go_their_own_way(self, tell: TellStory) -> None:
        """A letter, people and a date of the law of their own; a complaint about a road has none of these."""
        story = begin(tell, "oxfordshire")
        case = story.customer_writes(CARE, subject="Care")
        assert story.case(case).line.class_ == "social_care_complaint"
        (receipt,) = story.letters_to(ADA_ADDRESS)
        assert receipt["Subject"] == f"We have your complaint about care [{case}]"
        assert "Complaints about social care and health care have a way of their own." in words(receipt)
        assert story.case(case).line.owner == "Olu Reed"
        assert story.due(case, "acknowledgement-care") == "Tuesday 30 December 2025"
        assert story.outcomes(case)["acknowledgement-care"] is None
        assert "subclass" in story.rules_of(case)
        road = story.customer_writes("I wish to make a formal complaint about the potholes.", sender="Ben <ben@example.org>")
        assert story.case(road).line.class_ == "complaint"
        assert "acknowledgement-care" not in story.outcomes(road)


class TestJ14:
    def test_J14_a_complaint_about_a_controller_is_none_about_the_office(self, tell: TellStory) -> None:
        """The e-mail counts as the complaint, its receipt says whom we take it to be about, and it is not for the Authority."""
        story = begin(tell, "jersey-oic")
        case = story.customer_writes(BANK, subject="My bank")
        assert story.case(case).line.class_ == "statutory_complaint"
        (receipt,) = story.letters_to(ADA_ADDRESS)
        assert "It counts as made on the day that we received it." in words(receipt)
        assert "not about ourselves. If you meant us, tell us." in words(receipt)
        assert story.due(case, "response") == "Friday 16 January 2026"
        assert story.case(case).line.owner is None

    def test_J14_only_a_person_sends_the_letter_that_asks_whether_they_were_asked_first(self, tell: TellStory) -> None:
        """Nothing of the kind goes by itself; staff draft it, somebody else issues it, and the customer gets it."""
        story = begin(tell, "jersey-oic")
        case = story.customer_writes(BANK, subject="My bank")
        assert story.letters_to(ADA_ADDRESS, "Have you asked them first?") == []
        story.drafts("casework").submit(story.drafts("casework").blank(case, "ask-them-first"), "draft")
        story.drafts("reviewer").issue(case, "ask-them-first")
        story.settle()
        assert len(story.letters_to(ADA_ADDRESS, "Have you asked them first?")) == 1

    def test_J14_what_speaks_of_both_is_left_to_a_person(self, tell: TellStory) -> None:
        """It has the ordinary letter until somebody says which it is; then the letter of its own follows."""
        story = begin(tell, "jersey-oic")
        case = story.customer_writes(BOTH, subject="My landlord")
        assert story.case(case).line.class_ == "complaint"
        assert story.subjects_to(ADA_ADDRESS) == ["We have your complaint"]
        story.reclassify(case, "complaint_about_us")
        assert story.subjects_to(ADA_ADDRESS)[-1] == "We have your complaint about us"


class TestJ17:
    def test_J17_a_complaint_about_the_office_goes_to_the_authority_by_name(self, tell: TellStory) -> None:
        """The letter names it, and whoever answers for it has the case."""
        story = begin(tell, "jersey-oic")
        case = story.customer_writes(OFFICE, subject="My case")
        assert story.case(case).line.class_ == "complaint_about_us"
        (receipt,) = story.letters_to(ADA_ADDRESS)
        assert "Complaints about us go to the Data Protection Authority, and yours is brought there." in words(receipt)
        assert story.case(case).line.owner == "Olu Reed"


LARGE = "I would like to report a broken street light. Please repair it. Could I have your answer in large print, please?"


class TestOtherFormats:
    @pytest.mark.parametrize(("clause", "pack"), [("J16", "jersey-oic"), ("G7", "generic"), ("O8", "oxfordshire")])
    def test_J16_G7_O8_the_contact_is_told_and_the_letter_names_them(self, tell: TellStory, clause: str, pack: str) -> None:
        """Whoever needs another format reads in the receipt who arranges it, and that they were told; everybody else, whom to
        ask."""
        story = begin(tell, pack)
        case = story.customer_writes(LARGE, subject="Light")
        (receipt,) = story.letters_to(ADA_ADDRESS)
        assert "We have told Tess Orr, tess.orr@harbour.example, 01632 960041, who arranges it with you." in words(receipt)
        (told,) = story.letters_to(TESS)
        assert "What has come: a customer asks for another format\n" in words(told)
        assert f"Case: {case}\n" in words(told)
        story.customer_writes(sender="Ben Marlow <ben.marlow@example.org>")
        (other,) = story.letters_to("ben.marlow@example.org")
        assert "To ask for it: Tess Orr, tess.orr@harbour.example, 01632 960041" in words(other)
        assert len(story.letters_to(TESS)) == 1


THREAT = "You useless idiots have lost my form again."


def warned(story: Story) -> str:
    """A case of threats whose customer has the letter that warns."""
    case = story.customer_writes(THREAT, subject="My form")
    warn(story, case)
    return case


def warn(story: Story, case: str) -> None:
    """A person writes the letter that warns, and another issues it."""
    casework = story.drafts("casework")
    blank = casework.blank(case, "unacceptable-behaviour")
    body = "\n".join("Please write to this address only." if x.startswith(">>") else x for x in blank.text.body.split("\n"))
    casework.submit(replace(blank, text=Written(subject=blank.text.subject, body=body)), "draft")
    story.drafts("reviewer").issue(case, "unacceptable-behaviour")
    story.settle()


class TestIncidents:
    def test_J15_each_incident_is_logged_and_listed(self, tell: TellStory) -> None:
        """What was written, and what happened on the phone; the list quotes nobody."""
        story = begin(tell, "jersey-oic")
        case = story.customer_writes(THREAT, subject="My form")
        story.tell("incident", "add", case, "He shouted at the desk", "--by", "Olu Reed")
        listed = json.loads(story.tell("incident", "list", "--format", "json"))
        assert [(line["reference"], line["rule"]) for line in listed] == [
            (case, "incident-abuse"),
            (case, "incident-noted"),
        ]
        assert "idiots" not in story.tell("incident", "list")

    def test_G6_the_limit_holds_for_all_cases_of_the_person_until_it_ends(self, tell: TellStory) -> None:
        """Those that were open, a closed one that they write again in, and new ones; others hear as ever."""
        story = begin(tell, "generic")
        other = story.customer_writes("Could you tell me when the library opens?", subject="Library")
        closed = story.customer_writes("How much is a card?", subject="Card")
        story.say(closed, CaseDone(at=story.clock.now(), reason="answered"))
        case = warned(story)
        story.officer.limit_contact(case, story.clock.now() + timedelta(days=90), "threats", by="Mo Reed")
        story.settle()
        sent = len(story.letters_to(ADA_ADDRESS))
        new = story.customer_writes("And another thing: the bins.", subject="Bins", sender=f"Ada <{ADA_ADDRESS.upper()}>")
        (receipt,) = [letter for letter in story.letters_to(ADA_ADDRESS) if closed in str(letter["Subject"])]
        story.arrives(closed, reply(receipt, "I still do not know."), "INBOX")
        story.customer_writes("When does the library open?", subject="Hours", sender="Ben <ben@example.org>")
        assert len(story.letters_to("ben@example.org")) == 1
        assert "contact-limited" in story.rules_of(new) & story.rules_of(closed) & story.rules_of(other)
        assert new in story.tell("held", "list", "--silenced")
        story.until("2026-01-23 09:05")
        assert len(story.letters_to(ADA_ADDRESS)) == sent
        assert None in story.outcomes(new).values()

        story.officer.allow_contact(new, "she apologised", by="Mo Reed")
        assert "contact-allowed" in story.rules_of(new) & story.rules_of(case) & story.rules_of(other)
        story.customer_writes("Thank you. When is the fair?", subject="Fair")
        assert len(story.letters_to(ADA_ADDRESS)) == sent + 1
        with pytest.raises(PermanentError, match="is not limited"):
            story.officer.allow_contact(new, "again")

    def test_G6_the_limit_ends_by_itself(self, tell: TellStory) -> None:
        """A case of after that day is confirmed like anybody's."""
        story = begin(tell, "generic")
        case = warned(story)
        story.officer.limit_contact(case, story.clock.now() + timedelta(days=3), "threats")
        story.until("2025-12-29 10:00")
        sent = len(story.letters_to(ADA_ADDRESS))
        story.customer_writes("When is the fair?", subject="Fair")
        assert len(story.letters_to(ADA_ADDRESS)) == sent + 1

    def test_G6_the_contact_is_ended_only_after_the_letter_that_warns(self, tell: TellStory) -> None:
        """A person writes that letter and another issues it; then nothing automatic goes, and clocks run on."""
        story = begin(tell, "generic")
        case = story.customer_writes(THREAT, subject="My form")
        until = story.clock.now() + timedelta(days=90)
        with pytest.raises(PermanentError, match="first the customer is told what is to change"):
            story.officer.limit_contact(case, until, "threats")
        warn(story, case)
        story.officer.limit_contact(case, until, "threats", by="Mo Reed")
        assert len(story.letters_to(ADA_ADDRESS, "How we speak with one another")) == 1
        sent = len(story.letters_to(ADA_ADDRESS))
        story.until("2026-01-23 09:05")
        assert len(story.letters_to(ADA_ADDRESS)) == sent
        assert None in story.outcomes(case).values()
        listed = json.loads(story.tell("incident", "list", "--format", "json"))
        assert "contact-limited" in [line["rule"] for line in listed]
