"""Rows of another system's list: what is taken, what is refused and with which words, and the clocks that then run."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.core.case import Channel, ClockKind, Moment
from mailbot.core.clock_rule import ClockStart, WhenPassed
from mailbot.core.decide.imported import clocks_of
from mailbot.core.decide.moving import start_clock
from mailbot.core.decide.old_case import Mistake, OldCase, read_old_case
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reference import pieces
from tests.invented import CUSTOMER, MAILBOX, OWNER, at, pack, policy, rule, staffed

NOW = at("2026-12-01 10:00").astimezone(UTC)
ROW = {
    "old_reference": "FOI/2026/0815",
    "class": "enquiry",
    "channel": "email",
    "received": "2026-11-23 14:30",
    "stage": "1",
    "owner": "",
    "customer": CUSTOMER,
    "customer_name": "Ada Sample",
    "subject": "The lamp outside number 4",
}


def read(by: MailboxPolicy | None = None, **cells: str) -> OldCase:
    """The case of a row that is right; these cells differ from the usual one's."""
    found = read_old_case(2, ROW | {name.rstrip("_"): cell for name, cell in cells.items()}, by or policy(), NOW)
    assert isinstance(found, OldCase), found
    return found


def mistakes(by: MailboxPolicy | None = None, **cells: str) -> list[Mistake]:
    """What is wrong with a row."""
    found = read_old_case(2, ROW | {name.rstrip("_"): cell for name, cell in cells.items()}, by or policy(), NOW)
    assert isinstance(found, list), found
    return found


# Rows ------------------------------------------------------------------------------------------------------------------


def test_a_row_is_a_case() -> None:
    """With its moment of receipt in local time, its address in lower case, and what the customer was told."""
    found = read(customer=" ADA@example.org ", due="2026-12-11", acknowledged="2026-11-24")
    assert found.received_at == at("2026-11-23 14:30")
    assert (found.customer, found.channel, found.owner) == ("ada@example.org", Channel.EMAIL, None)
    assert (found.told_on, found.acknowledged_at) == (date(2026, 12, 11), at("2026-11-24 00:00"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-23", "2026-11-23 00:00"),
        ("2026-11-23 14:30", "2026-11-23 14:30"),
        ("2026-11-23T14:30:00", "2026-11-23 14:30"),
        ("2026-11-23T14:30:00+00:00", "2026-11-23 14:30"),
        ("23/11/2026", "2026-11-23 00:00"),
        ("3/7/2026 09:05", "2026-07-03 09:05"),
        ("2026-07-03 09:05", "2026-07-03 09:05"),
    ],
)
def test_a_date_may_be_written_in_two_ways(written: str, meant: str) -> None:
    """As the standard has it, or the day first, as it is written here; with the time or without; summer time is kept."""
    assert read(received=written).received_at == at(meant)


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("old_reference", "", "cannot be told apart in the subject"),
        ("old_reference", "17", "write the reference that the customer knows, 4 to 40 characters with a digit"),
        ("old_reference", "complaint", "such as FOI/2026/0815"),
        ("class", "Enquiry", "there is no class 'Enquiry' in pack generic; write one of enquiry, service_request"),
        ("channel", "mail", "there is no channel 'mail'; write one of email, letter, phone"),
        ("received", "", "'' is no date; write it like 2026-11-23, 2026-11-23 14:30 or 23/11/2026"),
        ("received", "31/02/2026", "is no date"),
        ("received", "0001-01-01T00:00:00+14:00", "is no date"),
        ("received", "2027-01-04", "lies in the future; write the day on which it came"),
        ("received", "1970-01-01", "lies before the year 2000"),
        ("owner", "Nobody Here", "there is nobody called 'Nobody Here'; write a name from your file of people, or an address"),
        ("customer", "", "is no address; write one plain address such as ada@example.org, or another channel"),
        ("customer", "Ada <ada@example.org>", "is no address"),
        ("customer", MAILBOX, "is a watched mailbox; write the customer's address"),
        ("stage", "x" * 401, "it has 401 characters; write at most 400"),
        ("due", "2026-11-20", "lies before the receipt; write the date that the customer was told"),
        ("due", "soon", "is no date"),
        ("acknowledged", "2026-11-20", "lies before the receipt or in the future"),
        ("acknowledged", "2026-12-24", "lies before the receipt or in the future"),
    ],
)
def test_a_wrong_cell_is_named_with_what_to_write(column: str, cell: str, sentence: str) -> None:
    """The line, the column and a sentence; nothing else is said about the row."""
    (found,) = mistakes(**{column: cell})
    assert str(found).startswith(f"line 2, {column}: ")
    assert sentence in found.what


def test_every_mistake_of_a_row_is_named_at_once() -> None:
    """A wrong date of receipt makes no other date wrong."""
    found = mistakes(received="yesterday", class_="x", due="2026-12-11", acknowledged="2026-11-24")
    assert [mistake.column for mistake in found] == ["received", "class"]


def test_an_owner_is_a_name_or_an_address() -> None:
    """Of the people file, or any colleague's address."""
    assert read(staffed(), owner="bo sample").owner == ("Bo Sample", OWNER)
    assert read(owner="cy@harbour.example").owner == ("cy@harbour.example", "cy@harbour.example")


def test_a_customer_who_wrote_a_letter_needs_no_address() -> None:
    """Only a matter that came by mail is answered by mail."""
    assert read(channel="letter", customer="").customer == ""


# References in subjects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        "Re: FOI/2026/0815",
        "AW: Your request [FOI/2026/0815] of last week",
        "Ref:FOI/2026/0815, the bridge",
        "  FOI/2026/0815  ",
        "(FOI/2026/0815)",
    ],
)
def test_an_old_reference_is_found_wherever_it_stands_in_a_subject(subject: str) -> None:
    """In brackets, behind a colon, before a comma."""
    assert "FOI/2026/0815" in pieces(subject)


def test_an_old_reference_is_found_only_whole() -> None:
    """A longer number is another case's; without a digit nothing is looked for at all."""
    assert "FOI/2026/0815" not in pieces("FOI/2026/08151")
    assert pieces("The lamp outside our house") == frozenset()
    assert "CRM 4711 b" in pieces("About CRM 4711 b again")


# Clocks ----------------------------------------------------------------------------------------------------------------

RECEIPT = rule(1, name="receipt", kind=ClockKind.RECEIPT)
FORMAL = rule(3, name="formal", kind=ClockKind.ACKNOWLEDGEMENT)
ANSWER = rule(10, warn_before=2)
STAGE_1 = rule(10, name="stage-1", starts_on=ClockStart.ACKNOWLEDGEMENT)
BY = policy(pack=pack(RECEIPT, FORMAL, ANSWER, STAGE_1))


def dates(by: MailboxPolicy, old: OldCase) -> dict[str, date]:
    """The clocks that run, with their local dates."""
    return {one.name: by.pack.working_calendar.local_date(one.due_at) for one in clocks_of(by, old, NOW)}


def test_clocks_run_as_if_it_had_been_received_then() -> None:
    """No receipt is owed any more; the acknowledgement is, and what runs from it began when its date had passed."""
    assert dates(BY, read(BY, received="2026-11-23")) == {
        "formal": date(2026, 11, 26),
        "response": date(2026, 12, 7),
        "stage-1": date(2026, 12, 10),
    }


def test_an_acknowledged_case_owes_no_acknowledgement() -> None:
    """What runs from the acknowledgement runs from its day."""
    found = dates(BY, read(BY, received="2026-11-23", acknowledged="2026-11-24"))
    assert found == {"response": date(2026, 12, 7), "stage-1": date(2026, 12, 8)}


def test_what_runs_from_an_acknowledgement_waits_for_one_that_is_still_in_time() -> None:
    """It came on Monday and is to be acknowledged by Thursday: nothing runs from it yet."""
    assert set(dates(BY, read(BY, received="2026-11-30"))) == {"formal", "response"}


def test_where_nobody_owes_an_acknowledgement_the_receipt_counts_as_one() -> None:
    """Otherwise nothing would ever start what runs from it."""
    by = policy(pack=pack(RECEIPT, STAGE_1))
    assert dates(by, read(by, received="2026-11-23")) == {"stage-1": date(2026, 12, 7)}


def test_an_owner_has_had_the_case_since_it_came() -> None:
    """A clock that starts when somebody gets the case runs from the receipt, if somebody has it."""
    by = policy(pack=pack(rule(5, name="investigator", starts_on=ClockStart.ASSIGNMENT)))
    assert dates(by, read(by)) == {}
    assert dates(by, read(by, owner=OWNER)) == {"investigator": date(2026, 11, 30)}


def test_moments_that_are_over_are_left_out() -> None:
    """A case that is late is late in the digest; nobody is warned of its date, nor told of its passing a year later."""
    late = [one for one in clocks_of(BY, read(BY, received="2026-01-05"), NOW) if one.name == "response"]
    assert [one.deadlines for one in late] == [()]
    (ahead,) = [one for one in clocks_of(BY, read(BY, received="2026-11-23"), NOW) if one.name == "response"]
    assert all(one.due_at > NOW for one in ahead.deadlines)
    assert {Moment.WARN, Moment.DUE} <= {Moment(one.kind) for one in ahead.deadlines}


def test_no_letter_goes_of_which_the_owner_could_not_hear_before() -> None:
    """The notice of delay was to be announced yesterday: a person writes instead. One more day ahead, and it goes."""
    by = policy(pack=pack(rule(10, when_passed=WhenPassed.DELAY_NOTICE, notice_before=1)))
    kinds = {
        came: {one.kind for clock in clocks_of(by, read(by, received=came), NOW) for one in clock.deadlines}
        for came in ("2026-11-18", "2026-11-20")
    }
    assert Moment.NOTICE not in kinds["2026-11-18"]
    assert {Moment.HEADS_UP, Moment.NOTICE} <= kinds["2026-11-20"]


def test_a_notice_that_repeats_goes_on_with_its_next_round() -> None:
    """The rounds that are over are not made up for; the next one is announced and goes."""
    progress = rule(20, name="progress", kind=ClockKind.PROGRESS, repeats=True)
    by = policy(pack=pack(progress))
    (found,) = clocks_of(by, read(by, received="2026-06-01"), NOW)
    first = start_clock(by, progress, read(by, received="2026-06-01").received_at, "receipt")
    assert found.due_at > NOW
    assert found.due_at - first.due_at > timedelta(days=100)
    assert [one.kind for one in found.deadlines] == [Moment.HEADS_UP, Moment.NOTICE]
    assert all(one.due_at > NOW for one in found.deadlines)


def test_an_unsure_case_gets_the_strictest_clocks() -> None:
    """As it would from a message whose class nobody is sure of."""
    names = {one.name for one in clocks_of(policy(), read(class_="unsure"), NOW)}
    assert {"acknowledgement", "response"} <= names
    assert "receipt" not in names


def test_every_class_of_the_pack_can_be_imported() -> None:
    """From any day of the last two years."""
    for class_ in policy().pack.classes:
        for days in range(0, 730, 61):
            old = replace(read(class_=class_), received_at=datetime(2026, 11, 30, 9, tzinfo=UTC) - timedelta(days=days))
            assert all(one.kind is not ClockKind.RECEIPT for one in clocks_of(policy(), old, NOW))
