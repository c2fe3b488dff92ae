"""What an owner answers to the mail that gave them a case reaches the customer, or stays, and the owner is told (G4, G5)."""

from email.message import EmailMessage

import pytest

from mailbot.core.case_command import CaseQuieted
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.clauses.town import IVO, ROBIN, TOWN
from tests.e2e.installation import ENQUIRIES, MANAGER
from tests.mail_programs import gmail, iphone, outlook_web, written

pytestmark = pytest.mark.dovecot

HOURS = "Could you tell me what time the library opens on Saturday? I have books to return."
ANSWER = "Dear Ada,\n\nThe library opens at nine on Saturday.\n\nKind regards\nRobin Vale\nLibraries"
VOUCHED = {"Authentication-Results": "mx.harbour.example; dmarc=pass header.from=harbour.example"}
AUTHOR = f"Robin Vale <{ROBIN}>"
RECEIPTS = 1


def begin(tell: TellStory, **settings: object) -> tuple[Story, str, EmailMessage]:
    """A question about a library, the case, and the mail that gives it to Robin."""
    story = tell("generic", people=TOWN, manager=None, **{"relay_replies": True, **settings})
    case = story.customer_writes(HOURS)
    (told,) = story.letters_to(ROBIN)
    return story, case, told


def answers(story: Story, case: str, content: bytes) -> None:
    """A message of a colleague arrives and lies in the case."""
    story.arrives(case, content, "INBOX")


def is_held(story: Story, content: bytes, rule: str) -> None:
    """A message of a colleague arrives and waits for a person."""
    before = len(story.queries.held())
    story.deliver(content)
    story.wait_until(lambda: len(story.queries.held()) > before, "the message to be held")
    story.settle()
    assert story.queries.held()[-1].rule == rule


def plain(letter: EmailMessage, text: str = ANSWER, **more: object) -> bytes:
    """A plain reply, as Gmail writes it, with what the border says of it."""
    return written(letter, gmail(text, letter.get_content()), **{"sender": AUTHOR, "headers": VOUCHED, **more})  # type: ignore[arg-type]


def to_customer(story: Story) -> list[EmailMessage]:
    """What the customer got after the receipt."""
    return story.letters_to(ADA_ADDRESS)[RECEIPTS:]


def six_minutes_later(story: Story) -> None:
    """Longer than an answer waits."""
    now = story.clock.now().astimezone(story.zone)
    story.until(f"{now.replace(minute=now.minute + 6):%Y-%m-%d %H:%M:%S}")


class TestG5:
    def test_G5_a_plain_reply_of_the_owner_reaches_the_customer(self, tell: TellStory) -> None:
        """After five minutes, from the group mailbox, in the customer's thread, with signature and file; nothing of ours."""
        story, case, told = begin(tell)
        assert f"your reply goes to the customer. It leaves from {ENQUIRIES} after 5 minutes" in told.get_content()
        original = story.rows("SELECT message_id FROM message WHERE direction = 'in'")[0][0]
        plan = ("plan of the rooms.pdf", "application/pdf", b"%PDF-1.7 rooms")
        answers(story, case, plain(told, files=[plan]))

        assert to_customer(story) == []
        waits = story.letters_to(ROBIN)[-1]
        assert str(waits["Subject"]).startswith("Undo? Your answer goes at 10:")
        assert "> The library opens at nine on Saturday.\n" in waits.get_content()
        assert "With it go these files: plan of the rooms.pdf." in waits.get_content()
        assert story.outcomes(case)["response"] is None

        six_minutes_later(story)
        (letter,) = to_customer(story)
        assert (letter["From"], letter["To"], letter["Cc"]) == (f"Harbour Council <{ENQUIRIES}>", ADA_ADDRESS, None)
        assert letter["Subject"] == f"Re: Opening hours [{case}]"
        assert (letter["In-Reply-To"], letter["References"]) == (f"<{original}>", f"<{original}>")
        assert not any(letter[name] for name in ("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"))
        assert letter.get_content().strip() == ANSWER
        page = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "The library opens at nine on Saturday." in page
        (file,) = letter.iter_attachments()
        assert (file.get_filename(), file.get_content()) == plan[::2]
        source = letter.as_string()
        assert not any(word in source for word in ("mailbot case", "What to do", "Asked for", "wrote:", told["Message-ID"]))
        assert story.outcomes(case)["response"] == "met"
        assert "answered-by-owner" in story.rules_of(case)
        assert story.letters_to(ROBIN)[-1]["Message-ID"] == waits["Message-ID"]

    def test_G5_the_answer_keeps_its_form_and_its_pictures(self, tell: TellStory) -> None:
        """Paragraphs, list, bold words and the owner's link; a pasted picture goes as a file, and its name is told."""
        story, case, told = begin(tell)
        listed = "The library opens at *nine*:\n\n   - on Saturday\n   - on Monday"
        own = f"Dear Ada,\n\n{listed}\n\n[cid:map@x]\n\nMore on our page<https://x.example/>"
        page = (
            "<p>Dear Ada,</p><p>The library opens at <b>nine</b>:</p><ul><li>on Saturday</li><li>on Monday</li></ul>"
            '<p><img src="cid:map@x"></p><p>More on <a href="https://x.example/">our page</a></p>'
            "<div>On Tue, Harbour Council wrote:</div><blockquote>What to do: mailbot case show</blockquote>"
        )
        text = gmail(own, told.get_content())
        pictures = [("map.png", b"\x89PNG map"), ("", b"\x89PNG other")]
        answers(story, case, written(told, text, sender=AUTHOR, headers=VOUCHED, page=page, pictures=pictures))
        assert "With it go these files: map.png, picture-2.png." in story.letters_to(ROBIN)[-1].get_content()
        six_minutes_later(story)
        (letter,) = to_customer(story)
        html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "at <strong>nine</strong>:" in html
        assert "<li>on Saturday</li>\n<li>on Monday</li>" in html
        assert 'More on <a href="https://x.example/">our page</a>' in html
        assert "cid:" not in letter.as_string()
        assert "mailbot case" not in letter.as_string()
        names = [file.get_filename() for file in letter.iter_attachments()]
        assert names == ["map.png", "picture-2.png"]

    def test_G5_the_answer_can_be_undone_by_a_reply_and_given_anew(self, tell: TellStory) -> None:
        """The customer gets nothing, the clock runs on, the owner hears so; too late is said, too."""
        story, case, told = begin(tell)
        answers(story, case, plain(told))
        waits = story.letters_to(ROBIN)[-1]
        answers(story, case, written(waits, iphone("Undo", waits.get_content()), sender=AUTHOR, headers=VOUCHED))
        assert "Undone: nothing has gone to the customer." in story.letters_to(ROBIN)[-1].get_content()
        six_minutes_later(story)
        assert to_customer(story) == []
        assert story.outcomes(case)["response"] is None
        answers(story, case, plain(told))
        again = story.letters_to(ROBIN)[-1]
        six_minutes_later(story)
        assert len(to_customer(story)) == 1
        answers(story, case, written(again, iphone("Undo", again.get_content()), sender=AUTHOR, headers=VOUCHED))
        assert "Nothing was left to undo" in story.letters_to(ROBIN)[-1].get_content()
        assert len(to_customer(story)) == 1

    def test_G5_an_officer_undoes_it_by_command(self, tell: TellStory) -> None:
        """`mailbot case undo` stops what still waits, and its writer hears of it."""
        story, case, told = begin(tell)
        answers(story, case, plain(told))
        story.officer.undo(case)
        story.settle()
        assert "Undone: nothing has gone" in story.letters_to(ROBIN)[-1].get_content()
        six_minutes_later(story)
        assert to_customer(story) == []
        assert "answer-undone" in story.rules_of(case)

    def test_G5_whoever_answers_second_reads_the_first_answer_and_is_asked(self, tell: TellStory) -> None:
        """Their words wait for their word: a reply to that mail goes to the customer, with no second question."""
        story, case, told = begin(tell)
        story.officer_writes(case, "We open at nine.")
        answers(story, case, plain(told))
        asked = story.letters_to(ROBIN)[-1]
        assert asked["Subject"] == f"Not sent: somebody answered first [{case}]"
        assert f"Somebody else answered the customer first: {ENQUIRIES}." in asked.get_content()
        assert "> We open at nine.\n" in asked.get_content()
        assert "> The library opens at nine on Saturday.\n" in asked.get_content()
        six_minutes_later(story)
        assert to_customer(story) == []
        answers(story, case, plain(asked, "Dear Ada,\nand the café opens at ten.\nRobin Vale"))
        six_minutes_later(story)
        assert [letter.get_content().strip() for letter in to_customer(story)] == [
            "Dear Ada,\nand the café opens at ten.\nRobin Vale"
        ]

    def test_G5_a_colleague_who_answers_while_it_waits_stops_it(self, tell: TellStory) -> None:
        """One answer reaches the customer; the other writer is asked."""
        story, case, told = begin(tell)
        answers(story, case, plain(told))
        story.officer_writes(case, "We open at nine.")
        six_minutes_later(story)
        assert to_customer(story) == []
        asked = story.letters_to(ROBIN)[-1]
        assert asked["Subject"] == f"Not sent: somebody answered first [{case}]"
        assert "> We open at nine.\n" in asked.get_content()
        assert "> The library opens at nine on Saturday.\n" in asked.get_content()

    def test_G5_a_word_that_the_answer_is_still_to_come_only_acknowledges(self, tell: TellStory) -> None:
        """The customer reads it, and the answer is owed all the same."""
        story, case, told = begin(tell)
        answers(story, case, plain(told, "Thank you. We are looking into this and will get back to you.\nRobin Vale"))
        six_minutes_later(story)
        assert len(to_customer(story)) == 1
        assert story.outcomes(case)["response"] is None
        assert "answered-by-owner" not in story.rules_of(case)


class TestWhatStays:
    def test_G5_a_reply_for_colleagues_becomes_a_note(self, tell: TellStory) -> None:
        """One that begins with "internal:" lies in the case; nobody gets a mail."""
        story, case, told = begin(tell)
        answers(story, case, plain(told, "internal: she has asked this twice"))
        six_minutes_later(story)
        assert (to_customer(story), len(story.letters_to(ROBIN))) == ([], 1)
        assert "internal-note" in story.rules_of(case)
        assert "she has asked this twice" in story.tell("case", "show", case, "--messages")

    @pytest.mark.parametrize(
        "result",
        [
            "",
            "mx.harbour.example; dmarc=none header.from=harbour.example; spf=pass smtp.mailfrom=elsewhere.example",
            "mx.elsewhere.example; dmarc=pass header.from=harbour.example",
            "mx.harbour.example; dmarc=pass header.from=elsewhere.example",
        ],
    )
    def test_G5_whoever_is_not_proven_reaches_nobody(self, tell: TellStory, result: str) -> None:
        """From alone proves nothing: the message is held, and the real owner hears of it without its words."""
        story, case, told = begin(tell)
        is_held(story, plain(told, headers={"Authentication-Results": result} if result else {}), "owner-not-proven")
        word = story.letters_to(ROBIN)[-1]
        assert word["Subject"] == f"About your reply [{case}]"
        assert "does not vouch that it is yours" in word.get_content()
        assert "nine on Saturday" not in word.get_content()
        six_minutes_later(story)
        assert to_customer(story) == []

    def test_G5_an_owner_within_the_house_is_proven_by_what_our_server_writes(self, tell: TellStory) -> None:
        """Where the mailbox says by which fields; without them, or with them from a stranger's name, nothing goes."""
        marks = ["X-MS-Exchange-Organization-AuthAs: Internal", "X-MS-Exchange-Organization-AuthSource: *.prod.outlook.com"]
        story, case, told = begin(tell, internal_marks=marks)
        within = {"X-MS-Exchange-Organization-AuthAs": "Internal"}
        is_held(story, plain(told, headers=within), "owner-not-proven")
        source = {"X-MS-Exchange-Organization-AuthSource": "LO1P123MB0007.GBRP123.PROD.OUTLOOK.COM"}
        answers(story, case, plain(told, headers=within | source))
        six_minutes_later(story)
        assert [letter.get_content().strip() for letter in to_customer(story)] == [ANSWER]

    def test_G5_a_forged_owner_reaches_nobody(self, tell: TellStory) -> None:
        """Where the border says that it is forged, it is a stranger's: not even the owner's case learns of it."""
        story, case, told = begin(tell)
        forged = {"Authentication-Results": "mx.harbour.example; dmarc=fail header.from=harbour.example"}
        before = len(story.case(case).messages)
        story.deliver(plain(told, headers=forged))
        story.cases(2)
        story.settle()
        six_minutes_later(story)
        assert to_customer(story) == []
        assert len(story.case(case).messages) == before

    def test_G5_a_person_lets_a_held_answer_go(self, tell: TellStory) -> None:
        """Whoever puts it back says that it is the owner's."""
        story, case, told = begin(tell)
        is_held(story, plain(told, headers={}), "owner-not-proven")
        story.commands().put_back(story.queries.held()[-1].id)
        story.wait_until(lambda: "owner-replied" in story.rules_of(case), "the answer in its case")
        six_minutes_later(story)
        assert [letter.get_content().strip() for letter in to_customer(story)] == [ANSWER]

    def test_G5_an_answer_that_comes_again_goes_once(self, tell: TellStory) -> None:
        """The same message once more, the same id with other words, and one that is older than what it answers."""
        story, case, told = begin(tell)
        content = plain(told)
        answers(story, case, content)
        story.deliver(content)
        story.wait_until(lambda: "same-message-again" in story.rules_of(case), "the second copy")
        first = content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()
        other = plain(told, "Pay us first.", headers={**VOUCHED, "Message-ID": first})
        is_held(story, other, "reply-seen-before")
        old = plain(told, headers={**VOUCHED, "Date": "Sat, 20 Dec 2025 10:00:00 +0000"})
        is_held(story, old, "reply-seen-before")
        six_minutes_later(story)
        assert [letter.get_content().strip() for letter in to_customer(story)] == [ANSWER]

    def test_G5_what_is_no_plain_reply_reaches_nobody(self, tell: TellStory) -> None:
        """To others besides, a mail attached, words within the quote: the owner hears why. A robot's note: nobody does."""
        story, case, told = begin(tell)
        answers(story, case, plain(told, to=(ENQUIRIES, "mo@elsewhere.example")))
        assert "it went to others besides the mailbox" in story.letters_to(ROBIN)[-1].get_content()
        is_held(story, plain(told, files=[("x.msg", "application/vnd.ms-outlook", b"x")]), "encloses-mail")
        assert "another mail is attached" in story.letters_to(ROBIN)[-1].get_content()
        lines = [f"> {line}" for line in told.get_content().splitlines()]
        mixed = "\n".join([*lines[:4], "At nine.", *lines[4:], "Robin"])
        is_held(story, written(told, mixed, sender=AUTHOR, headers=VOUCHED), "words-between-quoted-lines")
        leaky = plain(told, f"At nine.\n{told.get_content().splitlines()[0]}")
        is_held(story, leaky, "internal-words-left")
        heard = len(story.letters_to(ROBIN))
        away = {**VOUCHED, "Auto-Submitted": "auto-replied", "Return-Path": "<>"}
        answers(story, case, plain(told, "I am away until Monday.", headers=away))
        six_minutes_later(story)
        assert (to_customer(story), len(story.letters_to(ROBIN))) == ([], heard)

    def test_G5_a_mail_that_is_passed_on_reaches_nobody(self, tell: TellStory) -> None:
        """The owner forwards the mail to the mailbox."""
        story, case, told = begin(tell)
        forward = f"Fwd: {told['Subject']}"
        text = outlook_web("Please see below.", told.get_content())
        answers(story, case, written(told, text, sender=AUTHOR, subject=forward, headers=VOUCHED))
        six_minutes_later(story)
        assert to_customer(story) == []
        assert "it passes a message on" in story.letters_to(ROBIN)[-1].get_content()

    def test_G5_only_the_owner_of_today_answers(self, tell: TellStory) -> None:
        """Neither whoever had it before nor a colleague to whom the mail was shown."""
        story, case, told = begin(tell)
        story.assign(case, "Ivo Penn", IVO)
        answers(story, case, plain(told))
        assert "the case is with somebody else by now" in story.letters_to(ROBIN)[-1].get_content()
        answers(story, case, plain(told, sender=f"Ivo Penn <{IVO}>"))
        six_minutes_later(story)
        assert to_customer(story) == []

    def test_G5_nothing_is_passed_on_unless_the_mailbox_says_so(self, tell: TellStory) -> None:
        """By default the mail says where to answer, and a reply to it is answered with that."""
        story, case, told = begin(tell, relay_replies=False)
        assert "A reply to this mail does not reach the customer." in told.get_content()
        answers(story, case, plain(told))
        assert "answer the customer from the mailbox" in story.letters_to(ROBIN)[-1].get_content()
        six_minutes_later(story)
        assert to_customer(story) == []

    def test_G5_an_answer_to_a_reminder_is_told_that_it_stays(self, tell: TellStory) -> None:
        """Whoever replies to a mail about a date hears that the customer has not got it, and nothing of the case moves."""
        story, case, _ = begin(tell)
        story.until("2026-01-13 09:05")
        reminder = story.letters_to(ROBIN)[-1]
        answers(story, case, plain(reminder, "She can come at nine."))
        assert "answers to this mail are not passed on" in story.letters_to(ROBIN)[-1].get_content()
        six_minutes_later(story)
        assert to_customer(story) == []
        assert story.outcomes(case)["response"] is None

    def test_G5_a_quiet_case_stays_quiet(self, tell: TellStory) -> None:
        """Set while the answer waits, or before: the owner is told that it did not go."""
        story, case, told = begin(tell)
        answers(story, case, plain(told))
        story.say(case, CaseQuieted(until=story.clock.now().replace(year=2027), reason="bereavement"))
        six_minutes_later(story)
        assert "nothing can be sent to this customer now" in story.letters_to(ROBIN)[-1].get_content()
        is_held(story, plain(told), "owner-answer-cannot-go")
        assert to_customer(story) == []
        assert story.letters_to(MANAGER) == []
