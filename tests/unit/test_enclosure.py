"""What goes with a handover: the customer's message, whole where it can be; and until when it is to be taken."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.parser import parse
from mailbot.core.enclosure import LONGEST_LINE, enclosure
from mailbot.core.handover import after_office_hours
from tests.invented import pack


@given(st.binary(max_size=400))
def test_whatever_is_enclosed_can_be_sent(body: bytes) -> None:
    """No NUL, no bare line end, no line that no server takes: whatever the customer's program wrote."""
    content = b"From: ada@example.org\nSubject: Lamp\n\n" + body
    sent = enclosure(content, parse(content), 1_000).content
    assert b"\0" not in sent
    assert all(len(line) <= LONGEST_LINE and b"\n" not in line and b"\r" not in line for line in sent.split(b"\r\n"))


def test_a_message_that_fits_goes_as_it_is_and_a_larger_one_keeps_its_words() -> None:
    """The head and the words of a message that is too large go; what does not is named."""
    content = b"From: ada@example.org\r\nSubject: Lamp\r\nMessage-ID: <1@example.org>\r\n\r\nIt is dark.\r\n"
    assert enclosure(content, parse(content), len(content)).content == content
    less = enclosure(content, parse(content), len(content) - 1)
    shown = message_from_bytes(less.content, policy=default)
    assert (shown["Subject"], shown["Message-ID"]) == ("Lamp", "<1@example.org>")
    assert shown.get_content().strip() == "It is dark."
    assert less.left_out


@pytest.mark.parametrize("part", [{"is_all": False}, {"is_read": False}])
def test_what_was_not_read_is_never_said_to_be_there(part: dict[str, bool]) -> None:
    """Of the head alone, or of a message that cannot be read, text and files are named as left out."""
    content = b"From: ada@example.org\r\nSubject: Lamp\r\n\r\n"
    assert enclosure(content, parse(content), 0, **part).left_out == "its text and its files"


def test_office_hours_stop_in_the_evening_and_on_closed_days() -> None:
    """Four hours from Friday at three end on Monday at eleven: offices open from nine to five."""
    calendar = pack().working_calendar
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    assert after_office_hours(calendar, friday, 4) == datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
    assert after_office_hours(calendar, friday, 2) == datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
