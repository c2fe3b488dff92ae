"""The form of a letter: dates by name, a subject like a sentence, headings and lists and nothing else."""

from dataclasses import replace

import pytest

from mailbot.core.letter import Audience, LetterSpec
from mailbot.core.letter_style import date_findings, markup_findings, statutory_findings, subject_findings
from mailbot.core.written_date import written_dates
from tests.letters.test_letter_lint import SPEC


@pytest.mark.parametrize(
    "date",
    [
        "4 December",
        "4th December 2026",
        "Friday 4 December 2026",
        "Dec 4",
        "December 4th",
        "4/12/2026",
        "4.12.26",
        "2026-12-04",
    ],
)
def test_a_date_that_somebody_typed_is_found(date: str) -> None:
    """It would be the same for every case, and wrong for all but one."""
    (found,) = date_findings(f"Hello,\n\nWe will write by {date}, at the latest.")
    assert (found.words, found.line) == (date, 3)
    assert "{{ due_on }}" in found.instead


@pytest.mark.parametrize(
    "text", ["We write by {{ due_on }}.", "The Act of 2000", "section 10.1", "You may 3 times", "1/2 of it", "01632 960123"]
)
def test_what_is_no_date_may_stand_in_a_letter(text: str) -> None:
    """A name that holds a date is the way to write one; numbers and years of laws are no dates."""
    assert not list(date_findings(text))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Monday 4 December 2026", "Friday"),
        ("Monday, the 4th of December 2026", "Friday"),
        ("Friday 4 December 2026", ""),
        ("Monday 4 December", ""),
        ("Monday 31 February 2026", ""),
    ],
)
def test_a_weekday_that_does_not_fit_its_date_is_seen(text: str, right: str) -> None:
    """A reader who goes by the weekday would come on the wrong day; without a year nothing can be said."""
    assert [one.right_weekday for one in written_dates(text)] == [right]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is **very** late.", "**very**"),
        ("It is __very__ late.", "__very__"),
        ("See [our page](https://harbour.example).", "[our page](https://harbour.example)"),
        ("See:\n\n| a | b |", "| a | b |"),
        ("## What next", "## What next"),
        ("#What next", "#What next"),
        ("* one", "* one"),
        ("A <b>word</b>", "<b>"),
        ("Write `this`", "`this`"),
    ],
)
def test_marks_that_a_reader_would_see_are_found(text: str, words: str) -> None:
    """Each with what to write instead."""
    found = list(markup_findings(text))
    assert words in [one.words for one in found]
    assert all(one.instead for one in found)


def test_headings_lists_and_addresses_are_well() -> None:
    """And so are brackets, a star and an amount smaller than another."""
    assert not list(
        markup_findings("# What next\n\n- one\n- two * three\n\nSee https://harbour.example/a_b_c [HC-1], 3 < 4 > 2.")
    )


@pytest.mark.parametrize(
    ("subject", "instead"),
    [
        ("We have your message", "write the reference last"),
        ("[{{ reference }}] We have your message", "write the reference last"),
        ("We Have Your Message [{{ reference }}]", "like a sentence"),
        ("Delay Notice [{{ reference }}]", "like a sentence"),
        ("We have your message and will soon write to you again at length [{{ reference }}]", "shorten it"),
    ],
)
def test_a_subject_is_a_short_sentence_with_the_reference_last(subject: str, instead: str) -> None:
    """So that a list of mails can be read, on a telephone too."""
    (found,) = style_of(subject, replace(SPEC, audience=Audience.CUSTOMER))
    assert instead in found


@pytest.mark.parametrize("subject", ["We have your message", "Your Freedom of Information request", "Thank you, Bo"])
def test_names_may_have_capitals(subject: str) -> None:
    """A sentence with the name of a law in it is still a sentence."""
    assert not style_of(f"{subject} [{{{{ reference }}}}]", replace(SPEC, audience=Audience.CUSTOMER))


def test_a_mail_about_no_case_needs_no_reference() -> None:
    """A digest has none; a mail to staff that knows it says it."""
    assert not style_of("Today in your mailbox", SPEC)
    assert style_of("It is late", replace(SPEC, variables=("reference",)))


def test_who_names_the_law_names_its_date() -> None:
    """A customer who reads of a law reads by when it wants the answer."""
    spec = replace(SPEC, audience=Audience.CUSTOMER)
    assert [one.words for one in statutory_findings(spec, {"law"})] == ["the date of the law"]
    assert not list(statutory_findings(spec, {"law", "due_on"}))
    assert not list(statutory_findings(SPEC, {"law"}))


def style_of(subject: str, spec: LetterSpec) -> list[str]:
    alone, filled_in = subject.replace("{{ reference }}", "…"), subject.replace("{{ reference }}", "HC-2611-0042-7")
    return [one.instead for one in subject_findings(spec, subject, alone, [filled_in])]
