"""Complaints about somebody of ours: no name is recorded, few read them as they came, and nobody named has a part in them."""

import re
from datetime import datetime
from email.message import EmailMessage

import pytest

from mailbot.adapters.login import signed_in
from mailbot.core.case import Channel
from mailbot.core.case_command import ContactNoted, IncidentNoted, MisconductNoticed
from mailbot.core.directory import Person
from mailbot.errors import PermanentError
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.clauses.test_contacts import take_down
from tests.e2e.installation import ENQUIRIES, MANAGER
from tests.e2e.messages import ADA

pytestmark = pytest.mark.dovecot

INGA, CHIEF, ROBIN, SOL = (f"{name}@harbour.example" for name in ("inga.holt", "nora.lane", "robin.vale", "sol.hart"))
PEOPLE = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Mo Reed"
[[team]]
name = "Desk"
mailboxes = ["enquiries"]
manager = "Mo Reed"
director = "Sol Hart"
[[team]]
name = "Service Information"
manager = "Sol Hart"
[[person]]
name = "Mo Reed"
email = "manager@harbour.example"
team = "Desk"
[[person]]
name = "Robin Vale"
email = "robin.vale@harbour.example"
[[person]]
name = "Sol Hart"
email = "sol.hart@harbour.example"
[[person]]
name = "Inga Holt"
email = "inga.holt@harbour.example"
role = "information manager"
[[person]]
name = "Nora Lane"
email = "nora.lane@harbour.example"
role = "assistant chief"
[[service]]
name = "Home visits"
contact = "Robin Vale"
deputy = "Sol Hart"
synonyms = ["home visit"]
"""
COMPLAINT = (
    "I wish to make a formal complaint about your officer Robin Vale. At the home visit he shouted at my mother, and his "
    "colleague, whose badge said Moira Gander, laughed. Robin should be disciplined."
)
GONE = ("Robin", "Vale", "Moira", "Gander")


def begin(tell: TellStory, **settings: object) -> tuple[Story, str]:
    story = tell("northants-fire", people=PEOPLE, manager=MANAGER, **settings)
    return story, story.customer_writes(COMPLAINT, subject="Robin Vale at the home visit")


def words_of(letter: EmailMessage) -> str:
    """Subject and every text of a letter, decoded."""
    parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(letter["Subject"]), *map(str, parts)])


def everything_recorded(story: Story, case: str) -> list[str]:
    """What tables and commands say of cases."""
    queries = (
        "SELECT subject, text FROM message",
        'SELECT subject, delay_reason FROM "case"',
        "SELECT subject FROM participant",
        "SELECT filename FROM attachment",
        "SELECT detail FROM event",
        "SELECT about, asked_for FROM contact_note",
    )
    told = [str(row) for query in queries for row in story.rows(query)]
    commands = (("case", "list"), ("case", "show", case, "--messages", "--quoted"), ("explain", case))
    return told + [story.tell(*words) for words in commands]


def no_name_in(told: list[str], *names: str) -> bool:
    """Whether none of these names stands in any of these texts."""
    assert told
    return not [name for name in names for text in told if re.search(rf"\b{name}\b", text, re.IGNORECASE)]


def multipart(text: str, filename: str) -> bytes:
    """A customer's message with a file."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADA, ENQUIRIES, "Opening hours"
    mail["Date"], mail["Message-ID"] = "Tue, 23 Dec 2025 10:00:00 +0000", "<first@example.org>"
    mail.set_content(text)
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=filename)
    return mail.as_bytes()


def noted(words: str, at: datetime) -> ContactNoted:
    return ContactNoted(channel=Channel.PHONE, at=at, outcome=words, answers=False)


def inga() -> Person:
    return Person(name="Inga Holt", address=INGA)


class TestF11:
    def test_F11_no_name_is_left_in_anything_that_is_recorded_or_told(
        self, tell: TellStory, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Listings, the case with its messages, why it is what it is, the tables, letters, alerts, digest, exports and logs."""
        story, case = begin(tell)
        story.until("2025-12-24 09:05")
        commands = (
            ("case", "list"),
            ("case", "show", case, "--messages", "--quoted"),
            ("case", "show", case, "--format", "json"),
            ("explain", case),
            ("outbox", "list"),
            ("held", "list", "--handovers"),
        )
        told = [story.tell(*words) for words in commands]
        told += [str(row) for row in story.rows("SELECT subject, text FROM message")]
        told += [str(row) for row in story.rows('SELECT subject FROM "case"')]
        told += [str(row) for row in story.rows("SELECT subject FROM participant")]
        told += [str(row) for row in story.rows("SELECT detail FROM event")]
        told += [words_of(letter) for address in (ADA_ADDRESS, MANAGER, INGA, SOL) for letter in story.letters_to(address)]
        told += [story.tell("contact", "export", "--month", "2025-12"), "".join(capfd.readouterr())]
        assert "letter=flag-notice" in told[-1]
        assert len(told) > 15
        for text in told:
            assert not [name for name in GONE if name.lower() in text.lower()]
        assert "shouted at my mother" in story.tell("case", "show", case, "--messages")
        assert "█" in story.tell("case", "list")

    def test_F11_the_information_manager_decides_whether_the_assistant_chief_hears_of_it(self, tell: TellStory) -> None:
        """One mail at once; the next only once it is confirmed, and the history says by whom."""
        story, case = begin(tell)
        (told,) = story.letters_to(INGA)
        words = told.get_content()
        assert "What has come: a message is about the conduct of a member of staff\n" in words
        assert f"Case: {case}\n" in words
        assert story.letters_to(CHIEF) == []
        story.officer.confirm(case, "personnel", by="Inga Holt")
        story.settle()
        (confirmed,) = story.letters_to(CHIEF)
        assert case in confirmed.get_content()
        assert "confirmed-personnel" in story.rules_of(case)
        with pytest.raises(PermanentError, match="bears no flag"):
            story.officer.confirm(story.customer_writes(sender="Ben <ben@example.org>"), "personnel")

    def test_F11_only_the_named_role_opens_the_message_and_each_opening_is_logged(self, tell: TellStory) -> None:
        """Anybody else is refused; what was opened has every name, and the history says who did it and why."""
        story, case = begin(tell)
        number = story.case(case).messages[0].row
        for name, address in (("Robin Vale", ROBIN), ("Sol Hart", SOL)):
            with pytest.raises(PermanentError, match="open only for the information manager"):
                story.officer.open_raw(case, number, Person(name=name, address=address), "curious")
        content = story.officer.open_raw(case, number, inga(), "to speak to the crew")
        story.officer.open_raw(case, number, inga(), "once more")
        assert b"Robin Vale" in content
        opened = [event.detail for event in story.case(case).events if event.rule == "raw-opened"]
        assert opened == [
            f"message {number}, by Inga Holt: to speak to the crew",
            f"message {number}, by Inga Holt: once more",
        ]

    def test_F11_nobody_who_is_named_has_a_part_in_it(self, tell: TellStory) -> None:
        """Neither owner nor deputy, copy or alert: not by rule, not by command, not as it gets late."""
        story, case = begin(tell)
        assert story.letters_to(ROBIN) == []
        with pytest.raises(PermanentError, match="who is spared it"):
            story.assign(case, "Robin Vale", ROBIN)
        with pytest.raises(PermanentError, match="goes along nowhere"):
            story.officer.hand_over(case, "Home visits")
        story.until("2026-01-12 09:05")
        story.until("2026-01-14 09:05")
        story.until("2026-01-16 09:05")
        assert story.letters_to(ROBIN) == []
        assert story.letters_to(MANAGER, "Late")

    def test_F11_what_the_customer_writes_later_is_recorded_without_names_too(self, tell: TellStory) -> None:
        """Even where the later message says nothing that would make it one about somebody."""
        story, case = begin(tell)
        story.customer_answers(case, "I forgot: Robin Vale came at ten.")
        shown = story.tell("case", "show", case, "--messages")
        assert "came at ten" in shown
        assert not [name for name in GONE if name in shown]

    def test_F11_staff_say_that_a_case_is_about_somebody_where_nothing_told_so(self, tell: TellStory) -> None:
        """From then on it is like any other: all that was recorded, later messages, mails, who opens it, the next role."""
        story = tell("northants-fire", people=PEOPLE, manager=MANAGER)
        case = story.customer_writes(
            "Could you tell me when the station is open? I met Kit Brown there.", subject="Robin Vale and the station"
        )
        assert not story.letters_to(INGA)
        assert "Robin Vale" in story.tell("case", "list")
        with pytest.raises(PermanentError, match="bears no flag"):
            story.officer.confirm(case, "personnel")

        story.officer.restrict(case, "Robin Vale is her brother, whom she means", by="Mo Reed", about=["Kit Brown"])
        story.settle()
        (told,) = story.letters_to(INGA)
        assert "What has come: a message is about the conduct of a member of staff\n" in told.get_content()
        assert case in told.get_content()
        history = [event.detail for event in story.case(case).events if event.rule == "restricted-by-staff"]
        assert len(history) == 1
        assert history[0].startswith("by Mo Reed: ██")
        assert history[0].endswith("is her brother, whom she means")
        assert no_name_in(everything_recorded(story, case), *GONE, "Kit", "Brown")
        assert "the station is open" in story.tell("case", "show", case, "--messages")
        story.customer_answers(case, "I forgot: Robin Vale came at ten, and kit, too.")
        newest = story.rows("SELECT text FROM message WHERE direction = 'in' ORDER BY id DESC LIMIT 1")[0][0]
        assert "came at ten" in newest
        assert no_name_in([newest], *GONE, "kit")
        number = story.case(case).messages[0].row
        with pytest.raises(PermanentError, match="open only for the information manager"):
            story.officer.open_raw(case, number, Person(name="Sol Hart", address=SOL), "curious")
        assert b"the station is open" in story.officer.open_raw(case, number, inga(), "to see to it")
        with pytest.raises(PermanentError, match="goes along nowhere"):
            story.officer.hand_over(case, "Home visits")
        with pytest.raises(PermanentError, match="about somebody of ours already"):
            story.officer.restrict(case, "again")

        story.officer.confirm(case, "personnel", by="Inga Holt")
        story.settle()
        assert len(story.letters_to(CHIEF)) == 1
        assert len(story.letters_to(INGA)) == 1

    def test_F11_what_was_recorded_before_a_later_message_told_is_without_names_then(self, tell: TellStory) -> None:
        """Texts, subject, names of files and history; letters of before open to nobody any more, for they may hold them."""
        story = tell("northants-fire", people=PEOPLE, manager=MANAGER)
        first = multipart("When is the station open? Moira Gander knows.", "gander_moira.pdf")
        story.deliver(first)
        case = story.cases(1)[-1].reference
        story.settle()
        story.officer.carry_out(case, noted("Robin Vale rang her about it", story.clock.now()))
        (line,) = [one for one in story.outbox("sent") if one.letter.startswith("receipt")]
        assert "Moira" in story.tell("case", "show", case, "--messages")
        assert story.tell("outbox", "show", str(line.id))
        story.customer_answers(case, COMPLAINT)
        assert "names-hidden" in story.rules_of(case)
        assert no_name_in(everything_recorded(story, case), *GONE)
        refused = story.cli("outbox", "show", str(line.id))
        assert (refused.returncode, "may name them" in refused.stderr) == (65, True)
        assert b"gander_moira.pdf" in story.officer.open_raw(case, story.case(case).messages[0].row, inga(), "to see to it")

    @pytest.mark.parametrize("told_by", ["a later message", "staff", "misconduct"])
    def test_F11_whoever_has_the_case_and_proves_to_be_meant_has_it_no_more(self, tell: TellStory, told_by: str) -> None:
        """The manager gives it to somebody else; whoever is meant hears nothing of it from then on."""
        story = tell("northants-fire", people=PEOPLE, manager=MANAGER)
        case = story.customer_writes("I wish to make a formal complaint. The crew came late.", subject="Late")
        story.assign(case, "Robin Vale", ROBIN)
        story.settle()
        heard = len(story.letters_to(ROBIN))
        if told_by == "a later message":
            story.customer_answers(case, COMPLAINT)
        elif told_by == "staff":
            story.officer.restrict(case, "she rang", about=["Robin Vale"])
        else:
            about = Person(name="Robin Vale", address=ROBIN, team="Desk")
            story.say(case, MisconductNoticed(about=about, words="He lied", by="Inga Holt", at=story.clock.now()))
        story.settle()
        assert story.case(case).line.owner is None
        told = [letter.get_content() for letter in story.letters_to(MANAGER)]
        assert [case in words for words in told if "a case names whoever had it, so that nobody has it now" in words] == [True]
        story.until("2026-01-16 09:05")
        assert len(story.letters_to(ROBIN)) == heard
        with pytest.raises(PermanentError, match="who is spared it"):
            story.assign(case, "Robin Vale", ROBIN)

    def test_F11_what_staff_say_of_it_later_names_nobody_either(self, tell: TellStory) -> None:
        """Not whoever the customer named, nor whom staff did; who says it stays in the history."""
        story, case = begin(tell)
        story.officer.restrict(case, "a third one", by="Mo Reed", about=["Kit Brown"])
        story.say(case, noted("Moira said sorry, and so did Kit and Mr Vale", story.clock.now()))
        story.say(case, IncidentNoted(words="Gander rang her at home", by="Mo Reed", at=story.clock.now()))
        assert no_name_in([str(row) for row in story.rows("SELECT detail FROM event")], *GONE, "Kit", "Brown")
        told = str(story.rows("SELECT detail FROM event"))
        assert "said sorry, and so did" in told
        assert "rang her at home, by Mo Reed" in told

    def test_F11_what_is_taken_down_on_the_phone_is_recorded_without_names(self, tell: TellStory) -> None:
        """Neither subject nor note nor history has them, and no mail."""
        story = tell("northants-fire", people=PEOPLE, manager=MANAGER)
        added = take_down(story, about="Robin Vale at the home visit", asked_for=COMPLAINT, phone="01632 960123")
        assert no_name_in(everything_recorded(story, added.reference), *GONE)
        assert no_name_in([words_of(letter) for who in (MANAGER, INGA) for letter in story.letters_to(who)], *GONE)

    def test_F11_names_stay_hidden_where_cases_are_merged_or_split(self, tell: TellStory) -> None:
        """The other case is one about somebody from then on, what it had is without names, and few open its messages."""
        story, case = begin(tell)
        other = story.customer_writes("When is the station open? Moira Gander knows.", subject="Opening hours")
        number = story.case(other).messages[0].row
        story.officer.merge(case, other)
        story.settle()
        assert no_name_in(everything_recorded(story, other), *GONE)
        with pytest.raises(PermanentError, match="open only for the information manager"):
            story.officer.open_raw(other, number, Person(name="Sol Hart", address=SOL), "curious")
        apart = story.officer.split(other, [number])
        with pytest.raises(PermanentError, match="open only for the information manager"):
            story.officer.open_raw(apart, number, Person(name="Sol Hart", address=SOL), "curious")

    def test_F11_who_opens_a_message_is_known_by_how_they_signed_in(self, tell: TellStory) -> None:
        """Nobody opens it by typing another name; the history has the login, too."""
        mine = PEOPLE.replace('role = "information manager"', f'role = "information manager"\nlogin = "{signed_in()}"')
        story = tell("northants-fire", people=mine, manager=MANAGER)
        case = story.customer_writes(COMPLAINT, subject="Robin Vale at the home visit")
        number = str(story.case(case).messages[0].row)
        opened = story.tell("case", "raw", case, number, "--why", "to speak to the crew")
        assert "Robin should be disciplined" in opened
        refused = story.cli("case", "raw", case, number, "--by", "Sol Hart", "--why", "curious")
        assert (refused.returncode, f"you are signed in as '{signed_in()}', who is Inga Holt" in refused.stderr) == (65, True)
        (event,) = [event for event in story.case(case).events if event.rule == "raw-opened"]
        assert (event.actor, event.detail) == (signed_in(), f"message {number}, by Inga Holt: to speak to the crew")

    def test_F11_whoever_has_no_login_in_the_directory_opens_nothing_of_it(self, tell: TellStory) -> None:
        """Whatever name they type, or none; a message of any other case opens, and the history has the login."""
        story, case = begin(tell)
        number = str(story.case(case).messages[0].row)
        for words in (("--by", "Inga Holt"), ()):
            refused = story.cli("case", "raw", case, number, *words, "--why", "curious")
            assert (refused.returncode, "nobody in the services file has login" in refused.stderr) == (65, True)
            assert not refused.stdout
        other = story.customer_writes("When is the station open?", sender="Ben <ben@example.org>")
        row = str(story.case(other).messages[0].row)
        assert "When is the station open?" in story.tell("case", "raw", other, row, "--why", "to see the form")
        (event,) = [event for event in story.case(other).events if event.rule == "raw-opened"]
        assert event.detail == f"message {row}, by {signed_in()}: to see the form"


class TestF12:
    def test_F12_only_staff_report_misconduct_and_the_line_manager_alone_hears_of_it(self, tell: TellStory) -> None:
        """Nothing is inferred from what was written; the manager of their team gets a mail, never whoever it is about."""
        story, case = begin(tell)
        assert story.letters_to(MANAGER, "For you to see to") == []
        about = Person(name="Robin Vale", address=ROBIN, team="Desk")
        story.say(case, MisconductNoticed(about=about, words="He took gifts", by="Inga Holt", at=story.clock.now()))
        story.settle()
        (told,) = story.letters_to(MANAGER, "For you to see to")
        assert "possible misconduct of Robin Vale, noticed in a case: He took gifts" in told.get_content()
        assert story.letters_to(ROBIN) == []
        assert all("Robin" not in event.detail for event in story.case(case).events)
        boss = Person(name="Mo Reed", address=MANAGER, team="Desk")
        story.say(case, MisconductNoticed(about=boss, words="He hid it", by="Inga Holt", at=story.clock.now()))
        story.settle()
        assert len(story.letters_to(SOL, "For you to see to")) == 1
        assert len(story.letters_to(MANAGER, "For you to see to")) == 1
