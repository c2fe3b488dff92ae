"""Who wants two things in one message: the dates of both, what an answer to one of them ends, and requests that hide."""

import pytest

from tests.clauses.story import ADA_ADDRESS, Rules, Story, TellStory
from tests.e2e.installation import MANAGER

pytestmark = pytest.mark.dovecot

PACK = "generic"
COMPLAINT = (
    "I wish to make a formal complaint. Your clerk was very rude to me, I am disgusted by this unacceptable treatment. "
    "This is also a freedom of information request: what did the new bridge cost?"
)
HIDDEN = "Could you tell me what time the library opens on Saturday? Please provide the visitors by month, too."
OF_THE_COMPLAINT, OF_THE_LAW = "Thursday 15 January 2026", "Monday 26 January 2026"


def test_a_complaint_with_a_request_inside_has_both_dates_and_one_letter(tell: TellStory) -> None:
    """The policy's date for the complaint, the law's for the request; the receipt is the complaint's with its date."""
    story = tell(PACK)
    case = story.customer_writes(COMPLAINT, subject="The desk")
    assert story.case(case).line.what == "complaint + foi_request"
    assert story.due_of_running(case) == [OF_THE_COMPLAINT, OF_THE_LAW]
    (letter,) = story.letters_to(ADA_ADDRESS)
    assert str(letter["Subject"]).startswith("We have your complaint")
    assert f"by {OF_THE_COMPLAINT}." in letter.get_content()
    assert "complaint, foi_request" in story.tell("explain", case)


def test_an_answer_to_the_complaint_leaves_the_law_s_date_and_the_manager_hears_of_it(tell: TellStory) -> None:
    """Nothing stops unnoticed: the next digest says what is left and by when, the one after it no more; a note ends it."""
    story = tell(PACK)
    case = story.customer_writes(COMPLAINT, subject="The desk")
    story.officer_writes(case, "I am sorry for how you were treated. I have spoken with my colleague.")
    assert story.due_of_running(case) == [OF_THE_LAW]
    story.until("2025-12-24 09:05")
    left = f"{case}: an answer to complaint went; still to be answered: foi_request by {OF_THE_LAW}"
    assert len(_saying(left, story)) == 1
    story.until("2025-12-29 09:05")
    assert len(_saying(left, story)) == 1
    words = ("--channel", "letter", "--at", "2025-12-28T10:00", "--answers", "foi_request")
    story.tell("case", "note", case, *words, "The figures went out with our letter.")
    assert story.due_of_running(case) == []
    assert {clock.outcome for clock in story.case(case).clocks} == {"met"}


def _saying(words: str, story: Story) -> list[str]:
    """What the manager got that says so."""
    told = (" ".join(letter.get_content().split()) for letter in story.letters_to(MANAGER))
    return [text for text in told if words in text]


def test_a_pack_that_asks_leaves_it_to_a_person(tell: TellStory, own_rules: Rules) -> None:
    """The letter names no class, the strictest date runs; a person says what it is, and then both dates do."""
    own_rules.change(PACK, 'several = "both"', 'several = "ask"')
    story = tell(PACK, rules=own_rules.folder, manager=MANAGER)
    case = story.customer_writes(COMPLAINT, subject="The desk")
    assert story.case(case).line.what == "unsure"
    assert story.subjects_to(ADA_ADDRESS) == ["We have your message"]
    assert len(story.due_of_running(case)) == 1
    story.until("2025-12-24 09:05")
    assert _saying(f"For a person to say what they are ('mailbot explain' tells why): 1 ({case})", story)
    story.reclassify(case, "complaint", also=("foi_request",))
    assert story.due_of_running(case) == [OF_THE_COMPLAINT, OF_THE_LAW]


def test_a_request_that_hides_in_an_enquiry_is_proposed_and_taken_by_a_person(tell: TellStory) -> None:
    """It is an enquiry until somebody takes what the digest and explain propose; then the law's date counts from receipt."""
    story = tell(PACK)
    case = story.customer_writes(HIDDEN)
    assert (story.case(case).line.what, story.due_of_running(case)) == ("enquiry", [OF_THE_COMPLAINT])
    proposed = f"mailbot case reclassify {case} enquiry --also foi_request"
    assert proposed in story.tell("explain", case)
    story.until("2025-12-24 09:05")
    assert _saying(f"For a person to say what they are ('mailbot explain' tells why): 1 ({case})", story)
    story.reclassify(case, "enquiry", also=("foi_request",))
    assert story.due_of_running(case) == [OF_THE_COMPLAINT, OF_THE_LAW]
    assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]


def test_an_enquiry_that_really_is_a_request_gets_the_letter_of_the_law(tell: TellStory) -> None:
    """Where a person makes it a request, its own receipt follows as the pack says, with the law's date."""
    story = tell(PACK)
    case = story.customer_writes(HIDDEN)
    story.reclassify(case, "foi_request", "she wants recorded figures")
    assert story.due_of_running(case) == [OF_THE_LAW]
    assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry", "We have your information request"]
    assert f"by {OF_THE_LAW} at the latest." in story.letters_to(ADA_ADDRESS)[-1].get_content()
