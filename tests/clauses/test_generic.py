"""Any organisation: its name is filled in, enquiries are answered in fourteen working days, and letters name somebody."""

import os

import pytest

from mailbot.core.case_command import ClockExtended
from tests.clauses.story import ADA_ADDRESS, ROBIN, Rules, TellStory
from tests.clauses.town import SOL, TOWN
from tests.e2e.command_line import run_cli
from tests.e2e.installation import MANAGER
from tests.e2e.messages import ACT, BEN, BIN

pytestmark = pytest.mark.dovecot

PACK = "generic"


class TestG1:
    @pytest.mark.parametrize("blank", ["", "<name of your organisation>"])
    def test_G1_a_blank_name_refuses_to_start(self, tell: TellStory, blank: str) -> None:
        """Without the organisation's name mailbot neither passes its check nor runs, and says which line to fill in."""
        story = tell(PACK)
        story.stop()
        story.config_path.write_text(story.config_path.read_text().replace("Harbour Council", blank))
        for words in (("check", "--offline"), ("run",)):
            said = story.cli(*words)
            assert said.returncode == os.EX_CONFIG
            assert "write the full name of your organisation" in said.stdout + said.stderr

    def test_G1_a_pack_with_its_blank_left_is_refused(self) -> None:
        """The pack as it is shipped speaks of no organisation: checked without one it is refused, with the line to fill."""
        said = run_cli("policy", "check", PACK)
        assert said.returncode == os.EX_CONFIG
        assert "<organisation>" in said.stdout

    def test_G1_every_letter_names_the_organisation(self, tell: TellStory) -> None:
        """The name stands in the sender, the text and the signature of what goes to customers."""
        story = tell(PACK)
        story.customer_writes()
        (letter,) = story.letters_to(ADA_ADDRESS)
        assert letter["From"] == "Harbour Council <enquiries@harbour.example>"
        assert "Thank you for your enquiry to Harbour Council." in letter.get_content()
        assert "\nHarbour Council\nenquiries@harbour.example\n" in letter.get_content()


class TestG2:
    @pytest.mark.parametrize(
        "text", ["What time does the library open?", BIN, "Please plant more trees. That is my suggestion."]
    )
    def test_G2_an_enquiry_is_answered_within_fourteen_working_days(self, tell: TellStory, text: str) -> None:
        """Fourteen working days after Tuesday 23 December 2025 is Thursday 15 January 2026, whatever was asked."""
        story = tell(PACK)
        case = story.customer_writes(text, subject="A question")
        assert story.due(case, "response") == "Thursday 15 January 2026"
        assert "by Thursday 15 January 2026." in story.letters_to(ADA_ADDRESS)[0].get_content()


class TestG3:
    def test_G3_the_customer_is_told_how_much_longer(self, tell: TellStory) -> None:
        """The working day before the date passes the customer learns the new one, ten working days later."""
        story = tell(PACK)
        case = story.customer_writes()
        story.until("2026-01-14 09:05")
        notice = story.letters_to(ADA_ADDRESS, "Our answer needs more time")[0].get_content()
        assert "meant to answer you by Thursday 15 January 2026." in notice
        assert "you will have our answer by Thursday 29 January 2026." in notice
        assert story.due(case, "response") == "Thursday 29 January 2026"


class TestG4:
    def test_G4_notices_name_who_deals_with_it(self, tell: TellStory) -> None:
        """What a customer is told of a delay says who has the case and how to reach them."""
        story = tell(PACK)
        case = story.customer_writes()
        story.assign(case)
        story.say(case, ClockExtended(clock_name="", reason="We wait for the builder"))
        story.settle()
        notice = story.letters_to(ADA_ADDRESS, "Our answer needs more time")[0].get_content()
        assert "It is with Robin Vale.\nTo reach them: robin.vale@harbour.example\n" in notice

    def test_G4_a_case_of_nobody_is_alerted_at_half_its_time(self, tell: TellStory) -> None:
        """When half of the time is gone the manager hears of the case that nobody has, and not of the one that has an owner."""
        story = tell(PACK)
        orphan, owned = story.customer_writes(), story.customer_writes(sender=BEN)
        story.assign(owned)
        story.until("2026-01-02 16:55")
        assert story.letters_to(MANAGER, "Nobody has this case") == []
        story.until("2026-01-05 09:05")
        (alert,) = story.letters_to(MANAGER, "Nobody has this case")
        assert f"Case: {orphan}\n" in alert.get_content()
        assert f'mailbot case assign {orphan} "name"' in alert.get_content()

    def test_G4_whoever_is_given_a_case_is_told(self, tell: TellStory) -> None:
        """The new owner gets the case's number and the date that binds."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge")
        story.assign(case)
        story.settle()
        (told,) = story.letters_to(ROBIN)
        assert told["Subject"] == f"Re: The bridge [{case}]"
        assert "Due: Monday 26 January 2026\n" in told.get_content()


class TestG6:
    def test_G6_whoever_threatens_staff_gets_the_neutral_receipt(self, tell: TellStory) -> None:
        """It is logged on the case, and the letter says no more than that the message has come."""
        story = tell(PACK)
        case = story.customer_writes("Where is my permit? I know where you live and I will break your legs.", subject="Permit")
        assert "flag-abuse" in story.rules_of(case)
        assert story.subjects_to(ADA_ADDRESS) == ["We have your message"]


class TestEmergency:
    """Danger to life, which no clause names and every pack answers."""

    TEXT = "There is a strong smell of gas in the stairwell and people are still inside. Please send someone now!"

    def test_danger_to_life_reaches_a_person_at_once_and_the_writer_learns_whom_to_call(self, tell: TellStory) -> None:
        """On Christmas Eve at midnight: the manager's alarm and the letter that names 999 go within seconds."""
        story = tell(PACK, manager=MANAGER)
        story.until("2025-12-25 00:05")
        case = story.customer_writes(self.TEXT, subject="Gas")
        (letter,) = story.letters_to(ADA_ADDRESS)
        assert str(letter["Subject"]).startswith("If anybody is in danger, call 999 now")
        assert "call 999. Do not wait for an answer to an e-mail" in letter.get_content()
        (told,) = story.letters_to(MANAGER, "Act now: alarm 1")
        assert "This cannot wait: a customer writes of danger to life; please read it now\n" in told.get_content()
        assert case in told.get_content()
        assert story.due_of_running(case)

    def test_danger_to_life_in_a_further_message_is_told_of_too(self, tell: TellStory) -> None:
        """A case that began with a harmless question rings as well; the customer gets no second receipt."""
        story = tell(PACK, manager=MANAGER)
        case = story.customer_writes()
        story.customer_answers(case, self.TEXT)
        assert len(story.letters_to(MANAGER, "Act now: alarm 1")) == 1
        assert len(story.letters_to(ADA_ADDRESS)) == 1

    def test_the_pack_says_whom_to_call(self, tell: TellStory, own_rules: Rules) -> None:
        """Another country has another number: one line of the pack."""
        own_rules.change(PACK, 'call = "999"', 'call = "112"')
        story = tell(PACK, rules=own_rules.folder)
        story.customer_writes(self.TEXT, subject="Gas")
        assert story.subjects_to(ADA_ADDRESS) == ["If anybody is in danger, call 112 now"]

    def test_a_fire_of_last_year_is_no_emergency(self, tell: TellStory) -> None:
        """Thanks to a crew get the receipt of thanks, and nobody is woken."""
        story = tell(PACK, manager=MANAGER)
        story.customer_writes("Thank you so much to the crew who put out the fire in our kitchen last year.", subject="Thanks")
        assert story.letters_to(MANAGER, "Act now") == []
        assert story.subjects_to(ADA_ADDRESS) == ["Thank you for your kind words"]


class TestG5:
    def test_G5_mail_reaches_the_colleague_who_answers_for_it(self, tell: TellStory) -> None:
        """While the contact of a service is away, the deputy has what it is about, and reads why."""
        away = "absent = [{ from = 2025-12-23, until = 2025-12-31 }]"
        people = TOWN.replace(f'email = "{ROBIN}"', f'email = "{ROBIN}"\n{away}')
        story = tell(PACK, people=people, manager=None)
        case = story.customer_writes()
        assert "Service: Library services\n" in story.letters_to(SOL, "Re: Opening hours")[0].get_content()
        assert "routed  Sol Hart, deputy for Library services" in story.tell("explain", case)
        assert story.letters_to(ROBIN) == []
