"""Every shipped letter, word for word: a change of a letter is a change that somebody has seen.

After a wanted change: ``pytest tests/letters --update-golden``, then read what the change did to the golden files.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.adapters.letters import NAMES
from mailbot.core.letter import Audience, LetterSpec, LetterValues
from mailbot.core.message import Address, Message
from mailbot.core.screen import screen
from tests.invented import MAILBOX, shipped_letters, shipped_screening

GOLDEN = Path(__file__).parent / "golden"
SHIPPED = shipped_letters()
CASES = ("fullest", "emptiest")
EVERY = [(letter, case) for letter in SHIPPED.specs for case in CASES]

FULLEST = LetterValues(
    organisation="Cyngor Porth y Môr",
    mailbox_address="enquiries@harbour.example",
    signatory="Bo Sample, Customer Services",
    reference="HC-2611-0042-7",
    customer_subject="The “lamp” outside № 4 {{ is }} <broken> & dark: für Größe 9…",
    received_on="Monday 23 November 2026",
    due_on="Friday 11 December 2026",
    clock_name="response",
    class_words="your enquiry",
    policy_link="https://harbour.example/customer-care",
    privacy_notice="We use what you tell us to deal with your message.",
    days_late="3",
    owner="Di Cole",
    owner_contact="di.cole@harbour.example or 01632 960123",
    summary_lines="- Late: 2 (HC-2611-0001-1, HC-2611-0042-7)\n- Set aside for a person: 1",
    delay_reason="we wait for the plan of the drains",
    revised_on="Tuesday 29 December 2026",
    next_on="Friday 8 January 2027",
    answer_by="Tuesday 5 January 2027",
    goes_on="Thursday 10 December 2026",
    letter_words="the notice of delay",
    clock_title="answer to a Freedom of Information request",
    law="Freedom of Information Act 2000 s.10(1), (6)",
    office_shut="office shut from Thu 24 Dec 2026 to Thu 31 Dec 2026 (Christmas), answer by Wed 23 Dec 2026",
    alarm_what="a customer writes of danger to life",
    alarm_number="17",
    call="999",
    days_left="2",
    failed_address="ada@example.org",
    failure="nothing arrives there, the address does not exist or is shut",
    other_contact="they came by phone, ada.finch@work.example",
)


def values(spec: LetterSpec, case: str) -> LetterValues:
    """The fullest values a letter can have, or the emptiest: nothing that it has a fallback for or does not name."""
    if case == "fullest":
        return FULLEST
    needed = set(spec.variables) - set(spec.fallbacks)
    return replace(FULLEST, **dict.fromkeys(NAMES - needed))


def rendered(letter: str, case: str) -> str:
    """Subject, an empty line, body."""
    found = SHIPPED.render(letter, values(SHIPPED.specs[letter], case))
    return f"Subject: {found.subject}\n\n{found.body}\n"


@pytest.mark.parametrize(("letter", "case"), EVERY)
def test_a_letter_says_what_it_said(letter: str, case: str, request: pytest.FixtureRequest) -> None:
    """Each shipped letter, with every value and with as few as it can have, is the one in its golden file."""
    file, now = GOLDEN / f"{letter}.{case}.txt", rendered(letter, case)
    if request.config.getoption("--update-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
    assert file.is_file(), f"{file.name} is missing; read the letter, then run with --update-golden"
    assert now == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    """A letter that was taken away takes its golden files with it."""
    assert {path.name for path in GOLDEN.iterdir()} == {f"{letter}.{case}.txt" for letter, case in EVERY}


@pytest.mark.parametrize(("letter", "case"), EVERY)
def test_a_letter_reads_well(letter: str, case: str) -> None:
    """No hole, no template mark of its own, no trailing space, no sentence of more than 25 words."""
    now = rendered(letter, case).replace(FULLEST.customer_subject or "", "")
    assert "None" not in now
    assert "{{" not in now
    assert "{%" not in now
    assert "\n\n\n" not in now
    assert [line for line in now.splitlines() if line != line.rstrip()] == []
    assert [sentence for line in now.splitlines() for sentence in line.split(". ") if len(sentence.split()) > 25] == []


@pytest.mark.parametrize(("letter", "case"), EVERY)
def test_a_subject_is_short_and_ends_with_the_reference(letter: str, case: str) -> None:
    """It can be read in a list of messages, and a reply to it is found again; a digest is about no single case."""
    subject = SHIPPED.render(letter, values(SHIPPED.specs[letter], case)).subject
    assert len(subject) <= 60
    assert subject.endswith(f"[{FULLEST.reference}]") or "summary_lines" in SHIPPED.specs[letter].variables


def test_the_two_cases_differ_where_a_letter_has_a_fallback() -> None:
    """The emptiest letter uses every fallback there is, so each of them is in a golden file."""
    used: Mapping[str, str] = {letter: rendered(letter, "emptiest") for letter in SHIPPED.specs}
    for letter, spec in SHIPPED.specs.items():
        for name, words in spec.fallbacks.items():
            assert words in used[letter], f"{letter}: {name}"


@pytest.mark.parametrize(
    ("letter", "case"), [(one, case) for one, case in EVERY if SHIPPED.specs[one].audience is Audience.CUSTOMER]
)
def test_a_letter_to_a_customer_is_known_for_an_automatic_one_by_its_words(letter: str, case: str) -> None:
    """Another mailbot that gets it from a gateway which took off every mark does not answer it."""
    found = SHIPPED.render(letter, values(SHIPPED.specs[letter], case))
    somebody, us = Address(address="robot@example.org"), (Address(address=MAILBOX),)
    arrived = Message(digest="", subject=found.subject, text=found.body, from_=somebody, to=us)
    assert not screen(arrived, shipped_screening()).may_answer
