"""The tables on SQLite and PostgreSQL: what they refuse, what they keep in order, and who may open them."""

import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Select, event, select

from mailbot.adapters.rule_files import load_quoting, load_subjects
from mailbot.adapters.store import Database, NotReadyError, SqlStore, open_database
from mailbot.adapters.store.copying import copy_database
from mailbot.adapters.store.corrections import Correction
from mailbot.adapters.store.instance import only_daemon
from mailbot.adapters.store.queries import Queries
from mailbot.adapters.store.tables import SCHEMA_VERSION, case, correction, location, metadata, outbox, raw
from mailbot.adapters.store.tables import message as message_table
from mailbot.core.action import ChangeCase, JoinCase, LearnClass, OpenCase
from mailbot.core.case import CaseStatus, ClockKind, ClockStop, EndedClock, Figures, Role
from mailbot.core.classify import Classification
from mailbot.core.clock_action import AddDeadline, Deadline, MoveClock, ReplaceDeadline, RestartClock, StartClock, StopClock
from mailbot.core.delivery import CaseStanding, Settlement
from mailbot.core.lead import Clues, Part, Via
from mailbot.core.letter import Envelope, Lane, OutboxState, Purpose
from mailbot.core.message import Attachment, Direction, Fetched, Located, Message, Origin
from mailbot.core.reason import Reason
from mailbot.core.reference import make_reference
from mailbot.core.screen import Screening
from mailbot.core.strong_evidence import Verdict
from mailbot.errors import ConfigError, PermanentError, StorageError
from mailbot.ports import Composed, Cursor, Happened, KnownMessage, NewLetter, NewMessage, Transaction
from tests.invented import CUSTOMER, MAILBOX, MONDAY, RULES, at, message
from tests.servers.databases import postgresql_with_tables, sqlite_with_tables
from tests.servers.postgres import Postgres

HOUR = timedelta(hours=1)
CURSOR = Cursor(uidvalidity=1, last_uid=0)
MAILBOXES = {"enquiries": (MAILBOX, "generic"), "foi": ("foi@harbour.example", "generic")}


on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""About the file that SQLite keeps everything in."""


on_sqlite_anew = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
"""About how that file is made."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database may be made."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        return postgres.database()
    return f"sqlite:///{tmp_path}/mailbot.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that has its tables, and nothing in them."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        return postgresql_with_tables(postgres)
    return sqlite_with_tables(tmp_path / "mailbot.db")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A fresh database."""
    with closing(open_database(url)) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> SqlStore:
    """The tables of a fresh installation with two mailboxes."""
    tables = SqlStore(database)
    tables.register("Harbour Council", MAILBOXES, MONDAY, new_secret="00")
    return tables


# Rows ------------------------------------------------------------------------------------------------------------------


def fetched(uid: int, content: bytes = b"", **changes: Any) -> Fetched:
    """A message as the server handed it over."""
    content = content or f"Subject: {uid}\r\n\r\nHello\r\n".encode()
    return replace(Fetched(uid=uid, received_at=MONDAY, size=len(content), content=content), **changes)


def stored(store: SqlStore, *batch: Fetched, mailbox: str = "enquiries", cursor: Cursor = CURSOR) -> list[Located]:
    """Keep these messages; gives everything that waits."""
    with store.transaction() as transaction:
        transaction.messages.store(mailbox, "INBOX", "inbox", cursor, batch, MONDAY)
    return waiting(store)


def waiting(store: SqlStore, limit: int = 100, max_bytes: int = 10**9) -> list[Located]:
    """What waits for a decision."""
    with store.view() as transaction:
        return transaction.messages.waiting(limit, max_bytes)


def opening(**changes: Any) -> OpenCase:
    """The action that opens the customer's case."""
    usual = OpenCase(
        class_="enquiry",
        customer=CUSTOMER,
        customer_name="Ada Sample",
        subject="The lamp",
        opened_at=MONDAY,
        observed=False,
        reason=Reason("no-known-case"),
    )
    return replace(usual, **changes)


def with_customer(transaction: Transaction, case_id: int, *others: str) -> None:
    """The customer takes part in a case, and so do these."""
    parts = [Part(address, Role.CUSTOMER) for address in (CUSTOMER, *others)]
    transaction.cases.take_part(case_id, parts, "the lamp")


def opened(
    store: SqlStore, period: str = "2611", mailbox: str = "enquiries", prefix: str = "HC", **changes: Any
) -> tuple[int, str]:
    """Open a case; gives its row and reference."""
    with store.transaction() as transaction:
        return transaction.cases.open(mailbox, prefix, period, "generic", opening(**changes))


def clock(due_at: datetime, name: str = "response", **changes: Any) -> StartClock:
    """A clock that is warned about an hour before its date."""
    usual = StartClock(
        name=name,
        started_by="receipt",
        started_at=MONDAY,
        due_at=due_at,
        why="14 working days",
        stopped_by=(ClockStop.RESPONSE_SENT,),
        deadlines=(Deadline(kind="warn", due_at=due_at - HOUR), Deadline(kind="due", due_at=due_at)),
        reason=Reason("clock-response"),
        kind=ClockKind(name),
    )
    return replace(usual, **changes)


def started(store: SqlStore, case_id: int, due_at: datetime, name: str = "response") -> None:
    """Start a clock of a case."""
    with store.transaction() as transaction:
        transaction.cases.start_clock(case_id, clock(due_at, name))


def letter(number: int, **changes: Any) -> NewLetter:
    """A receipt on its way into the outbox."""
    usual = NewLetter(
        key=f"receipt|{CUSTOMER}|message:{number}",
        mailbox="enquiries",
        case_id=None,
        message_row=None,
        purpose=Purpose.RECEIPT,
        letter="receipt",
        lane=Lane.ACKNOWLEDGEMENT,
        composed=Composed(content=b"Subject: x\r\n\r\ny\r\n", message_id=f"{number}@harbour.example", letter_version="v1"),
        envelope=Envelope(reverse_path=MAILBOX, recipient="Ada@Example.org"),
        not_before=MONDAY,
        states_date=None,
        in_reply_to="1@example.org",
        references=("1@example.org",),
        observed=False,
        created_at=MONDAY,
    )
    return replace(usual, **changes)


def queued(store: SqlStore, number: int = 1, **changes: Any) -> int:
    """Queue a letter; gives its row."""
    with store.transaction() as transaction:
        transaction.outbox.add(letter(number, **changes))
    return max(row[0] for row in rows(store, select(outbox.c.id)))


def rows(store: SqlStore, query: Select[Any]) -> list[tuple[Any, ...]]:
    """A look past the program."""
    with store.view() as transaction:
        bind: Any = transaction
        return [tuple(row) for row in bind.connection.execute(query)]


def recorded(transaction: Transaction, located: Located, parsed: Message, case_id: int | None = None) -> int:
    """Write down what was decided about a message."""
    new = NewMessage(
        parsed=parsed,
        direction=Direction.IN,
        origin=Origin.MAILBOX,
        received_at=MONDAY,
        screening=Screening(verdict=Verdict.HUMAN),
        classification=Classification(class_="enquiry", best="enquiry", confidence=0.9),
        recorded_at=MONDAY,
    )
    row = transaction.messages.add(located, new, case_id)
    transaction.messages.settle_location(located.id, row)
    return row


def state_of(store: SqlStore, letter_id: int) -> OutboxState:
    """Where a letter stands."""
    with store.view() as transaction:
        return transaction.outbox.get(letter_id).state


# Opening ---------------------------------------------------------------------------------------------------------------


def test_the_migrations_reach_exactly_the_declared_tables(database: Database) -> None:
    """What an installation has after its migrations is what the program believes it has."""
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences: Sequence[Any] = compare_metadata(context, metadata)
    assert list(differences) == []


def test_a_missing_column_would_be_noticed(database: Database) -> None:
    """The comparison of the test above sees a difference where there is one."""
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE person DROP COLUMN name")
        differences: Sequence[Any] = compare_metadata(MigrationContext.configure(connection), metadata)
        assert [difference[0] for difference in differences] == ["add_column"]


@on_sqlite
def test_the_partial_indexes_are_those_that_were_declared(tmp_path: Path, database: Database) -> None:
    """The indexes over what waits cover only what waits: they stay small however old the installation is."""
    query = "SELECT name, replace(sql, '\"', '') FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %' ORDER BY name"
    with closing(open_database(f"sqlite:///{tmp_path}/empty.db")) as plain:
        with plain.writing() as connection:
            metadata.drop_all(connection)
            metadata.create_all(connection)
        with plain.reading() as declared, database.reading() as migrated:
            wanted = declared.exec_driver_sql(query).all()
            assert wanted == migrated.exec_driver_sql(query).all()
    assert [row[0] for row in wanted] == [
        "ix_alarm_open",
        "ix_case_quiet",
        "ix_deadline_open",
        "ix_event_backscatter",
        "ix_event_for_the_manager",
        "ix_gap_open",
        "ix_location_waiting",
        "ix_outbox_waiting",
        "ix_staff_mail_waiting",
        "ix_standard_finding_untold",
    ]


def test_a_database_may_be_opened_twice(url: str, store: SqlStore) -> None:
    """The command line looks into the database of a running daemon and sees what it wrote."""
    case_id, reference = opened(store)
    with closing(open_database(url)) as second:
        other = SqlStore(second)
        assert other.register("Harbour Council", MAILBOXES, MONDAY + HOUR, new_secret="11") == "00"
        with other.view() as transaction:
            assert transaction.cases.get(case_id).reference == reference
            assert transaction.mailboxes.get("enquiries").started_at == MONDAY


def test_a_new_database_may_be_opened_by_two_at_once(empty_url: str) -> None:
    """Two processes that start together on an empty disk make one database."""
    with ThreadPoolExecutor(2) as pool:
        both = [opening_.result() for opening_ in [pool.submit(open_database, empty_url) for _ in range(2)]]
    for database in both:
        with database.reading() as connection:
            version = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'schema_version'").scalar_one()
            assert int(version) == SCHEMA_VERSION
        database.close()


@on_sqlite
def test_only_one_daemon_runs_on_a_database(url: str, database: Database) -> None:
    """The second one is told that there is a first, and may start once that has ended."""
    said = r"another mailbot \(process \d+\) runs on it already; stop it first"
    with only_daemon(url), pytest.raises(ConfigError, match=said):
        only_daemon(url).__enter__()
    with only_daemon(url):
        pass


def test_a_database_of_a_newer_program_is_refused_with_a_sentence(url: str) -> None:
    """An older program does not write into tables that it does not know, and says what to do."""
    with closing(open_database(url)) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99' WHERE key IN ('schema_version', 'compat_version')")
    with pytest.raises(ConfigError) as caught:
        open_database(url)
    assert str(caught.value) == (
        f"storage.database: it was made by a newer mailbot (schema 99, opens from 99 on) and this program knows schema "
        f"{SCHEMA_VERSION}; install the newer program or restore the backup made before the upgrade"
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("mailbot.db", "not a database URL; write sqlite:///path/to/mailbot.db"),
        ("oracle:///x", "'oracle' is not supported; write sqlite:///path/to/mailbot.db"),
        ("sqlite:////nowhere/at/all/mailbot.db", "the folder /nowhere/at/all does not exist; create it first"),
        ("sqlite:////proc/mailbot.db", "cannot be written"),
    ],
)
def test_an_unusable_url_is_refused_with_a_sentence(wrong: str, said: str) -> None:
    """And with what to write instead."""
    with pytest.raises(ConfigError, match=said):
        open_database(wrong)


@on_sqlite_anew
def test_a_look_does_not_make_a_database(tmp_path: Path, empty_url: str) -> None:
    """Commands that only look refuse what the daemon has not made yet, and leave no file behind."""
    with pytest.raises(NotReadyError, match="there is no database"):
        open_database(empty_url, create=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mailbot.db").touch()
    with pytest.raises(NotReadyError, match="holds nothing yet or an older schema"):
        open_database(empty_url, create=False)
    open_database(empty_url).close()
    open_database(empty_url, create=False).close()


@on_sqlite_anew
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, empty_url: str) -> None:
    """A slip in the path does not overwrite somebody's text."""
    (tmp_path / "mailbot.db").write_text("dear diary, today", encoding="utf-8")
    with pytest.raises(ConfigError, match="is not an SQLite database; name another file"):
        open_database(empty_url)
    assert (tmp_path / "mailbot.db").read_text(encoding="utf-8") == "dear diary, today"


@on_sqlite_anew
def test_the_database_is_for_its_owner_only(tmp_path: Path, empty_url: str) -> None:
    """It holds people's letters: nobody else on the machine may read it."""
    open_database(empty_url).close()
    assert S_IMODE((tmp_path / "mailbot.db").stat().st_mode) == 0o600


@on_sqlite
def test_a_locked_database_is_trouble_that_passes(url: str, database: Database, store: SqlStore) -> None:
    """A backup that holds the database makes writers wait and try again; nobody is blamed and reading goes on."""
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 1"))
    database.engine.dispose()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="the database cannot be used now: database is locked"), store.transaction():
            raise AssertionError("the transaction began although the database is locked")
        assert waiting(store) == []
        other.execute("ROLLBACK")
    assert opened(store)[0] == 1


def test_what_fails_in_the_middle_leaves_nothing_behind(store: SqlStore) -> None:
    """A transaction is carried out as a whole or not at all."""

    def half_a_decision() -> None:
        with store.transaction() as transaction:
            transaction.cases.open("enquiries", "HC", "2611", "generic", opening())
            transaction.outbox.add(letter(1))
            transaction.outbox.add(letter(1))

    with pytest.raises(PermanentError):
        half_a_decision()
    assert rows(store, select(case.c.id)) == []
    assert opened(store)[1] == make_reference("HC", "2611", 1)


# What is refused -------------------------------------------------------------------------------------------------------


def test_a_naive_time_is_refused(store: SqlStore) -> None:
    """Somebody forgot which zone it is in, and no guess is made."""
    with pytest.raises(PermanentError, match="a value cannot be stored: ValueError"):
        opened(store, opened_at=datetime(2026, 11, 23, 10, 0))


def test_every_time_comes_back_aware_and_the_same(store: SqlStore) -> None:
    """Whatever zone it was given in, it is the same moment."""
    case_id, _ = opened(store, opened_at=at("2026-07-03 23:59"))
    with store.view() as transaction:
        found = transaction.cases.get(case_id).opened_at
    assert found == datetime(2026, 7, 3, 22, 59, tzinfo=UTC)
    assert found.tzinfo is not None


def test_a_second_letter_for_the_same_reason_is_refused(store: SqlStore) -> None:
    """Purpose, recipient and trigger can exist only once, whatever goes wrong elsewhere."""
    queued(store, 1)
    with pytest.raises(PermanentError, match="the database refused a row"):
        queued(store, 2, key=letter(1).key)
    queued(store, 2)


def test_two_letters_never_have_the_same_message_id(store: SqlStore) -> None:
    """A reply to it would belong to two cases."""
    queued(store, 1)
    with pytest.raises(PermanentError, match="the database refused a row"):
        queued(store, 2, composed=letter(1).composed)


def test_a_letter_about_no_known_case_is_refused(store: SqlStore) -> None:
    """Foreign keys hold on SQLite too."""
    with pytest.raises(PermanentError, match="the database refused a row"):
        queued(store, 1, case_id=404)


def test_a_case_that_changed_meanwhile_is_not_joined(store: SqlStore) -> None:
    """Two decisions about one case at once: the second is refused and made anew from what is there now."""
    case_id, _ = opened(store)
    join = JoinCase(case_id=case_id, version=1, reason=Reason("matched-by-thread"))
    with store.transaction() as transaction:
        transaction.cases.join(join)
    with pytest.raises(PermanentError, match="the case changed while it was decided about"), store.transaction() as transaction:
        transaction.cases.join(join)
    with store.transaction() as transaction:
        assert transaction.cases.get(case_id).version == 2
        transaction.cases.join(replace(join, version=2))


# Cases -----------------------------------------------------------------------------------------------------------------


def test_references_run_within_a_month_and_never_repeat(store: SqlStore) -> None:
    """One, two in November and one in December; every mailbox of the organisation counts on the same counter."""
    numbers = [
        opened(store)[1],
        opened(store, mailbox="foi")[1],
        opened(store, period="2612")[1],
        opened(store)[1],
        opened(store, prefix="DB")[1],
    ]
    assert numbers == [
        make_reference("HC", "2611", 1),
        make_reference("HC", "2611", 2),
        make_reference("HC", "2612", 1),
        make_reference("HC", "2611", 3),
        make_reference("DB", "2611", 1),
    ]


def test_a_case_comes_back_as_it_was_opened(store: SqlStore) -> None:
    """Mailbox, class, customer, subject, and its running clocks with all that was said of them."""
    case_id, reference = opened(store, observed=True)
    started(store, case_id, MONDAY + 9 * HOUR)
    with store.view() as transaction:
        found = transaction.cases.get(case_id)
    assert (found.reference, found.mailbox, found.pack, found.class_) == (reference, "enquiries", "generic", "enquiry")
    assert (found.status, found.customer, found.subject, found.version) == (CaseStatus.OPEN, CUSTOMER, "The lamp", 1)
    assert found.observed
    (running,) = found.clocks
    assert (running.name, running.due_at, running.why) == ("response", MONDAY + 9 * HOUR, "14 working days")
    assert running.stopped_by == (ClockStop.RESPONSE_SENT,)


def test_ids_and_references_lead_to_a_case_with_those_who_take_part(store: SqlStore) -> None:
    """A letter of ours, its other name, a known message and a number: each leads to the case in its own way."""
    case_id, reference = opened(store)
    letter_id = queued(store, 1, case_id=case_id)
    (located,) = stored(store, fetched(1))
    with store.transaction() as transaction:
        recorded(transaction, located, message(message_id="first@example.org"), case_id)
        transaction.outbox.claim([letter_id], MONDAY)
        transaction.outbox.confirm("1@harbour.example", "renamed@server.example", MONDAY)
        with_customer(transaction, case_id, "bo@example.org")
        transaction.cases.take_part(case_id, [Part("bo@example.org", Role.PARTY), Part("di@example.org", Role.PARTY)], "x")
    ways = {
        Via.OUR_LETTER: Clues(ids=("1@harbour.example",)),
        Via.THREAD: Clues(ids=("first@example.org",)),
        Via.REFERENCE: Clues(references=(reference,)),
        Via.QUOTED_REFERENCE: Clues(quoted=(reference,)),
        Via.SUBJECT: Clues(writers=(CUSTOMER,), about="the lamp", is_reply=True),
    }
    unknown = Clues(ids=("unknown@example.org",), references=("HC-2611-0009-9",), writers=(CUSTOMER,), about="the lamp")
    with store.view() as transaction:
        leads = transaction.cases.leads((*ways.values(), unknown))
        for via, clues in ways.items():
            ((found,),) = leads.ways(clues)
            assert (found.case_id, found.reference, found.via, found.active_at) == (case_id, reference, via, MONDAY)
            assert (found.participants, found.parties) == ({CUSTOMER, "bo@example.org"}, {"di@example.org"})
        renamed = Clues(ids=("renamed@server.example",))
        assert transaction.cases.leads([renamed]).ways(renamed)[0][0].via is Via.OUR_LETTER
        assert leads.ways(unknown) == []
        assert transaction.cases.leads([]).ways(Clues()) == []


def test_a_batch_that_names_nothing_asks_nothing(store: SqlStore, database: Database) -> None:
    """New matters, which most messages are, cost no query for the case they might belong to."""
    asked = list[str]()
    with store.transaction() as transaction:
        event.listen(database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
        transaction.cases.leads([Clues(writers=(CUSTOMER,), about="the lamp")] * 100)
    assert [statement for statement in asked if "SELECT" in statement] == []


def test_names_are_looked_up_by_an_index(store: SqlStore, database: Database) -> None:
    """However many cases there are, no query of a batch reads a whole table."""
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by the size of its tables; the bench shows it there")
    asked = list[tuple[str, Any]]()
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: asked.append((arguments[2], arguments[3])))
    case_id, reference = opened(store)
    asked.clear()
    named = Clues(ids=("1@x",), references=(reference,), old_references=("FOI/2026/1",), writers=(CUSTOMER,), about="x")
    with store.view() as transaction:
        with_customer(transaction, case_id)
        transaction.cases.leads([replace(named, is_reply=True)])
    queries = [each for each in asked if each[0].startswith("SELECT")]
    assert len(queries) >= 6
    with database.reading() as connection:
        for query, values in queries:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
            assert not [
                step.detail for step in plan if step.detail.startswith("SCAN") and step.detail != "SCAN CONSTANT ROW"
            ], query


# Intake ----------------------------------------------------------------------------------------------------------------


def test_storing_the_same_message_again_changes_nothing(store: SqlStore) -> None:
    """A process that died between storing and moving its cursor stores the same UIDs again."""
    once = stored(store, fetched(1), fetched(2))
    assert stored(store, fetched(1), fetched(2)) == once
    assert [found.content for found in once] == [fetched(1).content, fetched(2).content]


def test_the_same_bytes_in_two_mailboxes_are_two_places(store: SqlStore) -> None:
    """A copy to both mailboxes is kept once and decided about at each place."""
    stored(store, fetched(1, b"Subject: both\r\n\r\n"))
    found = stored(store, fetched(7, b"Subject: both\r\n\r\n"), mailbox="foi")
    assert [place.mailbox for place in found] == ["enquiries", "foi"]


def test_a_renumbered_folder_s_old_numbers_are_marked(store: SqlStore) -> None:
    """What lay in the folder when the server renumbered it may be an old acquaintance; what came later is not."""
    found = stored(store, fetched(4), fetched(5), cursor=Cursor(uidvalidity=2, last_uid=0, reindex_until=5))
    assert [place.reindexed for place in found] == [True, False]


def test_messages_wait_in_order_of_receipt(store: SqlStore) -> None:
    """Whatever mailbox and number, the earliest is decided about first."""
    stored(store, fetched(1, received_at=MONDAY + 2 * HOUR), fetched(2, received_at=MONDAY))
    stored(store, fetched(1, b"x", received_at=MONDAY + HOUR), mailbox="foi")
    assert [place.received_at for place in waiting(store)] == [MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR]
    assert [place.received_at for place in waiting(store, limit=2)] == [MONDAY, MONDAY + HOUR]


def test_what_somebody_has_in_hand_is_left_out(store: SqlStore) -> None:
    """While some messages are being decided about, the next ones can be looked at."""
    first, second, third = stored(store, fetched(1), fetched(2, b"b"), fetched(3, b"c"))
    with store.view() as transaction:
        assert transaction.messages.waiting(100, 10**9, [first.id, third.id]) == [second]


def test_what_is_taken_at_once_is_bounded_in_bytes(store: SqlStore) -> None:
    """At least one message, however large, and otherwise no more than the memory that was allowed."""
    stored(store, *(fetched(uid, b"x" * 1000 + str(uid).encode()) for uid in range(1, 5)))
    assert len(waiting(store, max_bytes=10)) == 1
    assert len(waiting(store, max_bytes=2002)) == 2
    assert len(waiting(store, max_bytes=2001)) == 1
    assert len(waiting(store, max_bytes=10_000)) == 4


def test_mailboxes_taken_out_of_the_configuration_wait(database: Database, store: SqlStore) -> None:
    """Their messages are kept and nobody decides about them."""
    stored(store, fetched(1), mailbox="foi")
    smaller = SqlStore(database)
    smaller.register("Harbour Council", {"enquiries": MAILBOXES["enquiries"]}, MONDAY, new_secret="11")
    assert waiting(smaller) == []
    assert len(waiting(store)) == 1


def test_the_cursor_is_kept_for_each_folder(store: SqlStore) -> None:
    """How far each folder of each mailbox has been stored."""
    with store.transaction() as transaction:
        transaction.mailboxes.set_cursor("enquiries", "INBOX", "inbox", Cursor(uidvalidity=1, last_uid=7))
        transaction.mailboxes.set_cursor("enquiries", "INBOX", "inbox", Cursor(uidvalidity=2, last_uid=3, reindex_until=9))
        transaction.mailboxes.set_cursor("enquiries", "Sent", "sent", Cursor(uidvalidity=5, last_uid=1))
    with store.view() as transaction:
        assert transaction.mailboxes.cursor("enquiries", "INBOX") == Cursor(uidvalidity=2, last_uid=3, reindex_until=9)
        assert transaction.mailboxes.cursor("enquiries", "Sent") == Cursor(uidvalidity=5, last_uid=1)
        assert transaction.mailboxes.cursor("foi", "INBOX") is None


def test_trouble_is_shown_until_the_next_look_succeeds(store: SqlStore) -> None:
    """The status page says what is wrong and until when, and forgets it once the folder could be read."""
    with store.transaction() as transaction:
        transaction.mailboxes.set_cursor("enquiries", "INBOX", "inbox", CURSOR)
        transaction.mailboxes.mark_trouble("enquiries", "the server is away", MONDAY + HOUR, None)
    with store.transaction() as transaction:
        row = transaction.mailboxes.get("enquiries")
        assert (row.last_error, row.backoff_until, row.fresh_at) == ("the server is away", MONDAY + HOUR, None)
        transaction.mailboxes.mark_read("enquiries", "INBOX", "inbox", MONDAY)
    with store.view() as transaction:
        row = transaction.mailboxes.get("enquiries")
        assert (row.last_error, row.backoff_until, row.fresh_at) == (None, None, MONDAY)


def test_sent_is_known_up_to_its_oldest_undecided_copy(store: SqlStore) -> None:
    """Read until eleven, but a copy of half past ten waits for its decision: nothing after that is known yet."""
    read_at, filed_at = MONDAY + HOUR, MONDAY + HOUR / 2
    with store.transaction() as transaction:
        assert transaction.mailboxes.sent_known_until("enquiries") is None
        transaction.mailboxes.set_cursor("enquiries", "Sent", "sent", CURSOR)
        assert transaction.mailboxes.sent_known_until("enquiries") is None
        transaction.mailboxes.mark_read("enquiries", "Sent", "sent", read_at)
        assert transaction.mailboxes.sent_known_until("enquiries") == read_at
        transaction.messages.store("enquiries", "Sent", "sent", CURSOR, [fetched(1, received_at=filed_at)], read_at)
        assert transaction.mailboxes.sent_known_until("enquiries") == filed_at
        assert transaction.mailboxes.get("enquiries").fresh_at is None
    (located,) = waiting(store)
    with store.transaction() as transaction:
        recorded(transaction, located, message())
    with store.view() as transaction:
        assert transaction.mailboxes.sent_known_until("enquiries") == read_at
        assert transaction.mailboxes.sent_known_until("foi") is None


def test_one_damaged_message_does_not_stop_the_others(store: SqlStore) -> None:
    """Bytes that cannot be unpacked come out empty with their reason, and the next message comes out whole."""
    stored(store, fetched(1), fetched(2))
    first = select(location.c.raw).where(location.c.uid == 1).scalar_subquery()
    with store.transaction() as transaction:
        bind: Any = transaction
        bind.connection.execute(raw.update().where(raw.c.sha256 == first).values(content=b"\0"))
    damaged, whole = waiting(store)
    assert (damaged.content, damaged.incomplete) == (b"", "the stored bytes are damaged")
    assert (whole.content, whole.incomplete) == (fetched(2).content, "")


def test_flags_are_noted_once_and_what_is_gone_stays_gone(store: SqlStore) -> None:
    """Who was read first, and when; who is no longer there."""
    stored(store, fetched(1), fetched(2), fetched(3))
    with store.transaction() as transaction:
        transaction.messages.note_flags("enquiries", "INBOX", 1, {1: True, 2: False}, [1, 2, 3], MONDAY)
        transaction.messages.note_flags("enquiries", "INBOX", 1, {1: True, 2: True}, [1, 2], MONDAY + HOUR)
        assert transaction.messages.newest_uids("enquiries", "INBOX", 1, 10) == [2, 1]
    assert rows(store, select(location.c.uid, location.c.seen_at, location.c.gone_at).order_by(location.c.uid)) == [
        (1, MONDAY, None),
        (2, MONDAY + HOUR, None),
        (3, None, MONDAY),
    ]


def test_what_is_safely_stored_is_finished_on_the_server_once(store: SqlStore) -> None:
    """Moved or flagged messages are not moved again."""
    stored(store, fetched(1), fetched(2))
    with store.transaction() as transaction:
        assert transaction.messages.to_finish("enquiries", "INBOX", 1) == [1, 2]
        transaction.messages.finished("enquiries", "INBOX", 1, [1])
        assert transaction.messages.to_finish("enquiries", "INBOX", 1) == [2]
        assert transaction.messages.to_finish("enquiries", "INBOX", 2) == []


def test_a_decided_message_waits_no_more_and_is_known_again(store: SqlStore) -> None:
    """By its digest and by its Message-ID, with its attachments, whatever characters its subject has."""
    (located,) = stored(store, fetched(1))
    part = Attachment(part="2", filename="lampe für 道路.pdf", content_type="application/pdf", size=3, sha256="a" * 64)
    with store.transaction() as transaction:
        row = recorded(transaction, located, message(subject="Größe 👩‍👧 €", attachments=(part,)))
    assert waiting(store) == []
    with store.view() as transaction:
        known = transaction.messages.known(["d" * 64, "e" * 64])
        assert known == {"d" * 64: KnownMessage(row=row, case_id=None)}
        assert transaction.messages.known_ids(["1@example.org", "2@example.org", ""]) == {"1@example.org"}
        assert transaction.messages.known([]) == {}


# Holds -----------------------------------------------------------------------------------------------------------------


def test_a_held_message_is_put_back_once(store: SqlStore) -> None:
    """Set aside it does not wait; put back it waits again; a second command finds nothing to do."""
    (located,) = stored(store, fetched(1))
    with store.transaction() as transaction:
        transaction.messages.hold(located.id, Reason("unreadable", "over-cap: parts"), MONDAY)
    assert waiting(store) == []
    with store.transaction() as transaction:
        assert not transaction.outbox.put_back(1, MONDAY)
        assert transaction.messages.put_back(1, MONDAY)
        assert not transaction.messages.put_back(1, MONDAY)
        assert not transaction.messages.put_back(404, MONDAY)
    (again,) = waiting(store)
    assert (again.id, again.content) == (located.id, located.content)


def test_a_held_letter_is_sent_once_more_when_it_is_put_back(store: SqlStore) -> None:
    """A person says: send it. It starts from its first try, under its old Message-ID, its doubt not forgotten."""
    letter_id = queued(store)
    with store.transaction() as transaction:
        transaction.outbox.claim([letter_id], MONDAY)
        transaction.outbox.settle({letter_id: Settlement(state=OutboxState.IN_DOUBT, detail="lost")}, MONDAY)
        assert [one.id for one in transaction.outbox.doubtful("enquiries")] == [letter_id]
        transaction.outbox.hold(letter_id, Reason("letter-in-doubt"), MONDAY)
        assert transaction.outbox.doubtful("enquiries") == []
    with store.transaction() as transaction:
        assert not transaction.messages.put_back(1, MONDAY)
        assert transaction.outbox.put_back(1, MONDAY + HOUR)
        assert not transaction.outbox.put_back(1, MONDAY + HOUR)
        found = transaction.outbox.get(letter_id)
    assert (found.state, found.attempts, found.doubts) == (OutboxState.QUEUED, 0, 1)
    assert found.message_id == "1@harbour.example"
    assert found.not_before == MONDAY + HOUR


# The outbox ------------------------------------------------------------------------------------------------------------


def test_an_alert_never_waits_behind_a_digest(store: SqlStore) -> None:
    """Lanes first, age second, and nothing before its time or from another mailbox."""
    queued(store, 1, lane=Lane.DIGEST)
    queued(store, 2, lane=Lane.ACKNOWLEDGEMENT)
    queued(store, 3, lane=Lane.ACKNOWLEDGEMENT)
    queued(store, 4, lane=Lane.ALERT, not_before=MONDAY + HOUR)
    queued(store, 5, lane=Lane.ALERT, mailbox="foi")
    queued(store, 6, lane=Lane.ALERT, observed=True)

    def claimed(now: datetime, limit: int) -> list[str]:
        found = list[str]()
        with store.transaction() as transaction:
            for waiting in transaction.outbox.first_in_line("enquiries", now, limit):
                transaction.outbox.claim([waiting.letter.id], now)
                found.append(waiting.letter.message_id.partition("@")[0])
        return found

    assert claimed(MONDAY, 1) == ["2"]
    assert claimed(MONDAY + HOUR, 9) == ["4", "3", "1"]


def test_a_letter_is_claimed_by_one_only(store: SqlStore) -> None:
    """Who comes second is refused, and an observed letter can never be claimed."""
    letter_id, observed = queued(store, 1), queued(store, 2, observed=True)
    with store.transaction() as transaction:
        transaction.outbox.claim([letter_id], MONDAY)
    for other in (letter_id, observed):
        with pytest.raises(PermanentError, match="no longer waiting"), store.transaction() as transaction:
            transaction.outbox.claim([other], MONDAY)
    with store.view() as transaction:
        found = transaction.outbox.get(letter_id)
        assert (found.attempts, found.attempted_at, found.state) == (1, MONDAY, OutboxState.SENDING)
        assert transaction.outbox.attempts("enquiries", MONDAY - HOUR, MONDAY) == 1
        assert transaction.outbox.attempts("enquiries", MONDAY, MONDAY) == 0
        assert transaction.outbox.attempts("foi", MONDAY - HOUR, MONDAY) == 0


def test_a_letter_comes_back_as_it_was_queued(store: SqlStore) -> None:
    """Its bytes, envelope, thread and promise: a retry sends the same."""
    new = letter(1, states_date=MONDAY.date())
    with store.transaction() as transaction:
        transaction.outbox.add(new)
    with store.view() as transaction:
        found = transaction.outbox.get(1)
    assert (found.content, found.envelope, found.message_id) == (new.composed.content, new.envelope, new.composed.message_id)
    assert (found.in_reply_to, found.references, found.states_date) == (new.in_reply_to, new.references, MONDAY.date())
    assert (found.mailbox, found.lane, found.purpose) == ("enquiries", Lane.ACKNOWLEDGEMENT, Purpose.RECEIPT)
    assert (found.state, found.attempts, found.doubts, found.attempted_at) == (OutboxState.QUEUED, 0, 0, None)


def test_a_deferred_letter_waits_for_its_next_try(store: SqlStore) -> None:
    """Not before the time that the settlement says."""
    letter_id = queued(store)
    deferred = Settlement(state=OutboxState.DEFERRED, detail="450 later", not_before=MONDAY + HOUR)
    with store.transaction() as transaction:
        transaction.outbox.claim([letter_id], MONDAY)
        assert transaction.outbox.settle({letter_id: deferred}, MONDAY)
        assert transaction.outbox.first_in_line("enquiries", MONDAY, 1) == []
        assert transaction.outbox.first_in_line("enquiries", MONDAY + HOUR, 1)


def test_what_was_being_sent_when_the_process_ended_is_in_doubt(store: SqlStore) -> None:
    """And nothing else is."""
    sending, still_queued = queued(store, 1), queued(store, 2)
    with store.transaction() as transaction:
        transaction.outbox.claim([sending], MONDAY)
    with store.transaction() as transaction:
        assert transaction.outbox.doubt_interrupted("enquiries", "the process ended") == 1
        assert transaction.outbox.get(sending).doubts == 1
    assert (state_of(store, sending), state_of(store, still_queued)) == (OutboxState.IN_DOUBT, OutboxState.QUEUED)


def test_a_copy_found_in_sent_ends_the_doubt(store: SqlStore) -> None:
    """The letter has gone; a late settlement does not overwrite that, and a letter never tried is not confirmed."""
    tried, untried = queued(store, 1), queued(store, 2)
    with store.transaction() as transaction:
        transaction.outbox.claim([tried], MONDAY)
        assert transaction.outbox.confirm("1@harbour.example", "1@harbour.example", MONDAY) == tried
        assert transaction.outbox.confirm("1@harbour.example", "", MONDAY) is None
        assert transaction.outbox.confirm("2@harbour.example", "", MONDAY) is None
        assert not transaction.outbox.settle({tried: Settlement(state=OutboxState.IN_DOUBT, detail="lost")}, MONDAY)
    assert (state_of(store, tried), state_of(store, untried)) == (OutboxState.SENT, OutboxState.QUEUED)


def test_only_a_letter_in_doubt_is_sent_again_by_itself(store: SqlStore) -> None:
    """One that went, or that waits anyway, is left as it is."""
    doubtful, went = queued(store, 1), queued(store, 2)
    with store.transaction() as transaction:
        for one, state in ((doubtful, OutboxState.IN_DOUBT), (went, OutboxState.SENT)):
            transaction.outbox.claim([one], MONDAY)
            transaction.outbox.settle({one: Settlement(state=state, detail="")}, MONDAY)
            transaction.outbox.send_again(one, "the outcome is unknown", MONDAY)
    assert (state_of(store, doubtful), state_of(store, went)) == (OutboxState.QUEUED, OutboxState.SENT)


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.FAILED])
def test_a_person_may_retry_what_has_not_gone(store: SqlStore, state: OutboxState) -> None:
    """A failed letter is queued from its first try on; one that went is not sent twice."""
    letter_id = queued(store)
    with store.transaction() as transaction:
        transaction.outbox.claim([letter_id], MONDAY)
        transaction.outbox.settle({letter_id: Settlement(state=state, detail="")}, MONDAY)
        assert transaction.outbox.retry(letter_id, MONDAY + HOUR) is (state is OutboxState.FAILED)
        assert not transaction.outbox.retry(404, MONDAY)
    assert state_of(store, letter_id) is (OutboxState.QUEUED if state is OutboxState.FAILED else OutboxState.SENT)


def test_only_a_waiting_letter_is_withdrawn(store: SqlStore) -> None:
    """What is being sent, or was only observed, stays what it is."""
    queued_, sending, observed = queued(store, 1), queued(store, 2), queued(store, 3, observed=True)
    with store.transaction() as transaction:
        transaction.outbox.claim([sending], MONDAY)
        for one in (queued_, sending, observed):
            transaction.outbox.withdraw(one, "already-answered", MONDAY)
    states = [state_of(store, one) for one in (queued_, sending, observed)]
    assert states == [OutboxState.WITHDRAWN, OutboxState.SENDING, OutboxState.OBSERVED]


def test_our_letters_are_known_by_their_ids(store: SqlStore) -> None:
    """A copy is recognised by its Message-ID; an empty one is nobody's."""
    queued(store)
    with store.view() as transaction:
        assert transaction.outbox.ours(["1@harbour.example", "2@harbour.example", ""]) == {"1@harbour.example"}
        assert transaction.outbox.ours([]) == frozenset()


def test_what_was_decided_to_be_sent_is_counted_for_each_address(store: SqlStore) -> None:
    """An address in any case, letters of every purpose; withdrawn ones and older ones do not count."""
    queued(store, 1)
    queued(store, 2, purpose=Purpose.OVERDUE_ALERT)
    withdrawn = queued(store, 3)
    queued(store, 4, envelope=Envelope(reverse_path="", recipient="bo@example.org"))
    with store.transaction() as transaction:
        transaction.outbox.withdraw(withdrawn, "already-answered", MONDAY)
    with store.view() as transaction:
        ask = transaction.outbox.sent_since
        asked = ["ADA@example.org", "bo@example.org", "eve@example.org", ""]
        assert ask(asked, MONDAY) == {CUSTOMER: 2, "bo@example.org": 1}
        assert ask(asked, MONDAY + HOUR) == {}
        assert ask([], MONDAY) == {}


def test_a_waiting_letter_knows_how_its_case_stands(store: SqlStore) -> None:
    """Whether something is owed, and whether staff have answered."""
    case_id, _ = opened(store)
    queued(store, case_id=case_id)

    def standing() -> CaseStanding | None:
        with store.transaction() as transaction:
            (waiting,) = transaction.outbox.first_in_line("enquiries", MONDAY, 1)
            return waiting.case

    assert standing() == CaseStanding(closed=False, answered=False, quiet=False, owed=False)
    started(store, case_id, MONDAY)
    assert standing() == CaseStanding(closed=False, answered=False, quiet=False, owed=True)
    with store.transaction() as transaction:
        happened = Happened(at=MONDAY, actor="mailbot", kind="joined", reason=Reason("answered-by-staff"), case_id=case_id)
        transaction.cases.add_event(happened)
    assert standing() == CaseStanding(closed=False, answered=True, quiet=False, owed=True)


def test_a_letter_that_went_is_filed_once(store: SqlStore) -> None:
    """Its copy is appended to the Sent folder a single time."""
    letter_id = queued(store)
    with store.transaction() as transaction:
        assert transaction.outbox.unfiled("enquiries", 10) == []
        transaction.outbox.claim([letter_id], MONDAY)
        transaction.outbox.settle({letter_id: Settlement(state=OutboxState.SENT, detail="250 ok")}, MONDAY)
        assert [one.id for one in transaction.outbox.unfiled("enquiries", 10)] == [letter_id]
        transaction.outbox.filed(letter_id, MONDAY)
        assert transaction.outbox.unfiled("enquiries", 10) == []


def test_a_letter_that_does_not_exist_is_refused(store: SqlStore) -> None:
    """With a sentence."""
    with pytest.raises(PermanentError, match="there is no letter 404"), store.view() as transaction:
        transaction.outbox.get(404)


# Time ------------------------------------------------------------------------------------------------------------------


def test_a_deadline_fires_once_and_in_order(store: SqlStore) -> None:
    """The oldest first, none before its time, and none twice."""
    case_id, _ = opened(store)
    started(store, case_id, MONDAY + 9 * HOUR)
    started(store, case_id, MONDAY + 3 * HOUR, "receipt")

    def due(now: datetime) -> list[tuple[str, str]]:
        with store.view() as transaction:
            return [(found.clock_name, found.kind) for found, _ in transaction.cases.due_deadlines(now, 10)]

    assert due(MONDAY) == []
    assert due(MONDAY + 9 * HOUR) == [("receipt", "warn"), ("receipt", "due"), ("response", "warn"), ("response", "due")]
    with store.transaction() as transaction:
        for found, owner in transaction.cases.due_deadlines(MONDAY + 3 * HOUR, 10):
            assert owner == case_id
            assert transaction.cases.claim([found.deadline_id], MONDAY + 3 * HOUR) == {found.deadline_id}
    assert due(MONDAY + 9 * HOUR) == [("response", "warn"), ("response", "due")]


def test_a_mailbox_taken_out_of_the_configuration_reminds_nobody(database: Database, store: SqlStore) -> None:
    """Its deadlines wait until it is configured again."""
    case_id, _ = opened(store, mailbox="foi")
    started(store, case_id, MONDAY)
    smaller = SqlStore(database)
    smaller.register("Harbour Council", {"enquiries": MAILBOXES["enquiries"]}, MONDAY, new_secret="11")
    for tables, kinds in ((smaller, []), (store, ["warn", "due"])):
        with tables.view() as transaction:
            assert [found.kind for found, _ in transaction.cases.due_deadlines(MONDAY, 10)] == kinds


def test_a_stopped_clock_reminds_nobody(store: SqlStore) -> None:
    """Its deadlines go with it, it runs no more, and a second stop changes nothing."""
    case_id, _ = opened(store)
    started(store, case_id, MONDAY + 9 * HOUR)
    with store.transaction() as transaction:
        (running,) = transaction.cases.get(case_id).clocks
        stop = StopClock(clock_id=running.id, outcome="met", stopped_at=MONDAY, reason=Reason("x"))
        transaction.cases.stop_clock(stop)
        transaction.cases.stop_clock(replace(stop, outcome="late", stopped_at=MONDAY + HOUR))
        assert transaction.cases.get(case_id).clocks == ()
        assert transaction.cases.due_deadlines(MONDAY + 99 * HOUR, 10) == []
    assert rows(store, select(metadata.tables["clock"].c.outcome)) == [("met",)]


def test_a_clock_that_moves_keeps_the_date_it_began_with(store: SqlStore) -> None:
    """Its new date counts and its moments are new ones, one more can be added, and the original date stays for the figures."""
    case_id, _ = opened(store)
    started(store, case_id, MONDAY + 9 * HOUR)
    with store.transaction() as transaction:
        (running,) = transaction.cases.get(case_id).clocks
        move = MoveClock(
            clock_id=running.id,
            counts_from=MONDAY + HOUR,
            due_at=MONDAY + 50 * HOUR,
            why="extended",
            pauses=((MONDAY.date(), MONDAY.date()),),
            paused_on=None,
            extensions=1,
            deadlines=(Deadline(kind="due", due_at=MONDAY + 50 * HOUR),),
            reason=Reason("delay-notice"),
        )
        transaction.cases.move_clock(move)
        notice = Deadline(kind="notice", due_at=MONDAY + 49 * HOUR)
        transaction.cases.add_deadline(AddDeadline(clock_id=running.id, deadline=notice, reason=Reason("x")))
    with store.view() as transaction:
        (moved,) = transaction.cases.get(case_id).clocks
        assert moved == replace(
            running, counts_from=move.counts_from, due_at=move.due_at, why="extended", pauses=move.pauses, extensions=1
        )
        assert moved.original_due_at == MONDAY + 9 * HOUR
        due = [(found.kind, found.due_at) for found, _ in transaction.cases.due_deadlines(MONDAY + 99 * HOUR, 10)]
        assert due == [("notice", move.due_at), ("due", move.due_at)]


def test_a_moment_that_has_not_come_becomes_another_one(store: SqlStore) -> None:
    """Only that moment of that clock, and only until somebody has acted on it."""
    case_id, _ = opened(store)
    other_id, _ = opened(store)
    started(store, case_id, MONDAY + 9 * HOUR)
    started(store, other_id, MONDAY + 9 * HOUR)
    old, new = Deadline(kind="due", due_at=MONDAY + 9 * HOUR), Deadline(kind="announce", due_at=MONDAY + 10 * HOUR)
    with store.transaction() as transaction:
        (running,) = transaction.cases.get(case_id).clocks
        replacement = ReplaceDeadline(clock_id=running.id, deadline=old, by=new, reason=Reason("x"))
        transaction.cases.replace_deadline(replacement)
        found = transaction.cases.due_deadlines(MONDAY + 99 * HOUR, 10)
        assert [(one.kind, one.planned_at, case) for one, case in found if one.kind != "warn"] == [
            ("due", old.due_at, other_id),
            ("announce", new.due_at, case_id),
        ]
        transaction.cases.claim([one.deadline_id for one, _ in found], MONDAY + 11 * HOUR)
        transaction.cases.replace_deadline(replace(replacement, deadline=new, by=old))
    assert sorted(rows(store, select(metadata.tables["deadline"].c.kind))) == [("announce",), ("due",), ("warn",), ("warn",)]


def test_the_morning_s_figures_count_what_needs_somebody(store: SqlStore) -> None:
    """Late, due today and soon, without a receipt, open, set aside, failed, unread: of this mailbox and no other."""
    now, today_ends, soon = MONDAY + 10 * HOUR, MONDAY + 14 * HOUR, MONDAY + 20 * HOUR
    late, due_today, due_soon, quiet, silenced = (opened(store) for _ in range(5))
    started(store, late[0], now - HOUR)
    started(store, late[0], now - 2 * HOUR, "receipt")
    started(store, due_today[0], today_ends)
    started(store, due_soon[0], soon)
    started(store, quiet[0], soon + HOUR)
    started(store, silenced[0], soon + HOUR, "acknowledgement")
    started(store, quiet[0], soon + HOUR, "acknowledgement")
    queued(store, 1, case_id=quiet[0])
    failed = queued(store, 2)
    elsewhere = opened(store, mailbox="foi")
    started(store, elsewhere[0], now - HOUR)
    located, *_ = stored(store, fetched(1))
    with store.transaction() as transaction:
        transaction.mailboxes.mark_trouble("foi", "the server is away", now, None)
        transaction.outbox.claim([failed], now)
        transaction.outbox.settle({failed: Settlement(state=OutboxState.FAILED, detail="550")}, now)
        transaction.messages.hold(located.id, Reason("unreadable"), now)
    with store.view() as transaction:
        assert transaction.cases.figures("enquiries", now, today_ends, soon, None) == Figures(
            late=(late[1],),
            due_today=(due_today[1],),
            due_soon=(due_soon[1],),
            silenced=(silenced[1],),
            open=5,
            held=1,
            failed=1,
        )
        assert transaction.cases.figures("foi", now, today_ends, soon, None) == Figures(
            late=(elsewhere[1],), stale=("foi",), open=1
        )


def test_who_is_waited_for_beyond_the_date_of_the_law_is_in_the_morning_s_figures(store: SqlStore) -> None:
    """Only a date of the law that stands still and would be over: with the pack's own, silence closes the case."""
    now, still = MONDAY + 10 * HOUR, {"paused_on": MONDAY.date(), "deadlines": ()}
    over, to_come, of_the_pack, running = (opened(store) for _ in range(4))
    with store.transaction() as transaction:
        for (case_id, _), due_at, changes in (
            (over, now - HOUR, {**still, "law": "FOIA"}),
            (to_come, now + HOUR, {**still, "law": "FOIA"}),
            (of_the_pack, now - HOUR, still),
            (running, now - HOUR, {"law": "FOIA"}),
        ):
            transaction.cases.start_clock(case_id, clock(due_at, **changes))
        assert transaction.cases.get(over[0]).clocks[0].paused_on == MONDAY.date()
        found = transaction.cases.figures("enquiries", now, now + 4 * HOUR, now + 8 * HOUR, None)
    assert (found.waiting, found.late) == ((over[1],), (running[1],))


def test_a_calendar_job_is_run_once_a_period_by_whoever_asks_first(store: SqlStore) -> None:
    """One digest a morning, however often the process starts."""
    with store.transaction() as transaction:
        assert transaction.jobs.claim("digest:enquiries", "2026-11-23", MONDAY)
        assert not transaction.jobs.claim("digest:enquiries", "2026-11-23", MONDAY + HOUR)
        assert transaction.jobs.claim("digest:enquiries", "2026-11-24", MONDAY)
        assert transaction.jobs.claim("digest:foi", "2026-11-23", MONDAY)


def test_a_newer_database_that_allows_this_program_is_left_as_it_is(tmp_path: Path) -> None:
    """A compatible database of a newer program is used and not changed back."""
    url = f"sqlite:///{tmp_path}/newer.db"
    with closing(open_database(url)) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    with closing(open_database(url)) as database, database.reading() as connection:
        version = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'schema_version'").scalar_one()
    assert version == "99"


def test_a_letter_that_waits_for_a_person_stands_in_the_morning_figures(tmp_path: Path) -> None:
    """A letter in doubt is as much set aside as a message."""
    with closing(open_database(f"sqlite:///{tmp_path}/held.db")) as database:
        store = SqlStore(database)
        store.register("Harbour Council", MAILBOXES, MONDAY, new_secret="00")
        letter = queued(store)
        with store.transaction() as transaction:
            transaction.outbox.hold(letter, Reason("letter-in-doubt"), MONDAY)
        with store.view() as transaction:
            assert transaction.cases.figures("enquiries", MONDAY, MONDAY, MONDAY, None).held == 1


# What comes back -------------------------------------------------------------------------------------------------------


def sent(store: SqlStore, number: int, **changes: Any) -> int:
    """A letter that has gone, a minute after it was queued."""
    letter_id = queued(store, number, **changes)
    with store.transaction() as transaction:
        transaction.outbox.claim([letter_id], MONDAY)
        transaction.outbox.settle({letter_id: Settlement(state=OutboxState.SENT, detail="250")}, MONDAY + HOUR)
    return letter_id


def named(number: int) -> Composed:
    """A letter with an id as they are."""
    return Composed(content=b"x", message_id=f"{number:032x}.mailbot@harbour.example", letter_version="v1")


def test_a_letter_that_came_back_is_found_by_its_id_its_alias_and_its_tag(store: SqlStore) -> None:
    """Only one that has left us: what waits, or was only observed, cannot have come back."""
    one = sent(store, 1, composed=named(1))
    queued(store, 2, composed=named(2))
    queued(store, 3, composed=named(3), observed=True)
    with store.transaction() as transaction:
        transaction.outbox.confirm(named(1).message_id, "renamed@exchange.example", MONDAY)
        ids = [*(named(number).message_id for number in (1, 2, 3)), "renamed@exchange.example", "strange@example.org"]
        found = transaction.returns.letters(ids, [f"{0:016x}"])
        assert {name: letter.id for name, letter in found.items()} == {
            named(1).message_id: one,
            "renamed@exchange.example": one,
            f"{0:016x}": one,
        }
        assert found[named(1).message_id].settled_at == MONDAY + HOUR
        assert transaction.returns.letters([], []) == {}
        transaction.returns.bounced(one, "5.1.1 unknown", MONDAY + 2 * HOUR)
        assert transaction.returns.letters([named(1).message_id], [])[named(1).message_id].state is OutboxState.BOUNCED
    assert rows(store, select(outbox.c.state, outbox.c.detail).where(outbox.c.id == one)) == [("bounced", "5.1.1 unknown")]


def test_what_a_letter_had_stopped_runs_again(store: SqlStore) -> None:
    """The clocks that stopped at its moment are found, and no others; restarted, one has its date and its moments again."""
    case_id, _ = opened(store)
    started(store, case_id, MONDAY + 9 * HOUR)
    started(store, case_id, MONDAY + 8 * HOUR, name="receipt")
    with store.transaction() as transaction:
        response, receipt = transaction.cases.get(case_id).clocks
        for running, at in ((response, MONDAY + 2 * HOUR), (receipt, MONDAY + HOUR)):
            transaction.cases.stop_clock(
                StopClock(clock_id=running.id, outcome="met", stopped_at=at, reason=Reason("stopped-by-receipt_sent"))
            )
        (stopped,) = transaction.cases.stopped(case_id, MONDAY + HOUR)
        assert stopped == receipt
        again = Deadline(kind="due", due_at=receipt.due_at)
        transaction.cases.restart_clock(RestartClock(clock_id=receipt.id, deadlines=(again,), reason=Reason("did-not-arrive")))
    with store.transaction() as transaction:
        assert transaction.cases.get(case_id).clocks == (receipt,)
        due = transaction.cases.due_deadlines(MONDAY + 9 * HOUR, 10)
        assert [(trigger.clock_id, trigger.kind.value) for trigger, _ in due] == [(receipt.id, "due")]


def test_an_address_is_marked_once_and_cleared_once(store: SqlStore) -> None:
    """What a date was about to send there is taken back; a receipt that waits is not: its reader has just written."""
    letter_id = sent(store, 1)
    notice = queued(store, 2, purpose=Purpose.DELAY_NOTICE)
    receipt = queued(store, 3)
    with store.transaction() as transaction:
        for _ in range(2):
            transaction.returns.mark(CUSTOMER, letter_id, MONDAY)
        withdrawn = transaction.returns.withdraw(CUSTOMER, "nothing-arrives-there", MONDAY)
        assert [one.id for one in withdrawn] == [notice]
        assert transaction.returns.unreachable([CUSTOMER, "ben@example.org"]) == {CUSTOMER}
        assert transaction.returns.unreachable([]) == frozenset()
    assert (state_of(store, notice), state_of(store, receipt)) == (OutboxState.WITHDRAWN, OutboxState.QUEUED)
    with store.transaction() as transaction:
        assert transaction.returns.clear(CUSTOMER)
        assert not transaction.returns.clear(CUSTOMER)


# What people say a case is ---------------------------------------------------------------------------------------------


def corrected(store: SqlStore, case_id: int, old: str, new: str, at: datetime = MONDAY, why: str = "") -> None:
    """Bo says what a case is."""
    with store.transaction() as transaction:
        transaction.corrections.add(LearnClass(case_id=case_id, old_class=old, new_class=new, why=why), "bo", at)


def learnt(database: Database) -> tuple[Correction, ...]:
    """What mailbot learns from."""
    return Queries(database).corrections(load_subjects(RULES), load_quoting(RULES))


def test_the_class_that_a_person_gives_is_kept_with_the_message_that_opened_the_case(
    store: SqlStore, database: Database
) -> None:
    """Its subject and its writer's own words, without what they quote; what a person says last replaces the earlier."""
    case_id, reference = opened(store)
    quoting = "I complain.\n\n> On Friday you wrote:\n> We are sorry."
    messages = [message(subject="The bin", text=quoting), message(digest="e" * 64, message_id="2@example.org", text="Well?")]
    located = stored(store, fetched(1), fetched(2))
    with store.transaction() as transaction:
        rows_ = [recorded(transaction, one, parsed, case_id) for one, parsed in zip(located, messages, strict=True)]
    corrected(store, case_id, "enquiry", "foi_request")
    corrected(store, case_id, "foi_request", "complaint", MONDAY + HOUR, "she complains")
    assert learnt(database) == (
        Correction(
            reference=reference,
            old_class="foi_request",
            new_class="complaint",
            actor="bo",
            at=MONDAY + HOUR,
            why="she complains",
            subject="The bin",
            own_text="I complain.",
        ),
    )
    assert rows(store, select(correction.c.message)) == [(rows_[0],), (rows_[0],)]
    view = Queries(database).case(reference)
    assert view is not None
    assert [(one.old_class, one.new_class, one.why) for one in view.corrections] == [
        ("enquiry", "foi_request", ""),
        ("foi_request", "complaint", "she complains"),
    ]


def test_a_case_without_a_message_or_whose_text_is_erased_teaches_nothing(store: SqlStore, database: Database) -> None:
    """What a person said is kept all the same: it belongs to the history."""
    imported, _ = opened(store)
    erased, _ = opened(store)
    (located,) = stored(store, fetched(1))
    with store.transaction() as transaction:
        recorded(transaction, located, message(), erased)
    for case_id in (imported, erased):
        corrected(store, case_id, "enquiry", "complaint")
    assert [found.own_text for found in learnt(database)] == ["It is broken."]
    with database.writing() as connection:
        connection.execute(message_table.update().values(text=None))
    assert learnt(database) == ()
    assert len(rows(store, select(correction.c.id))) == 2


def test_what_has_become_of_a_case_is_found(store: SqlStore) -> None:
    """Its clocks that have stopped and how, when it was last given to somebody, its receipts, and its new class."""
    case_id, _ = opened(store)
    started(store, case_id, MONDAY + 9 * HOUR)
    other, _ = opened(store)
    first = queued(store, 1, case_id=case_id)
    queued(store, 2, case_id=case_id, purpose=Purpose.DELAY_NOTICE)
    queued(store, 3, case_id=other)
    second = queued(store, 4, case_id=case_id, observed=True)
    with store.transaction() as transaction:
        (running,) = transaction.cases.get(case_id).clocks
        assert transaction.cases.ended(case_id) == ()
        stop = StopClock(clock_id=running.id, outcome="reclassified", stopped_at=MONDAY + HOUR, reason=Reason("reclassified"))
        transaction.cases.stop_clock(stop)
        for hours in (2, 1):
            happened = Happened(at=MONDAY + hours * HOUR, actor="bo", kind="x", reason=Reason("assigned"), case_id=case_id)
            transaction.cases.add_event(happened)
        transaction.cases.change(ChangeCase(case_id=case_id, class_="complaint", reason=Reason("reclassified")), MONDAY)
    with store.view() as transaction:
        assert transaction.cases.ended(case_id) == (
            EndedClock(clock=running, stopped_at=MONDAY + HOUR, outcome="reclassified"),
        )
        assert transaction.cases.last_events(case_id, ("assigned", "waits")) == {"assigned": MONDAY + 2 * HOUR}
        assert [one.id for one in transaction.outbox.receipts(case_id)] == [first, second]
        assert transaction.cases.get(case_id).class_ == "complaint"


def test_what_a_history_says_by_a_rule_is_found(store: SqlStore) -> None:
    """Each thing once, in order, of that case alone."""
    case_id, _ = opened(store)
    other, _ = opened(store)
    with store.transaction() as transaction:
        said = [(case_id, "lacks", "name"), (case_id, "lacks", "address"), (case_id, "lacks", "name"), (case_id, "x", "y")]
        for about, rule, detail in [*said, (other, "lacks", "description")]:
            reason = Reason(rule, detail)
            transaction.cases.add_event(Happened(at=MONDAY, actor="bo", kind="finding", reason=reason, case_id=about))
        assert transaction.cases.details(case_id, "lacks") == ("name", "address")


def test_a_case_may_wait_from_its_first_minute(store: SqlStore) -> None:
    """Its customer was asked for something by the letter that confirms their message."""
    waits, _ = opened(store, waits_for="clarification")
    with store.view() as transaction:
        found = transaction.cases.get(waits)
    assert (found.status, found.waits_for) == (CaseStatus.WAITING, "clarification")


def test_of_two_who_say_the_same_at_once_one_is_refused(store: SqlStore) -> None:
    """Both have read the old class; the second changes nothing, and no clock or letter of its own stays."""
    case_id, _ = opened(store)
    change = ChangeCase(case_id=case_id, class_="complaint", reason=Reason("reclassified"))

    def say(number: int) -> None:
        with store.transaction() as transaction:
            transaction.cases.start_clock(case_id, clock(MONDAY + number * HOUR))
            transaction.cases.change(change, MONDAY)

    say(1)
    with pytest.raises(PermanentError, match="changed while it was decided about"):
        say(2)
    with store.view() as transaction:
        assert [one.due_at for one in transaction.cases.get(case_id).clocks] == [MONDAY + HOUR]


def test_what_people_said_is_copied_with_the_database(tmp_path: Path, postgres: Postgres) -> None:
    """On PostgreSQL mailbot learns what it learnt on SQLite, and the next correction gets its own number."""
    with closing(open_database(f"sqlite:///{tmp_path}/old.db")) as old, closing(open_database(postgres.database())) as new:
        store = SqlStore(old)
        store.register("Harbour Council", MAILBOXES, MONDAY, new_secret="00")
        case_id, _ = opened(store)
        (located,) = stored(store, fetched(1))
        with store.transaction() as transaction:
            recorded(transaction, located, message(), case_id)
        corrected(store, case_id, "enquiry", "complaint")
        assert {one.name: one.target for one in copy_database(old, new)}["correction"] == 1
        assert learnt(new) == learnt(old) != ()
        there = SqlStore(new)
        there.register("Harbour Council", MAILBOXES, MONDAY, new_secret="00")
        corrected(there, case_id, "complaint", "enquiry")
        assert [one.new_class for one in learnt(new)] == ["enquiry"]
