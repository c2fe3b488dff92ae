"""A person says what a case really is: the real flow on a real database, from the message to the letter and what is learnt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.core.case import ClockStop
from mailbot.core.case_command import CaseDone
from mailbot.core.decide import stop_clocks
from mailbot.errors import PermanentError
from tests.integration.correspondence import Council, council, mail, reading
from tests.invented import MONDAY
from tests.servers.databases import sqlite_with_tables

TEXT = "How much did the new bridge cost?\n\n> Thank you for your letter of May.\n"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Council]:
    """A council that has a message whose class was unsure: it got the neutral receipt."""
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as found:
        found.arrives(mail(TEXT, subject="The bridge"))
        yield found


def reference(town: Council) -> str:
    return town.cases()[0].line.reference


def clocks(town: Council) -> dict[tuple[str, str | None], str]:
    """The local date of each clock, by its name and outcome."""
    found = town.cases()[0].clocks
    return {(one.name, one.outcome): f"{one.due_at.astimezone(ZONE):%Y-%m-%d}" for one in found}


ZONE = MONDAY.tzinfo


def letters(town: Council) -> list[tuple[str, str]]:
    return [(line.letter, line.state) for line in town.outgoing()]


def test_an_unsure_case_that_a_person_takes_for_a_request_has_the_law_s_date(town: Council) -> None:
    """Said a week later it counts from the day of receipt; the strictest answer that was thought possible is owed no more."""
    town.later(days=7)
    town.staff.reclassify(reference(town), "foi_request", "asks for recorded information")
    assert town.cases()[0].line.class_ == "foi_request"
    assert clocks(town) == {
        ("receipt", None): "2026-11-24",
        ("acknowledgement", None): "2026-11-30",
        ("response", "reclassified"): "2026-12-11",
        ("response", None): "2026-12-22",
    }


def test_the_receipt_of_the_right_class_goes_once_in_place_of_one_that_still_waits(town: Council) -> None:
    """The customer reads one receipt, with the date of the law."""
    town.staff.reclassify(reference(town), "foi_request", "")
    assert letters(town) == [("receipt", "withdrawn"), ("receipt-foi", "queued")]
    right = town.text(town.outgoing()[-1])
    assert "Tuesday 22 December 2026" in right
    assert reference(town) in right


def test_saying_it_again_changes_nothing(town: Council) -> None:
    """The case has that class already: no second letter, no second event, and a sentence says so."""
    town.staff.reclassify(reference(town), "complaint", "")
    before, events = letters(town), len(town.cases()[0].events)
    with pytest.raises(PermanentError, match="is a case of class 'complaint' already"):
        town.staff.reclassify(reference(town), "complaint", "")
    assert (letters(town), len(town.cases()[0].events)) == (before, events)


def test_the_history_tells_who_said_so_and_why(town: Council) -> None:
    """With the rule, and the pack by which it was carried out."""
    town.staff.reclassify(reference(town), "complaint", "she wants it looked into")
    (told,) = [event for event in town.cases()[0].events if event.kind == "reclassified"]
    assert (told.actor, told.rule, told.detail) == ("bo", "reclassified", "unsure -> complaint: she wants it looked into")
    assert told.pack_version == town.policies["enquiries"].pack.version
    (kept,) = town.cases()[0].corrections
    assert (kept.actor, kept.old_class, kept.new_class, kept.why) == ("bo", "unsure", "complaint", "she wants it looked into")


def test_a_slip_is_taken_back_by_saying_the_old_class(town: Council) -> None:
    """The clock of the old class runs on to its old date, that of the wrong one stops, and no row stands twice."""
    town.staff.reclassify(reference(town), "enquiry", "")
    before = clocks(town)
    town.later(days=1)
    town.staff.reclassify(reference(town), "foi_request", "")
    assert clocks(town)["response", None] == "2026-12-22"
    town.later(days=1)
    town.staff.reclassify(reference(town), "enquiry", "a slip")
    assert clocks(town) == {**before, ("response", "reclassified"): "2026-12-22"}


def test_the_morning_figures_count_what_was_another_class_s_no_more(town: Council) -> None:
    """What would be late as an enquiry is not late as a request for information."""
    town.staff.reclassify(reference(town), "enquiry", "")
    _receipt_went(town)
    town.later(days=21)
    assert _late(town) == (reference(town),)
    town.staff.reclassify(reference(town), "foi_request", "")
    assert _late(town) == ()


def _receipt_went(town: Council) -> None:
    at = town.clock.now()
    with town.store.transaction() as transaction:
        case = transaction.cases.get(transaction.cases.find(reference(town)) or 0)
        for action in stop_clocks(case.clocks, ClockStop.RECEIPT_SENT, at):
            transaction.cases.stop_clock(action)


def _late(town: Council) -> tuple[str, ...]:
    now = town.clock.now()
    with town.store.view() as transaction:
        return transaction.cases.figures("enquiries", now, now, now, None).late


def test_what_the_customer_wants_besides_is_kept_with_the_case(town: Council) -> None:
    """Both answers are owed, lists show both classes, and a clock of either starts with its own event."""
    town.staff.reclassify(reference(town), "complaint", "", ("foi_request",))
    shown = town.cases()[0]
    assert (shown.line.class_, shown.line.also, shown.line.what) == ("complaint", ("foi_request",), "complaint + foi_request")
    running = {(one.name, f"{one.due_at.astimezone(ZONE):%Y-%m-%d}") for one in shown.clocks if one.outcome is None}
    assert {("response", "2026-12-11"), ("response", "2026-12-22")} <= running
    town.staff.reclassify(reference(town), "complaint", "", ())
    assert town.cases()[0].line.also == ()
    assert clocks(town)["response", "reclassified"] == "2026-12-22"


def test_a_closed_case_is_opened_first(town: Council) -> None:
    """Otherwise the date of the law would count from the day on which it is opened again."""
    town.staff.carry_out(reference(town), CaseDone(at=town.clock.now(), reason="answered"))
    with pytest.raises(PermanentError, match=r"open it first: mailbot case reopen HC-\S+ --reason"):
        town.staff.reclassify(reference(town), "complaint", "")


def test_mailbot_learns_the_last_word_and_the_customer_s_own_words(town: Council) -> None:
    """What they quote is left out."""
    town.staff.reclassify(reference(town), "complaint", "")
    town.staff.reclassify(reference(town), "foi_request", "")
    (learnt,) = town.queries.corrections(reading().subjects, reading().quoting)
    assert (learnt.reference, learnt.new_class, learnt.subject) == (reference(town), "foi_request", "The bridge")
    assert learnt.own_text.strip() == "How much did the new bridge cost?"


def test_what_was_only_observed_stays_unsent(tmp_path: Path) -> None:
    """A mailbox that observes shows the letter that would go, as a row that can never be sent."""
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as town:
        town.arrives(mail(TEXT), received_at=MONDAY.replace(day=21))
        town.staff.reclassify(reference(town), "complaint", "")
        assert {state for _, state in letters(town)} == {"observed"}
