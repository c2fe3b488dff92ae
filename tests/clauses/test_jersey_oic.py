"""Jersey: a regulator acknowledges within days of its channel, answers in fifteen, and gives way to the law."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.core.case import Channel
from mailbot.core.case_command import CaseAcknowledged, CaseDone, CaseQuieted, ClockExtended, ContactNoted
from mailbot.core.information_request import Lack
from tests.clauses.story import ADA_ADDRESS, ROBIN, Rules, TellStory
from tests.e2e.command_line import run_cli
from tests.e2e.installation import MANAGER
from tests.e2e.messages import ACT, BEN, reply
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot

PACK = "jersey-oic"
OWN_FILE = "Please send me a copy of the personal information that you hold about me. This is a subject access request."
NAMELESS = ADA_ADDRESS
"""A sender beside whose address no name stands."""
LATER = datetime(2026, 2, 1, tzinfo=UTC)
LETTER = "clarification-information"
SHUT = """
[organisation]
name = "Harbour Council"

[[shut]]
from = 2025-12-24
until = 2025-12-24
name = "staff day"

[[team]]
name = "Casework"
mailboxes = ["enquiries"]
manager = "Mara Quill"

[[team]]
name = "The Authority"
manager = "Mara Quill"

[[person]]
name = "Mara Quill"
email = "mara.quill@harbour.example"
"""
ENQUIRY_CLASSES = (
    'classes = ["enquiry", "service_request", "complaint", "statutory_complaint", "complaint_about_us", '
    '"compensation_claim", "suggestion", "compliment"]'
)


class TestJ1:
    def test_J1_a_letter_is_acknowledged_within_three_working_days(self, tell: TellStory) -> None:
        """A letter of Tuesday 23 December 2025 is acknowledged by Tuesday 30 December, three working days later."""
        words = ("clock", "due", "--pack", PACK, "--class", "enquiry", "--received", "2025-12-23T10:00", "--format", "json")
        by_letter = json.loads(tell(PACK).tell(*words, "--channel", "letter"))["clocks"]
        dates = {clock["name"]: clock["due_on"] for clock in by_letter}
        assert dates == {"acknowledgement-letter": "2025-12-30", "response": "2026-01-16"}

    def test_J1_a_letter_that_was_recorded_is_due_by_that_date(self, tell: TellStory) -> None:
        """A letter of 23 December that staff have recorded waits for its acknowledgement until the 30th, and gets it."""
        story = tell(PACK)
        file = story.folder / "letters.csv"
        columns = "old_reference,class,channel,received,stage,owner,customer,customer_name,subject"
        file.write_text(f"{columns}\nPOST-2025-17,enquiry,letter,2025-12-23,,,{ADA_ADDRESS},Ada Finch,The bridge\n")
        story.tell("case", "import", str(file))
        (line,) = story.cases(1)
        assert story.due(line.reference, "acknowledgement-letter") == "Tuesday 30 December 2025"
        story.say(line.reference, CaseAcknowledged(at=story.clock.now()))
        assert story.outcomes(line.reference)["acknowledgement-letter"] == "met"


class TestJ2:
    def test_J2_an_email_is_acknowledged_within_one_working_day(self, tell: TellStory) -> None:
        """An e-mail is confirmed at once; the day by which that had to be is the next working day."""
        story = tell(PACK)
        case = story.customer_writes()
        assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]
        assert story.due(case, "acknowledgement-email") == "Wednesday 24 December 2025"
        assert story.outcomes(case)["acknowledgement-email"] == "met"

    def test_J2_an_answer_that_goes_before_the_receipt_replaces_it(self, tell: TellStory, smtp_server: SmtpServer) -> None:
        """If an officer answers while the receipt still waits, that was the acknowledgement, and no receipt follows."""
        story = tell(PACK)
        smtp_server.fail(at="MAIL", times=100)
        case = story.customer_writes()
        story.officer_writes(case, "It opens at nine.")
        smtp_server.heal()
        story.until("2025-12-24 09:05")
        assert story.letters_to(ADA_ADDRESS) == []
        assert [(letter.state, letter.detail) for letter in story.case(case).letters] == [("withdrawn", "already-answered")]
        assert story.outcomes(case) == {"acknowledgement-email": "met", "response": "met"}

    def test_J2_an_answer_by_phone_replaces_it_too(self, tell: TellStory, smtp_server: SmtpServer) -> None:
        """A receipt that promises an answer does not go once that answer was given on the phone and noted."""
        story = tell(PACK)
        smtp_server.fail(at="MAIL", times=100)
        case = story.customer_writes()
        story.say(case, ContactNoted(channel=Channel.PHONE, at=story.clock.now(), outcome="She has the hours."))
        smtp_server.heal()
        story.until("2025-12-24 09:05")
        assert story.letters_to(ADA_ADDRESS) == []

    def test_J2_a_mailbox_may_give_staff_until_the_deadline(self, tell: TellStory) -> None:
        """Where the mailbox says so, staff have until the morning of the next working day; only then the receipt goes."""
        story = tell(PACK, ack="by-deadline")
        quick, slow = story.customer_writes(), story.customer_writes(sender=BEN)
        story.officer_writes(quick, "It opens at nine.")
        assert story.smtp.accepted == []
        story.until("2025-12-24 09:05")
        assert story.letters_to(ADA_ADDRESS) == []
        assert story.subjects_to("ben.marlow@example.org") == ["We have your enquiry"]
        assert story.outcomes(slow)["acknowledgement-email"] == "met"

    def test_J2_a_day_on_which_the_office_is_shut_is_no_excuse(self, tell: TellStory) -> None:
        """If nobody is in on the day of the deadline, the receipt goes before it."""
        story = tell(PACK, ack="by-deadline", manager=None, people=SHUT)
        case = story.customer_writes()
        assert story.outcomes(case)["acknowledgement-email"] == "met"


class TestJ3:
    def test_J3_the_customer_is_told_of_the_delay_before_the_date(self, tell: TellStory) -> None:
        """The answer is due on the fifteenth working day. The day before, the customer is given a new date; it holds."""
        story = tell(PACK)
        case = story.customer_writes()
        assert "We will answer it by Friday 16 January 2026." in story.letters_to(ADA_ADDRESS)[0].get_content()
        story.until("2026-01-15 08:59")
        assert len(story.letters_to(ADA_ADDRESS)) == 1
        story.until("2026-01-15 09:05")
        notice = story.letters_to(ADA_ADDRESS)[1]
        assert notice["Subject"] == f"Our answer needs more time [{case}]"
        assert "meant to answer you by Friday 16 January 2026." in notice.get_content()
        assert "you will have our answer by Friday 30 January 2026." in notice.get_content()
        assert story.due(case, "response") == "Friday 30 January 2026"
        assert story.first_due(case, "response") == "Friday 16 January 2026"
        story.until("2026-01-19 09:05")
        assert len(story.letters_to(ADA_ADDRESS)) == 2
        assert story.letters_to(MANAGER, "Late") == []

    def test_J3_the_owner_sees_the_notice_coming(self, tell: TellStory) -> None:
        """One working day before the notice goes its owner is told what goes, when, and what stops it."""
        story = tell(PACK)
        case = story.customer_writes()
        story.assign(case)
        story.until("2026-01-14 09:05")
        (coming,) = story.letters_to(ROBIN, "An automatic letter is about to go")
        assert "Letter: the notice of delay\n" in coming.get_content()
        assert "Goes on: Thursday 15 January 2026\n" in coming.get_content()
        assert f"mailbot case wait {case}" in coming.get_content()
        assert len(story.letters_to(ADA_ADDRESS)) == 1

    def test_J3_an_answer_in_time_needs_no_notice(self, tell: TellStory) -> None:
        """An answer that lies in Sent stops the clock; no notice of delay and no alert follows."""
        story = tell(PACK)
        case = story.customer_writes()
        story.officer_writes(case, "It opens at nine.")
        story.until("2026-01-19 09:05")
        assert story.outcomes(case)["response"] == "met"
        assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]
        assert story.subjects_to(MANAGER) == []

    def test_J3_a_holding_reply_is_no_answer(self, tell: TellStory) -> None:
        """A reply that only says that the answer is to come stops nothing: the notice of delay goes all the same."""
        story = tell(PACK)
        case = story.customer_writes()
        story.officer_writes(case, "Thank you. I am looking into this and will write again next week.")
        assert story.outcomes(case)["response"] is None
        assert "held-off-by-staff" in story.rules_of(case)
        story.until("2026-01-15 09:05")
        assert story.subjects_to(ADA_ADDRESS)[1:] == ["Our answer needs more time"]

    def test_J3_staff_give_their_own_reason(self, tell: TellStory) -> None:
        """Staff who see the delay coming say why; the customer gets those words and the new date, and no second notice."""
        story = tell(PACK)
        case = story.customer_writes()
        story.say(case, ClockExtended(clock_name="", reason="The architect is away until February."))
        story.settle()
        notice = story.letters_to(ADA_ADDRESS)[1].get_content()
        assert "Why it takes longer: The architect is away until February\n" in notice
        assert "by Friday 30 January 2026." in notice
        story.until("2026-01-15 09:05")
        assert len(story.letters_to(ADA_ADDRESS)) == 2

    def test_J3_whoever_waits_for_the_customer_sends_no_notice(self, tell: TellStory) -> None:
        """While we wait for the customer's own answer nobody is told that ours takes longer."""
        story = tell(PACK)
        case = story.customer_writes()
        story.tell("case", "wait", case, "--at", "2025-12-23T10:30")
        story.until("2026-01-15 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]

    def test_J3_after_two_notices_a_person_decides(self, tell: TellStory) -> None:
        """The policy allows two notices. The third time nothing goes, nobody is told that it would, and the owner acts."""
        story = tell(PACK)
        case = story.customer_writes()
        for _ in range(2):
            story.say(case, ClockExtended(clock_name="", reason="We wait for a survey"))
            story.settle()
        assert story.due(case, "response") == "Friday 13 February 2026"
        story.until("2026-02-12 09:05")
        assert len(story.letters_to(ADA_ADDRESS)) == 3
        assert story.letters_to(MANAGER, "An automatic letter is about to go") == []
        assert len(story.letters_to(MANAGER, "Due soon")) == 1
        assert "letter-needs-a-person" in {event.kind for event in story.case(case).events}


class TestJ10:
    def test_J10_an_answer_by_phone_is_noted_and_stops_the_clock(self, tell: TellStory) -> None:
        """What was said on the phone stands in the history with day, time and outcome, and it was the answer."""
        story = tell(PACK)
        case = story.customer_writes()
        story.tell("case", "note", case, "--channel", "phone", "--at", "2025-12-29T11:20", "She has the opening hours.")
        (noted,) = (event for event in story.case(case).events if event.kind == "contact")
        assert noted.rule == "contact-by-phone"
        assert noted.detail == "2025-12-29 11:20: She has the opening hours."
        assert story.outcomes(case)["response"] == "met"
        story.until("2026-01-15 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]

    def test_J10_a_contact_that_answers_nothing_stops_nothing(self, tell: TellStory) -> None:
        """A talk that was not the answer is noted too, and the clock runs on."""
        story = tell(PACK)
        case = story.customer_writes()
        story.tell("case", "note", case, "--channel", "in_person", "--no-answer", "He asked how far we are.")
        assert "contact-by-in_person" in story.rules_of(case)
        assert story.outcomes(case)["response"] is None


class TestJ6:
    def test_J6_letters_are_set_in_the_font_of_the_policy(self, tell: TellStory) -> None:
        """The page of a letter is in Verdana 10, and says what its text says."""
        story = tell(PACK)
        story.customer_writes(ACT, subject="The bridge")
        page = story.letters_to(ADA_ADDRESS)[0].get_body(("html",))
        assert page is not None
        content = page.get_content()
        assert "font-family:'Verdana',sans-serif;font-size:10pt" in content
        assert "by Friday 23 January 2026 at the latest." in content


class TestJ12:
    def test_J12_a_request_for_information_has_the_time_of_the_law(self, tell: TellStory) -> None:
        """A request for information has the twenty working days of the law of Jersey, and the receipt names that law."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge")
        letter = story.letters_to(ADA_ADDRESS)[0].get_content()
        assert "by Friday 23 January 2026 at the latest." in letter
        assert "Freedom of Information (Jersey) Law 2011" in letter
        assert story.due(case, "response-foi") == "Friday 23 January 2026"

    def test_J12_what_is_missing_is_asked_for_in_one_letter(self, tell: TellStory) -> None:
        """Staff see what lacks and say so; the customer reads exactly that, by when to answer, and nothing about reasons."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        ask = f"to ask for it: mailbot case ask {case}"
        assert f"the request lacks the requester's full name; {ask}\n" in story.tell("case", "show", case)
        story.ask(case, words="An initial will do.")
        receipt, letter = story.letters_to(ADA_ADDRESS)
        assert letter["Subject"] == f"What we need to answer your request [{case}]"
        assert letter["In-Reply-To"] == receipt["In-Reply-To"]
        body = letter.get_content()
        assert "Please answer by Friday 23 January 2026." in body
        assert [line for line in body.splitlines() if line.startswith("- ")] == [
            "- Your full name: a first name or an initial, and your surname."
        ]
        assert "Our note: An initial will do.\n" in body
        assert "counts from the day on which it arrives." in body
        assert "why" not in body
        assert story.case(case).line.status == "waiting"
        shown = story.tell("case", "show", case)
        assert "the customer was asked for the requester's full name\n" in shown
        assert ask not in shown
        assert "clarification-asked  the requester's full name" in story.tell("explain", case)

    def test_J12_the_answer_begins_the_time_of_the_law_anew(self, tell: TellStory) -> None:
        """Twenty working days after the day on which the name came; nobody is asked or confirmed again."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        story.ask(case)
        story.until("2026-01-12 10:00")
        named = reply(story.letters_to(ADA_ADDRESS)[-1], "My name is Ada Finch.", sender=ADA_ADDRESS)
        story.arrives(case, named, "INBOX")
        assert story.case(case).line.status == "open"
        assert story.due(case, "response-foi") == "Monday 9 February 2026"
        assert story.first_due(case, "response-foi") == "Friday 23 January 2026"
        assert len(story.letters_to(ADA_ADDRESS)) == 2
        assert "still lacks" not in story.tell("case", "show", case)

    def test_J12_a_question_that_our_own_server_refuses_was_not_asked(self, tell: TellStory) -> None:
        """The case waits for nobody: its owner hears, an alarm rings, the law's date runs, and it may be asked again."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        story.assign(case)
        due = story.due(case, "response-foi")
        story.smtp.fail(at="RCPT", reply="550 5.7.1 not allowed", recipient=ADA_ADDRESS)
        story.ask(case)
        assert len(story.letters_to(ADA_ADDRESS)) == 1
        assert (story.case(case).line.status, story.due(case, "response-foi")) == ("open", due)
        (told,) = story.letters_to(ROBIN, "Your letter did not arrive")
        words = " ".join(told.get_content().split())
        assert "did not arrive: the letter that asks what the request lacks." in words
        assert "our own mail server refuses it for good" in words
        (alarm,) = story.letters_to(MANAGER, "Act now")
        assert f"case {case}: the letter that asks what the request lacks was refused" in " ".join(alarm.get_content().split())
        story.ask(case)
        assert story.case(case).line.status == "waiting"
        assert len(story.letters_to(ADA_ADDRESS)) == 2

    def test_J12_what_an_answer_leaves_out_is_shown_to_staff_and_not_asked_again(self, tell: TellStory) -> None:
        """The manager reads of it in the morning, and a second letter of this kind is refused."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        story.ask(case, Lack.NAME, Lack.DESCRIPTION)
        body = story.letters_to(ADA_ADDRESS)[1].get_content()
        assert len([line for line in body.splitlines() if line.startswith("- ")]) == 2
        story.until("2026-01-12 10:00")
        nameless = reply(story.letters_to(ADA_ADDRESS)[-1], "I mean the bridge over the mill stream.", sender=ADA_ADDRESS)
        story.arrives(case, nameless, "INBOX")
        left = "the customer answered, and the request still lacks the requester's full name"
        assert left in story.tell("case", "show", case)
        story.until("2026-01-13 09:05")
        told = " ".join(story.letters_to(MANAGER, "Today in")[-1].get_content().split())
        assert f"{case}: {left}" in told
        again = story.cli("case", "ask", case)
        assert again.returncode != 0
        assert "its customer was asked on Tuesday 23 December 2025" in again.stderr
        assert len(story.letters_to(ADA_ADDRESS)) == 2

    def test_J12_a_whole_request_is_not_asked_for_anything(self, tell: TellStory) -> None:
        """Nothing lacks, so the command says that and changes nothing; a word that is none is refused with those there are."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge")
        assert "the request lacks" not in story.tell("case", "show", case)
        refused = story.cli("case", "ask", case)
        assert "nothing is known to be missing" in refused.stderr
        unknown = story.cli("case", "ask", case, "--lacks", "reasons")
        assert "write name, address, description, recorded" in " ".join(unknown.stderr.replace("│", " ").split())
        assert story.case(case).line.status == "open"
        assert len(story.letters_to(ADA_ADDRESS)) == 1

    def test_J12_a_letter_that_never_went_asked_nothing(self, tell: TellStory, smtp_server: SmtpServer) -> None:
        """A case that became quiet before the letter left waits for nothing, and its date holds; it can be asked later."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        smtp_server.fail(at="MAIL", times=100)
        story.officer.ask(case)
        story.say(case, CaseQuieted(until=LATER, reason="a bereavement"))
        smtp_server.heal()
        story.until("2025-12-24 09:05")
        assert story.case(case).line.status == "open"
        assert story.due(case, "response-foi") == "Friday 23 January 2026"
        assert "stands still" not in story.tell("case", "show", case)
        story.say(case, CaseQuieted(until=None, reason="the family writes again"))
        story.ask(case)
        assert story.subjects_to(ADA_ADDRESS) == ["We have your information request", "What we need to answer your request"]
        assert story.case(case).line.status == "waiting"

    def test_J12_a_preview_of_the_letter_shows_what_it_would_ask_for(self, tell: TellStory) -> None:
        """Of this case, and changes nothing."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        shown = story.tell("letter", "preview", LETTER, "--case", case, "--folder", str(story.folder))
        assert "- Your full name: a first name" in shown
        assert "- Which information" not in shown
        assert story.case(case).line.status == "open"

    def test_J12_a_person_may_name_what_is_missing(self, tell: TellStory) -> None:
        """The command says what it asks for, by which letter, and the case waits."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge")
        said = story.tell("case", "ask", case, "--lacks", "description", "--lacks", "recorded", "--note", "We have much")
        assert "asked for: a description of the information\n" in said
        assert "asked for: recorded information: it asks for an opinion\n" in said
        assert "a letter is queued: clarification-information\n" in said
        assert story.case(case).line.status == "waiting"

    def test_J12_silence_closes_no_request(self, tell: TellStory) -> None:
        """Nothing goes to the customer, the request is kept, nobody is told that we are late: the digest says who is silent."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        story.ask(case)
        story.until("2026-02-02 09:05")
        assert len(story.letters_to(ADA_ADDRESS)) == 2
        assert story.case(case).line.status == "waiting"
        assert story.letters_to(MANAGER, "Late") == []
        told = story.letters_to(MANAGER, "Today in")[-1].get_content()
        assert f"- Wait for the customer beyond the law's date, which stands still: 1 ({case})\n" in told
        assert "Late: " not in told
        assert "response-foi" in story.tell("case", "show", case)
        assert "stands still since 23 Dec 2025" in story.tell("case", "show", case)
        assert "stands still since Tue 23 Dec 2025" in story.tell("explain", case)
        story.say(case, CaseDone(at=story.clock.now(), reason="no answer came"))
        assert story.outcomes(case)["response-foi"] == "met"

    def test_J12_a_policy_may_ask_at_once_in_place_of_the_receipt(self, tell: TellStory, own_rules: Rules) -> None:
        """The first letter asks; it was the acknowledgement, too; an answer begins the law's time and brings no receipt."""
        own_rules.change(PACK, '\nasks = "person"', '\nasks = "at_once"')
        story = tell(PACK, rules=own_rules.folder)
        case = story.customer_writes(ACT, subject="The bridge", sender=NAMELESS)
        (letter,) = story.letters_to(ADA_ADDRESS)
        assert letter["Subject"] == f"What we need to answer your request [{case}]"
        assert "Please answer by Friday 23 January 2026." in letter.get_content()
        assert story.case(case).line.status == "waiting"
        assert story.outcomes(case)["acknowledgement-email"] == "met"
        assert "stands still since 23 Dec 2025" in story.tell("case", "show", case)
        story.until("2026-02-03 10:00")
        assert story.letters_to(MANAGER, "Late") == []
        story.customer_answers(case, "Ada Finch")
        assert story.case(case).line.status == "open"
        assert story.due(case, "response-foi") == "Tuesday 3 March 2026"
        assert len(story.letters_to(ADA_ADDRESS)) == 1
        whole = story.customer_writes(ACT, subject="The bridge", sender=BEN)
        assert story.subjects_to("ben.marlow@example.org") == ["We have your information request"]
        assert story.case(whole).line.status == "open"


class TestJ15:
    def test_J15_abuse_is_logged_and_gets_the_neutral_receipt_only(self, tell: TellStory) -> None:
        """The history says which words were taken for an insult; the receipt names no complaint and promises no date."""
        story = tell(PACK)
        text = "I wish to make a formal complaint. You useless idiots have lost my form again."
        case = story.customer_writes(text, subject="My form")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your message"]
        body = story.letters_to(ADA_ADDRESS)[0].get_content()
        assert "complaint" not in body
        assert "2026" not in body
        assert story.case(case).line.class_ == "complaint"
        (incident,) = [event for event in story.case(case).events if event.kind == "flag"]
        assert incident.rule == "flag-abuse"
        written = story.case(case).messages[0].full_text or ""
        words = [written[span.start : span.end] for span in incident.spans]
        assert "You useless idiots" in words
        assert 'flag abuse  "You useless idiots"  by rule abuse: rule 1' in story.tell("explain", case)
        assert "abuse" in story.tell("case", "show", case)

    def test_J15_the_manager_hears_of_each_incident_by_the_next_morning(self, tell: TellStory) -> None:
        """The digest names the case and says what happened; the one after it does not say it again."""
        story = tell(PACK)
        story.until("2025-12-23 11:00")
        case = story.customer_writes("You useless idiots have lost my form again.", subject="My form")
        story.until("2025-12-24 09:05")
        story.until("2025-12-29 09:05")
        told = [letter for letter in story.letters_to(MANAGER) if "insults or threatens staff" in letter.get_content()]
        assert len(told) == 1
        assert f"{case}: a message insults or threatens staff" in " ".join(told[0].get_content().split())

    def test_J15_an_insult_that_is_only_quoted_is_none(self, tell: TellStory) -> None:
        """Who quotes what another wrote is not taken for its writer."""
        story = tell(PACK)
        quoted = "What is to be done about this?\n\nOn 3 Dec 2025 at 10:00 Ben wrote:\n> You useless idiots, get out.\n"
        case = story.customer_writes(quoted, subject="A letter I got")
        assert "flag-abuse" not in story.rules_of(case)

    def test_J15_angry_words_about_a_service_are_no_abuse(self, tell: TellStory) -> None:
        """A furious complaint is a complaint, with its own receipt and date."""
        story = tell(PACK)
        case = story.customer_writes(
            "I wish to make a formal complaint. This is a useless, disgraceful service!", subject="Form"
        )
        assert story.subjects_to(ADA_ADDRESS) == ["We have your complaint"]
        assert "flag-abuse" not in story.rules_of(case)


class TestJ18:
    def test_J18_the_law_outranks_the_policy(self, tell: TellStory, own_rules: Rules) -> None:
        """Where the policy's fifteen days stand beside the law's twenty, letters show the law's date and no delay is told."""
        own_rules.change(PACK, ENQUIRY_CLASSES, ENQUIRY_CLASSES.replace('["enquiry"', '["foi_request", "enquiry"'))
        story = tell(PACK, rules=own_rules.folder)
        case = story.customer_writes(ACT, subject="The bridge")
        assert story.due(case, "response") == "Friday 16 January 2026"
        assert "by Friday 23 January 2026 at the latest." in story.letters_to(ADA_ADDRESS)[0].get_content()
        story.until("2026-01-15 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your information request"]

    def test_J18_no_notice_moves_the_date_of_the_law(self, tell: TellStory) -> None:
        """When the law's date nears, only staff are told; it passes unmoved, and then the case is late."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge")
        story.until("2026-01-26 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your information request"]
        assert story.due(case, "response-foi") == "Friday 23 January 2026"
        (late,) = story.letters_to(MANAGER, "Late")
        assert "Due: Friday 23 January 2026\nWorking days late: 1\n" in late.get_content()

    def test_J18_a_request_for_ones_own_file_has_four_weeks(self, tell: TellStory) -> None:
        """A request for personal information is due in four weeks; a person may give the eight more that the law allows."""
        story = tell(PACK)
        case = story.customer_writes(OWN_FILE, subject="My file")
        assert "by Tuesday 20 January 2026 at the latest." in story.letters_to(ADA_ADDRESS)[0].get_content()
        story.say(case, ClockExtended(clock_name="", reason="Nine hundred pages"))
        assert story.due(case, "response-personal") == "Tuesday 17 March 2026"

    def test_J18_the_policy_is_shown_beside_the_law(self, tell: TellStory) -> None:
        """``mailbot policy show`` prints the law's figure beside the policy's own."""
        shown = " ".join(tell(PACK).tell("policy", "show", PACK).split())
        clause = shown.partition("J18")[2].partition("J19")[0]
        assert "15 working days" in clause
        assert "20 working days" in clause
        assert "Freedom of Information (Jersey) Law 2011" in clause


class TestJ19:
    def test_J19_a_draft_that_asks_why_somebody_wants_information_is_found(self, tmp_path: Path) -> None:
        """The officer is told to ask which information is meant, and not what for; no letter of ours asks."""
        draft = tmp_path / "draft.txt"
        draft.write_text("Before we look for it, please tell us why you want the minutes.\n", encoding="utf-8")
        said = run_cli("lint", str(draft))
        assert said.returncode == 1
        assert 'asks why (J19): "why you want": leave it out' in said.stdout
        assert "ok    wording of the letters, and what they must say" in run_cli("check", "--offline").stdout
