"""Northamptonshire Fire: complaints are investigated in ten working days, and silence ends what only waits."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.core.case_command import CaseAcknowledged, CaseDone, CaseReopened, CaseSurveyed, CaseWaits, ClockExtended
from mailbot.core.clock_rule import ClockEvent
from mailbot.core.draft import DraftFile, headings
from mailbot.core.issuing_rule import LetterReleased
from mailbot.core.letter import Written
from mailbot.errors import PermanentError, PolicyError
from tests.clauses.story import ADA_ADDRESS, ROBIN, Rules, Story, TellStory
from tests.clauses.town import MARA, SOL, TOWN
from tests.clauses.webhook import Webhook
from tests.e2e.command_line import run_cli
from tests.e2e.installation import MANAGER
from tests.e2e.messages import ACT, message

pytestmark = pytest.mark.dovecot

PACK = "northants-fire"
COMPLAINT = "I wish to make a formal complaint about the way in which your crew spoke to my mother."
CLOSING = "We have closed your case"
CODE = """
[[clock]]
use = "complaint-ack"
name = "formal-acknowledgement"
classes = ["complaint"]

[[clock]]
use = "complaint-stage-1"
name = "stage-1"
classes = ["complaint"]
"""
ON_DUTY = """
[organisation]
name = "Harbour Council"

[[team]]
name = "Service Information"
mailboxes = ["enquiries"]
manager = "Mara Quill"

[[person]]
name = "Mara Quill"
email = "mara.quill@harbour.example"

[[person]]
name = "Olu Reed"
email = "olu.reed@harbour.example"

[[rota]]
name = "duty"
members = ["Olu Reed"]
webhook = "{url}"
"""


def complained(story: Story) -> str:
    return story.customer_writes(COMPLAINT, subject="Complaint")


def asked(story: Story, *, answered: bool) -> str:
    """A case in which the customer was asked something; ``answered``: in a letter of ours, and nothing else is owed."""
    case = story.customer_writes()
    if answered:
        story.officer_writes(case, "We can visit you. On which day would that suit you?")
    story.say(case, CaseWaits(event=ClockEvent.WAITING, at=story.clock.now()))
    return case


class TestF4:
    def test_F4_the_letter_that_names_the_officer_goes_once_there_is_one(self, tell: TellStory) -> None:
        """A complaint is confirmed at once. When it has an officer, the complainant reads who that is and by when to hear."""
        story = tell(PACK)
        case = complained(story)
        assert story.subjects_to(ADA_ADDRESS) == ["We have your complaint"]
        assert "officer-letter" not in story.outcomes(case)
        story.assign(case)
        story.settle()
        (letter,) = story.letters_to(ADA_ADDRESS, "Who looks into your complaint")
        text = letter.get_body(("plain",)).get_content()
        assert "Robin Vale is now looking into your complaint" in text
        assert "You will hear what we found by Friday 9 January 2026." in text
        assert {name: story.outcomes(case)[name] for name in ("officer-letter", "conclusion")} == {
            "officer-letter": "met",
            "conclusion": None,
        }

    def test_F4_where_the_policy_says_so_a_person_releases_that_letter(self, tell: TellStory, own_rules: Rules) -> None:
        """Until it is released it is owed by the next working day, and the officer hears of a passed date; it goes once."""
        own_rules.change(PACK, "on_assignment = true", "on_assignment = false")
        story = tell(PACK, rules=own_rules.folder)
        case = complained(story)
        story.assign(case)
        assert story.due(case, "officer-letter") == "Wednesday 24 December 2025"
        story.until("2025-12-29 09:05")
        (late,) = story.letters_to(ROBIN, "Late: officer-letter")
        assert f"Case: {case}\n" in late.get_content()
        story.say(case, LetterReleased())
        story.settle()
        assert story.outcomes(case)["officer-letter"] == "late"
        assert len(story.letters_to(ADA_ADDRESS, "Who looks into your complaint")) == 1
        with pytest.raises(PermanentError, match="has gone, or is not owed"):
            story.say(case, LetterReleased())

    def test_F4_a_letter_whose_date_has_passed_is_left_to_a_person(self, tell: TellStory) -> None:
        """Whoever is assigned after the date of the conclusion is not announced with that date; the history says what to do."""
        story = tell(PACK)
        case = complained(story)
        story.until("2026-01-12 09:05")
        story.assign(case)
        story.settle()
        assert story.letters_to(ADA_ADDRESS, "Who looks into your complaint") == []
        assert "officer-letter-waits" in story.rules_of(case)


class TestF6:
    def test_F6_a_conclusion_is_drafted_checked_and_issued_by_another(self, tell: TellStory, tmp_path: Path) -> None:
        """The officer's draft is refused while a part or a date is wrong; another issues it, and the complaint is concluded."""
        story = tell(PACK)
        case = complained(story)
        story.assign(case)
        story.settle()
        officer, team = story.drafts("robin"), story.drafts("information team")
        blank = officer.blank(case, "conclusion")
        assert len(headings(blank.text.body)) == 11
        with pytest.raises(PolicyError, match="Your findings"):
            officer.submit(blank, "draft")
        wrong = filled(blank, "We met on Tuesday 6 January 2026.".replace("Tuesday", "Monday"))
        with pytest.raises(PolicyError, match="write Tuesday 6 January 2026"):
            officer.submit(wrong, "draft")
        officer.submit(filled(blank, "We spoke to the crew on Tuesday 6 January 2026."), "draft")
        with pytest.raises(PermanentError, match="somebody else checks and issues it"):
            officer.issue(case, "conclusion")
        team.send_back(case, "conclusion", "say what you asked the crew")
        with pytest.raises(PermanentError, match="no letter 'conclusion' waits"):
            team.issue(case, "conclusion")
        officer.submit(filled(blank, "We asked the crew what they said. It was on Tuesday 6 January 2026."), "draft")
        team.issue(case, "conclusion")
        story.settle()
        (letter,) = story.letters_to(ADA_ADDRESS, "What we found about your complaint")
        text = letter.get_body(("plain",)).get_content()
        assert "We asked the crew what they said." in text
        assert ">>" not in text
        assert "<h2" in letter.get_body(("html",)).get_content()
        assert story.outcomes(case)["conclusion"] == "met"
        assert story.due(case, "survey") == "Tuesday 20 January 2026"
        assert {"letter-submitted", "letter-sent-back", "letter-issued", "issued-by-staff"} <= story.rules_of(case)
        assert [event.kind for event in story.case(case).events if event.rule == "answered-by-staff"] == ["answered"]
        assert "informed" in story.tell("contact", "list", "--month", "2025-12")
        assert team.waiting() == []


def filled(blank: DraftFile, findings: str) -> DraftFile:
    """The draft with words in the place of each prompt."""
    nothing = "Not applicable, because nothing was asked of us."
    lines = [nothing if line.startswith(">>") else line for line in blank.text.body.split("\n")]
    body = "\n".join(lines).replace(nothing, findings, 1)
    return replace(blank, text=Written(subject=blank.text.subject, body=body))


class TestF5:
    def test_F5_an_investigation_is_concluded_within_ten_working_days(self, tell: TellStory) -> None:
        """The complainant is promised the tenth working day after receipt; the officer's answer ends the investigation."""
        story = tell(PACK)
        case = complained(story)
        assert "will answer it by Friday 9 January 2026." in story.letters_to(ADA_ADDRESS)[0].get_content()
        story.officer_writes(case, "We have spoken to the crew, and we apologise.")
        assert {name: story.outcomes(case)[name] for name in ("conclusion", "progress")} == {
            "conclusion": "met",
            "progress": "met",
        }

    def test_F5_progress_is_told_every_ten_working_days(self, tell: TellStory) -> None:
        """Every ten working days the complainant hears how far it is, who has it, and when the next word comes."""
        story = tell(PACK)
        case = complained(story)
        story.assign(case)
        story.until("2026-01-09 09:05")
        story.until("2026-01-23 09:05")
        first, second = story.letters_to(ADA_ADDRESS, "How far we are")
        assert "It is with Robin Vale.\n" in first.get_content()
        assert "or hear again how far we are, by Friday 23 January 2026." in first.get_content()
        assert "or hear again how far we are, by Friday 6 February 2026." in second.get_content()

    def test_F5_the_officer_sees_the_progress_notice_coming(self, tell: TellStory) -> None:
        """The working day before, the officer is told that the notice goes, and when."""
        story = tell(PACK)
        story.assign(complained(story))
        story.until("2026-01-08 09:05")
        (coming,) = story.letters_to(ROBIN, "An automatic letter is about to go")
        assert "Letter: the progress notice\nGoes to: the customer\nGoes on: Friday 9 January 2026\n" in coming.get_content()
        assert story.subjects_to(ADA_ADDRESS) == ["We have your complaint", "Who looks into your complaint"]

    def test_F5_only_a_person_gives_an_investigation_more_time(self, tell: TellStory) -> None:
        """The date of the conclusion moves when an officer gives a reason, by ten working days."""
        story = tell(PACK)
        case = complained(story)
        story.say(case, ClockExtended(clock_name="", reason="A witness is away"))
        assert story.due(case, "conclusion") == "Friday 23 January 2026"
        assert story.first_due(case, "conclusion") == "Friday 9 January 2026"

    def test_F5_the_cause_of_a_delay_reaches_the_complainant_with_the_next_word(self, tell: TellStory) -> None:
        """The reason that the officer gave for more time stands in the progress notice."""
        story = tell(PACK)
        story.say(complained(story), ClockExtended(clock_name="", reason="A witness is away until the 19th."))
        story.until("2026-01-09 09:05")
        (notice,) = story.letters_to(ADA_ADDRESS, "How far we are")
        assert "How far we are: A witness is away until the 19th\n" in notice.get_content()


class TestF8:
    def test_F8_silence_closes_what_only_waits_for_the_customer(self, tell: TellStory) -> None:
        """We asked and owe nothing: five working days before the date the customer is reminded, after it the case is closed."""
        story = tell(PACK)
        case = asked(story, answered=True)
        story.until("2026-01-16 09:05")
        (warning,) = story.letters_to(ADA_ADDRESS, "We need your answer")
        assert "Please answer by Friday 23 January 2026." in warning.get_content()
        assert story.case(case).line.status == "waiting"
        story.until("2026-01-26 09:05")
        (closing,) = story.letters_to(ADA_ADDRESS, CLOSING)
        assert "asked for your answer by Friday 23 January 2026 and has not heard from you." in closing.get_content()
        assert story.case(case).line.status == "closed"

    def test_F8_staff_see_both_letters_coming(self, tell: TellStory) -> None:
        """A working day before the reminder, and again before the closing letter, the owner is told what goes and when."""
        story = tell(PACK)
        case = asked(story, answered=True)
        story.assign(case)
        story.until("2026-01-15 09:05")
        story.until("2026-01-23 09:05")
        coming = [letter.get_content() for letter in story.letters_to(ROBIN, "An automatic letter is about to go")]
        assert [text.partition("Goes on: ")[2].partition("\n")[0] for text in coming] == [
            "Friday 16 January 2026",
            "Monday 26 January 2026",
        ]
        assert f"Has the customer answered by another way? Say so: mailbot case answered {case}\n" in coming[0]

    def test_F8_an_answer_ends_the_wait(self, tell: TellStory) -> None:
        """A customer who answers after the reminder has an open case again, and nothing is closed."""
        story = tell(PACK)
        case = asked(story, answered=True)
        story.until("2026-01-16 09:05")
        story.customer_answers(case, "Tuesday would suit me.")
        assert story.case(case).line.status == "open"
        story.until("2026-01-26 09:05")
        assert story.letters_to(ADA_ADDRESS, CLOSING) == []

    def test_F8_nothing_is_closed_while_an_answer_is_owed(self, tell: TellStory) -> None:
        """If we still owe an answer of our own, silence neither warns the customer nor closes the case."""
        story = tell(PACK)
        case = asked(story, answered=False)
        story.until("2026-01-26 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your enquiry"]
        assert story.case(case).line.status == "waiting"

    def test_F8_silence_never_closes_a_request_for_information(self, tell: TellStory) -> None:
        """A request for information that waits for a clarification waits for ever; the law gave the customer that right."""
        story = tell(PACK)
        case = story.customer_writes(ACT, subject="The bridge")
        story.say(case, CaseWaits(event=ClockEvent.CLARIFICATION, at=story.clock.now()))
        assert "silence" not in story.outcomes(case)
        story.until("2026-02-02 09:05")
        assert story.subjects_to(ADA_ADDRESS) == ["We have your information request"]
        assert story.case(case).line.status == "waiting"


class TestF9:
    def test_F9_an_alarm_rings_at_any_hour_until_somebody_takes_it(
        self, tell: TellStory, own_rules: Rules, webhook: Webhook
    ) -> None:
        """Saturday, just after midnight: whoever is on duty gets a mail and a call, and again, until it is taken."""
        own_rules.add(PACK, CODE)
        own_rules.change(PACK, 'duty_rota = ""', 'duty_rota = "duty"')
        story = tell(PACK, rules=own_rules.folder, people=ON_DUTY.format(url=webhook.url), manager=None)
        case = complained(story)
        story.until("2026-01-03 00:05")
        story.until("2026-01-03 00:21")
        first, second = story.letters_to("olu.reed@harbour.example", "Act now: alarm 1")
        what = f"case {case} was not acknowledged by its date; what runs from it has started"
        assert f"This cannot wait: {what}\n" in first.get_content()
        assert first.get_content() == second.get_content()
        assert [(call["alarm"], call["what"]) for call in webhook.calls] == [(1, what)] * 2
        assert story.tell("alarm", "take", "1") == "Alarm 1 is yours.\n"
        story.until("2026-01-03 01:00")
        assert len(story.letters_to("olu.reed@harbour.example")) == len(webhook.calls) == 2
        assert story.due(case, "stage-1") == "Friday 16 January 2026"

    def test_F9_a_member_of_parliament_is_told_of_at_once(self, tell: TellStory, own_rules: Rules, webhook: Webhook) -> None:
        """Whoever is on duty hears within seconds, and the member gets the receipt that everybody gets."""
        own_rules.change(PACK, 'duty_rota = ""', 'duty_rota = "duty"')
        story = tell(PACK, rules=own_rules.folder, people=ON_DUTY.format(url=webhook.url), manager=None)
        case = story.customer_writes(sender="Ada Finch MP <ada.finch.mp@parliament.uk>")
        (told,) = story.letters_to("olu.reed@harbour.example", "Act now: alarm 1")
        assert "This cannot wait: a member of parliament or a councillor writes; please read it now\n" in told.get_content()
        assert case in told.get_content()
        assert story.subjects_to("ada.finch.mp@parliament.uk") == ["We have your enquiry"]
        assert "by rule elected_representative: sender at parliament.uk" in story.tell("explain", case)

    def test_F9_a_claim_that_is_threatened_is_told_of_at_once(
        self, tell: TellStory, own_rules: Rules, webhook: Webhook
    ) -> None:
        """What may end in court waits for no inbox: whoever is on duty has a mail and a call about it."""
        own_rules.change(PACK, 'duty_rota = ""', 'duty_rota = "duty"')
        story = tell(PACK, rules=own_rules.folder, people=ON_DUTY.format(url=webhook.url), manager=None)
        case = story.customer_writes("Unless I hear within fourteen days I shall issue proceedings.")
        (told,) = story.letters_to("olu.reed@harbour.example", "Act now: alarm 1")
        what = "a matter of legal or political weight has come in; please read it now"
        assert f"This cannot wait: {what}\n" in told.get_content()
        assert case in told.get_content()
        assert [call["alarm"] for call in webhook.calls] == [1]
        assert "by rule legal_or_political: " in story.tell("explain", case)


class TestTheCode:
    def test_what_runs_from_a_missed_acknowledgement_begins_once(self, tell: TellStory, own_rules: Rules) -> None:
        """The time of stage 1 runs from the date that passed; a later acknowledgement gives no more of it."""
        own_rules.add(PACK, CODE)
        story = tell(PACK, rules=own_rules.folder)
        case = complained(story)
        assert "stage-1" not in story.outcomes(case)
        assert story.due(case, "formal-acknowledgement") == "Friday 2 January 2026"
        story.until("2026-01-03 00:05")
        assert story.due(case, "stage-1") == "Friday 16 January 2026"
        story.until("2026-01-06 10:00")
        story.say(case, CaseAcknowledged(at=story.clock.now()))
        assert story.outcomes(case)["formal-acknowledgement"] == "late"
        assert [clock.due_at.day for clock in story.case(case).clocks if clock.name == "stage-1"] == [16]

    def test_an_acknowledgement_in_time_begins_stage_1_on_its_own_day(self, tell: TellStory, own_rules: Rules) -> None:
        """Acknowledged on 29 December, ten working days count from there, and no alarm is raised."""
        own_rules.add(PACK, CODE)
        story = tell(PACK, rules=own_rules.folder)
        case = complained(story)
        story.until("2025-12-29 10:00")
        story.say(case, CaseAcknowledged(at=story.clock.now()))
        story.until("2026-01-03 00:05")
        assert story.due(case, "stage-1") == "Tuesday 13 January 2026"
        assert story.rows("SELECT id FROM alarm") == []


class TestF17:
    def test_F17_the_survey_is_due_four_weeks_after_the_conclusion(self, tell: TellStory) -> None:
        """From the letter that concludes a complaint four weeks run in which the complainant is asked how it went."""
        story = tell(PACK)
        case = complained(story)
        story.officer_writes(case, "We have spoken to the crew, and we apologise.")
        assert story.due(case, "survey") == "Tuesday 20 January 2026"
        assert story.outcomes(case)["survey"] is None

    def test_F17_the_digest_says_when_the_survey_is_to_be_sent(self, tell: TellStory) -> None:
        """From five working days before four weeks are over the manager hears of the closed case until somebody has asked."""
        story = tell(PACK)
        case = complained(story)
        story.officer_writes(case, "We have spoken to the crew, and we apologise.")
        story.say(case, CaseDone(at=story.clock.now(), reason="We apologised"))
        for day in (12, 13, 21):
            story.until(f"2026-01-{day} 09:05")
        early, near, late = [letter.get_content() for letter in story.letters_to(MANAGER, "Today in")[-3:]]
        assert case not in early
        for named in (near, late):
            assert f"- Surveys due now ('mailbot case surveyed' once one is sent): 1 ({case})\n" in named
        assert story.subjects_to(ADA_ADDRESS) == ["We have your complaint"]

    def test_F17_a_survey_that_was_sent_is_named_no_more(self, tell: TellStory) -> None:
        """Whoever sent it says so with one command; the case shows it, and the digest of the next morning is silent."""
        story = tell(PACK)
        case = complained(story)
        story.officer_writes(case, "We have spoken to the crew, and we apologise.")
        story.say(case, CaseDone(at=story.clock.now(), reason="We apologised"))
        story.until("2026-01-13 09:05")
        story.say(case, CaseSurveyed(at=story.clock.now()))
        assert story.outcomes(case)["survey"] == "met"
        assert "surveyed" in story.tell("explain", case)
        told = len(story.letters_to(MANAGER, "Today in"))
        story.until("2026-01-14 09:05")
        assert all(case not in letter.get_content() for letter in story.letters_to(MANAGER, "Today in")[told:])

    def test_F17_opening_the_complaint_again_cancels_the_survey(self, tell: TellStory) -> None:
        """The four weeks count from the last conclusion: what was reopened is not surveyed before it is concluded again."""
        story = tell(PACK)
        case = complained(story)
        story.officer_writes(case, "We have spoken to the crew, and we apologise.")
        story.say(case, CaseDone(at=story.clock.now(), reason="We apologised"))
        story.until("2026-01-05 10:00")
        story.say(case, CaseReopened(at=story.clock.now(), reason="She is not content"))
        assert story.outcomes(case)["survey"] == "cancelled"
        story.officer_writes(case, "The crew has been trained.")
        surveys = [clock for clock in story.case(case).clocks if clock.name == "survey"]
        assert [(f"{clock.due_at:%d %B %Y}", clock.outcome) for clock in surveys] == [
            ("20 January 2026", "cancelled"),
            ("02 February 2026", None),
        ]


class TestF18:
    def test_F18_the_survey_calendar_says_what_how_often_and_who(self, tell: TellStory) -> None:
        """Each survey stands in the policy with how often it is due and the role that sees to it."""
        shown = " ".join(tell(PACK).tell("policy", "show", PACK).split())
        clause = shown.partition("F18 ")[2].partition("F19 ")[0]
        for fact in ("Strategic plan", "year", "integrated risk management plan manager", "After a complaint"):
            assert fact in clause


class TestF19:
    def test_F19_wording_that_irritates_is_found_in_a_draft_with_a_better_one(self, tmp_path: Path) -> None:
        """Each of the policy's four wordings in what an officer has drafted, and what to write instead."""
        draft = tmp_path / "draft.eml"
        text = "You must appreciate that we are few.\n\nI'll try to see to the problem.\n\nThere's nothing I can do today."
        draft.write_bytes(message(text, sender=ROBIN, to=ADA_ADDRESS, subject="Re: Your complaint"))
        said = run_cli("lint", str(draft), "--draft")
        assert said.returncode == 1
        for words, instead in (
            ("You must appreciate", "give the reason itself"),
            ("I'll try to", "say what you will do and by which date"),
            ("problem", "name what happened"),
            ("nothing I can do", "say first what you can do"),
        ):
            assert f'irritating (F19): "{words}": {instead}' in said.stdout

    def test_F19_no_letter_of_ours_has_such_wording(self) -> None:
        """Every check of the installation reads all letters."""
        assert "ok    wording of the letters, and what they must say" in run_cli("check", "--offline").stdout


class TestF20:
    @pytest.mark.parametrize(
        ("review_due", "warning"),
        [("2025-06-30", "was to be looked at again by 2025-06-30"), ("2039-01-01", "is more than two years away")],
    )
    def test_F20_a_policy_is_looked_at_again_within_two_years(
        self, tell: TellStory, own_rules: Rules, review_due: str, warning: str
    ) -> None:
        """A review that is overdue, or more than two years off, is warned of by each check; nothing stops for it."""
        own_rules.change(PACK, "review_due = 2028-05-21", f"review_due = {review_due}")
        said = tell(PACK, rules=own_rules.folder).tell("check", "--offline")
        assert warning in said


class TestF13:
    def test_F13_suggestions_go_to_the_information_team(self, tell: TellStory) -> None:
        """Whoever manages that team has it and is told; the mailbox's own manager is not."""
        story = tell(PACK, people=TOWN, manager=None)
        case = story.customer_writes("Please plant more trees. That is my suggestion.", subject="Trees")
        (given,) = story.letters_to(SOL, "Re: Trees")
        assert case in given.get_content()
        assert "owner: Sol Hart\n" in story.tell("case", "show", case)
        assert story.letters_to(MARA, "Re: Trees") == []


class TestF11:
    def test_F11_whoever_a_complaint_names_is_spared_it(self, tell: TellStory) -> None:
        """Robin answers for libraries and is named: the deputy has it, Robin hears of nothing and cannot be given it."""
        story = tell(PACK, people=TOWN, manager=None)
        case = story.customer_writes(
            "I wish to make a formal complaint about Robin Vale at the library. Mr Quill was no help.", subject="Library"
        )
        assert "owner: Sol Hart\n" in story.tell("case", "show", case)
        with pytest.raises(PermanentError, match="names Robin Vale, who is spared it"):
            story.assign(case, "Robin Vale", ROBIN)
        story.until("2026-01-12 09:05")
        assert story.letters_to(ROBIN) == []
        assert [letter["Subject"] for letter in story.letters_to(MARA) if case in letter.get_content()] == []
        assert len(story.letters_to(SOL)) > 1
        history = [event for event in story.case(case).events if event.rule == "named-people-spared"]
        assert [event.detail for event in history] == ["2 of the directory"]
