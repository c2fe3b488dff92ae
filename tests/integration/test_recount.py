"""Counting again and importing, on SQLite and PostgreSQL: what is written, what is told, and what a second time changes."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mailbot.adapters.store import Database, SqlStore, open_database
from mailbot.adapters.store.queries import Queries
from mailbot.adapters.store.tables import case, clock, deadline, event, outbox
from mailbot.core.action import OpenCase
from mailbot.core.calendar import ClosedDay
from mailbot.core.case import Moment
from mailbot.core.clock_rule import ClockStart
from mailbot.core.decide.moving import start_clock
from mailbot.core.delivery import Settlement
from mailbot.core.lead import Clues, Via
from mailbot.core.letter import Envelope, Lane, OutboxState, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.pipeline.case_import import CaseImport
from mailbot.pipeline.recount import Recount
from mailbot.pipeline.timers import Timers
from mailbot.ports import Composed, MovedDate, NewLetter, Told
from mailbot.runner import attempt
from tests.invented import CUSTOMER, MAILBOX, MANAGER, MONDAY, OWNER, pack, policy, rule, shipped_letters
from tests.servers.databases import postgresql_with_tables, sqlite_with_tables
from tests.servers.postgres import Postgres

RULE = rule(10, warn_before=2)
PLAIN = policy(pack=pack(RULE))
TUESDAY = MONDAY + timedelta(days=1)
CORONATION = date(2026, 12, 2)
DUE, A_DAY_MORE = date(2026, 12, 7), date(2026, 12, 8)


class StoppedClock:
    """It is always the same moment, until somebody sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of each kind."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgresql_with_tables(postgres)
    else:
        url = sqlite_with_tables(tmp_path / "mailbot.db")
    with closing(open_database(url)) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> SqlStore:
    """The tables of a fresh installation with one mailbox."""
    tables = SqlStore(database)
    tables.register("Harbour Council", {"enquiries": (MAILBOX, "generic")}, MONDAY, new_secret="00")
    return tables


def changed(by: MailboxPolicy = PLAIN, *closed: date) -> MailboxPolicy:
    """The policy after somebody added these days to its calendars."""
    days = {
        day: ClosedDay(date=day, name="A coronation", division="x", authority="x", source="x", added_on=day) for day in closed
    }
    more = {name: replace(found, closed={**found.closed, **days}) for name, found in by.pack.calendars.items()}
    return replace(by, pack=replace(by.pack, calendars=more))


def received(store: SqlStore, count: int = 1, at: datetime = MONDAY) -> list[tuple[int, str]]:
    """So many enquiries came in at that moment; gives their rows and references."""
    opening = OpenCase(
        class_="enquiry",
        customer=CUSTOMER,
        customer_name="",
        subject="",
        opened_at=at,
        observed=False,
        may_write=True,
        reason=Reason("x"),
    )
    with store.transaction() as transaction:
        found = [transaction.cases.open("enquiries", "HC", "2611", "generic", opening) for _ in range(count)]
        for case_id, _ in found:
            transaction.cases.start_clock(case_id, start_clock(PLAIN, RULE, at, ClockStart.RECEIPT.value))
    return found


def told(store: SqlStore, case_id: int, states: date, state: OutboxState = OutboxState.SENT) -> None:
    """The customer was sent a receipt that states this date."""
    with store.transaction() as transaction:
        transaction.outbox.add(
            NewLetter(
                key=f"receipt:{case_id}:{state}",
                mailbox="enquiries",
                case_id=case_id,
                message_row=None,
                purpose=Purpose.RECEIPT,
                letter="receipt-enquiry",
                lane=Lane.ACKNOWLEDGEMENT,
                composed=Composed(content=b"x", message_id=f"{case_id}{state}@harbour.example", letter_version="1"),
                envelope=Envelope(reverse_path=MAILBOX, recipient=CUSTOMER),
                not_before=MONDAY,
                states_date=states,
                in_reply_to="",
                references=(),
                observed=False,
                created_at=MONDAY,
            )
        )
    with store.transaction() as transaction:
        (waiting,) = transaction.outbox.first_in_line("enquiries", MONDAY, 10)
        transaction.outbox.claim([waiting.letter.id], MONDAY)
        transaction.outbox.settle({waiting.letter.id: Settlement(state=state, detail="")}, MONDAY)


def recount(store: SqlStore, by: MailboxPolicy, at: datetime = TUESDAY, *, write: bool = True) -> list[MovedDate]:
    """Count again by this policy."""
    flow = Recount(store=store, policies={"enquiries": by}, clock=StoppedClock(at), cases_at_once=100)
    return [one for batch in flow.run(by, write=write) for one in batch]


def catch_up(store: SqlStore, by: MailboxPolicy, at: datetime = TUESDAY) -> list[int]:
    """What the daemon does when it starts with this policy: how many dates moved in each batch."""
    return list(Recount(store=store, policies={"enquiries": by}, clock=StoppedClock(at), cases_at_once=100).catch_up())


def rows(store: SqlStore, query: Any) -> list[tuple[Any, ...]]:
    """A look past the program."""
    with store.view() as transaction:
        bind: Any = transaction
        return [tuple(row) for row in bind.connection.execute(query)]


# Recounting ------------------------------------------------------------------------------------------------------------


def test_a_new_day_moves_the_date_its_moments_and_its_derivation(store: SqlStore) -> None:
    """The first date stays known, the history says what happened, and the case is otherwise as it was."""
    ((case_id, reference),) = received(store)
    (moved,) = recount(store, changed(PLAIN, CORONATION))
    assert (moved.reference, moved.clock, moved.old_on, moved.new_on) == (reference, "response", DUE, A_DAY_MORE)
    with store.view() as transaction:
        found = transaction.cases.get(case_id)
    (running,) = found.clocks
    assert running.due_at == running.original_due_at + timedelta(days=1)
    assert "02 Dec A coronation" in running.why
    assert found.version == 1
    times = dict(rows(store, select(deadline.c.kind, deadline.c.due_at)))
    assert times["due"] == running.due_at + timedelta(seconds=1)
    ((kind, rule_, detail),) = rows(store, select(event.c.kind, event.c.rule, event.c.detail))
    assert (kind, rule_) == ("clock-moved", "calendar-changed")
    assert detail.startswith("response: 2026-12-07 -> 2026-12-08; 10 working days")


def test_a_moment_that_has_come_does_not_come_again(store: SqlStore) -> None:
    """The warning was told of on the old date; its row stays as it is and there is no second one."""
    received(store)
    warned = MONDAY + timedelta(days=10, hours=1)
    with store.transaction() as transaction:
        due = transaction.cases.due_deadlines(warned, 10)
        transaction.cases.claim([trigger.deadline_id for trigger, _ in due], warned)
    recount(store, changed(PLAIN, date(2026, 12, 4)), warned)
    told_of = [kind for (kind,) in rows(store, select(deadline.c.kind).where(deadline.c.fired_at.is_not(None)))]
    waiting = [kind for (kind,) in rows(store, select(deadline.c.kind).where(deadline.c.fired_at.is_(None)))]
    assert "warn" in told_of
    assert sorted(waiting) == ["due", "today"]


def test_it_is_known_who_was_told_the_old_date(store: SqlStore) -> None:
    """By a letter that went and stated it; one that states another date, or never went, told nobody."""
    (first, second, third, fourth) = received(store, 4)
    told(store, first[0], DUE)
    told(store, second[0], date(2026, 12, 24))
    told(store, third[0], DUE, OutboxState.FAILED)
    with store.transaction() as transaction:
        bind: Any = transaction
        bind.connection.execute(update(case).where(case.c.id == fourth[0]).values(told_on=DUE))
    moved = {one.reference: one.told for one in recount(store, changed(PLAIN, CORONATION))}
    assert moved == {
        first[1]: (Told(recipient=CUSTOMER, letter="receipt-enquiry", at=MONDAY),),
        second[1]: (),
        third[1]: (),
        fourth[1]: (Told(recipient=CUSTOMER, letter="", at=None),),
    }


def test_what_moved_can_be_listed_afterwards(database: Database, store: SqlStore) -> None:
    """The same list as when it happened, for whoever asks since when; and the status says how many they are."""
    (first, _) = received(store, 2)
    told(store, first[0], DUE)
    moved = recount(store, changed(PLAIN, CORONATION))
    queries = Queries(database)
    assert list(queries.moved(MONDAY)) == moved
    assert queries.moved(TUESDAY + timedelta(seconds=1)) == ()
    assert [queries.status(TUESDAY + timedelta(days=days)).moved for days in (1, 8)] == [2, 0]


def test_a_dry_run_says_the_same_and_changes_nothing(store: SqlStore) -> None:
    """What would move, and who was told: then the real run does exactly that."""
    received(store, 3)
    before = rows(store, select(clock.c.due_at, clock.c.why)), rows(store, select(deadline))
    by = changed(PLAIN, CORONATION)
    announced = recount(store, by, write=False)
    assert (rows(store, select(clock.c.due_at, clock.c.why)), rows(store, select(deadline))) == before
    assert recount(store, by) == announced
    assert recount(store, by) == []


def test_only_running_clocks_of_open_cases_are_counted_again(store: SqlStore) -> None:
    """A closed case, and a clock that has stopped, keep the date that they had."""
    closed, stopped, running = received(store, 3)
    with store.transaction() as transaction:
        bind: Any = transaction
        bind.connection.execute(update(case).where(case.c.id == closed[0]).values(status="closed"))
        bind.connection.execute(update(clock).where(clock.c.case == stopped[0]).values(stopped_at=MONDAY))
    assert [one.reference for one in recount(store, changed(PLAIN, CORONATION))] == [running[1]]


def test_many_cases_are_counted_in_many_transactions(store: SqlStore) -> None:
    """A thousand at a time; whatever was received on one day gets one date."""
    received(store, 103)
    assert catch_up(store, changed(PLAIN, CORONATION)) == [100, 3]
    assert {moved for (moved,) in rows(store, select(clock.c.due_at).distinct())} == {
        datetime(2026, 12, 8, 23, 59, 59, tzinfo=UTC)
    }


def test_the_daemon_counts_again_only_when_something_has_changed(store: SqlStore) -> None:
    """The first start notes what dates rest on; the next one looks at no case; another calendar is noticed, once."""
    received(store)
    by = changed(PLAIN, CORONATION)
    assert [catch_up(store, PLAIN), catch_up(store, PLAIN)] == [[0], []]
    assert [catch_up(store, by), catch_up(store, by)] == [[1], []]
    assert catch_up(store, PLAIN) == [1]


def test_what_was_broken_off_is_done_again(store: SqlStore) -> None:
    """Stopped between two batches: the rest moves at the next start, and nothing moves twice."""
    received(store, 103)
    by = changed(PLAIN, CORONATION)
    begun = Recount(store=store, policies={"enquiries": by}, clock=StoppedClock(TUESDAY), cases_at_once=100).catch_up()
    assert next(begun) == 100
    begun.close()
    assert catch_up(store, by) == [0, 3]


def test_the_morning_digest_says_how_many_dates_moved_since_the_last(store: SqlStore) -> None:
    """Once: the next morning speaks of what moved after it, and of nothing else."""
    received(store)
    clock_ = StoppedClock(TUESDAY)
    timers = Timers(store=store, letters=shipped_letters(), policies={"enquiries": PLAIN}, clock=clock_, attempt=attempt)
    recount(store, changed(PLAIN, CORONATION), TUESDAY - timedelta(hours=1))
    for clock_.at in (TUESDAY, TUESDAY + timedelta(days=13)):
        timers.run_jobs()
    first, second = [content.decode() for (content,) in rows(store, select(outbox.c.content).order_by(outbox.c.id))]
    assert "Dates that moved because a calendar or a clock changed ('mailbot calendar moved'): 1" in first.replace("=\r\n", "")
    assert "Dates that moved" not in second


# Sweeping --------------------------------------------------------------------------------------------------------------


def test_two_moments_of_one_case_in_one_sweep_see_each_other(store: SqlStore) -> None:
    """After an outage both the warning and the day itself have come: one sweep acts on each of them once, in order."""
    received(store)
    now = MONDAY + timedelta(days=14, hours=1)
    timers = Timers(
        store=store,
        letters=shipped_letters(),
        policies={"enquiries": replace(PLAIN, manager=MANAGER)},
        clock=StoppedClock(now),
        attempt=attempt,
    )
    assert timers.sweep() == 4
    assert timers.sweep() == 0
    kinds = [kind for (kind,) in rows(store, select(event.c.kind).order_by(event.c.id)) if kind.startswith("deadline-")]
    assert [kind for kind in kinds if kind != "deadline-skipped"] == [
        f"deadline-{kind}" for kind in (Moment.UNREAD, Moment.NO_OWNER, Moment.WARN, Moment.TODAY)
    ]


# Importing -------------------------------------------------------------------------------------------------------------

ROW = {
    "old_reference": "CRM-4711",
    "class": "enquiry",
    "channel": "email",
    "received": "2026-11-19",
    "stage": "1",
    "owner": OWNER,
    "customer": CUSTOMER,
    "customer_name": "Ada Sample",
    "subject": "The lamp outside number 4",
    "due": "2026-12-03",
}


def importing(store: SqlStore) -> CaseImport:
    """The flow, on the Monday after."""
    return CaseImport(store=store, policy=PLAIN, clock=StoppedClock(MONDAY), actor="officer")


def brought_in(store: SqlStore, *cases: dict[str, str]) -> list[tuple[str, str]]:
    """Import these rows, which are right."""
    judged = importing(store).judge((number, ROW | found) for number, found in enumerate(cases, start=2))
    assert judged.mistakes == ()
    return list(importing(store).write(judged.new, "cases.csv"))


def test_an_imported_case_has_what_the_old_system_knew(database: Database, store: SqlStore) -> None:
    """Its reference, stage, owner and the date that was told; one event; a clock since the receipt; and no letter."""
    ((old_reference, reference),) = brought_in(store, {})
    found = Queries(database).case(old_reference)
    assert found is not None
    line = found.line
    assert (line.reference, line.old_reference, line.stage) == (reference, "CRM-4711", "1")
    assert (line.told_on, line.status, line.customer) == (date(2026, 12, 3), "open", CUSTOMER)
    assert line.opened_at == datetime(2026, 11, 19, tzinfo=UTC)
    assert [(one.kind, one.rule, one.detail, one.actor) for one in found.events] == [
        ("imported", "case-import", "cases.csv", "officer")
    ]
    assert [one.name for one in found.clocks] == ["response"]
    assert found.letters == ()
    with store.view() as transaction:
        row = transaction.cases.find("crm-4711")
        assert row is not None
        assert transaction.cases.get(row).owner_address == OWNER


def test_the_same_file_twice_imports_nothing_twice(store: SqlStore) -> None:
    """The second time every case is known; a new line among them comes in."""
    assert len(brought_in(store, {}, {"old_reference": "CRM-4712"})) == 2
    again = importing(store).judge([(2, ROW), (3, ROW | {"old_reference": "CRM-4713"})])
    assert (again.known, [one.old.old_reference for one in again.new]) == (("CRM-4711",), ["CRM-4713"])
    assert list(importing(store).write(importing(store).judge([(2, ROW)]).new, "cases.csv")) == []


def test_an_import_that_meets_another_passes_over_what_that_brought(store: SqlStore) -> None:
    """Both have judged the file before either of them writes: each case comes in once."""
    judged = importing(store).judge([(2, ROW)])
    assert len(list(importing(store).write(judged.new, "cases.csv"))) == 1
    assert list(importing(store).write(judged.new, "cases.csv")) == []


def test_a_reference_that_stands_twice_is_a_mistake(store: SqlStore) -> None:
    """Named with both lines."""
    judged = importing(store).judge([(2, ROW), (3, ROW)])
    assert [str(one) for one in judged.mistakes] == [
        "line 3, old_reference: 'CRM-4711' stands on line 2 already; keep one of the two"
    ]


def test_the_old_reference_leads_to_the_case(store: SqlStore) -> None:
    """As ours does; one that no case has leads nowhere."""
    ((_, reference),) = brought_in(store, {})
    with store.view() as transaction:
        assert transaction.cases.old_references(["CRM-4711", "CRM-4712"]) == {"CRM-4711"}
        named = Clues(references=(reference,), old_references=("CRM-4711",))
        ((found,),) = transaction.cases.leads([named]).ways(named)
        assert (found.reference, found.via, found.participants) == (reference, Via.REFERENCE, {CUSTOMER})


def test_nothing_is_sent_because_of_an_import(store: SqlStore) -> None:
    """A case that has been late for months: the sweep finds nothing to do, and the digest names it."""
    brought_in(store, {"received": "2026-03-02", "due": ""})
    clock_ = StoppedClock(TUESDAY)
    timers = Timers(store=store, letters=shipped_letters(), policies={"enquiries": PLAIN}, clock=clock_, attempt=attempt)
    assert timers.sweep() == 0
    assert rows(store, select(outbox.c.id)) == []
    with store.view() as transaction:
        figures = transaction.cases.figures("enquiries", TUESDAY, TUESDAY, TUESDAY, None)
    assert len(figures.late) == 1


def test_a_date_that_the_old_system_told_counts_as_told(store: SqlStore) -> None:
    """When a new day moves it, the list says that its customer knows the old one."""
    brought_in(store, {})
    (moved,) = recount(store, changed(PLAIN, CORONATION))
    assert (moved.old_on, moved.new_on) == (date(2026, 12, 3), date(2026, 12, 4))
    assert moved.told == (Told(recipient=CUSTOMER, letter="", at=None),)
