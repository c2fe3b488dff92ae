"""The morning digest: who reads it, and what it looks ahead to."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from mailbot.adapters.store import Database, SqlStore, open_database
from mailbot.adapters.store.tables import outbox
from mailbot.core.action import ChangeCase, OpenCase
from mailbot.core.case import CaseStatus, ClockKind, ClockStop
from mailbot.core.clock_action import StopClock
from mailbot.core.clock_rule import ClockStart, Unit
from mailbot.core.decide.moving import start_clock
from mailbot.core.directory import Absence
from mailbot.core.letter import Envelope, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.pipeline.timers import Timers
from mailbot.ports import Composed, NewLetter
from mailbot.runner import attempt
from tests.invented import BO, CUSTOMER, DI, MAILBOX, MANAGER, MO, MONDAY, OWNER, at, pack, rule, shipped_letters, staffed
from tests.readable import READABLE
from tests.servers.databases import sqlite_with_tables

RULE = rule(10)
SURVEY = rule(28, Unit.CALENDAR_DAYS, name="survey", kind=ClockKind.SURVEY)
THURSDAY = at("2026-12-03 09:00")
AWAY = replace(MO, absences=(Absence(from_on=date(2026, 12, 1), until_on=date(2026, 12, 4), deputy=OWNER),))

A_RECEIPT = NewLetter(
    key=f"receipt|{CUSTOMER}|message:1",
    mailbox="enquiries",
    case_id=1,
    message_row=None,
    purpose=Purpose.RECEIPT,
    letter="receipt",
    lane=Lane.ACKNOWLEDGEMENT,
    composed=Composed(content=b"Subject: x\r\n\r\ny\r\n", message_id="1@harbour.example", letter_version="v1"),
    envelope=Envelope(reverse_path=MAILBOX, recipient=CUSTOMER),
    not_before=MONDAY,
    states_date=None,
    in_reply_to="",
    references=(),
    observed=False,
    created_at=MONDAY,
)


class StoppedClock:
    """It is always the same moment."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(sqlite_with_tables(tmp_path / "mailbot.db"))) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> SqlStore:
    """One mailbox with an enquiry of Monday 23 November, due on Monday 7 December."""
    tables = SqlStore(database)
    tables.register("Harbour Council", {"enquiries": (MAILBOX, "generic")}, MONDAY, new_secret="00")
    opening = OpenCase(
        class_="enquiry",
        customer=CUSTOMER,
        customer_name="",
        subject="",
        opened_at=MONDAY,
        observed=False,
        may_write=True,
        reason=Reason("x"),
    )
    with tables.transaction() as transaction:
        case_id, _ = transaction.cases.open("enquiries", "HC", "2611", "generic", opening)
        started = start_clock(staffed(pack=pack(RULE)), RULE, MONDAY, ClockStart.RECEIPT.value)
        transaction.cases.start_clock(case_id, started)
    return tables


def digests(store: SqlStore, database: Database, mailbox: MailboxPolicy, *mornings: datetime) -> list[tuple[str, str]]:
    """To whom the digests of these mornings went, with their text."""
    for morning in mornings:
        Timers(
            store=store,
            letters=shipped_letters(),
            policies={"enquiries": mailbox},
            clock=StoppedClock(morning),
            attempt=attempt,
        ).run_jobs()
    with database.reading() as connection:
        rows = list(connection.execute(select(outbox.c.recipient, outbox.c.content).order_by(outbox.c.id)))
    return [(row.recipient, message_from_bytes(row.content, policy=READABLE).get_content()) for row in rows]


def test_the_deputy_reads_the_digest_while_the_manager_is_away(store: SqlStore, database: Database) -> None:
    """On Thursday the deputy, on Monday the manager, who is back; once a morning, whoever reads it."""
    mailbox = staffed(BO, AWAY, DI, pack=pack(RULE))
    mornings = (THURSDAY, THURSDAY, at("2026-12-07 09:00"))
    assert [recipient for recipient, _ in digests(store, database, mailbox, *mornings)] == [OWNER, MANAGER]


@pytest.mark.parametrize(
    ("morning", "said"),
    [("2026-12-02 09:00", ""), ("2026-12-03 09:00", "Due within 2 working days: 1"), ("2026-12-07 09:00", "Due today: 1")],
)
def test_the_digest_looks_ahead_in_working_days(store: SqlStore, database: Database, morning: str, said: str) -> None:
    """What is due on Monday is near on Thursday: a weekend lies between. On Wednesday nothing is said of it."""
    told = digests(store, database, staffed(pack=pack(RULE)), at(morning))
    assert [said in text for _, text in told] == ([True] if said else [])


@pytest.mark.parametrize(("state", "said"), [("queued", False), ("sending", False), ("deferred", True), ("failed", True)])
def test_a_receipt_that_is_about_to_go_is_nobody_s_worry(store: SqlStore, database: Database, state: str, said: bool) -> None:
    """After an outage the digest comes before the receipts have gone: what is due by them is named if they cannot go."""
    receipt = rule(1, name="receipt", kind=ClockKind.RECEIPT, stopped_by=(ClockStop.RECEIPT_SENT,))
    mailbox = staffed(pack=pack(receipt))
    with store.transaction() as transaction:
        transaction.cases.start_clock(1, start_clock(mailbox, receipt, MONDAY, ClockStart.RECEIPT.value))
        transaction.outbox.add(A_RECEIPT)
    with database.writing() as connection:
        connection.execute(outbox.update().values(state=state))
    told = digests(store, database, mailbox, at("2026-11-24 09:00"))
    assert any("Due today: 1" in text for _, text in told) is said


@pytest.mark.parametrize(
    ("morning", "cancelled", "said"),
    [
        ("2026-12-16 09:00", False, False),
        ("2026-12-17 09:00", False, True),
        ("2026-12-21 09:00", False, True),
        ("2027-01-04 09:00", False, True),
        ("2026-12-17 09:00", True, False),
    ],
)
def test_the_survey_of_a_closed_case_is_named_until_it_is_sent(
    store: SqlStore, database: Database, morning: str, cancelled: bool, said: bool
) -> None:
    """Concluded on Monday 23 November: from the Thursday before four weeks are over until it is sent, or need not be."""
    mailbox = staffed(pack=pack(RULE, SURVEY))
    with store.transaction() as transaction:
        case_id = 1  # the only one
        done = Reason("done")
        for clock in transaction.cases.get(case_id).clocks:
            transaction.cases.stop_clock(StopClock(clock_id=clock.id, outcome="met", stopped_at=MONDAY, reason=done))
        transaction.cases.start_clock(case_id, start_clock(mailbox, SURVEY, MONDAY, ClockStart.CONCLUSION.value))
        transaction.cases.change(ChangeCase(case_id=case_id, status=CaseStatus.CLOSED, reason=done), MONDAY)
    if cancelled:
        with store.transaction() as transaction:
            (survey,) = transaction.cases.get(case_id).clocks
            transaction.cases.stop_clock(StopClock(clock_id=survey.id, outcome="cancelled", stopped_at=MONDAY, reason=done))
    told = digests(store, database, mailbox, at(morning))
    named = "Surveys due now ('mailbot case surveyed' once one is sent): 1 (HC-"
    assert [named in text for _, text in told] == ([True] if said else [])
    assert all("Due within" not in text and "Due today" not in text for _, text in told)


def test_what_got_no_case_since_the_last_digest_is_found_by_an_index(store: SqlStore, database: Database) -> None:
    """However much mail of robots there is from years before, a morning looks at that of one day."""
    asked = list[tuple[str, Any]]()
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: asked.append((arguments[2], arguments[3])))
    with store.view() as transaction:
        transaction.cases.figures("enquiries", MONDAY, MONDAY, MONDAY, MONDAY)
    ((query, values),) = (each for each in asked if "message.recorded_at >" in each[0])
    with database.reading() as connection:
        plan = [step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    assert "SEARCH message USING INDEX ix_message_case (case=? AND recorded_at>?)" in plan
