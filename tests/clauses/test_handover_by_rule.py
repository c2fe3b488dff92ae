"""A rule hands over what is sure, without a person; complaints, people at risk and whatever is unsure wait for one (N2, N6)."""

import json
from email.message import EmailMessage
from email.utils import getaddresses

import pytest

from mailbot.core.case_command import CaseTaken
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.clauses.town import IVO, MARA, NIA, TOWN
from tests.e2e.installation import ENQUIRIES
from tests.e2e.messages import BIN

pytestmark = pytest.mark.dovecot

PACK = "norfolk-connect"
STAGE = (
    "I would like to report a broken seat, number 14. Please repair it before the concert on Friday. "
    "You can ring me on 01632 960123."
)
COMPLAINT = "I wish to make a formal complaint about the bin that your lorry crushed. This is unacceptable."
AT_RISK = "The bin was not emptied. Please collect it. My neighbour is 92, lives alone, has not eaten for days and is confused."


def begin(tell: TellStory) -> Story:
    return tell(PACK, people=TOWN, manager=None)


def waiting(story: Story) -> list[dict[str, str]]:
    """What staff see of handovers that wait."""
    shown: list[dict[str, str]] = json.loads(story.tell("held", "list", "--handovers", "--format", "json"))
    return shown


def who(letter: EmailMessage, field: str) -> list[str]:
    return [address for _, address in getaddresses(letter.get_all(field, []))]


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class TestN2:
    def test_N2_a_sure_case_of_another_team_is_handed_over_with_its_receipt(self, tell: TellStory) -> None:
        """One letter says that we have it, who has it now, and by when an answer comes; the contact has it with the message."""
        story = begin(tell)
        case = story.customer_writes(STAGE, subject="Seat at the theatre")
        (told,) = story.letters_to(ADA_ADDRESS)
        assert [letter["Message-ID"] for letter in story.letters_to(IVO)] == [told["Message-ID"]]
        assert (who(told, "From"), who(told, "To"), who(told, "Cc")) == ([ENQUIRIES], [ADA_ADDRESS], [IVO])
        assert told["Subject"] == f"A colleague has your message now [{case}]"
        for line in (
            "Ivo Penn looks after Theatre",
            "You will have an answer by ",
            "- Phone: 01632 960123",
            f"Your reference: {case}",
        ):
            assert line in words(told)
        (enclosed,) = told.iter_attachments()
        assert "number 14" in enclosed.get_content().get_content()
        assert story.case(case).line.owner == "Ivo Penn"
        assert {"handed-over", "passed-on-inside"} <= story.rules_of(case)
        assert story.outcomes(case)["acknowledgement"] == "met"
        assert waiting(story) == []

    def test_N2_what_nobody_takes_is_brought_up_as_after_the_command(self, tell: TellStory) -> None:
        """The contact is reminded after four office hours, and not once it was taken."""
        story = begin(tell)
        case = story.customer_writes(STAGE, subject="Seat at the theatre")
        story.until("2025-12-23 14:30")
        assert story.subjects_to(IVO)[-1] == "Nobody has taken this case yet"
        story.say(case, CaseTaken(at=story.clock.now()))
        story.until("2025-12-24 10:45")
        assert len(story.letters_to(IVO)) == 2

    def test_N2_what_is_not_sure_waits_with_the_best_three(self, tell: TellStory) -> None:
        """Words of two services: nobody is copied in, and staff see which services it may be, and the command."""
        story = begin(tell)
        case = story.customer_writes(
            "I would like to report a broken lamp between the library and the concert. Please repair it.", subject="Lamp"
        )
        assert story.letters_to(IVO) == []
        (line,) = waiting(story)
        assert (line["reference"], line["why"]) == (case, "the service is not sure")
        assert set(line["services"]) == {"Library services", "Theatre"}
        assert f'mailbot case hand-over {case} --to "' in story.tell("held", "list", "--handovers")
        story.officer.hand_over(case, "Theatre")
        assert waiting(story) == []


class TestN6:
    def test_N6_another_organisation_gets_it_once_the_customer_has_had_time_with_the_notice(self, tell: TellStory) -> None:
        """First the receipt says that we may share it; two office hours later it is passed on; the log says by what leave."""
        story = begin(tell)
        case = story.customer_writes(BIN, subject="Bin")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your request"]
        assert "may pass it to the partner" in story.letters_to(ADA_ADDRESS)[0].get_content()
        assert story.letters_to(NIA) == []
        story.until("2025-12-23 12:30")
        (told,) = story.letters_to(NIA)
        assert (who(told, "To"), who(told, "Cc")) == ([ADA_ADDRESS], [NIA])
        assert "What you wrote to us is the work of Northmoor District Council." in words(told)
        assert {"handed-over", "passed-on-after-notice"} <= story.rules_of(case)
        assert story.case(case).line.owner == "Nia Frost"

    def test_N6_whatever_somebody_took_meanwhile_is_not_passed_on(self, tell: TellStory) -> None:
        """A colleague who has the case by then keeps it; nothing leaves."""
        story = begin(tell)
        case = story.customer_writes(BIN, subject="Bin")
        story.assign(case, "Sol Hart", "sol.hart@harbour.example")
        story.until("2025-12-23 12:30")
        assert story.letters_to(NIA) == []
        assert story.case(case).line.owner == "Sol Hart"

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("I would rather you did not share this with anybody. I will ring them myself.", "the customer has written again"),
            (AT_RISK, "a customer writes of somebody who may be at risk"),
        ],
    )
    def test_N6_what_the_customer_writes_after_the_notice_leaves_it_to_a_person(
        self, tell: TellStory, text: str, why: str
    ) -> None:
        """They may say no to the notice, or tell of somebody at risk: nothing is passed on, and staff see why it waits."""
        story = begin(tell)
        case = story.customer_writes(BIN, subject="Bin")
        story.customer_answers(case, text)
        story.until("2025-12-23 12:30")
        assert story.letters_to(NIA) == []
        assert story.case(case).line.owner is None
        (line,) = waiting(story)
        assert (line["reference"], line["why"]) == (case, why)
        story.officer.hand_over(case, "Refuse collection")
        story.settle()
        assert len(story.letters_to(NIA)) == 1

    def test_N6_thanks_for_the_receipt_hold_nothing_up(self, tell: TellStory) -> None:
        """Whoever only says thank you has said nothing against it."""
        story = begin(tell)
        case = story.customer_writes(BIN, subject="Bin")
        story.customer_answers(case, "Thank you very much.")
        story.until("2025-12-23 12:30")
        assert len(story.letters_to(NIA)) == 1
        assert "passed-on-after-notice" in story.rules_of(case)

    @pytest.mark.parametrize(
        ("text", "why"), [(COMPLAINT, "your complaint"), (AT_RISK, "a customer writes of somebody who may be at risk")]
    )
    def test_N6_complaints_and_people_at_risk_wait_for_a_person(self, tell: TellStory, text: str, why: str) -> None:
        """Nothing is passed on, the log says what made it wait, the manager reads of it, and one command hands it over."""
        story = begin(tell)
        case = story.customer_writes(text, subject="Bin")
        story.until("2025-12-23 12:30")
        assert story.letters_to(NIA) == []
        (line,) = waiting(story)
        assert (line["reference"], line["why"], line["services"][0]) == (case, why, "Refuse collection")
        story.until("2025-12-24 09:05")
        assert any(f"{case}: {why}" in " ".join(words(letter).split()) for letter in story.letters_to(MARA))
        story.officer.hand_over(case, "Refuse collection")
        story.settle()
        assert len(story.letters_to(NIA)) == 1
        assert waiting(story) == []
