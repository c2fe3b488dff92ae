"""Handovers: one letter says who has it now, the contact has a copy and the message, and their answer reaches the customer."""

import sqlite3
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

import pytest

from mailbot.core.action import Decision
from mailbot.core.case_command import CaseTaken, ConsentGiven
from mailbot.errors import PermanentError
from tests.clauses.story import ADA_ADDRESS, Rules, Story, TellStory
from tests.e2e.installation import ENQUIRIES, MANAGER
from tests.e2e.messages import ADA, about, bounce, reply
from tests.mail_programs import written

pytestmark = pytest.mark.dovecot

PACK = "norfolk-connect"
FEMI, GIL = "femi.holt@pier.example", "gil.moss@pier.example"
FEMI_HOLT = f"Femi Holt <{FEMI}>"
PIER = (
    "The third lamp on the pier has been dark for a week. Please mend it before the lantern walk.\n"
    "Please ring me on 01632 960123. I live at 3 Ferry Lane, Saltby, NR99 3QQ."
)
PEOPLE = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Mo Reed"
[[team]]
name = "Customer Services"
mailboxes = ["enquiries"]
manager = "manager@harbour.example"
[[person]]
name = "Mo Reed"
email = "manager@harbour.example"
team = "Customer Services"
[[person]]
name = "Lee Park"
email = "lee.park@harbour.example"
[[partner]]
name = "Pier Trust"
another = true
domains = ["pier.example"]
contact = "Femi Holt"
[[person]]
name = "Femi Holt"
email = "femi.holt@pier.example"
phone = "01632 960006"
organisation = "Pier Trust"
[[person]]
name = "Gil Moss"
email = "gil.moss@pier.example"
organisation = "Pier Trust"
[[person]]
name = "Una Stray"
email = "una@elsewhere.example"
organisation = "Pier Trust"
[[service]]
name = "Pier and promenade"
organisation = "Pier Trust"
contact = "Femi Holt"
deputy = "Gil Moss"
[[service]]
name = "Kiosks"
organisation = "Pier Trust"
contact = "Una Stray"
[[service]]
name = "Parks"
contact = "Lee Park"
[[service]]
name = "Questions"
contact = "Mo Reed"
team = "Customer Services"
"""
VOUCHED = {"Authentication-Results": "mx.harbour.example; dmarc=pass header.from=pier.example"}


def begin(tell: TellStory) -> Story:
    return tell(PACK, people=PEOPLE, manager=MANAGER)


def hand_over(story: Story, reference: str, service: str, words: str = "") -> Decision:
    """A member of staff hands a case over; the letter has gone."""
    decision = story.officer.hand_over(reference, service, words)
    story.settle()
    return decision


def with_file(written: bytes, name: str, content_type: str) -> bytes:
    """The same message with a file, as another message."""
    message = message_from_bytes(written, policy=SMTP)
    message.replace_header("Message-ID", f"<{name}@pier.example>")
    maintype, subtype = content_type.split("/")
    message.add_attachment(name.encode(), maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()


def is_held(story: Story, content: bytes, rule: str) -> None:
    """It arrives and is held by this rule."""
    before = len(story.queries.held())
    story.deliver(content)
    story.wait_until(lambda: len(story.queries.held()) > before, "the reply to be held")
    assert story.queries.held()[-1].rule == rule
    story.settle()


def rules_of(story: Story, reference: str) -> list[str]:
    return [event.rule for event in story.case(reference).events]


def who(letter: EmailMessage, field: str) -> list[str]:
    return [address for _, address in getaddresses(letter.get_all(field, []))]


class TestN2:
    def test_N2_the_customer_sees_who_has_it_at_each_step_and_gets_the_answer(self, tell: TellStory) -> None:
        """Council, partner, absent contact, deputy, answered: each step is one letter, and nobody resends anything."""
        story = begin(tell)
        case = story.customer_writes(PIER, subject="Lamp on the pier")
        original = story.rows("SELECT message_id FROM message WHERE direction = 'in'")[0][0]
        hand_over(story, case, "pier and promenade", "The column is number 14")

        (told,) = story.letters_to(FEMI)
        assert (who(told, "From"), who(told, "To"), who(told, "Cc")) == ([ENQUIRIES], [ADA_ADDRESS], [FEMI])
        assert told["In-Reply-To"] == f"<{original}>"
        assert original in told["References"]
        assert story.letters_to(ADA_ADDRESS)[-1]["Message-ID"] == told["Message-ID"]
        words = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "What you wrote to us is the work of Pier Trust." in words
        assert "Femi Holt looks after Pier and promenade at Pier Trust" in words
        assert "femi.holt@pier.example or 01632 960006" in words
        assert "The column is number 14." in words
        assert "number 14" in words
        (enclosed,) = told.iter_attachments()
        assert enclosed.get_content_type() == "message/rfc822"
        assert enclosed.get_content()["Message-ID"] == f"<{original}>"
        assert PIER.splitlines()[0] in enclosed.get_content().get_content()
        assert {"handed-over", "passed-on-after-notice", "restarted-by-handover"} <= set(rules_of(story, case))

        away = {"Auto-Submitted": "auto-replied", "Return-Path": "<>", **VOUCHED}
        story.arrives(case, reply(told, "I am away until January.", sender=f"Femi Holt <{FEMI}>", headers=away), "INBOX")
        (again,) = story.letters_to(GIL)
        assert (who(again, "To"), who(again, "Cc")) == ([ADA_ADDRESS], [GIL])
        assert "Femi Holt had it before and is not there at present." in again.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert story.subjects_to(MANAGER)[-1] == "Nobody has taken this case yet"
        assert story.case(case).line.owner == "Gil Moss"

        forged = reply(again, "Pay me first.", sender=f"Gil Moss <{GIL}>")
        story.deliver(forged)
        story.wait_until(story.queries.held, "the forged answer to be held")
        assert [held.rule for held in story.queries.held()] == ["contact-not-proven"]
        answer = "The lamp burns again since this morning."
        story.arrives(case, reply(again, answer, sender=f"Gil Moss <{GIL}>", headers=VOUCHED), "INBOX")
        last = story.letters_to(ADA_ADDRESS)[-1]
        assert (who(last, "From"), who(last, "To"), who(last, "Cc")) == ([ENQUIRIES], [ADA_ADDRESS], [])
        shown = last.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert f"Gil Moss answers what you wrote to Harbour Council on Tuesday 23 December 2025:\n\nHello,\n\n{answer}" in shown
        assert "number 14" not in shown
        assert {clock.outcome for clock in story.case(case).clocks if clock.name in ("response", "handover")} <= {
            "met",
            "cancelled",
        }
        assert len(story.letters_to(ADA_ADDRESS)) == 4

    def test_N2_the_contact_hears_that_their_reply_has_not_gone_and_why(self, tell: TellStory) -> None:
        """One mail each for a reply that nobody vouches for, whose words it does not repeat, and for one with a file."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        heard = len(story.letters_to(ADA_ADDRESS))

        is_held(story, reply(told, "Pay me first.", sender=FEMI_HOLT), "contact-not-proven")
        (first,) = story.letters_to(FEMI, "About your reply")
        assert "has not gone to the customer: the mail server at our border does not vouch" in first.get_content()
        assert "Pay me" not in first.get_content()

        written = reply(told, "The column is on order.", sender=FEMI_HOLT, headers=VOUCHED)
        for file in (("order.pdf", "application/pdf"), ("lamp.jpg", "image/jpeg")):
            is_held(story, with_file(written, *file), "contact-answer-with-attachments")
        _, second, third = story.letters_to(FEMI, "About your reply")
        for letter in (second, third):
            assert "files came with it, and they are not passed on" in letter.get_content()
            assert "> The column is on order.\n" in letter.get_content()
        assert len(story.letters_to(ADA_ADDRESS)) == heard

        story.commands().put_back(story.queries.held()[-1].id)
        story.wait_until(lambda: len(story.letters_to(ADA_ADDRESS)) > heard, "the answer to reach the customer")
        answer = story.letters_to(ADA_ADDRESS)[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "The column is on order." in answer
        assert "not attached: lamp.jpg." in answer

    def test_N2_pictures_in_the_text_of_the_contacts_reply_reach_the_customer(self, tell: TellStory) -> None:
        """As files; what programs write where they stand is left out. With another file beside them a person looks."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        answer = written(
            told,
            "It is this lamp:\n\n[cid:lamp.png@x]\n\nFemi Holt",
            sender=FEMI_HOLT,
            subject=f"Re: {told['Subject']}",
            headers=VOUCHED,
            pictures=[("lamp.png", b"\x89PNG lamp")],
        )
        story.arrives(case, answer, "INBOX")
        letter = story.letters_to(ADA_ADDRESS)[-1]
        text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "It is this lamp:" in text
        assert "cid:" not in text
        assert [(file.get_filename(), file.get_content()) for file in letter.iter_attachments()] == [
            ("lamp.png", b"\x89PNG lamp")
        ]
        assert "not attached" not in text

    def test_N2_what_nobody_takes_goes_from_contact_to_deputy_to_manager(self, tell: TellStory) -> None:
        """Four office hours each; a handover that somebody took is brought up no more."""
        story = begin(tell)
        case, taken = story.customer_writes(PIER), story.customer_writes(PIER, sender="Ben Marlow <ben@example.org>")
        hand_over(story, case, "Pier and promenade")
        hand_over(story, taken, "Pier and promenade")
        story.say(taken, CaseTaken(at=story.clock.now()))
        story.until("2025-12-23 14:30")
        assert story.subjects_to(FEMI)[-1] == "Nobody has taken this case yet"
        story.until("2025-12-24 10:45")
        assert story.subjects_to(GIL) == ["Nobody has taken this case yet"]
        story.until("2025-12-24 15:45")
        alerts = story.letters_to(MANAGER, "Nobody has taken")
        assert [letter["Subject"].partition("[")[2] for letter in alerts] == [f"{case}]"]

    def test_N2_what_cannot_be_handed_over_is_refused_with_the_reason(self, tell: TellStory) -> None:
        """To nobody's service, to one's own team, to a domain that the directory does not know, twice to the same person."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        for service, why in (
            ("Lighthouse", "Lighthouse"),
            ("Questions", "your own team"),
            ("Kiosks", "copy-to-an-unknown-domain elsewhere.example"),
        ):
            with pytest.raises(PermanentError, match=why):
                story.officer.hand_over(case, service)
        hand_over(story, case, "Parks")
        with pytest.raises(PermanentError, match="is with Lee Park"):
            story.officer.hand_over(case, "Parks")

    def test_N2_a_copy_that_comes_back_is_told_to_somebody_else_and_the_customer_still_has_theirs(
        self, tell: TellStory
    ) -> None:
        """The letter counts as sent; staff hear that the contact has not got it."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        story.arrives(case, bounce(told, told=[about(told, address=FEMI)]), "INBOX")
        assert story.rows("SELECT state FROM outbox WHERE purpose = 'handover'") == [("sent",)]
        assert any(FEMI in letter.get_body(("plain",)).get_content() for letter in story.letters_to(MANAGER))  # type: ignore[union-attr]

    def test_N2_letter_clock_and_derivation_say_the_date_that_the_handover_makes(self, tell: TellStory) -> None:
        """With another organisation the time begins anew, and the customer reads the new date; with its deputy it goes on."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        before = story.due(case, "response")
        story.until("2025-12-29 10:00")
        hand_over(story, case, "Pier and promenade")
        due = story.due(case, "response")
        assert due != before
        told = story.letters_to(FEMI)[0]
        assert f"You will have an answer by {due}." in told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        story.until("2025-12-31 10:00")
        away = {"Auto-Submitted": "auto-replied", "Return-Path": "<>", **VOUCHED}
        story.arrives(case, reply(told, "I am away.", sender=FEMI_HOLT, headers=away), "INBOX")
        again = story.letters_to(GIL)[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert f"You will have an answer by {due}." in again
        assert story.due(case, "response") == due
        assert {"restarted-by-handover", "carried-over"} <= set(rules_of(story, case))
        shown = " ".join(story.tell("explain", case).split())
        assert "started by receipt, counted anew from Mon 29 Dec 2025" in shown

    @pytest.mark.parametrize(("rule", "says"), [("stopped", False), ("carried", True)])
    def test_N2_a_date_that_the_handover_stops_is_promised_to_nobody(
        self, tell: TellStory, own_rules: Rules, rule: str, says: bool
    ) -> None:
        """Where the pack stops its own dates with another organisation, the letter names none."""
        own_rules.change(PACK, 'another = "restarted"', f'another = "{rule}"')
        story = tell(PACK, people=PEOPLE, manager=MANAGER, rules=own_rules.folder)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        words = story.letters_to(FEMI)[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert ("You will have an answer by" in words) == says
        assert (story.outcomes(case)["response"] is None) == says

    def test_N2_a_contact_who_says_that_an_answer_will_come_has_taken_it(self, tell: TellStory) -> None:
        """The customer reads it, nobody is reminded any more, and the date of the answer goes on: it is not given yet."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        holding = reply(told, "Thank you. We are looking into your lamp.", sender=FEMI_HOLT, headers=VOUCHED)
        story.arrives(case, holding, "INBOX")
        assert "looking into your lamp" in story.letters_to(ADA_ADDRESS)[-1].as_string()
        assert story.outcomes(case)["handover"] == "met"
        assert story.outcomes(case)["response"] is None
        assert "answered-by-staff" not in rules_of(story, case)
        story.until("2025-12-24 10:45")
        assert story.letters_to(FEMI, "Nobody has taken") == story.letters_to(GIL) == []

    def test_N2_a_customer_whom_no_mail_reaches_is_handed_over_all_the_same(self, tell: TellStory) -> None:
        """By consent the contact alone gets the message and the phone number; whoever hands it over is asked to tell them."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        story.arrives(case, bounce(story.letters_to(ADA_ADDRESS)[0]), "INBOX")
        with pytest.raises(PermanentError, match="nothing-arrives-there"):
            story.officer.hand_over(case, "Pier and promenade")
        story.say(case, ConsentGiven(at=story.clock.now(), how="by phone, to Mo Reed"))
        decision = hand_over(story, case, "Pier and promenade")
        assert "tell them in another way that Femi Holt has it" in str(decision)
        (told,) = story.letters_to(FEMI)
        assert (who(told, "To"), who(told, "Cc")) == ([FEMI], [])
        words = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert f"Nothing arrives at the customer's own address, {ADA_ADDRESS}" in words
        assert "- Phone: 01632 960123" in words
        (enclosed,) = told.iter_attachments()
        assert "third lamp" in enclosed.get_content().get_content()
        assert story.case(case).line.owner == "Femi Holt"
        assert len(story.letters_to(ADA_ADDRESS)) == 1

    def test_N2_a_contact_and_a_deputy_who_are_both_away_do_not_hand_it_to_and_fro(self, tell: TellStory) -> None:
        """The customer hears of the deputy once; that the deputy is away, too, the manager hears, and the case stays."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        away = {"Auto-Submitted": "auto-replied", "Return-Path": "<>", **VOUCHED}
        for writer, address in ((FEMI_HOLT, FEMI), (f"Gil Moss <{GIL}>", GIL)):
            note = reply(story.letters_to(address)[-1], "I am away.", sender=writer, headers=away)
            story.arrives(case, note, "INBOX")
        assert story.case(case).line.owner == "Gil Moss"
        assert len(story.letters_to(ADA_ADDRESS)) == 3
        assert len(story.letters_to(MANAGER, "Nobody has taken")) == 2
        assert "nobody-stands-in" in rules_of(story, case)

    def test_N2_what_the_customer_adds_is_brought_to_whoever_has_it(self, tell: TellStory) -> None:
        """With the message and its words; no thanks, nothing they have as a copy; and their reply reaches the customer."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        story.customer_answers(case, "It is the lamp with number 14.")
        (told, added) = story.letters_to(FEMI)
        assert added["Subject"] == f"The customer wrote again [{case}]"
        words = added.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "> It is the lamp with number 14." in words
        (enclosed,) = added.iter_attachments()
        assert "number 14" in enclosed.get_content().get_content()

        story.customer_answers(case, "Thank you very much.")
        copied = reply(told, "It flickers, too.", sender=ADA_ADDRESS, headers={"Cc": FEMI})
        story.arrives(case, copied, "INBOX")
        assert len(story.letters_to(FEMI)) == 2

        heard = len(story.letters_to(ADA_ADDRESS))
        story.arrives(case, reply(added, "We mend it on Friday.", sender=FEMI_HOLT, headers=VOUCHED), "INBOX")
        assert len(story.letters_to(ADA_ADDRESS)) == heard + 1
        shown = story.letters_to(ADA_ADDRESS)[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "We mend it on Friday." in shown
        assert "number 14" not in shown
        assert story.outcomes(case)["response"] == "met"

    def test_N2_what_the_customer_added_before_goes_along_and_is_in_the_note(self, tell: TellStory) -> None:
        """Both messages are attached in their order; what the second says stands where the first said nothing."""
        story = begin(tell)
        case = story.customer_writes("The third lamp on the pier is dark. Please mend it.", subject="Lamp on the pier")
        story.customer_answers(case, "You can ring me on 01632 960123. Please come before Friday.")
        story.customer_answers(case, "Thank you very much.")
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        first, second = (one.get_content().get_content() for one in told.iter_attachments())
        assert "third lamp" in first
        assert "960123" in second
        words = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "- Phone: 01632 960123\n" in words
        assert "- Asked for: Please mend it. Please come before Friday." in words

    def test_N2_what_another_customer_wrote_goes_to_nobody_with_a_merged_case(self, tell: TellStory) -> None:
        """Two people's cases about one lamp became one: the letter to the first has none of the second's messages."""
        story = begin(tell)
        saw = "I saw the dark lamp, too. My number is 01632 960199."
        theirs = story.customer_writes(saw, sender="Ben Marlow <ben@example.org>")
        case = story.customer_writes(PIER)
        story.officer.merge(theirs, case)
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        (enclosed,) = told.iter_attachments()
        assert "third lamp" in enclosed.get_content().get_content()
        assert "960199" not in told.as_string()

    def test_N2_a_colleague_who_was_given_the_case_since_is_sent_nothing(self, tell: TellStory) -> None:
        """Whoever reads the mailbox finds it there, and the contact who had the case before learns nothing more of it."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        story.assign(case, "Lee Park", "lee.park@harbour.example")
        story.settle()
        story.customer_answers(case, "It is the lamp with number 14.")
        for address in (FEMI, "lee.park@harbour.example"):
            assert story.letters_to(address, "The customer wrote") == []

    def test_N2_a_handover_that_our_own_server_refuses_is_told_to_the_manager(self, tell: TellStory) -> None:
        """Neither customer nor contact got it, though the case has moved: an alarm rings, and neither gets it alone."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        story.smtp.fail(at="RCPT", reply="550 5.7.1 not allowed", recipient=FEMI)
        hand_over(story, case, "Pier and promenade")
        assert story.letters_to(ADA_ADDRESS)[1:] == []
        assert all("Act now" in letter["Subject"] for letter in story.letters_to(FEMI))
        (told,) = story.letters_to(MANAGER, "Your letter did not arrive")
        words = " ".join(told.get_content().split())
        assert "did not arrive: the letter that hands the case over." in words
        assert "so whoever has the case now has not got it either" in words
        assert len(story.letters_to(MANAGER, "Act now")) == 1


class TestN3:
    def test_N3_what_is_passed_on_has_each_field_found_or_not(self, tell: TellStory) -> None:
        """Name, phone, e-mail, post, preferred way, about, received, asked for; and a large message goes without its parts."""
        story = begin(tell)
        case = story.customer_writes(PIER, subject="Lamp on the pier")
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        words = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for line in (
            "- Name: Ada Finch",
            "- Phone: 01632 960123",
            f"- E-mail: {ADA_ADDRESS}",
            "- Post: 3 Ferry Lane, Saltby, NR99 3QQ",
            "- Would like an answer by: phone",
            "- About: Lamp on the pier",
            "- Received: Tuesday 23 December 2025, 10:0",
            "- Asked for: Please mend it before the lantern walk.",
        ):
            assert line in words

    def test_N3_a_file_of_50_mb_is_left_out_and_both_are_told(self, tell: TellStory) -> None:
        """Nothing is lost without a word: the one letter that both get names what is missing, and has the customer's words."""
        story = begin(tell)
        case = writes_at_length(story, b"x" * 50_000_000)
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        assert story.letters_to(ADA_ADDRESS)[-1]["Message-ID"] == told["Message-ID"]
        assert len(told.as_bytes()) < 20_000
        assert "These parts are not with it: plan.pdf." in told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        (enclosed,) = told.iter_attachments()
        assert enclosed.get_content().get_content().strip() == "Here is my plan. Can you look at it?"
        assert not story.queries.held()

    def test_N3_of_a_message_beyond_the_limit_only_the_head_goes_and_both_are_told(self, tell: TellStory) -> None:
        """It is held; a person puts it back and hands it over: the letter says that text and files are not with it."""
        story = tell(PACK, people=PEOPLE, manager=MANAGER, limits={"message_size_mb": 1})
        story.deliver(at_length(b"x" * 2_000_000))
        (held,) = story.wait_until(story.queries.held, "the message to be held")
        assert held.detail == "larger than the size cap"
        story.commands().put_back(held.id)
        case = story.cases(1)[0].reference
        story.settle()
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        words = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "These parts are not with it: its text and its files." in words
        assert "- About: Plan of the pier" in words
        (enclosed,) = told.iter_attachments()
        assert enclosed.get_content()["Subject"] == "Plan of the pier"


def at_length(file: bytes) -> bytes:
    """A message of the customer with a file of these bytes."""
    large = EmailMessage(policy=SMTP)
    large["From"], large["To"], large["Subject"] = ADA, ENQUIRIES, "Plan of the pier"
    large["Date"], large["Message-ID"] = "Tue, 23 Dec 2025 10:05:00 +0000", "<large@example.org>"
    large.set_content("Here is my plan. Can you look at it?\n")
    large.add_attachment(file, maintype="application", subtype="pdf", filename="plan.pdf")
    return large.as_bytes()


def writes_at_length(story: Story, file: bytes) -> str:
    """That message has come, and has its case and its receipt; returns the reference."""
    story.deliver(at_length(file))
    case = story.cases(1)[0].reference
    story.settle()
    return case


class TestN6:
    def test_N6_without_consent_or_notice_the_customer_gets_the_contact_and_nothing_goes(self, tell: TellStory) -> None:
        """Nobody else learns of it until the customer agrees; then it is passed on, and the log says why each time."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        with closing(sqlite3.connect(story.database_path)) as tables:
            tables.execute("UPDATE outbox SET state = 'failed'")
            tables.commit()
        hand_over(story, case, "Pier and promenade")
        assert story.letters_to(FEMI) == []
        shown = story.letters_to(ADA_ADDRESS)[-1]
        assert "You can write to Femi Holt, who looks after Pier and promenade." in shown.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert list(shown.iter_attachments()) == []
        assert "nothing-passed-on" in rules_of(story, case)
        story.say(case, ConsentGiven(at=story.clock.now(), how="by phone, to Mo Reed"))
        hand_over(story, case, "Pier and promenade")
        assert len(story.letters_to(FEMI)) == 1
        assert "passed-on-by-consent" in rules_of(story, case)

    def test_N6_of_somebody_at_risk_another_organisation_learns_only_by_a_person(self, tell: TellStory) -> None:
        """The contact has the case, and not what is added about somebody at risk: the manager reads that in the morning."""
        story = begin(tell)
        case = story.customer_writes(PIER)
        hand_over(story, case, "Pier and promenade")
        story.customer_answers(case, "My neighbour is 92, lives alone, has not eaten for days and is confused.")
        assert story.letters_to(FEMI, "The customer wrote again") == []
        story.until("2025-12-24 09:05")
        told = " ".join(story.letters_to(MANAGER, "Today in")[-1].get_content().split())
        assert f"{case}: Femi Holt has not got it: a customer writes of somebody who may be at risk" in told


class TestG5:
    def test_G5_a_colleague_gets_it_and_the_laws_date_goes_on(self, tell: TellStory) -> None:
        """Inside the organisation no consent is asked, no date moves, and the history says that each goes on."""
        story = tell("generic", people=PEOPLE, manager=MANAGER)
        case = story.customer_writes("I make this request under the Freedom of Information Act. What did the pier cost?")
        due = story.due(case, "response")
        hand_over(story, case, "Parks")
        (told,) = story.letters_to("lee.park@harbour.example", "A colleague has your message")
        assert who(told, "Cc") == ["lee.park@harbour.example"]
        assert story.due(case, "response") == due
        assert {"passed-on-inside", "carried-over"} <= set(rules_of(story, case))


class TestF21:
    def test_F21_how_a_customer_wants_to_be_answered_is_shown_and_meanwhile_letters_go_by_mail(self, tell: TellStory) -> None:
        """The contact's note has phone and large print, the case the words and the flag; the letter goes by e-mail."""
        story = begin(tell)
        wish = "Please ring me after six in the evening on 01632 960123, and send anything in large print."
        case = story.customer_writes(f"Please mend the third lamp on the pier. {wish}", subject="Lamp on the pier")
        hand_over(story, case, "Pier and promenade")
        (told,) = story.letters_to(FEMI)
        words = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "- Would like an answer by: phone, large print\n" in words
        assert "- Phone: 01632 960123\n" in words
        (enclosed,) = told.iter_attachments()
        assert wish in " ".join(enclosed.get_content().get_content().split())
        assert who(told, "To") == [ADA_ADDRESS]
        shown = story.tell("case", "show", case, "--messages")
        assert wish in " ".join(shown.split())
        assert "other_format" in shown
