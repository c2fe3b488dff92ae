"""A year in a council with every pack, in seconds: whatever people do, customers hear what was promised, on its day, once."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import event

from mailbot.adapters.store import Database, open_database
from mailbot.core.case import Channel
from mailbot.core.letter import ISSUED, OF_OWNERS, SCHEDULED, Purpose
from tests.integration.council import END, MEETING, START, stories
from tests.integration.plain_days import Outage
from tests.integration.simulated_office import SimulatedOffice
from tests.integration.story import Act, Did, Story
from tests.integration.year_book import YearBook
from tests.invented import at
from tests.servers.databases import sqlite_with_tables

FEW, THOUSANDS = 50, 2000
LONG = [pytest.mark.matrix, pytest.mark.timeout(1800)]
SIZES = pytest.mark.parametrize(
    ("cases", "seed"),
    [pytest.param(FEW, 1, id="few"), pytest.param(THOUSANDS, 2, id="thousands", marks=LONG)],
)

SATURDAY = Outage(at("2026-12-02 16:30"), at("2026-12-05 16:30"))
STANDSTILLS = (
    Outage(at("2026-10-23 12:00"), at("2026-10-26 12:00")),  # a weekend with the end of summer time
    Outage(at("2026-11-10 08:00"), at("2026-11-13 07:00")),  # within a week, back before opening
    SATURDAY,
    Outage(at("2026-12-23 08:00"), at("2026-12-26 08:00")),  # Christmas
    Outage(at("2027-01-05 10:00"), at("2027-01-08 10:00")),
    Outage(at("2027-03-25 10:00"), at("2027-03-28 10:00")),  # Easter, with the beginning of summer time
    Outage(at("2027-06-14 18:30"), at("2027-06-17 18:30")),  # back after closing time
)
STEPS_BACK = (
    at("2026-10-25 03:10"),
    at("2026-11-03 09:20"),  # just after the letters of the morning: once more before opening
    at("2026-11-17 00:20"),  # back into the day before
    at("2026-12-15 09:00"),
    at("2027-01-12 17:15"),  # after closing time: once more before it
    at("2027-03-30 09:45"),
    at("2027-05-19 00:05"),
)
NOT_THIS_YEAR = {
    Purpose.ALARM,
    Purpose.UNDELIVERED,
    Purpose.ALSO_ARRIVED,
    Purpose.WITHDRAWAL,
    Purpose.DIRECTORY_CHANGE,
    Purpose.FLAG_NOTICE,
    Purpose.CLARIFICATION,
    Purpose.HANDOVER,
    Purpose.HANDOVER_ANSWER,
    Purpose.NOT_TAKEN,
    Purpose.CONTACT_FOR_YOU,
    Purpose.STANDARDS_NOTE,
    Purpose.STANDARDS_MONTH,
    Purpose.GAP,
    Purpose.GAP_REMINDER,
    Purpose.GAP_CLOSED,
    Purpose.GAP_UNANSWERED,
    Purpose.GAP_HELD,
    Purpose.ANSWER_WAITS,
    Purpose.ANSWERED_FIRST,
    Purpose.ABOUT_REPLY,
    Purpose.WROTE_AGAIN,
    *OF_OWNERS,
    Purpose.CONTACT_LOG,
    *ISSUED,
} - {Purpose.ACKNOWLEDGEMENT}
"""Letters that no date and none of these stories brings."""
LETTERS = (YearBook.wrong_letters, YearBook.two_on_a_day, YearBook.out_of_hours, YearBook.passed_dates)
STAFF = (YearBook.wrong_heads_ups, YearBook.unannounced, YearBook.wrong_alerts, YearBook.too_many_digests)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh database that does not wait for the disk: no power is cut here. And a log that tells of trouble only."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with closing(open_database(sqlite_with_tables(tmp_path / "mailbot.db"))) as opened:
        opened.engine.dispose()
        event.listen(opened.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        yield opened


def lived(office: SimulatedOffice, told: list[Story], until: datetime = END) -> YearBook:
    """The book of a year, or of its beginning."""
    office.live(told, until)
    return YearBook(office, told, until)


def check(book: YearBook, *questions: Callable[[YearBook], list[str]]) -> None:
    """Nothing is wrong, by any of these questions."""
    found = [f"{question.__name__}: {line}" for question in questions for line in question(book)[:10]]
    assert not found, "\n".join(found)


def figures_until(cases: int) -> datetime:
    """The short run asks for the morning's figures in the first five weeks only."""
    return END if cases > FEW else at("2026-11-05 12:00").astimezone(UTC)


@SIZES
def test_a_year(database: Database, cases: int, seed: int) -> None:
    """In a year every letter that a date brings goes once, on its day, in opening hours, and the owner saw it coming.

    Alerts climb from owner to manager to director on working days, and each manager has one digest a morning at most.
    """
    book = lived(SimulatedOffice(database, digests_until=figures_until(cases)), stories(cases, seed))
    check(book, *LETTERS, *STAFF)
    kinds = Counter(went.letter.purpose for went in book.office.went)
    assert set(kinds) == set(Purpose) - NOT_THIS_YEAR, "every other kind of letter has gone"


@SIZES
def test_a_year_with_standstills(database: Database, cases: int, seed: int) -> None:
    """After three days without the daemon everything goes once, as soon as it may; what was overtaken is noted as skipped."""
    book = lived(SimulatedOffice(database, outages=STANDSTILLS, digests_until=START), stories(cases, seed))
    check(book, *LETTERS, *STAFF, YearBook.touched_by_outages, YearBook.unlogged_skips)
    assert any(clerk.skipped for clerk in book.clerks.values()), "something was overtaken"


@SIZES
def test_a_year_in_which_the_clock_is_set_back(database: Database, cases: int, seed: int) -> None:
    """A clock that shows an hour twice sends nothing twice, nothing on another day, and nothing out of hours."""
    office = SimulatedOffice(database, steps_back=STEPS_BACK, digests_until=figures_until(FEW))
    book = lived(office, stories(cases, seed))
    check(book, *LETTERS, *STAFF)


# Stories of letters of which the owner has not heard in time -----------------------------------------------------------


def story(mailbox: str, opened: str, *acts: Act) -> Story:
    """A complaint by e-mail."""
    return Story(
        number=1,
        mailbox=mailbox,
        class_="complaint",
        channel=Channel.EMAIL,
        opened_at=at(opened).astimezone(UTC),
        may_write=True,
        acts=acts,
    )


def act(when: str, did: Did, *, by_mail: bool = False) -> Act:
    return Act(at(when).astimezone(UTC), did, by_mail=by_mail)


def heard_and_went(database: Database, *acts: Act) -> list[tuple[Purpose, date]]:
    """A complaint of 2 November about the lamp: its words to the owner and its letters, with their days."""
    told = story("generic", "2026-11-02 11:00", *acts)
    book = lived(SimulatedOffice(database, digests_until=START), [told], at("2026-11-28 12:00").astimezone(UTC))
    check(book, *LETTERS, *STAFF)
    return [(went.letter.purpose, book.on(went)) for _, went in book.about(SCHEDULED | {Purpose.HEADS_UP})]


@pytest.mark.parametrize(
    "acts",
    [
        [act("2026-11-16 10:00", Did.WAIT), act("2026-11-18 16:00", Did.CUSTOMER_ANSWERS)],
        [act("2026-11-16 10:00", Did.WAIT), act("2026-11-19 07:30", Did.CUSTOMER_ANSWERS)],
        [act("2026-11-16 10:00", Did.QUIET), act("2026-11-18 16:00", Did.QUIET_ENDS)],
    ],
    ids=["the customer answers", "the customer answers on the day", "the case is quiet no more"],
)
def test_a_letter_that_seemed_not_to_go_is_announced_first(database: Database, acts: list[Act]) -> None:
    """The day before nothing was to go, and on its day the notice is: the owner hears of it, and it goes a day later."""
    heard_on, goes_on = date(2026, 11, 19), date(2026, 11, 20)
    assert heard_and_went(database, *acts) == [(Purpose.HEADS_UP, heard_on), (Purpose.DELAY_NOTICE, goes_on)]


def test_of_two_letters_that_waited_the_clock_that_began_first_has_its_letter_first(database: Database) -> None:
    """Both were put off while the case waited: the notice of delay goes on Friday, and word of where it stands on Monday."""
    acts = (act("2026-10-15 11:20", Did.WAIT), act("2026-11-04 09:46", Did.CUSTOMER_ANSWERS))
    told = story(MEETING, "2026-10-08 15:23", *acts)
    book = lived(SimulatedOffice(database, digests_until=START), [told], at("2026-11-09 12:00").astimezone(UTC))
    check(book, *LETTERS, *STAFF)
    went = [(went.letter.purpose, book.on(went)) for _, went in book.about(SCHEDULED)]
    assert went == [(Purpose.DELAY_NOTICE, date(2026, 11, 6)), (Purpose.STATUS_NOTICE, date(2026, 11, 9))]


# Stories of a Saturday on which the daemon came back -------------------------------------------------------------------


def back_on_saturday(database: Database, told: Story) -> YearBook:
    """The book of the weeks around the Saturday on which the daemon came back."""
    office = SimulatedOffice(database, outages=[SATURDAY], digests_until=START)
    book = lived(office, [told], at("2026-12-12 12:00").astimezone(UTC))
    check(book, *LETTERS)
    return book


def letters_after(book: YearBook) -> list[tuple[Purpose, date]]:
    """The scheduled letters that went after it."""
    return [(went.letter.purpose, book.on(went)) for _, went in book.about(SCHEDULED) if went.at >= SATURDAY.since]


def test_a_letter_kept_for_monday_counts_for_monday(database: Database) -> None:
    """A notice of delay that waits over the weekend goes on Monday; the status notice of Monday goes on Tuesday."""
    book = back_on_saturday(database, story(MEETING, "2026-11-17 11:00"))
    assert letters_after(book) == [(Purpose.DELAY_NOTICE, date(2026, 12, 7)), (Purpose.STATUS_NOTICE, date(2026, 12, 8))]


ASKED = (act("2026-11-04 10:00", Did.ANSWER), act("2026-11-05 10:00", Did.WAIT))


def test_a_case_is_not_closed_before_its_letter_can_go(database: Database) -> None:
    """The silence ended while the daemon stood still: an answer that comes before the office opens keeps the case open."""
    answers = act("2026-12-06 12:00", Did.CUSTOMER_ANSWERS, by_mail=True)
    book = back_on_saturday(database, story("northants-fire", "2026-11-02 11:00", *ASKED, answers))
    assert letters_after(book) == []
    assert "customer-answered" in book.history
    assert "closed-by-silence" not in book.history


def test_a_case_is_closed_on_monday_by_the_silence_that_ended_on_friday(database: Database) -> None:
    """Without an answer the case is closed, and the customer told, when the office opens."""
    book = back_on_saturday(database, story("northants-fire", "2026-11-02 11:00", *ASKED))
    assert letters_after(book) == [(Purpose.SILENCE_CLOSING, date(2026, 12, 7))]
    assert "closed-by-silence" in book.history
