"""Answers of staff that reach mailbot by a copy to the mailbox, holding replies, and receipts that leave staff the time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.adapters.rule_files import load_holding, load_quoting
from mailbot.core.action import ChangeCase, JoinCase, Note, QueueLetter
from mailbot.core.case import CaseStatus
from mailbot.core.clock_action import StartClock, StopClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.directory import Directory, Person
from mailbot.core.holding import HoldingRules, is_holding
from mailbot.core.match import match
from mailbot.core.message import Address
from mailbot.core.policy import AckWhen
from mailbot.core.quoting import own_spans
from mailbot.core.survey import SurveyEvery
from mailbot.core.trigger import MessageArrived
from mailbot.errors import PolicyError
from tests.invented import CUSTOMER, MAILBOX, MONDAY, RULES, case, every, message, only, policy, rule, running
from tests.unit.test_decide import CANDIDATE, MATCHED, arrived, decided, findings

COLLEAGUE = "bea@harbour.example"
TO_BOTH = (Address(name="", address=CUSTOMER), Address(name="", address=MAILBOX))


@pytest.fixture(scope="module")
def shipped() -> HoldingRules:
    return load_holding(RULES)


def copied() -> MessageArrived:
    """A colleague's answer to the customer, with the mailbox in copy."""
    return arrived(message=message(sender=COLLEAGUE, to=TO_BOTH), by_staff=True)


def test_an_answer_copied_to_the_mailbox_stops_the_clock() -> None:
    """Staff may answer from their own address: the copy that reaches the mailbox counts as the answer."""
    known = case(clocks=(running(rule()),))
    actions = decided(copied(), findings(match=MATCHED), known)
    assert only(JoinCase, actions).reason.rule == "answered-by-staff"
    assert [stop.clock_id for stop in every(StopClock, actions)] == [known.clocks[0].id]


def test_a_colleague_who_is_the_customer_answers_nobody() -> None:
    """A member of staff who complains like anybody else writes again: that is no answer to themself."""
    known = case(customer=COLLEAGUE, clocks=(running(rule()),))
    assert every(StopClock, decided(copied(), findings(match=MATCHED), known)) == []


def test_a_note_among_colleagues_answers_nobody() -> None:
    """A colleague's message that does not go to the customer stops no clock."""
    among = arrived(message=message(sender=COLLEAGUE), by_staff=True)
    assert every(StopClock, decided(among, findings(match=MATCHED), case(clocks=(running(rule()),)))) == []


def test_colleagues_are_those_in_the_directory_and_those_at_the_mailbox_s_own_domain() -> None:
    """A partner's officer counts by being listed; a stranger never does."""
    partner = Person(name="Cleo", address="cleo@partner.example")
    mailbox = policy(directory=Directory(people=(partner,)))
    assert [mailbox.is_colleague(one) for one in (COLLEAGUE, partner.address, CUSTOMER, "")] == [True, True, False, False]


def test_a_colleague_may_write_in_every_case() -> None:
    """Their answer finds its case by thread or reference, though they took no part in it before."""
    found = match(message(sender=COLLEAGUE), [[CANDIDATE]], MONDAY, by_staff=True)
    assert found.candidate == CANDIDATE
    assert match(message(sender=COLLEAGUE), [[CANDIDATE]], MONDAY).candidate is None


# Holding replies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "holding"),
    [
        ("Thank you. We are looking into this and will write\nagain by Friday.", True),
        ("I have passed your letter on.", True),
        ("[holding] More soon.", True),
        ("The library opens at nine.", False),
        ("I hope this answers your question; if not, we will get back to you.", False),
        ("The library opens at nine.\n\n> when will you get back to me? You said we will write again", False),
        ("It is open.\n\nOn Mon, 23 Nov 2026 at 10:02, Ada Sample wrote:\nwe will be in touch", False),
    ],
)
def test_a_holding_reply_is_known_by_what_staff_wrote_themselves(shipped: HoldingRules, text: str, *, holding: bool) -> None:
    """A promise of an answer is none; what the customer had written below does not count, and an answer outweighs it."""
    assert is_holding(message(text=text, own=own_spans(text, load_quoting(RULES))), shipped) is holding


def test_a_mark_in_the_subject_makes_a_reply_a_holding_one(shipped: HoldingRules) -> None:
    """Staff can say so themselves."""
    assert is_holding(message(subject="Re: lamp [Holding]", text="The lamp will be mended."), shipped)


def test_a_phrase_that_could_never_be_found_is_refused(tmp_path: Path) -> None:
    """Capitals and double spaces never occur in what is compared: the file is refused with the word."""
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "holding.toml").write_text('phrases = ["We will"]\nanswers = []\nmarkers = []\n')
    with pytest.raises(PolicyError, match=r"holding\.toml: phrases: 'We will': write it in lower case"):
        load_holding(tmp_path)


# Receipts that wait ----------------------------------------------------------------------------------------------------


def test_a_receipt_by_the_deadline_leaves_staff_until_the_morning_it_is_due() -> None:
    """J2: it goes when the office opens on the due day, unless an answer has gone before."""
    waits = decided(arrived(), findings(), mailbox=policy(ack=AckWhen.BY_DEADLINE))
    assert only(QueueLetter, waits).not_before == datetime(2026, 11, 24, 9, tzinfo=UTC)
    at_once = decided(arrived(), findings())
    assert only(QueueLetter, at_once).not_before < MONDAY + timedelta(hours=1)


def test_a_date_of_arrival_that_cannot_be_right_is_noted() -> None:
    """The case counts from now, and its history says that the server's date was not believed."""
    actions = decided(arrived(receipt_doubt="received_before_2000"), findings())
    assert "date-of-arrival-not-believed" in [note.reason.rule for note in every(Note, actions)]


def test_the_history_shows_both_readings_of_a_receipt_on_a_closed_day() -> None:
    """Received on a Saturday, by the Act and by the Code: both dates stand in the derivation."""
    saturday = MONDAY - timedelta(days=2)
    actions = decided(arrived(received_at=saturday, born_at=saturday), findings("foi_request"), now=MONDAY)
    (response,) = [one for one in every(StartClock, actions) if one.name == "response"]
    assert "if counted as received on the next working day: 22 Dec 2026" in response.why
    assert response.due_at.date().isoformat() == "2026-12-21"
    assert response.started_by == ClockStart.RECEIPT.value


@pytest.mark.parametrize(
    ("every_", "period"), [("month", "2026-11"), ("quarter", "2026-Q4"), ("year", "2026"), ("always", ""), ("case", "")]
)
def test_a_survey_has_the_period_of_its_calendar(every_: str, period: str) -> None:
    """F18: each survey is due once in its month, quarter or year."""
    assert SurveyEvery(every_).period(MONDAY.date()) == period


def test_a_customer_who_writes_to_a_closed_case_opens_it_again() -> None:
    """Somebody has to read it: the case is open, an answer is owed, and no second receipt goes."""
    actions = decided(arrived(), findings(match=MATCHED), case(status=CaseStatus.CLOSED))
    assert only(ChangeCase, actions).status is CaseStatus.OPEN
    assert "response" in [started.name for started in every(StartClock, actions)]
    assert every(QueueLetter, actions) == []
