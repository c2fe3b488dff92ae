"""What is kept of staff's mail, in both databases: judged once, told once, waived, forgotten; and who is away."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailbot.adapters.store import SqlStore, open_database
from mailbot.adapters.store.tables import outbox
from mailbot.core.classify import Classification
from mailbot.core.letter import Envelope, Lane, Purpose
from mailbot.core.message import Direction, Fetched, Origin, Span
from mailbot.core.presence import SeenAbsence
from mailbot.core.screen import Screening
from mailbot.core.staff_finding import About, JudgedMail, StaffFinding, StaffMailKind, Waiver
from mailbot.core.strong_evidence import Verdict
from mailbot.ports import Composed, Cursor, NewLetter, NewMessage, Transaction
from tests.invented import MAILBOX, MONDAY, OWNER, message
from tests.servers.databases import postgresql_with_tables, sqlite_with_tables
from tests.servers.postgres import Postgres

MONTHS = ("2026-11", "2026-10")
TUESDAY = MONDAY + timedelta(days=1)
PHONE = StaffFinding(
    person=OWNER, team="Harbour", rule="phone", clause="J5", confidence=0.95, fix="add your number", month="2026-11"
)
WORDING = replace(PHONE, rule="wording", clause="F19", fix="say what you will do", spans=(Span(27, 29),))
AWAY = SeenAbsence(
    person=OWNER,
    from_on=date(2026, 11, 23),
    until_on=date(2026, 11, 29),
    return_on=date(2026, 11, 30),
    deputy=None,
    digest="a" * 64,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """One mailbox with a message of Bo's that waits to be judged."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgresql_with_tables(postgres)
    else:
        url = sqlite_with_tables(tmp_path / "mailbot.db")
    with closing(open_database(url)) as database:
        tables = SqlStore(database)
        tables.register("Harbour Council", {"enquiries": (MAILBOX, "generic")}, MONDAY, new_secret="00")
        _with_a_message(tables)
        yield tables


def _with_a_message(tables: SqlStore) -> None:
    with tables.transaction() as transaction:
        fetched = Fetched(uid=1, received_at=MONDAY, size=5, content=b"hello")
        transaction.messages.store("enquiries", "Sent", "sent", Cursor(uidvalidity=1, last_uid=1), [fetched], MONDAY)
    with tables.transaction() as transaction:
        (located,) = transaction.messages.waiting(9, 999)
        new = NewMessage(
            parsed=message(sender=OWNER),
            direction=Direction.OUT,
            origin=Origin.SENT,
            received_at=MONDAY,
            screening=Screening(verdict=Verdict.OWN),
            classification=Classification(class_="unsure", best="unsure", confidence=0.0),
            recorded_at=MONDAY,
        )
        row = transaction.messages.add(located, new, None)
        transaction.standards.wait(row, "enquiries", StaffMailKind.WRITTEN, MONDAY)


def settle(transaction: Transaction, *found: StaffFinding) -> None:
    (waiting,) = transaction.standards.waiting(9)
    assert waiting.content == b"hello"
    transaction.standards.settle(waiting, JudgedMail(month="2026-11", team="Harbour", findings=found), TUESDAY)


def test_a_message_is_judged_once_and_told_once(store: SqlStore) -> None:
    """Its findings wait until they are told; a wording is cut out of the stored text; then nothing waits."""
    with store.transaction() as transaction:
        settle(transaction, PHONE, WORDING)
        assert transaction.standards.waiting(9) == []
        assert transaction.standards.untold(MONDAY, MONTHS) == []
        assert transaction.standards.untold(TUESDAY, ("2026-12",)) == []
        found = transaction.standards.untold(TUESDAY, MONTHS)
        assert [(each.finding.rule, each.words, each.about) for each in found] == [
            ("phone", "", About.MESSAGE),
            ("wording", "It", About.MESSAGE),
        ]
        transaction.standards.tell([each.id for each in found], TUESDAY)
        assert transaction.standards.untold(TUESDAY, MONTHS) == []
        assert transaction.standards.told([OWNER]) == {(OWNER, "phone", "2026-11"), (OWNER, "wording", "2026-11")}


def test_a_waiver_takes_what_nobody_has_told_yet_and_is_said_once(store: SqlStore) -> None:
    """Taken back it can be said again."""
    waiver = Waiver(person=OWNER, rule="phone", reason="it is out of order", actor="mo", at=TUESDAY)
    with store.transaction() as transaction:
        settle(transaction, PHONE, WORDING)
        assert transaction.standards.waive(waiver)
        assert not transaction.standards.waive(waiver)
        assert [each.finding.rule for each in transaction.standards.untold(TUESDAY, MONTHS)] == ["wording"]
        assert transaction.standards.waived([OWNER]) == {(OWNER, "phone")}
        assert transaction.standards.end_waiver(OWNER, "phone", "mo", TUESDAY)
        assert not transaction.standards.end_waiver(OWNER, "phone", "mo", TUESDAY)
        assert transaction.standards.waive(waiver)


def test_whoever_is_forgotten_leaves_numbers(store: SqlStore) -> None:
    """Nothing names them; the team's count is what it was."""
    with store.transaction() as transaction:
        settle(transaction, PHONE, WORDING)
        before = transaction.standards.totals("2026-11")
        assert transaction.standards.forget(OWNER) == 2
        after = transaction.standards.totals("2026-11")
        assert after.judged == before.judged == {"Harbour": 1}
        assert sorted(each.rule for each in after.found) == ["phone", "wording"]
        assert {each.person for each in after.found} == {""}
        assert transaction.standards.untold(TUESDAY, MONTHS) == []


def test_a_later_reply_and_a_person_end_an_absence(store: SqlStore) -> None:
    """The newest reply holds; nobody is away on the day of return, nor once somebody says that they are there."""
    days = (date(2026, 11, 22), AWAY.from_on, AWAY.until_on, date(2026, 11, 30))
    with store.transaction() as transaction:
        transaction.absences.add(AWAY)
        assert [len(transaction.absences.on(day)) for day in days] == [0, 1, 1, 0]
        longer = replace(AWAY, from_on=date(2026, 11, 25), until_on=date(2026, 12, 6), digest="b" * 64, answers_ours=True)
        transaction.absences.add(longer)
        assert transaction.absences.on(date(2026, 11, 26)) == (longer,)
        assert transaction.absences.newest(OWNER, AWAY.digest) == AWAY
        assert transaction.absences.answered_ours("harbour.example")
        assert not transaction.absences.answered_ours("arbour.example")
        assert transaction.absences.end(OWNER, date(2026, 11, 26)) == 1
        assert transaction.absences.on(date(2026, 11, 26)) == ()
        assert transaction.absences.end(OWNER, date(2026, 11, 26)) == 0


def test_what_reached_somebody_and_what_came_from_them(store: SqlStore) -> None:
    """Only a letter that went, in that time, and to them; anything at all that came from them."""
    letter = NewLetter(
        key="assignment|bo|1",
        mailbox="enquiries",
        case_id=None,
        message_row=None,
        purpose=Purpose.ASSIGNMENT,
        letter="assignment",
        lane=Lane.NOTICE,
        composed=Composed(content=b"x", message_id="1@harbour.example", letter_version="v1"),
        envelope=Envelope(reverse_path=MAILBOX, recipient=OWNER),
        not_before=MONDAY,
        states_date=None,
        in_reply_to="",
        references=(),
        observed=False,
        created_at=MONDAY,
    )
    hour = timedelta(hours=1)
    with store.transaction() as transaction:
        transaction.outbox.add(letter)
        assert not transaction.absences.reached(OWNER, MONDAY - hour, TUESDAY)
        transaction.connection.execute(outbox.update().values(state="sent", attempted_at=MONDAY))  # type: ignore[attr-defined]
        assert transaction.absences.reached(OWNER, MONDAY - hour, TUESDAY)
        assert not transaction.absences.reached(OWNER, MONDAY + hour, TUESDAY)
        assert not transaction.absences.reached("di@harbour.example", MONDAY - hour, TUESDAY)
        assert transaction.absences.heard_from(OWNER, MONDAY - hour, TUESDAY)
        assert not transaction.absences.heard_from(OWNER, MONDAY + hour, TUESDAY)
