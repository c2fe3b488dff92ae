"""Oxfordshire: acknowledged in five working days, answered in ten, and told regularly where it stands."""

import json
import os

import pytest

from mailbot.core.case_command import CaseAcknowledged, ClockExtended
from tests.clauses.story import ADA_ADDRESS, ROBIN, TellStory
from tests.e2e.installation import MANAGER

pytestmark = pytest.mark.dovecot

PACK = "oxfordshire"
PEOPLE = """
[organisation]
name = "Harbour Council"

[[team]]
name = "Customer Services"
mailboxes = ["enquiries"]
manager = "Mara Quill"

[[team]]
name = "Social Care Complaints"
manager = "Mara Quill"

[[person]]
name = "Mara Quill"
email = "mara.quill@harbour.example"
"""
FIVE_DAYS = """
[[override]]
mailbox = "enquiries"
clock = "response"
amount = 5
unit = "working_days"
"""


class TestO1:
    def test_O1_an_email_is_acknowledged_within_five_working_days(self, tell: TellStory) -> None:
        """The receipt that goes at once is the acknowledgement, due five working days after the message."""
        story = tell(PACK)
        case = story.customer_writes()
        assert story.due(case, "acknowledgement") == "Friday 2 January 2026"
        assert story.outcomes(case)["acknowledgement"] == "met"

    @pytest.mark.parametrize("channel", ["letter", "fax"])
    def test_O1_letters_and_faxes_have_the_same_time(self, tell: TellStory, channel: str) -> None:
        """What comes on paper is acknowledged in five working days too."""
        words = ("--pack", PACK, "--class", "enquiry", "--channel", channel, "--received", "2025-12-23T10:00")
        clocks = json.loads(tell(PACK).tell("clock", "due", *words, "--format", "json"))["clocks"]
        assert {clock["name"]: clock["due_on"] for clock in clocks}["acknowledgement"] == "2026-01-02"

    def test_O1_whoever_got_no_receipt_is_acknowledged_by_hand(self, tell: TellStory) -> None:
        """A message that may not be answered automatically keeps its clock: staff are warned, and say that they wrote."""
        story = tell(PACK)
        case = story.customer_writes(to="undisclosed-recipients:;")
        story.until("2025-12-31 09:05")
        assert story.letters_to(ADA_ADDRESS) == []
        (warning,) = story.letters_to(MANAGER, "Due soon: acknowledgement")
        assert "Due: Friday 2 January 2026\n" in warning.get_content()
        story.say(case, CaseAcknowledged(at=story.clock.now()))
        assert story.outcomes(case)["acknowledgement"] == "met"


class TestO2:
    def test_O2_the_full_response_goes_within_ten_working_days(self, tell: TellStory) -> None:
        """The receipt promises the tenth working day, and an answer by then keeps the promise."""
        story = tell(PACK)
        case = story.customer_writes()
        assert "We will answer it by Friday 9 January 2026." in story.letters_to(ADA_ADDRESS)[0].get_content()
        story.officer_writes(case, "It opens at nine.")
        assert story.outcomes(case)["response"] == "met"

    def test_O2_late_is_told_to_whoever_has_it(self, tell: TellStory) -> None:
        """On the first morning after the date its owner hears that the case is late, and by how much."""
        story = tell(PACK)
        case = story.customer_writes()
        story.assign(case)
        story.until("2026-01-12 09:05")
        (late,) = story.letters_to(ROBIN, "Late")
        assert "Due: Friday 9 January 2026\nWorking days late: 1\n" in late.get_content()

    def test_O2_usually_means_that_a_person_may_give_more_time(self, tell: TellStory) -> None:
        """A member of staff may extend it by ten working days, with a reason that stands in the history."""
        story = tell(PACK)
        case = story.customer_writes()
        story.say(case, ClockExtended(clock_name="", reason="The plans are with the surveyor"))
        assert story.due(case, "response") == "Friday 23 January 2026"
        moved = next(event for event in story.case(case).events if event.rule == "extended-response")
        assert moved.actor == "officer"


class TestO3:
    def test_O3_the_customer_is_told_regularly_where_it_stands(self, tell: TellStory) -> None:
        """Every ten working days without an answer the customer hears where the matter stands, and when the next word comes."""
        story = tell(PACK)
        case = story.customer_writes()
        story.until("2026-01-09 09:05")
        story.until("2026-01-23 09:05")
        first, second = story.letters_to(ADA_ADDRESS, "Where your matter stands")
        assert "or hear again where it stands, by Friday 23 January 2026." in first.get_content()
        assert "or hear again where it stands, by Friday 6 February 2026." in second.get_content()
        story.officer_writes(case, "It opens at nine.")
        assert story.outcomes(case)["status"] == "met"

    def test_O3_staff_see_it_coming_and_an_answer_stops_it(self, tell: TellStory) -> None:
        """A working day before the notice its owner is told; an answer in between, and the customer gets no notice."""
        story = tell(PACK)
        case = story.customer_writes()
        story.assign(case)
        story.until("2026-01-08 09:05")
        (coming,) = story.letters_to(ROBIN, "An automatic letter is about to go")
        assert "Letter: the status notice\n" in coming.get_content()
        assert "Goes on: Friday 9 January 2026\n" in coming.get_content()
        story.officer_writes(case, "It opens at nine.")
        story.until("2026-01-12 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]

    def test_O3_what_an_outage_overtook_is_not_announced(self, tell: TellStory) -> None:
        """If nothing ran on the day of that word, the notice goes on its own day and nobody is told that it is to come."""
        story = tell(PACK)
        case = story.customer_writes()
        story.assign(case)
        story.until("2026-01-09 09:05")
        assert story.subjects_to(ADA_ADDRESS)[1:] == ["Where your matter stands"]
        assert story.letters_to(ROBIN, "An automatic letter is about to go") == []


class TestO7:
    def test_O7_nothing_goes_after_four_on_a_friday(self, tell: TellStory) -> None:
        """Offices close at four on Fridays: a notice that was held up until then goes on Monday at nine."""
        story = tell(PACK)
        story.customer_writes()
        story.until("2026-01-09 16:05")
        assert len(story.letters_to(ADA_ADDRESS)) == 1
        story.until("2026-01-12 09:00")
        assert story.subjects_to(ADA_ADDRESS)[1:] == ["Where your matter stands"]

    def test_O7_on_a_thursday_it_still_goes_after_four(self, tell: TellStory) -> None:
        """From Monday to Thursday offices are open until five: what is due goes at five past four."""
        story = tell(PACK, begins="2025-12-31 10:00")  # ten working days before a Thursday
        story.customer_writes()
        story.until("2026-01-15 16:05")
        assert story.subjects_to(ADA_ADDRESS)[1:] == ["Where your matter stands"]

    def test_O7_a_service_may_set_itself_a_higher_standard(self, tell: TellStory) -> None:
        """A service that promises five working days is held to them, and its letters promise them."""
        story = tell(PACK, people=PEOPLE + FIVE_DAYS, manager=None)
        case = story.customer_writes()
        assert "We will answer it by Friday 2 January 2026." in story.letters_to(ADA_ADDRESS)[0].get_content()
        assert story.due(case, "response") == "Friday 2 January 2026"

    def test_O7_a_laxer_standard_is_refused(self, tell: TellStory) -> None:
        """A service that gives itself twelve working days is told that ten hold, and mailbot does not run with it."""
        story = tell(PACK, people=PEOPLE + FIVE_DAYS, manager=None)
        story.stop()
        services = story.folder / "services.toml"
        services.write_text(services.read_text().replace("amount = 5", "amount = 12"))
        for words in (("policy", "check", PACK), ("people", "check"), ("check", "--offline"), ("run",)):
            said = story.cli(*words)
            assert said.returncode == os.EX_CONFIG, words
            assert "12 working days can end later than the 10 working days" in said.stdout + said.stderr


class TestO9:
    def test_O9_a_call_back_is_due_on_the_next_working_day(self, tell: TellStory) -> None:
        """Whoever asked for a call on 29 December is rung by the 30th; the call, noted, ends that clock, not the answer's."""
        story = tell(PACK)
        case = story.customer_writes()
        note = ("case", "note", case, "--channel", "phone")
        story.tell(*note, "--at", "2025-12-29T15:00", "--callback", "Wants the planner to ring her.")
        assert story.due(case, "call-back") == "Tuesday 30 December 2025"
        story.tell(*note, "--at", "2025-12-30T11:00", "--no-answer", "Rang her; the planner will write.")
        assert {name: story.outcomes(case)[name] for name in ("call-back", "response")} == {
            "call-back": "met",
            "response": None,
        }

    def test_O9_a_call_that_was_not_made_is_late(self, tell: TellStory) -> None:
        """If nobody rang by the next working day, whoever is responsible hears of it the morning after."""
        story = tell(PACK)
        case = story.customer_writes()
        story.tell("case", "note", case, "--at", "2025-12-29T15:00", "--callback", "Wants to be rung.")
        story.until("2025-12-31 09:05")
        (late,) = story.letters_to(MANAGER, "Late: call-back")
        assert "Due: Tuesday 30 December 2025\n" in late.get_content()
