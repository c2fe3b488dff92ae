"""Names of staff are blacked out of what is recorded; the writer's own and places stay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files.names import load_names
from mailbot.core.message import Address, Message
from mailbot.core.redaction import BLACK, names_in, without_names
from tests.invented import RULES

NAMES = load_names(RULES)
STAFF = [("Robin Vale", "robin.vale@harbour.example"), ("Mara Quill", "mara.quill@harbour.example")]


def shown(text: str, subject: str = "", name: str = "Ada Finch") -> str:
    message = Message(digest="", subject=subject, text=text, from_=Address(address="ada@example.org", name=name))
    return without_names(message, STAFF, NAMES).full_text


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
    assert all(0 <= span.start < span.end <= len(text) for span in names_in(text, STAFF, NAMES))


def test_a_word_that_is_not_lower_case_is_refused(tmp_path: Path) -> None:
    """The file says what is wrong with which word."""
    from mailbot.errors import PolicyError

    (tmp_path / "phrases").mkdir()
    written = (RULES / "phrases" / "names.toml").read_text().replace('"mr"', '"Mr"')
    (tmp_path / "phrases" / "names.toml").write_text(written)
    with pytest.raises(PolicyError, match="titles: 'Mr': write words in lower case"):
        load_names(tmp_path)
