"""Reports about deliveries, as servers write them, read into values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.parser import parse
from mailbot.core.report import Report, ReportedAction

HEAD = "From: Mail Delivery System <MAILER-DAEMON@relay.example>\nTo: enquiries@harbour.example\nReturn-Path: <>\n"
DSN = (
    HEAD
    + """Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Tue, 23 Dec 2025 10:00:00 +0000

Original-Recipient: rfc822;Ada@Example.org
Final-Recipient: rfc822; ada@new-home.example
Action: failed (no such mailbox)
Status: 5.0.0 (permanent failure)
Diagnostic-Code: smtp; 550 5.1.1
    <ada@new-home.example>: user unknown

Final-Recipient: rfc822;ben@example.org
Status: 4.4.1
--b
Content-Type: message/rfc822

X-Mailbot-Letter: <one@harbour.example>
Message-ID:
 <two@exchange.example>
Subject: We have your message

Message-ID: <three@quoted.example>
--b--
"""
)
QMAIL = (
    HEAD
    + """Subject: failure notice

Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ada@example.org>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 user unknown

--- Below this line is a copy of the message.

Return-Path: <enquiries@harbour.example>
Message-ID: <one@harbour.example>
Subject: We have your message
"""
)
EXIM = (
    HEAD
    + """X-Failed-Recipients: ada@example.org
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.
The following address(es) failed:

  ada@example.org
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

Return-path: <enquiries@harbour.example>
Message-Id: <one@harbour.example>
"""
)
NOTES = (
    "From: Postmaster@example.org\nTo: enquiries@harbour.example\nSubject: DELIVERY FAILURE: User ada not listed\n"
    """
Your message

  Subject: We have your message

was not delivered to:

  ada@example.org

because:

  User ada (ada@example.org) not listed in Domino Directory
"""
)
GROUPWISE = HEAD + "Subject: Message status - undeliverable\n\nUndeliverable to:\n\nada@example.org (user not found)\n"


def report(text: str) -> Report:
    found = parse(text.encode()).report
    assert found is not None
    return found


def test_the_fields_of_the_standard_are_read_recipient_by_recipient() -> None:
    """Both addresses, the action with its comment, the code that says more, an action that only its code tells."""
    found = report(DSN)
    ada, ben = found.recipients
    assert ada.addresses == {"ada@example.org", "ada@new-home.example"}
    assert (ada.action, ada.status) == (ReportedAction.FAILED, "5.1.1")
    assert ada.diagnostic == "smtp; 550 5.1.1 <ada@new-home.example>: user unknown"
    assert (ben.addresses, ben.action, ben.status) == ({"ben@example.org"}, ReportedAction.DELAYED, "4.4.1")


def test_only_the_headers_of_what_is_returned_name_it() -> None:
    """Our own mark and the Message-ID, folded or not; an id in the text of what is returned is nobody's."""
    assert report(DSN).returned_ids == ("one@harbour.example", "two@exchange.example")


@pytest.mark.parametrize(
    ("text", "status", "ids"),
    [
        (QMAIL, "5.1.1", ("one@harbour.example",)),
        (EXIM, "", ("one@harbour.example",)),
        (NOTES, "", ()),
    ],
    ids=["qmail", "exim", "notes"],
)
def test_texts_without_the_fields_are_read_too(text: str, status: str, ids: tuple[str, ...]) -> None:
    """qmail, Exim and Notes say it in words: whom it failed for, the code if there is one, and what came back."""
    found = report(text)
    (ada,) = found.recipients
    assert (ada.addresses, ada.action, ada.status) == ({"ada@example.org"}, ReportedAction.FAILED, status)
    assert found.returned_ids == ids


def test_a_text_of_no_known_form_names_addresses() -> None:
    """GroupWise: whom it is about can be told, what it means the words must say."""
    found = report(GROUPWISE)
    assert (found.recipients, found.named) == ((), {"ada@example.org"})
    assert "user not found" in found.words


@pytest.mark.parametrize(
    "text",
    [
        "From: ada@example.org\nSubject: My bin\n\nbo@example.org said: 550 5.1.1 user unknown\n",
        DSN.replace("report-type=delivery-status", "report-type=disposition-notification").replace(
            "message/delivery-status", "message/disposition-notification"
        ),
    ],
    ids=["a person", "a read receipt"],
)
def test_what_is_no_report_is_none(text: str) -> None:
    """A person's words, and a read receipt (RFC 8098), say nothing of a delivery."""
    assert parse(text.encode()).report is None


@given(
    st.lists(st.sampled_from([*DSN.splitlines(), *QMAIL.splitlines(), *EXIM.splitlines(), "--b", ""]), max_size=40),
    st.binary(max_size=60),
)
def test_no_bytes_make_the_reading_fail(lines: list[str], rubbish: bytes) -> None:
    """Pieces of reports in any order, with anything in between, are read or not, and never raise."""
    content = HEAD.encode() + "\n".join(lines[::2]).encode() + rubbish + "\n".join(lines[1::2]).encode()
    found = parse(content).report
    assert found is None or all(one.addresses for one in found.recipients)


@pytest.mark.parametrize(
    "flood",
    [
        "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 20_000,
        "Message-ID: <x@y.example>\n" * 20_000,
        "<" * 200_000,
        "a@" * 100_000,
        "Final-Recipient: rfc822;" + ";" * 200_000,
    ],
)
def test_a_flood_is_read_in_bounded_time_and_space(flood: str) -> None:
    """However much a report repeats, little of it is kept, and it does not take long."""
    for text in (DSN.replace("Reporting-MTA: dns; relay.example\n", flood), f"{HEAD}Subject: failure notice\n\n{flood}"):
        found = parse(text.encode()).report
        if found is not None:
            assert len(found.recipients) <= 100
            assert len(found.returned_ids) <= 20
            assert len(found.words) <= 4_000
