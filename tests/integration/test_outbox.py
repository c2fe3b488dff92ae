"""The outbox on a real database, with a hand-written relay and a clock that is set by hand."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from mailbot.adapters.store import Database, SqlStore, open_database
from mailbot.adapters.store.queries import Queries
from mailbot.app import Policies, load_policies
from mailbot.config import sample_config
from mailbot.core.action import OpenCase
from mailbot.core.delivery import Reply, SentCopy
from mailbot.core.letter import Envelope, Lane, OutboxLetter, OutboxState, Purpose
from mailbot.core.message import Fetched
from mailbot.core.reason import Reason
from mailbot.pipeline.commands import Commands
from mailbot.pipeline.connections import Answered
from mailbot.pipeline.outbox import Outbox, Sender
from mailbot.ports import Composed, Cursor, Happened, NewLetter, Store, Transaction
from tests.servers.databases import sqlite_with_tables

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAILBOX = "sample"
ADA = "ada@example.org"
ACCEPTED = Reply(code=250, text="accepted")
LATER = Reply(code=451, text="later")
REFUSED = Reply(code=550, text="no such person")
NO_ANSWER = Reply(code=0, text="connection lost", in_doubt=True)
UID = 7
MINUTE = timedelta(minutes=1)


@cache
def shipped_policies() -> Policies:
    """The shipped rules and letters, read once for all tests: nothing changes them."""
    return load_policies(sample_config())


class HandClock:
    """Shows the moment it was set to."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


class Relay:
    """Notes each letter it is handed, and gives the next answer of those it was told; after them it accepts."""

    def __init__(self, *answers: Reply) -> None:
        self.answers = list(answers)
        self.taken: list[tuple[Envelope, bytes]] = []
        self.is_lost = False

    async def send(self, envelope: Envelope, content: bytes) -> Reply:
        self.taken.append((envelope, content))
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        self.is_lost = answer.code == 0
        return answer

    async def close(self) -> None:
        """There is no connection to close."""


class Office:
    """One mailbox with its outbox, its relay and its clock."""

    def __init__(self, database: Database) -> None:
        policies = shipped_policies()
        self.clock = HandClock()
        self.relay = Relay()
        self.store = SqlStore(database)
        self.store.register("Example Council", {MAILBOX: ("sample@example.org", "generic")}, START, "secret")
        self.outbox = Outbox(store=self.store, letters=policies.letters, policy=policies.mailboxes[MAILBOX], clock=self.clock)
        self.queries = Queries(database)

    # Before

    def open_case(self, subject: str = "Dark pier") -> int:
        """A case of Ada's, without clocks."""
        action = OpenCase(
            class_="enquiry",
            customer=ADA,
            customer_name="Ada",
            subject=subject,
            opened_at=self.clock.now(),
            observed=False,
            reason=Reason("no-known-case"),
        )
        with self.store.transaction() as transaction:
            return transaction.cases.open(MAILBOX, "HC", "2603", "generic", action)[0]

    def queue(
        self, name: str, *, case_id: int | None = None, lane: Lane = Lane.ACKNOWLEDGEMENT, states_date: date | None = None
    ) -> int:
        """A receipt on its way out, written as the decision about a message writes it; returns its row."""
        content = f"To: {ADA}\r\nMessage-ID: <{name}.letter@example.org>\r\n\r\nWe have it.\r\n".encode()
        letter = NewLetter(
            key=f"receipt|{ADA}|{name}",
            mailbox=MAILBOX,
            case_id=case_id,
            message_row=None,
            purpose=Purpose.RECEIPT,
            letter="receipt",
            lane=lane,
            composed=Composed(content=content, message_id=f"{name}.letter@example.org", letter_version="1"),
            envelope=Envelope(reverse_path="sample@example.org", recipient=ADA),
            not_before=self.clock.now(),
            states_date=states_date,
            in_reply_to=f"{name}@example.org",
            references=(f"{name}@example.org",),
            observed=False,
            created_at=self.clock.now(),
        )
        with self.store.transaction() as transaction:
            transaction.outbox.add(letter)
        return self.queries.letters()[0].id

    def staff_answer(self, case_id: int) -> None:
        """A member of staff has answered the case, as the copy in the Sent folder shows."""
        happened = Happened(
            at=self.clock.now(), actor="mailbot", kind="joined", reason=Reason("answered-by-staff"), case_id=case_id
        )
        with self.store.transaction() as transaction:
            transaction.cases.add_event(happened)

    # Sending

    def deliver(self, *, letters_per_minute: int = 600) -> None:
        """Send over one connection until nothing more may go now, or until the connection is lost."""
        idle = False

        def wait() -> None:
            nonlocal idle
            idle = True

        self.relay.is_lost = False
        asyncio.run(self.outbox.deliver(_sender(letters_per_minute), [self.relay], lambda: idle or self.relay.is_lost, wait))

    def lose_the_answer(self, name: str, times: int = 1) -> int:
        """A letter whose sending ended without an answer to the final dot, so many times; returns its row."""
        letter_id = self.queue(name)
        for _ in range(times):
            self.resolve_doubts(SentCopy.NONE)
            self.relay.answers = [NO_ANSWER]
            self.deliver()
        assert (self.letter(letter_id).state, self.letter(letter_id).doubts) == (OutboxState.IN_DOUBT, times)
        return letter_id

    def resolve_doubts(self, sent_copy: SentCopy, store: Store | None = None) -> None:
        """Look at the letters in doubt once, where ``sent_copy`` says who files the copies."""
        replace(self.outbox, store=store or self.store).resolve_doubts(_sender(sent_copy=sent_copy))

    def claim(self) -> int:
        """A connection takes the next letter and is about to hand it in; returns its row."""
        (letter,) = self.outbox.settle_and_claim([], _sender(), 1)
        return letter.id

    def read_sent(self) -> None:
        """The Sent folder is read now, and shows nothing new."""
        with self.store.transaction() as transaction:
            transaction.mailboxes.mark_read(MAILBOX, "Sent", "sent", self.clock.now())

    def find_copy(self, name: str) -> None:
        """A copy of the letter, found in the Sent folder, has been decided about."""
        with self.store.transaction() as transaction:
            transaction.outbox.confirm(f"{name}.letter@example.org", "", self.clock.now())

    # After

    def letter(self, letter_id: int) -> OutboxLetter:
        with self.store.view() as transaction:
            return transaction.outbox.get(letter_id)

    def states(self) -> list[str]:
        """The state of every letter, the oldest first."""
        return [line.state for line in reversed(self.queries.letters())]

    def taken(self) -> list[str]:
        """The names of the letters that the relay was handed, in order."""
        return [content.split(b"<")[1].split(b".letter@")[0].decode() for _, content in self.relay.taken]

    def history(self) -> list[str]:
        """The rules behind the events of Ada's case."""
        (line,) = self.queries.cases()
        view = self.queries.case(line.reference)
        return [event.rule for event in view.events] if view else []

    def asked(self) -> list[str]:
        """Why a person is asked about letters."""
        return [line.rule for line in self.queries.held() if line.what == "letter"]


def _sender(letters_per_minute: int = 600, sent_copy: SentCopy = SentCopy.NONE) -> Sender:
    return Sender(mailbox=MAILBOX, letters_per_minute=letters_per_minute, sent_copy=sent_copy)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(open_database(sqlite_with_tables(tmp_path / "mailbot.db"))) as database:
        office = Office(database)
        with office.store.transaction() as transaction:
            transaction.mailboxes.set_cursor(MAILBOX, "Sent", "sent", Cursor(uidvalidity=1, last_uid=0))
        yield office


# The line ---------------------------------------------------------------------------------------------------------------


def test_an_alert_never_waits_behind_a_digest(office: Office) -> None:
    """Letters leave by their lane, and within a lane the oldest first."""
    for lane in (Lane.DIGEST, Lane.NOTICE, Lane.ACKNOWLEDGEMENT, Lane.ALERT):
        office.queue(f"{lane.value}-1", lane=lane)
        office.queue(f"{lane.value}-2", lane=lane)
    office.deliver()
    assert office.taken() == [
        *("alert-1", "alert-2", "acknowledgement-1", "acknowledgement-2"),
        *("notice-1", "notice-2", "digest-1", "digest-2"),
    ]


def test_a_mailbox_keeps_to_its_letters_per_minute(office: Office) -> None:
    """What the relay allows in a minute goes, and the rest goes a minute later: nothing is refused for haste."""
    for number in range(5):
        office.queue(f"letter-{number}")
    counts = []
    for _ in range(4):
        office.deliver(letters_per_minute=2)
        counts.append(len(office.relay.taken))
        office.clock.advance(MINUTE - timedelta(seconds=1))
        office.deliver(letters_per_minute=2)
        assert len(office.relay.taken) == counts[-1]
        office.clock.advance(timedelta(seconds=1))
    assert counts == [2, 4, 5, 5]


def test_a_restart_does_not_forget_how_many_letters_went(office: Office) -> None:
    """Another process, or the same one started again, counts what the last one handed in."""
    for number in range(3):
        office.queue(f"letter-{number}")
    office.deliver(letters_per_minute=2)
    office.outbox = replace(office.outbox)
    office.deliver(letters_per_minute=2)
    assert len(office.relay.taken) == 2
    office.clock.advance(MINUTE)
    office.deliver(letters_per_minute=2)
    assert len(office.relay.taken) == 3


@pytest.mark.parametrize(
    "asked",
    [
        Reply(code=432, text="4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        Reply(code=451, text="4.7.500 Server busy. Please try again later"),
        Reply(code=450, text="4.2.1 The user is sending mail too quickly"),
    ],
    ids=["threads", "busy", "quickly"],
)
def test_a_relay_that_asks_for_a_slower_pace_is_left_alone(office: Office, asked: Reply) -> None:
    """No other letter of the mailbox is tried meanwhile, not even by another process; then all of them go."""
    for number in range(3):
        office.queue(f"letter-{number}")
    office.relay.answers = [asked]
    office.deliver()
    tried = len(office.relay.taken)
    office.clock.advance(MINUTE - timedelta(seconds=1))
    office.deliver()
    assert (tried, len(office.relay.taken)) == (1, 1)
    office.clock.advance(timedelta(seconds=1))
    office.deliver()
    assert office.states() == ["sent", "sent", "sent"]


def test_a_letter_is_not_sent_before_its_time(office: Office) -> None:
    """A letter that may go from a certain moment on waits for it."""
    office.queue("early")
    office.clock.advance(-MINUTE)
    office.deliver()
    assert office.taken() == []
    office.clock.advance(MINUTE)
    office.deliver()
    assert office.taken() == ["early"]


# The relay's answers ----------------------------------------------------------------------------------------------------


def test_a_letter_refused_for_now_is_tried_again_ever_more_patiently(office: Office) -> None:
    """After 1, 5, 15 and 30 minutes and then hourly the same bytes are handed in again, until they are taken."""
    letter_id = office.queue("patient")
    office.relay.answers = [LATER] * 6
    for minutes in (1, 5, 15, 30, 60, 60):
        office.deliver()
        assert office.letter(letter_id).state is OutboxState.DEFERRED
        assert office.letter(letter_id).not_before == office.clock.now() + minutes * MINUTE
        office.clock.advance(minutes * MINUTE - timedelta(seconds=1))
        before = len(office.relay.taken)
        office.deliver()
        assert len(office.relay.taken) == before
        office.clock.advance(timedelta(seconds=1))
    office.deliver()
    assert office.states() == ["sent"]
    assert len(office.relay.taken) == 7
    assert len(set(office.relay.taken)) == 1


def test_a_letter_refused_for_good_is_not_tried_again(office: Office) -> None:
    """The letter has failed, its case says so, and no more is sent; the next letter goes."""
    case_id = office.open_case()
    office.queue("refused", case_id=case_id)
    office.queue("next")
    office.relay.answers = [REFUSED]
    office.deliver()
    office.clock.advance(timedelta(days=7))
    office.deliver()
    assert office.taken() == ["refused", "next"]
    assert office.states() == ["failed", "sent"]
    assert "letter-failed" in office.history()


# No longer true ---------------------------------------------------------------------------------------------------------


def test_no_receipt_goes_once_staff_have_answered(office: Office) -> None:
    """A receipt that waited while a member of staff answered is withdrawn, and the case says why."""
    case_id = office.open_case()
    office.queue("overtaken", case_id=case_id)
    office.staff_answer(case_id)
    office.deliver()
    assert office.taken() == []
    assert office.states() == ["withdrawn"]
    assert "already-answered" in office.history()


def test_a_letter_never_names_a_passed_date_as_the_date_of_the_answer(office: Office) -> None:
    """A receipt whose promised date has passed is withdrawn; the neutral one, which promises none, goes in its place."""
    promised_on = START.date() + timedelta(days=14)
    office.queue("promise", case_id=office.open_case(), states_date=promised_on)
    office.clock.advance(timedelta(days=15))
    office.deliver()
    assert office.states() == ["withdrawn", "sent"]
    ((envelope, content),) = office.relay.taken
    assert envelope.recipient == ADA
    assert b"In-Reply-To: <promise@example.org>" in content
    assert b"We have your message" in content
    assert promised_on.strftime("%d %B").encode() not in content


def test_a_promised_date_holds_until_its_day_is_over(office: Office) -> None:
    """On the promised day itself the letter still goes as it is."""
    office.queue("promise", case_id=office.open_case(), states_date=START.date())
    office.deliver()
    assert office.taken() == ["promise"]


# In doubt ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_copy", "times", "minutes", "sent_read_after", "state", "asked"),
    [
        ("none", 1, 0, None, "queued", []),
        ("append", 1, 0, None, "queued", []),
        ("server", 1, 9, 9, "in_doubt", []),
        ("server", 1, 11, 9, "in_doubt", []),
        ("server", 1, 11, 11, "queued", []),
        ("server", 1, 239, 9, "in_doubt", []),
        ("server", 1, 241, 9, "in_doubt", ["letter-in-doubt"]),
        ("none", 2, 0, None, "in_doubt", ["letter-in-doubt"]),
        ("append", 2, 0, None, "in_doubt", ["letter-in-doubt"]),
        ("server", 2, 9, 9, "in_doubt", []),
        ("server", 2, 11, 11, "in_doubt", ["letter-in-doubt"]),
    ],
)
def test_what_becomes_of_a_letter_in_doubt(
    office: Office, sent_copy: str, times: int, minutes: int, sent_read_after: int | None, state: str, asked: list[str]
) -> None:
    """After one doubt it is sent once more, after two a person is asked.

    Where the server files copies, ten minutes must have passed and the Sent folder must have been read after them;
    if it cannot be read for four hours, a person is asked.
    """
    office.lose_the_answer("unsure", times)
    attempted_at = office.clock.now()
    if sent_read_after is not None:
        office.clock.at = attempted_at + sent_read_after * MINUTE
        office.read_sent()
    office.clock.at = attempted_at + minutes * MINUTE
    office.resolve_doubts(SentCopy(sent_copy))
    assert (office.states(), office.asked()) == ([state], asked)


def test_without_a_copy_a_letter_goes_once_more_and_then_a_person_decides(office: Office) -> None:
    """Where the server files copies and none appears: one more copy after ten minutes, and no third one by itself.

    Every copy has the same bytes. The person who is asked can send it again, and is asked only once.
    """
    office.lose_the_answer("unsure")
    office.relay.answers = [NO_ANSWER]
    for _ in range(4):
        office.clock.advance(11 * MINUTE)
        office.read_sent()
        office.resolve_doubts(SentCopy.SERVER)
        office.deliver()
    assert office.taken() == ["unsure", "unsure"]
    assert len(set(office.relay.taken)) == 1
    assert office.asked() == ["letter-in-doubt"]

    Commands(store=office.store, clock=office.clock, actor="dana").put_back(office.queries.held()[0].id)
    office.deliver()
    assert office.taken() == ["unsure"] * 3
    assert len(set(office.relay.taken)) == 1
    assert (office.states(), office.asked()) == (["sent"], [])


@pytest.mark.parametrize("minutes", [1, 11])
def test_a_copy_in_the_sent_folder_ends_the_doubt(office: Office, minutes: int) -> None:
    """Whenever the copy is found, before the ten minutes are over or when the letter waits to go again: it has gone."""
    office.lose_the_answer("unsure")
    office.clock.advance(minutes * MINUTE)
    office.read_sent()
    office.resolve_doubts(SentCopy.SERVER)
    office.find_copy("unsure")
    office.clock.advance(60 * MINUTE)
    office.read_sent()
    office.resolve_doubts(SentCopy.SERVER)
    office.deliver()
    assert office.taken() == ["unsure"]
    assert office.states() == ["sent"]


def test_a_copy_that_was_stored_and_not_yet_looked_at_is_waited_for(office: Office) -> None:
    """After an outage the copy may lie in the store while thousands of messages are decided first: nothing is resent."""
    office.lose_the_answer("unsure")
    copy = Fetched(uid=UID, received_at=office.clock.now(), size=3, content=b"...")
    office.clock.advance(15 * MINUTE)
    with office.store.transaction() as transaction:
        seen_at = office.clock.now()
        transaction.messages.store(MAILBOX, "Sent", "sent", Cursor(uidvalidity=1, last_uid=0), [copy], seen_at)
    office.read_sent()
    office.resolve_doubts(SentCopy.SERVER)
    assert office.states() == ["in_doubt"]


def test_a_copy_found_at_the_last_moment_still_counts(office: Office) -> None:
    """If the copy is decided about just while the outbox resolves its doubts, the letter is not sent again."""
    office.lose_the_answer("unsure")
    store = Interrupted(office.store, lambda: office.find_copy("unsure"))
    office.resolve_doubts(SentCopy.NONE, store)
    assert office.states() == ["sent"]


def test_another_sent_folder_than_before_is_the_one_that_counts(office: Office) -> None:
    """After the Sent folder was given another name in the configuration, doubts are resolved by the new one."""
    office.read_sent()
    with office.store.transaction() as transaction:
        transaction.mailboxes.set_cursor(MAILBOX, "Sent Items", "sent", Cursor(uidvalidity=1, last_uid=0))
    office.lose_the_answer("unsure")
    office.clock.advance(11 * MINUTE)
    with office.store.transaction() as transaction:
        transaction.mailboxes.mark_read(MAILBOX, "Sent Items", "sent", office.clock.now())
    office.resolve_doubts(SentCopy.SERVER)
    assert office.states() == ["queued"]


# The end of a process ---------------------------------------------------------------------------------------------------


def test_a_letter_that_was_being_sent_when_the_process_died_is_in_doubt_once(office: Office) -> None:
    """The next process finds the letter and counts one doubt; starting again after that changes nothing."""
    office.queue("waiting")
    letter_id = office.claim()
    office.queue("behind")
    assert [office.outbox.recover(MAILBOX), office.outbox.recover(MAILBOX)] == [1, 0]
    assert office.states() == ["in_doubt", "queued"]
    assert office.letter(letter_id).doubts == 1


@pytest.mark.parametrize("answer", [NO_ANSWER, LATER, REFUSED, ACCEPTED], ids=["none", "later", "refused", "accepted"])
def test_an_answer_that_comes_after_the_copy_was_found_changes_nothing(office: Office, answer: Reply) -> None:
    """Once the copy has shown that a letter went, no late answer makes it doubtful, failed, or gone a second time."""
    case_id = office.open_case()
    office.queue("quick", case_id=case_id)
    letter_id = office.claim()
    claimed = office.letter(letter_id)
    office.find_copy("quick")
    known = office.letter(letter_id)
    events = office.history()
    office.outbox.settle([Answered(claimed, answer)])
    assert known.state is OutboxState.SENT
    assert office.letter(letter_id) == known
    assert office.history() == events


class Interrupted:
    """A store in which something else happens just before a transaction begins."""

    def __init__(self, store: Store, meanwhile: Callable[[], object]) -> None:
        self._store = store
        self._meanwhile = meanwhile

    def view(self) -> AbstractContextManager[Transaction]:
        return self._store.view()

    def transaction(self) -> AbstractContextManager[Transaction]:
        self._meanwhile()
        return self._store.transaction()
