"""What a letter is told: dates people can read, and a customer's words made safe."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.decide.wording import SUBJECT_LENGTH, letter_date, receipt_values, safe_value
from tests.invented import MONDAY, at, policy, shipped_pack


def values(subject: str = "The lamp", **changes: Any) -> Any:
    """The values of a receipt for an enquiry."""
    class_policy = shipped_pack().classes["enquiry"]
    return receipt_values(policy(**changes), class_policy, subject, MONDAY, date(2026, 12, 11))


def test_a_date_has_its_weekday_and_no_leading_zero() -> None:
    """Nobody should need a calendar to know which day is meant."""
    assert letter_date(date(2026, 12, 22)) == "Tuesday 22 December 2026"
    assert letter_date(date(2026, 12, 1)) == "Tuesday 1 December 2026"


def test_a_receipt_says_what_when_and_by_when() -> None:
    """Subject, day of receipt, promised date, the class in words, and who writes."""
    found = values()
    assert found.customer_subject == "The lamp"
    assert found.received_on == "Monday 23 November 2026"
    assert found.due_on == "Friday 11 December 2026"
    assert found.class_words == "your enquiry"
    assert found.organisation == "Harbour Council"
    assert found.mailbox_address == "enquiries@harbour.example"
    assert found.privacy_notice == shipped_pack().privacy_notice


def test_what_is_not_known_is_absent_and_not_empty() -> None:
    """No signatory, subject, policy link or promise: the letter falls back on its own words."""
    neutral = receipt_values(policy(), None, " \u200b ", MONDAY, None)
    assert values("").customer_subject is None
    assert values().signatory is None
    assert values().policy_link is None
    assert (neutral.customer_subject, neutral.due_on, neutral.class_words) == (None, None, None)
    assert values(signatory="Customer Services").signatory == "Customer Services"


def test_the_day_of_receipt_is_the_local_one() -> None:
    """Half past midnight in July is that day, though it is the day before in UTC."""
    found = receipt_values(policy(), None, "x", at("2026-07-04 00:30"), None)
    assert found.received_on == "Saturday 4 July 2026"


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("The lamp\r\nBcc: eve@example.org", "The lamp Bcc: eve@example. org"),
        ("see evil.example/pay or t.co, evil。example", "see evil. example/pay or t. co, evil。 example"),
        ("mailto:eve@example.org tel:0900123", ""),
        ("St.John's, 10.30 on 4.12.2026, e.g. No. 5.", "St. John's, 10.30 on 4.12.2026, e.g. No. 5."),
        ("Win now https://trap.example/x today", "Win now today"),
        ("see (http://trap.example) and WWW.trap.example", "see and"),
        ("a\x00b\u202eevil\u200b", "abevil"),
        ("two  spaces\tand\u2028a line", "two spaces and a line"),
        ("{{ reference }} {% raw %}", "{{ reference }} {% raw %}"),
        ("Straße zu schmal — 道路", "Straße zu schmal — 道路"),
    ],
)
def test_a_customer_s_words_are_made_safe(written: str, safe: str) -> None:
    """One line, nothing unseen, no link that a letter of ours would carry to somebody else."""
    assert safe_value(written) == safe


def test_a_long_subject_is_cut_with_an_ellipsis() -> None:
    """Sixty characters are enough to know one's own message again."""
    assert safe_value("a" * SUBJECT_LENGTH) == "a" * SUBJECT_LENGTH
    assert safe_value("a" * (SUBJECT_LENGTH + 1)) == "a" * (SUBJECT_LENGTH - 1) + "…"


@given(st.text(max_size=200))
def test_whatever_a_subject_holds_it_comes_out_as_one_short_line_without_links(subject: str) -> None:
    """No subject breaks out of its line, its length or its letter."""
    safe = safe_value(subject)
    assert len(safe) <= SUBJECT_LENGTH
    assert safe == " ".join(safe.split())
    assert safe.splitlines() in ([], [safe])
    assert "://" not in safe
    safe.encode()
