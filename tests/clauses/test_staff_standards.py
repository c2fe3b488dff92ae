"""What staff send is held against the standard without anybody asking: findings are rows, and whom they concern hears first."""

import json
from email.message import EmailMessage
from html import unescape
from itertools import count

import pytest

from tests.clauses.story import ADA_ADDRESS, Rules, Story, TellStory
from tests.e2e.installation import ENQUIRIES

pytestmark = pytest.mark.dovecot

PACK = "jersey-oic"
ROBIN, MARA = "robin.vale@harbour.example", "mara.quill@harbour.example"
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
name = "Robin Vale"
email = "robin.vale@harbour.example"
phone = "01632 960002"
role = "caseworker"
team = "Casework"
"""
BODY = "Thank you for your message about the bridge. We will write to you again by Friday 9 January."
NAMED = ("Robin Vale", "Caseworker", "Telephone: 01632 960002", ROBIN)
_numbers = count(1)
VERDANA = "font-family:Verdana,sans-serif;font-size:10pt"


def written(*signature: str, closing: str = "Kind regards", style: str = VERDANA, sender: str = "", body: str = BODY) -> bytes:
    """A colleague's answer to Ada as a page, from the group mailbox or from an address of their own."""
    mail = EmailMessage()
    mail["From"] = sender or f"Harbour Council <{ENQUIRIES}>"
    mail["To"], mail["Subject"] = ADA_ADDRESS, "Re: The bridge"
    mail["Date"], mail["Message-ID"] = "Tue, 23 Dec 2025 10:05:00 +0000", f"<{next(_numbers)}.staff@harbour.example>"
    if sender:
        mail["Cc"] = ENQUIRIES
    signed = "".join(f'<p style="{style}">{line}</p>' for line in signature)
    mail.set_content(f"<p>Dear Ms Finch</p><p>{body}</p><p>{closing}</p>{signed}", subtype="html")
    return mail.as_bytes()


def sends(story: Story, content: bytes, folder: str = "Sent") -> None:
    """A colleague's message is seen and judged."""
    before = len(judged(story))
    story.deliver(content, folder=folder)
    story.wait_until(lambda: len(judged(story)) > before, "the message to be judged")


def judged(story: Story) -> list[tuple[str, str, str]]:
    return story.rows("SELECT outcome, why, team FROM staff_mail WHERE judged_at NOT NULL ORDER BY id")


def found(story: Story) -> dict[str, str]:
    """The rules that something was found for, each with its clause."""
    return dict(story.rows("SELECT rule, clause FROM standard_finding WHERE person = ? ORDER BY id", ROBIN))


def test_nothing_is_looked_at_until_an_organisation_switches_it_on(tell: TellStory) -> None:
    """A pack that names a standard judges nobody; the configuration has to say so, too."""
    story = tell(PACK, people=PEOPLE)
    case = story.customer_writes(subject="The bridge")
    story.officer_writes(case, "It opens at ten.")
    assert story.rows("SELECT * FROM staff_mail") == []


def test_J5_J6_an_answer_that_leaves_by_the_mailbox_is_judged(tell: TellStory) -> None:
    """Without telephone and address, and in another font: three findings about whose name the signature has."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("Robin Vale", "Caseworker", style="font-family:Arial;font-size:11pt"))
    assert judged(story) == [("judged", "", "Casework")]
    assert found(story) == {"phone": "J5", "email": "J5", "font": "J6"}


def test_what_keeps_to_the_standard_brings_nothing(tell: TellStory) -> None:
    """A message that has all that is asked for leaves a count and no finding."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written(*NAMED))
    assert (judged(story), found(story)) == ([("judged", "", "Casework")], {})


def test_nobody_is_accused_whose_name_is_not_there(tell: TellStory) -> None:
    """A message from the group mailbox that names no colleague is not judged."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("The enquiries team"))
    assert judged(story) == [("not_judged", "its signature names nobody of the directory", "")]


def test_J7_a_copy_to_the_mailbox_is_judged_too(tell: TellStory) -> None:
    """A colleague who answers from an address of their own is its owner; the closing is none of the standard's."""
    story = tell(PACK, people=PEOPLE, standards=True)
    story.customer_writes(subject="The bridge")
    sends(story, written(*NAMED, closing="Cheers", sender=f"Robin Vale <{ROBIN}>"), "INBOX")
    assert found(story) == {"closing": "J7"}


# The person is told first ------------------------------------------------------------------------------------------------


def words_of(letter: EmailMessage) -> str:
    """The plain text of a letter, whatever is attached."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def gets(story: Story, address: str, subject: str) -> list[EmailMessage]:
    """The letters that somebody gets, once there is one."""
    story.wait_until(lambda: story.letters_to(address, subject), f"{subject} to {address}")
    story.settle()
    return story.letters_to(address, subject)


def untold(story: Story) -> int:
    """How many findings nobody has heard of."""
    return int(story.rows("SELECT count(*) FROM standard_finding WHERE told_at IS NULL")[0][0])


NOTE, COUNT = "For you alone", "What your team sent"
SIGNATURE = """Robin Vale
Caseworker
Casework
Harbour Council
Telephone: 01632 960002
E-mail: robin.vale@harbour.example"""


def test_J5_J6_the_person_hears_of_it_next_morning_and_nobody_else(tell: TellStory) -> None:
    """One note for all of a day: what to add, and a signature to copy as text and in the font that the standard wants."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("Robin Vale", "Caseworker", style="font-family:Arial;font-size:11pt"))
    sends(story, written("Robin Vale", style="font-family:Arial;font-size:11pt", closing="Cheers"))
    assert story.letters_to(ROBIN) == []
    story.until("2025-12-24 09:05")
    (note,) = gets(story, ROBIN, NOTE)
    said = words_of(note)
    assert str(note["Subject"]).startswith(NOTE)
    assert said.count("Add a line with your telephone number") == 1
    assert "- Set the signature in Verdana 10 pt (message of Tuesday 23 December 2025, J6)" in said
    assert "(message of Tuesday 23 December 2025, J7)" in said
    assert SIGNATURE in said
    (attached,) = note.iter_attachments()
    inner = attached.get_content()
    assert "font-family:'Verdana',sans-serif;font-size:10pt" in unescape(inner.get_body(("html",)).get_content())
    assert "Telephone: 01632 960002" in inner.get_body(("plain",)).get_content()
    assert "X-Auto-Response-Suppress" not in note
    assert story.letters_to(MARA, NOTE) == []


def test_F19_a_wording_is_shown_to_whoever_wrote_it_with_a_better_one(tell: TellStory) -> None:
    """The note quotes it from the message; the table of findings holds no word of it."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written(*NAMED, body=f"{BODY} I'll try to find it."))
    (offsets, fix) = story.rows("SELECT offsets, fix FROM standard_finding")[0]
    assert offsets != "[]"
    assert "try to find" not in fix
    story.until("2025-12-24 09:05")
    (note,) = gets(story, ROBIN, NOTE)
    assert '- Instead of "I\'ll try to": ' in words_of(note)
    assert "A signature to copy" not in words_of(note)


def test_J8_a_formal_letter_brings_the_signature_of_formal_letters(tell: TellStory) -> None:
    """It names the organisation in full and says for whom it is signed."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written(*NAMED, closing="Yours sincerely"))
    assert found(story) == {"organisation": "J8", "on_behalf": "J8"}
    story.until("2025-12-24 09:05")
    (note,) = gets(story, ROBIN, NOTE)
    assert "for and on behalf of" in words_of(note).partition("# ")[0]


def test_nobody_hears_of_the_same_thing_twice_in_a_month_and_the_manager_gets_the_count(tell: TellStory) -> None:
    """Two messages, one note; the count has both, without a name, and the month before beside it."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("Robin Vale", "01632 960002"))
    story.until("2025-12-24 09:05")
    gets(story, ROBIN, NOTE)
    sends(story, written("Robin Vale", "01632 960002"))
    story.until("2025-12-29 09:05")
    story.wait_until(lambda: not untold(story), "the second one to be known as told")
    assert len(story.letters_to(ROBIN, NOTE)) == 1
    story.until("2026-01-02 09:05")
    (month,) = gets(story, MARA, COUNT)
    said = words_of(month)
    assert str(month["Subject"]) == "What your team sent in December 2025"
    assert "- Messages that were judged: 2 (November 2025: 0)" in said
    assert "- E-mail address (J5): 2 (November 2025: 0)" in said
    assert "Robin" not in said


def test_names_go_to_the_manager_only_where_the_pack_says_so(tell: TellStory, own_rules: Rules) -> None:
    """A pack may have them named; the shipped ones do not."""
    own_rules.change(PACK, "names_to_manager = false", "names_to_manager = true")
    story = tell(PACK, people=PEOPLE, standards=True, rules=own_rules.folder)
    sends(story, written("Robin Vale", "01632 960002"))
    story.until("2026-01-02 09:05")
    (month,) = gets(story, MARA, COUNT)
    assert "- E-mail address (J5): 1 (November 2025: 0); Robin Vale 1" in words_of(month)


def test_notes_can_be_left_out(tell: TellStory, own_rules: Rules) -> None:
    """A pack may want the count alone."""
    own_rules.change(PACK, "\nnotes = true", "\nnotes = false")
    story = tell(PACK, people=PEOPLE, standards=True, rules=own_rules.folder)
    sends(story, written("Robin Vale", "01632 960002"))
    story.until("2026-01-02 09:05")
    assert story.letters_to(ROBIN, NOTE) == []
    assert len(gets(story, MARA, COUNT)) == 1


# What staff say about it -------------------------------------------------------------------------------------------------


def test_a_waived_rule_gives_no_finding_until_it_holds_again(tell: TellStory) -> None:
    """Who said so and why is kept; what the person had not heard of goes, and other rules hold on."""
    story = tell(PACK, people=PEOPLE, standards=True)
    large = "font-family:Verdana;font-size:16pt"
    sends(story, written(*NAMED, style=large))
    assert found(story) == {"font": "J6"}
    story.tell("standards", "waive", "robin vale", "font", "--reason", "reads large letters")
    sends(story, written("Robin Vale", ROBIN, style=large))
    assert found(story) == {"phone": "J5"}
    listed = json.loads(story.tell("standards", "waivers", "--format", "json"))
    assert [(each["person"], each["rule"], each["reason"]) for each in listed] == [(ROBIN, "font", "reads large letters")]
    assert story.rows("SELECT kind, detail FROM event WHERE kind LIKE 'standard-%'") == [("standard-waived", "font")]
    story.tell("standards", "waive", "Robin", "font", "--end")
    sends(story, written(*NAMED, style=large))
    assert found(story) == {"phone": "J5", "font": "J6"}


def test_the_report_counts_and_names_nobody(tell: TellStory) -> None:
    """As a table, for programs and for spreadsheets; what somebody asks to be removed leaves its number."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("Robin Vale", "01632 960002"))
    words = ("standards", "report", "--month", "2025-12")
    row = {"month": "2025-12", "team": "Casework", "rule": "email", "clause": "J5", "found": 1, "month before": 0}
    assert json.loads(story.tell(*words, "--format", "json")) == [{**row, "judged": 1, "judged before": 0}]
    assert story.tell(*words, "--format", "csv").splitlines()[1] == "2025-12,Casework,email,J5,1,0,1,0"
    assert "Casework" in story.tell(*words)
    assert story.tell("standards", "forget", ROBIN).startswith("1 findings")
    assert story.rows("SELECT person, fix, offsets FROM standard_finding") == [(None, "", "[]")]
    assert story.tell(*words, "--format", "csv").splitlines()[1] == "2025-12,Casework,email,J5,1,0,1,0"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("waive", "Robin", "fnot", "--reason", "x"), "did you mean 'font'?"),
        (("waive", "Nobody Here", "font", "--reason", "x"), "there is nobody called 'Nobody Here'"),
        (("waive", "Robin", "font"), "say why, with --reason"),
        (("waive", "Robin", "font", "--end"), "is not spared 'font'"),
        (("report", "--month", "2025-13"), "write a month such as 2026-11"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(tell: TellStory, words: tuple[str, ...], why: str) -> None:
    """A rule or person that is not there, no reason, nothing to take back, no such month."""
    story = tell(PACK, people=PEOPLE, standards=True)
    refused = story.cli("standards", *words)
    assert (refused.returncode in (2, 64, 65), why in " ".join(refused.stderr.split())) == (True, True), refused.stderr


def test_G4_an_answer_that_names_nobody_is_told_to_whoever_sent_it_and_counted(tell: TellStory) -> None:
    """Under the pack of any organisation: who deals with it is missing, the note offers the name, the month counts it."""
    story = tell("generic", people=PEOPLE, standards=True)
    story.customer_writes(subject="The bridge")
    sends(story, written("The casework team", "01632 960002", sender=f"Robin Vale <{ROBIN}>"), "INBOX")
    assert found(story)["named_contact"] == "G4"
    story.until("2025-12-24 09:05")
    (note,) = gets(story, ROBIN, NOTE)
    assert "- Say who deals with it: Robin Vale (message of Tuesday 23 December 2025, G4)" in words_of(note)
    story.until("2026-01-02 09:05")
    (month,) = gets(story, MARA, COUNT)
    assert "- Name of whoever deals with it (G4): 1 (November 2025: 0)" in words_of(month)
