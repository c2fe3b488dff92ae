"""What holds under every pack: who hears of what is late, and what waiting for a customer does to the dates of the law."""

import json
from pathlib import Path
from stat import S_IMODE

import pytest

from mailbot.core.case_command import CaseAssigned
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.e2e.installation import MANAGER
from tests.e2e.messages import ACT, BIN, LIBRARY

pytestmark = pytest.mark.dovecot

PEOPLE = """
[organisation]
name = "Harbour Council"

[[team]]
name = "Information"
mailboxes = ["enquiries"]
manager = "Mara Quill"
director = "Ivo Penn"

[[person]]
name = "Robin Vale"
email = "robin.vale@harbour.example"
team = "Information"

[[person]]
name = "Mara Quill"
email = "mara.quill@harbour.example"
team = "Information"
absent = [{ from = 2026-01-29, until = 2026-01-30, deputy = "Sol Hart" }]

[[person]]
name = "Sol Hart"
email = "sol.hart@harbour.example"
team = "Information"

[[person]]
name = "Ivo Penn"
email = "ivo.penn@harbour.example"
"""
OWN_FILE = "Please send me a copy of the personal information that you hold about me. This is a subject access request."


def late(story: Story, name: str) -> list[str]:
    """The alerts that somebody got, by how late the case was then."""
    letters = story.letters_to(f"{name}@harbour.example", "Late: response")
    return [letter.get_content().partition("Working days late: ")[2].partition("\n")[0] for letter in letters]


class TestTheLadder:
    def test_a_late_case_climbs_from_its_owner_to_the_director(self, tell: TellStory) -> None:
        """Owner, then manager (her deputy while she is away), then director: each two working days after the other, once."""
        story = tell("generic", people=PEOPLE, manager=None)
        case = story.customer_writes(ACT, subject="The bridge")
        story.say(case, CaseAssigned(name="Robin Vale", address="robin.vale@harbour.example"))
        story.until("2026-01-27 09:05")  # it was due on Monday 26 January
        assert (late(story, "robin.vale"), late(story, "sol.hart"), late(story, "ivo.penn")) == (["1"], [], [])
        story.until("2026-01-29 09:05")
        assert (late(story, "robin.vale"), late(story, "sol.hart"), late(story, "ivo.penn")) == (["1"], ["3"], [])
        story.until("2026-02-02 09:05")  # no step was spent on the weekend
        assert (late(story, "robin.vale"), late(story, "sol.hart"), late(story, "ivo.penn")) == (["1"], ["3"], ["5"])
        assert late(story, "mara.quill") == []

    def test_an_answer_ends_the_climb(self, tell: TellStory) -> None:
        """Once the customer has been answered, nobody further up hears of it."""
        story = tell("generic", people=PEOPLE, manager=None)
        case = story.customer_writes(ACT, subject="The bridge")
        story.until("2026-01-27 09:05")
        assert late(story, "mara.quill") == ["1"]
        story.officer_writes(case, "The bridge cost two million pounds.")
        assert story.outcomes(case)["response"] == "late"
        story.until("2026-02-02 09:05")
        assert late(story, "ivo.penn") == []

    def test_nobody_hears_of_the_same_date_twice(self, tell: TellStory) -> None:
        """Where nobody stands above the manager, the climb ends with her; what is late is in her morning figures."""
        story = tell("generic")
        case = story.customer_writes(ACT, subject="The bridge")
        story.until("2026-01-27 09:05")
        story.until("2026-02-02 09:05")
        assert len(story.letters_to(MANAGER, "Late: response")) == 1
        assert f"- Late: 1 ({case})\n" in story.letters_to(MANAGER, "Today in")[-1].get_content()


class TestWaitingForTheCustomer:
    def test_a_clarification_begins_the_time_of_the_act_anew(self, tell: TellStory) -> None:
        """A request for information that had to be clarified is due twenty working days after the customer's answer."""
        story = tell("generic")
        case = story.customer_writes(ACT, subject="The bridge")
        story.until("2026-01-05 10:00")
        story.tell("case", "wait", case, "--for", "clarification", "--at", "2026-01-05T10:00")
        assert story.case(case).line.status == "waiting"
        story.until("2026-01-12 10:00")
        story.customer_answers(case, "I mean the bridge over the mill stream.")
        assert story.case(case).line.status == "open"
        assert story.due(case, "response") == "Monday 9 February 2026"
        assert story.first_due(case, "response") == "Monday 26 January 2026"

    def test_a_clarification_lets_a_request_for_ones_own_file_stand_still(self, tell: TellStory) -> None:
        """The eight days from asking to the answer, both included, do not count; a date that is a Saturday moves to Monday."""
        story = tell("generic")
        case = story.customer_writes(OWN_FILE, subject="My file")
        assert story.due(case, "response") == "Friday 23 January 2026"
        story.until("2026-01-05 10:00")
        story.tell("case", "wait", case, "--for", "clarification", "--at", "2026-01-05T10:00")
        story.until("2026-01-12 10:00")
        story.customer_answers(case, "Only the letters of last year.")
        assert story.due(case, "response") == "Monday 2 February 2026"

    def test_staff_say_what_came_by_another_way(self, tell: TellStory) -> None:
        """A clarification that was given on the phone is as good: staff say when it came."""
        story = tell("generic")
        case = story.customer_writes(ACT, subject="The bridge")
        story.tell("case", "wait", case, "--for", "clarification", "--at", "2026-01-05T10:00")
        story.tell("case", "answered", case, "--at", "2026-01-12T10:00")
        assert story.due(case, "response") == "Monday 9 February 2026"
        assert story.subjects_to(ADA_ADDRESS) == ["We have your information request"]


class TestAnotherClass:
    def test_one_command_makes_a_service_request_a_complaint(self, tell: TellStory, tmp_path: Path) -> None:
        """What was sent stays, the complaint's receipt follows, both speak for themselves, and mailbot learns from it."""
        story = tell("generic")
        case = story.customer_writes(BIN, subject="The bin")
        assert story.case(case).line.class_ == "service_request"
        story.reclassify(case, "complaint", "the third time")
        assert story.case(case).line.class_ == "complaint"
        assert story.subjects_to(ADA_ADDRESS) == ["We have your request", "We have your complaint"]
        assert story.outcomes(case) == {"receipt": "met", "acknowledgement": "met", "response": None}
        shown = story.tell("case", "show", case)
        assert "service_request -> complaint, said officer on" in shown
        assert ": the third time" in shown
        explained = story.tell("explain", case)
        assert "class complaint instead of service_request, said officer on" in explained
        assert "officer  reclassified: reclassified  service_request -> complaint: the third time" in explained
        file = tmp_path / "corrections.jsonl"
        file.touch(mode=0o644)
        assert story.tell("corrections", "export", str(file)).startswith(f"1 corrections are in {file}.")
        assert S_IMODE(file.stat().st_mode) == 0o600
        (line,) = map(json.loads, file.read_text().splitlines())
        assert BIN in line.pop("body")
        assert line == {
            "id": f"correction-{case}",
            "situation": case,
            "register": "correction",
            "label": "complaint",
            "also": [],
            "flags": [],
            "subject": "The bin",
        }

    def test_a_request_for_information_that_was_seen_late_is_due_by_its_receipt(self, tell: TellStory) -> None:
        """Said on 12 January of a message of 23 December: the Act's date is that of the message, and its letter says so."""
        story = tell("generic")
        case = story.customer_writes(LIBRARY)
        before = story.case(case).line.class_
        story.until("2026-01-12 10:00")
        story.reclassify(case, "foi_request")
        assert before == "enquiry"
        assert story.due_of_running(case) == ["Monday 26 January 2026"]
        assert "Monday 26 January 2026" in story.letters_to(ADA_ADDRESS)[-1].get_content()

    def test_the_command_says_what_it_did_and_what_cannot_be(self, tell: TellStory) -> None:
        """By the machine's own clock: a date that has long passed is late, and whoever names no class is told the nearest."""
        story = tell("generic")
        case = story.customer_writes(LIBRARY)
        refused = story.cli("case", "reclassify", case, "complant")
        assert (refused.returncode, "did you mean 'complaint'?" in refused.stderr) == (65, True)
        nowhere = story.cli("corrections", "export", "/nowhere/corrections.jsonl")
        assert (nowhere.returncode, "No such file or directory; name a file" in nowhere.stderr) == (65, True)
        said = story.tell("case", "reclassify", case, "not_for_us", "--why", "an invoice")
        assert "a clock has stopped: reclassified" in said
        assert story.outcomes(case)["response"] == "reclassified"
        assert "a clock runs again: response" in story.tell("case", "reclassify", case, "enquiry")
