"""Letters that staff write: the file they edit, and what keeps one from leaving."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.draft import DraftFile, draft_findings, headings, read, written
from mailbot.core.letter import Written
from mailbot.errors import PolicyError

REFERENCE = "HC-2611-0042-7"
BLANK = Written(
    subject=f"What we found [{REFERENCE}]",
    body="""Hello,

You hear from us by Friday 11 December 2026.

# What we found

>> Your findings.

# What we do

>> Actions.""",
)
DONE = replace(BLANK, body=BLANK.body.replace(">> Your findings.", "The lamp was out.").replace(">> Actions.", "We mend it."))
LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40).map(str.strip)


def found(text: Written) -> list[str]:
    return [finding.words for finding in draft_findings(text, BLANK, REFERENCE)]


def changed(old: str, new: str) -> Written:
    assert old in DONE.body
    return replace(DONE, body=DONE.body.replace(old, new))


def test_a_letter_with_words_in_every_part_may_leave() -> None:
    """Each part is there, the date of the case is the one stated, and the subject ends with the reference."""
    assert found(DONE) == []


def test_what_is_not_written_yet_is_named_line_by_line() -> None:
    """Whoever hands in the text as they got it reads what belongs where."""
    assert found(BLANK) == [">> Your findings.", ">> Actions."]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("# What we do\n\nWe mend it.", "We mend it.", "What we do"),
        ("We mend it.", "", "What we do"),
        ("We mend it.", "Not applicable.", "What we do"),
        ("We mend it.", "Not applicable, because of", "What we do"),
        ("The lamp was out.", "It was out on Monday 1 December 2026.", "Monday 1 December 2026"),
        ("The lamp was out.", "It was out on 1 December 2026.", "1 December 2026"),
        ("The lamp was out.", "It was out on Monday 31 November 2026.", "Monday 31 November 2026"),
        ("Friday 11 December 2026", "Friday 18 December 2026", "a date of the case is missing"),
    ],
)
def test_what_is_missing_or_wrong_is_named(old: str, new: str, words: str) -> None:
    """A part that was taken out or has no reason, a date without its right weekday, and a date that is not the case's."""
    assert found(changed(old, new)) == [words]


def test_a_part_that_does_not_apply_says_why() -> None:
    """With a reason it may stand there."""
    assert found(changed("We mend it.", "Not applicable, because it burns again.")) == []


def test_a_subject_without_the_reference_is_refused() -> None:
    """An answer to such a letter would not be found again."""
    assert found(replace(DONE, subject="What we found")) == ["What we found"]


@given(st.lists(LINES, max_size=8))
def test_a_file_says_what_was_written(lines: list[str]) -> None:
    """Whatever the text is, it comes back from its file word for word."""
    body = "\n".join(lines).strip("\n")
    file = DraftFile(letter="conclusion", reference=REFERENCE, text=Written(subject="What we found", body=body))
    assert read(written(file), "file") == file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "file: line 1: write 'Letter: …' here"),
        ("Letter: conclusion\nSubject: x\n", "file: line 2: write 'Case: …' here"),
        ("Letter: conclusion\nCase: HC-2611-0042-7\nSubject:\n", "file: line 3: write 'Subject: …' here"),
    ],
)
def test_a_file_without_its_head_is_refused(text: str, said: str) -> None:
    """With the line, and what to write there."""
    with pytest.raises(PolicyError, match=said):
        read(text, "file")


def test_the_headings_of_a_text_are_its_parts() -> None:
    """In the order in which they stand there."""
    assert headings(BLANK.body) == ("What we found", "What we do")
