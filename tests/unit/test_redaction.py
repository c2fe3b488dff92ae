"""Names of staff are blacked out of what is recorded; the writer's own and places stay."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files.names import load_names
from mailbot.core.message import Address, Attachment, Message
from mailbot.core.person_name import BLACK, Sought, names_in
from mailbot.core.redaction import Place, RecordedText, without_names, without_names_in
from tests.invented import RULES

NAMES = load_names(RULES)
STAFF = (("Robin Vale", "robin.vale@harbour.example"), ("Mara Quill", "mara.quill@harbour.example"))
SOUGHT = Sought(rules=NAMES, staff=STAFF, secret=b"of this installation")


def shown(text: str, subject: str = "", name: str = "Ada Finch") -> str:
    message = Message(digest="", subject=subject, text=text, from_=Address(address="ada@example.org", name=name))
    return without_names(message, SOUGHT).message.full_text


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Robin Vale shouted at me.", ["Robin", "Vale"]),
        ("robin vale was rude, and I told robin so.", ["robin", "vale"]),
        ("It was VALE, ROBIN who lied.", ["VALE", "ROBIN"]),
        ("Write to robin.vale@harbour.example and he laughs.", ["robin.vale@harbour.example"]),
        ("Your officer Mr Gander lied about the visit.", ["Gander"]),
        ("mr gander lied. Gander always lies.", ["gander", "Gander"]),
        ("Dr. Marsh was rude to my wife.", ["Marsh"]),
        ("The receptionist, whose badge said Moira, shouted.", ["Moira"]),
        ("Your receptionist Moira Gander swore. I told Moira to stop.", ["Moira", "Gander"]),
        ("A man by the name of Kit was drunk.", ["Kit"]),
        ("The driver, Kit Marsh-Lowe, fell asleep.", ["Kit", "Marsh-Lowe"]),
        ("It was Siân O’Hara’s fault. O’Hara knew.", ["Siân", "Hara"]),
        ("Nurse Ada Gander's manner was cold.", ["Gander"]),
        ("Quill was there, too: Mara Quill.", ["Quill", "Mara"]),
        ("MOIRA GANDER SHOUTED AT MY MOTHER.", ["MOIRA", "GANDER"]),
        ("SARAH BROWN SWORE AT ME. Brown always swears.", ["SARAH", "BROWN", "Brown"]),
        ("Then GANDER came and shouted at us.", ["GANDER"]),
        ("I COMPLAIN ABOUT YOUR RECEPTIONIST MOIRA O'HARA WHO REFUSED ME.", ["MOIRA", "HARA"]),
        ("IT WAS MR GANDER-LOWE'S FAULT.", ["GANDER", "LOWE"]),
    ],
)
def test_names_are_gone(text: str, gone: list[str]) -> None:
    """From the directory and from the text: full, by title, by post, by badge, and wherever a part of them comes again."""
    for one in (shown(text), shown("Nothing here.", subject=text)):
        assert not [name for name in gone if name in one]
        assert BLACK in one


@pytest.mark.parametrize(
    "text",
    [
        "The crew shouted at my mother on Monday at High Street.",
        "I wish to complain to Harbour Council about Northmoor District Council.",
        "Kind regards\nAda Finch",
        "Yours, Mrs Finch",
        "Ada Finch here. I was at the Fire Station in March.",
        "Your receptionist was rude. She told me to go away.",
        "THE OFFICER LIED TO ME AND I WANT AN APOLOGY.",
        "MY FOI REQUEST HC-2611-0042-7 IS LATE. THE NHS AND THE ICO KNOW.",
        "IT'S A DISGRACE, AND YOUR DRIVER DIDN'T EVEN STOP AT THE HIGH STREET.",
        "ADA FINCH WROTE THIS.",
    ],
)
def test_what_names_nobody_of_ours_stays(text: str) -> None:
    """The writer's own name, streets, councils and days are no names of staff."""
    assert shown(text) == f"\n\n{text}"


@given(st.text(alphabet=st.sampled_from("aB é.'-\n@Mr"), max_size=60))
def test_nothing_moves(text: str) -> None:
    """What is left stands where it stood: evidence points to the same places; and blacking twice changes nothing."""
    once = shown(text)
    assert len(once) == len(text) + 2
    assert all(new in (old, BLACK) for new, old in zip(once, f"\n\n{text}", strict=True))
    assert all(0 <= span.start < span.end <= len(text) for span in names_in(text, SOUGHT))


def test_names_of_files_are_black_whole() -> None:
    """A name may stand there in any form, and the type of a file stands beside it."""
    file = Attachment(part="2", filename="rvale_complaint.pdf", content_type="application/pdf", size=1, sha256="")
    message = Message(digest="", text="See the file.", attachments=(file,))
    (shown,) = without_names(message, SOUGHT).message.attachments
    assert shown == replace(file, filename=BLACK * len(file.filename))


def test_what_was_a_name_in_one_message_is_one_in_the_next() -> None:
    """Though the next says nothing that would tell; and what is kept of the name does not tell it to anybody."""
    first = Message(digest="", text="Your officer Mr Gander was rude.")
    marks = without_names(first, SOUGHT).marks
    second = Message(digest="", text="Gander did it again. The gander on the pond was kinder.")
    later = replace(SOUGHT, marks=frozenset(marks))
    assert without_names(second, SOUGHT).message.text == second.text
    assert without_names(second, later).message.text == f"{BLACK * 6} did it again. The {BLACK * 6} on the pond was kinder."
    assert set(marks) <= set(without_names(second, later).marks)
    elsewhere = replace(later, secret=b"of another installation")
    assert without_names(second, elsewhere).message.text == second.text


def test_all_texts_of_a_case_are_hidden_and_who_did_what_stays() -> None:
    """A name in one text is one in all. In the history nobody is blacked whom no text names."""
    texts = (
        RecordedText(Place.CASE_SUBJECT, 1, "The visit of Gander"),
        RecordedText(Place.MESSAGE_TEXT, 1, "Your officer Mr Gander came with Kit, late. Opening Hours are wrong, too."),
        RecordedText(Place.MESSAGE_TEXT, 2, "Thank you."),
        RecordedText(Place.FILE_NAME, 1, "gander.pdf"),
        RecordedText(Place.EVENT, 1, "assigned to Mara Quill instead of Mr Gander"),
        RecordedText(Place.EVENT, 2, "Opening hours"),
    )
    hidden = without_names_in(texts, "Kit Brown is meant", replace(SOUGHT, about=("Kit Brown",)))
    after = {(one.place, one.row): text for one, text in hidden.texts}
    assert after == {
        (Place.CASE_SUBJECT, 1): "The visit of ██████",
        (Place.MESSAGE_TEXT, 1): "Your officer ██ ██████ came with ███, late. ███████ █████ are wrong, too.",
        (Place.FILE_NAME, 1): "██████████",
        (Place.EVENT, 1): "assigned to Mara Quill instead of Mr ██████",
    }
    assert hidden.reason == "███ █████ is meant"
    assert hidden.subject("The visit of Gander") == "The visit of ██████"


def test_the_writers_own_name_stays_whoever_it_is_like() -> None:
    """Even if a colleague of the same name was named before."""
    marked = without_names(Message(digest="", text="Your officer Mr Finch."), SOUGHT).marks
    later = replace(SOUGHT, marks=frozenset(marked))
    message = Message(digest="", text="Ada Finch here.", from_=Address(address="ada@example.org", name="Ada Finch"))
    assert without_names(message, later).message.text == message.text


def test_a_word_that_is_not_lower_case_is_refused(tmp_path: Path) -> None:
    """The file says what is wrong with which word."""
    from mailbot.errors import PolicyError

    (tmp_path / "phrases").mkdir()
    written = (RULES / "phrases" / "names.toml").read_text().replace('"mr"', '"Mr"')
    (tmp_path / "phrases" / "names.toml").write_text(written)
    with pytest.raises(PolicyError, match="titles: 'Mr': write words in lower case"):
        load_names(tmp_path)
