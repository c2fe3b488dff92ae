"""Automatic replies of staff: judged once for each absence, told to whoever is away, and a deputy has the case meanwhile."""

import json
from email.message import EmailMessage
from itertools import count

import pytest

from mailbot.core.case_command import CaseAssigned
from tests.clauses.story import Story, TellStory
from tests.e2e.installation import ENQUIRIES

pytestmark = pytest.mark.dovecot

PACK = "jersey-oic"
LEE, KIM, MARA = "lee.park@harbour.example", "kim.reed@harbour.example", "mara.quill@harbour.example"
NOTE = "For you alone"
PEOPLE = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Mara Quill"

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
team = "Casework"

[[person]]
name = "Lee Park"
email = "lee.park@harbour.example"
team = "Parks"

[[person]]
name = "Kim Reed"
email = "kim.reed@harbour.example"
team = "Parks"
absent = [{ from = 2025-12-29, until = 2025-12-31 }]

[[team]]
name = "Parks"
manager = "Mara Quill"

[[service]]
name = "Parks"
contact = "Lee Park"
deputy = "Mara Quill"
"""
GOOD = "I am away until Monday 5 January 2026. Please write to kim.reed@harbour.example until then."
_numbers = count(1)


def away(text: str, *, sender: str = LEE, answers: str = "", on: str = "Tue, 23 Dec 2025 10:05:00 +0000") -> bytes:
    """An automatic reply, as Exchange writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Lee Park <{sender}>", ENQUIRIES, "Automatic reply: A case"
    mail["Date"], mail["Message-ID"] = on, f"<{next(_numbers)}.away@harbour.example>"
    mail["Auto-Submitted"] = "auto-replied"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(f"Hello,\n\n{text}\n\nLee Park\n")
    return mail.as_bytes()


def judged(story: Story) -> int:
    return int(story.rows("SELECT count(*) FROM staff_mail WHERE judged_at NOT NULL")[0][0])


def comes(story: Story, content: bytes) -> None:
    """An automatic reply comes, and is judged."""
    before = judged(story)
    story.deliver(content)
    story.wait_until(lambda: judged(story) > before, "the reply to be judged")


def found(story: Story) -> list[tuple[str, str]]:
    return [(rule, clause) for rule, clause in story.rows("SELECT rule, clause FROM standard_finding ORDER BY id")]


def begin(tell: TellStory, **settings: object) -> Story:
    return tell(PACK, people=PEOPLE, standards=True, **settings)


class TestJ4:
    def test_J4_a_reply_without_contact_and_day_is_told_to_whoever_is_away(self, tell: TellStory) -> None:
        """Both are found once, however often the same reply comes; the note has the sentences to add, and no signature."""
        story = begin(tell)
        for _ in range(3):
            comes(story, away("I am out of the office at the moment."))
        assert found(story) == [("contact", "J4"), ("return_date", "J4")]
        story.until("2025-12-24 09:05")
        story.wait_until(lambda: story.letters_to(LEE, NOTE), "the note")
        (note,) = story.letters_to(LEE, NOTE)
        said = note.get_content()
        assert "- Add whom to turn to, such as: 'Until then please contact" in said
        assert "I will be back on" in said
        assert "(automatic reply of Tuesday 23 December 2025, J4)" in said
        assert "A signature to copy" not in said

    def test_J4_a_reply_that_says_both_brings_no_finding_and_the_deputy_gets_the_next_case(self, tell: TellStory) -> None:
        """From then on until the day of return, whoever the reply names has what is handed over; then Lee again."""
        story = begin(tell)
        comes(story, away(GOOD))
        assert found(story) == []
        assert story.rows("SELECT from_on, until_on, return_on, deputy FROM absence") == [
            ("2025-12-23", "2026-01-04", "2026-01-05", KIM)
        ]
        case = story.customer_writes("The bench by the pond is broken.", subject="Bench")
        story.officer.hand_over(case, "Parks")
        story.settle()
        assert story.case(case).line.owner == "Kim Reed"
        story.until("2026-01-05 10:00")
        later = story.customer_writes("The gate of the park is broken.", subject="Gate", sender="Ben <ben@example.org>")
        story.officer.hand_over(later, "Parks")
        story.settle()
        assert story.case(later).line.owner == "Lee Park"

    def test_J4_the_reply_to_a_handover_reroutes_it_and_those_after_it(self, tell: TellStory) -> None:
        """The case that it answers goes to whoever stands in; the day of return is kept for the next one."""
        story = begin(tell)
        case = story.customer_writes("The bench by the pond is broken.", subject="Bench")
        story.officer.hand_over(case, "Parks")
        story.settle()
        (told,) = story.letters_to(LEE)
        assert "X-Auto-Response-Suppress" not in told
        story.arrives(case, away(GOOD, answers=str(told["Message-ID"])), "INBOX")
        assert story.case(case).line.owner == "Mara Quill"
        story.wait_until(lambda: judged(story), "the reply to be judged")
        assert story.rows("SELECT answers_ours FROM absence") == [(1,)]
        later = story.customer_writes("The gate of the park is broken.", subject="Gate", sender="Ben <ben@example.org>")
        story.officer.hand_over(later, "Parks")
        assert story.case(later).line.owner == "Kim Reed"

    def test_J4_one_that_still_answers_after_the_day_of_return_is_found(self, tell: TellStory) -> None:
        """The same words a day after: a finding, and nobody counts as away for it."""
        story = begin(tell)
        comes(story, away("I am back on Monday. Please contact Kim Reed at kim.reed@harbour.example until then."))
        story.until("2025-12-31 10:00")
        again = "I am back on Monday. Please contact Kim Reed at kim.reed@harbour.example until then."
        comes(story, away(again, on="Wed, 31 Dec 2025 10:00:00 +0000"))
        assert found(story) == [("still_on", "J4")]
        assert len(story.rows("SELECT id FROM absence")) == 1

    def test_J4_a_long_absence_without_a_reply_is_found_only_where_one_was_bound_to_come(self, tell: TellStory) -> None:
        """A letter of ours reached Kim in those days, and a colleague's mail program has answered such letters before."""
        story = begin(tell)
        case = story.customer_writes("The bench by the pond is broken.", subject="Bench")
        story.say(case, CaseAssigned(name="Lee Park", address=LEE))
        story.settle()
        comes(story, away(GOOD, answers=str(story.letters_to(LEE)[0]["Message-ID"])))
        story.until("2025-12-30 10:00")
        story.say(case, CaseAssigned(name="Kim Reed", address=KIM))
        story.settle()
        assert story.letters_to(KIM)
        story.until("2026-01-02 09:05")
        story.wait_until(lambda: story.letters_to(KIM, NOTE), "the note")
        assert found(story) == [("no_reply", "J4")]
        said = story.letters_to(KIM, NOTE)[0].get_content()
        assert "- Let an automatic reply answer when you are away for more than one working day" in said
        assert "(absence of Wednesday 31 December 2025, J4)" in said

    def test_J4_nobody_is_accused_whom_nothing_reached(self, tell: TellStory) -> None:
        """No letter of ours went to Kim in those days, so no reply could have come."""
        story = begin(tell)
        story.until("2026-01-02 09:05")
        story.wait_until(lambda: story.rows("SELECT 1 FROM job_run WHERE job LIKE 'absence:%'"), "the absence to be looked at")
        assert found(story) == []

    def test_somebody_is_back_before_their_reply_says_so(self, tell: TellStory) -> None:
        """One command, and they have what is theirs again; a second time there is nothing to end."""
        story = begin(tell)
        comes(story, away(GOOD))
        refused = story.cli("people", "back", "Lee Park")
        assert refused.returncode == 65  # by the machine's own clock Lee is back long since
        assert "no automatic reply says that lee.park@harbour.example is away" in refused.stderr
        story.commands().is_back(LEE, story.clock.now().date())
        case = story.customer_writes("The bench by the pond is broken.", subject="Bench")
        story.officer.hand_over(case, "Parks")
        assert story.case(case).line.owner == "Lee Park"


class TestJ9:
    def test_J9_a_reason_is_found_and_nothing_of_it_is_kept(self, tell: TellStory) -> None:
        """What the finding holds is the same for illness and for lunch; neither the note nor the tables say which it was."""
        story = begin(tell)
        comes(story, away(f"I am off sick with a broken leg. {GOOD}"))
        comes(story, away(f"I am at lunch. {GOOD}".replace(KIM, MARA), sender=KIM))
        rows = story.rows("SELECT rule, clause, fix, offsets FROM standard_finding ORDER BY id")
        assert rows == [("reason", "J9", "leave the reason out: it is enough to say that you are away", "[]")] * len(rows)
        assert len(rows) == 2
        story.until("2025-12-24 09:05")
        story.wait_until(lambda: story.letters_to(LEE, NOTE), "the note")
        said = story.letters_to(LEE, NOTE)[0].get_content().lower()
        assert [word for word in ("sick", "ill", "leg", "health") if f" {word}" in said] == []
        kept = json.dumps([story.rows(f"SELECT * FROM {table}") for table in ("standard_finding", "absence", "staff_mail")])
        assert [word for word in ("sick", "leg", "lunch") if word in kept] == []


def test_off_nobodys_reply_counts(tell: TellStory) -> None:
    """Until it is switched on, no absence is kept."""
    story = tell(PACK, people=PEOPLE)
    story.deliver(away(GOOD))
    story.wait_for_decisions(1)
    assert (story.rows("SELECT * FROM absence"), story.rows("SELECT * FROM staff_mail")) == ([], [])
