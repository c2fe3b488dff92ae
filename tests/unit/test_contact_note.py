"""Contact notes: what a customer's own words say of who they are and how they can be reached (N3, F21)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mailbot.adapters.contact_note import ContactReader
from mailbot.adapters.rule_files import load_contact, load_quoting, load_subjects
from mailbot.cli.main import app
from mailbot.core.contact_note import NOT_FOUND, ContactNote, Finding
from mailbot.core.message import Address
from mailbot.core.quoting import own_spans
from mailbot.errors import PolicyError
from tests.invented import MONDAY, RULES, message

SAMPLES = Path(__file__).parent.parent / "contact_notes"
READER = ContactReader(load_contact(RULES), load_subjects(RULES))
QUOTING = load_quoting(RULES)


def note_of(text: str, **head: object) -> ContactNote:
    """The note of a message with this body."""
    own = own_spans(text, QUOTING, with_signature=True)
    return READER.read(message(text=text, own=own, **head), MONDAY)


@pytest.mark.parametrize("half", ["before.jsonl", "after.jsonl"])
def test_what_people_found_is_found_and_hardly_anything_else(half: str) -> None:
    """In each field of 110 labelled messages at least 0.95 of what is found is right, and 0.85 of what is there is found."""
    result = CliRunner().invoke(app, ["evaluate", "contact-note", str(SAMPLES / half), "--format", "json"])
    figures = json.loads(result.output)
    assert len(figures) == 8
    poor = [one for one in figures if one["precision"] < 0.95 or one["recall"] < 0.85]
    assert not poor


def test_the_table_is_for_people() -> None:
    """Each field has its row, and whatever came out otherwise is named below."""
    result = CliRunner().invoke(app, ["evaluate", "contact-note", str(SAMPLES / "after.jsonl")])
    assert "56 messages" in result.output
    assert "post: after-33: to be found" in result.output


def test_a_label_of_an_unknown_field_is_refused(tmp_path: Path) -> None:
    """The sentence names the line and the fields that there are."""
    file = tmp_path / "x.jsonl"
    file.write_text('{"body": "x", "expected": {"phone": "1"}}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", "contact-note", str(file)])
    assert "x.jsonl:1: 'expected'" in str(result.exception)


def test_a_message_that_says_nothing_of_its_writer_has_a_note_that_says_so() -> None:
    """Each field of N3 stands in the note, and what is not known is marked as not found."""
    note = note_of("Is the pool open?", from_=None, subject="")
    shown = dict(note.lines("Monday"))
    assert [label for label, value in shown.items() if value == NOT_FOUND] == [
        "Name",
        "Phone",
        "E-mail",
        "Post",
        "Would like an answer by",
    ]
    assert shown["Asked for"] == shown["About"] == "Is the pool open?"


def test_what_is_quoted_or_passed_on_is_nobodys_own() -> None:
    """Numbers, names and addresses of a quote or of a message that was forwarded are not the customer's."""
    note = note_of(
        "See below.\n\n---------- Forwarded message ---------\nFrom: Bo <bo@example.org>\nDate: 1 May 2026\nSubject: Lift\n"
        "To: ada@example.org\n\nRing me on 07700 900123.\n\nBo Finch\n3 Ferry Lane\nSaltby\nNR99 3QQ\n",
        from_=Address(address="ada@example.org"),
    )
    assert (note.phones, note.post, note.name) == ((), None, None)


def test_evidence_points_at_what_was_found() -> None:
    """Words of a finding stand where its spans say, in the text with its subject."""
    text = "Please call me on 07700 900 123.\n\nKind regards\nAda Finch\n3 Ferry Lane\nSaltby\nNR99 3QQ"
    note = note_of(text, from_=None, subject="Lamp")
    whole = f"Lamp\n\n{text}"
    found = [note.name, note.phones[0], note.post, note.channel, note.about]
    assert [whole[one.spans[0].start : one.spans[0].end] for one in found if one] == [
        "Ada Finch",
        "07700 900 123",
        "3 Ferry Lane\nSaltby\nNR99 3QQ",
        "Please call",
        "Lamp",
    ]


@given(
    st.text(alphabet="0123456789 -/.\n", max_size=60), st.sampled_from(["ref", "Account no", "invoice number", "NHS number"])
)
def test_a_number_with_another_name_before_it_is_no_phone(digits: str, label: str) -> None:
    """Whatever its digits are: a reference that looks like a phone number stays a reference."""
    assert note_of(f"My {label}: {' '.join(digits.split())}\nPlease look at it.").phones == ()


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    """And each finding points into it."""
    note = note_of(text)
    whole = len(message(text=text).full_text)
    found = [one for one in (note.name, note.email, note.post, note.about, *note.phones, *note.asked_for) if one]
    assert all(0 <= span.start <= span.end <= whole for one in found for span in one.spans)


def test_a_hostile_text_takes_no_time() -> None:
    """Text made to be slow is cut: 200,000 characters of it are read in a moment."""
    for piece in ("0", "07700 ", "Ada ", "1 Road, ", "address ", "\n1 A Road", "?", "a@"):
        note_of(piece * (200_000 // len(piece)))


def test_a_word_that_could_never_be_found_is_refused(tmp_path: Path) -> None:
    """The sentence names the file, the list and the word."""
    (tmp_path / "phrases").mkdir()
    text = (RULES / "phrases" / "contact.toml").read_text(encoding="utf-8")
    (tmp_path / "phrases" / "contact.toml").write_text(text.replace('"braille"', '"Braille"'), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"contact.toml: format.Braille: 'Braille': write it in lower case"):
        load_contact(tmp_path)


def test_a_later_message_adds_to_a_note_and_changes_nothing_that_was_found() -> None:
    """What was not found is taken from it; what is asked for stands once, in the order in which it was asked."""
    first = ContactNote(received_at=MONDAY, name=Finding("Ada Finch"), asked_for=(Finding("Please mend it."),))
    later = ContactNote(
        received_at=MONDAY + timedelta(days=1),
        name=Finding("A. Finch"),
        phones=(Finding("01632 960123"),),
        asked_for=(Finding("Please mend it."), Finding("Please ring me.")),
    )
    both = later.added_to(first)
    assert (both.received_at, both.name, both.phones) == (MONDAY, Finding("Ada Finch"), (Finding("01632 960123"),))
    assert [one.value for one in both.asked_for] == ["Please mend it.", "Please ring me."]
