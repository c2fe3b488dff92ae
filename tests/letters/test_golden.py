"""Every shipped letter, word for word: a change of a letter is a change that somebody has seen.

After a wanted change: ``pytest tests/letters --update-golden``, then read what the change did to the golden files.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mailbot.core.letter import Audience, Rendered
from mailbot.core.letter_sample import FULLEST, Sample, sample_values
from mailbot.core.letter_variant import language_of
from mailbot.core.message import Address, Message
from mailbot.core.screen import screen
from mailbot.core.tongue import ENGLISH
from tests.invented import MAILBOX, shipped_letters, shipped_pack, shipped_screening

GOLDEN = Path(__file__).parent / "golden"
SHIPPED = shipped_letters()
TONGUES = shipped_pack("generic").tongues
EVERY = [(letter, case) for letter in SHIPPED.specs for case in Sample]


def filled(letter: str, case: Sample) -> Rendered:
    """The letter, in its language, with this sample's values."""
    values = sample_values(SHIPPED.specs[letter], case)
    return SHIPPED.render(letter, values, TONGUES.get(language_of(letter), ENGLISH))


def file_name(letter: str, case: Sample) -> str:
    return f"{letter.replace('/', '.')}.{case}.txt"


def rendered(letter: str, case: Sample) -> str:
    """Subject, an empty line, body."""
    found = filled(letter, case)
    return f"Subject: {found.subject}\n\n{found.body}\n"


@pytest.mark.parametrize(("letter", "case"), EVERY)
def test_a_letter_says_what_it_said(letter: str, case: Sample, request: pytest.FixtureRequest) -> None:
    """Each shipped letter, with every value and with as few as it can have, is the one in its golden file."""
    file, now = GOLDEN / file_name(letter, case), rendered(letter, case)
    if request.config.getoption("--update-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
    assert file.is_file(), f"{file.name} is missing; read the letter, then run with --update-golden"
    assert now == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    """A letter that was taken away takes its golden files with it."""
    assert {path.name for path in GOLDEN.iterdir()} == {file_name(letter, case) for letter, case in EVERY}


@pytest.mark.parametrize(("letter", "case"), EVERY)
def test_a_letter_reads_well(letter: str, case: Sample) -> None:
    """No hole, no template mark of its own, no trailing space, no sentence of more than 25 words."""
    now = rendered(letter, case).replace(FULLEST.customer_subject or "", "")
    assert "None" not in now
    assert "{{" not in now
    assert "{%" not in now
    assert "\n\n\n" not in now
    assert [line for line in now.splitlines() if line != line.rstrip()] == []
    assert [sentence for line in now.splitlines() for sentence in line.split(". ") if len(sentence.split()) > 25] == []


@pytest.mark.parametrize(("letter", "case"), EVERY)
def test_a_subject_is_short_and_ends_with_the_reference(letter: str, case: Sample) -> None:
    """It can be read in a list of messages, and a reply to it is found again; a digest is about no single case."""
    subject = filled(letter, case).subject
    assert len(subject) <= 60
    assert subject.endswith(f"[{FULLEST.reference}]") or "summary_lines" in SHIPPED.specs[letter].variables


def test_the_two_cases_differ_where_a_letter_has_a_fallback() -> None:
    """The emptiest letter uses every fallback there is, so each of them is in a golden file."""
    used: Mapping[str, str] = {letter: rendered(letter, Sample.EMPTIEST) for letter in SHIPPED.specs}
    for letter, spec in SHIPPED.specs.items():
        for name, words in spec.fallbacks.items():
            assert words in used[letter], f"{letter}: {name}"


@pytest.mark.parametrize(
    ("letter", "case"), [(one, case) for one, case in EVERY if SHIPPED.specs[one].audience is Audience.CUSTOMER]
)
def test_a_letter_to_a_customer_is_known_for_an_automatic_one_by_its_words(letter: str, case: Sample) -> None:
    """Another mailbot that gets it from a gateway which took off every mark does not answer it."""
    found = filled(letter, case)
    somebody, us = Address(address="robot@example.org"), (Address(address=MAILBOX),)
    arrived = Message(digest="", subject=found.subject, text=found.body, from_=somebody, to=us)
    assert not screen(arrived, shipped_screening()).may_answer
