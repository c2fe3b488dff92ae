"""Screening and matching with 100,000 open cases in the store: what a message costs that names one, and one that names none."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from mailbot.adapters.store import Database
from mailbot.adapters.store.tables import case, mailbox, message, organisation, outbox, participant, raw
from mailbot.core.case import Role
from mailbot.core.classify import Classification
from mailbot.core.lead import Clues
from mailbot.core.match import clues, match
from mailbot.core.message import Address, Message
from mailbot.core.reference import make_reference
from mailbot.core.screen import Screening, screen
from mailbot.core.strong_evidence import OwnMarks, Verdict
from tests.bench.installation import ADDRESS, NAME, Installation
from tests.bench.measured import Measured, together

CASES_AT_ONCE = 5_000
BATCH = 100
BATCHES = 20
REPLIES, NEW = "screen, match replies", "screen, match new"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
NOTHING = Classification(class_="unsure", best="unsure", confidence=0.0)

Fresh = Callable[[], AbstractContextManager[Installation]]


def measure_matching(fresh: Fresh, database: str, cases: int, repeat: int) -> Iterator[Measured]:
    """Batches of replies, each of which names its case in another way, and of new messages, among so many open cases."""
    with fresh() as installation:
        fill(installation.database, cases)
        for what, make in ((REPLIES, _reply), (NEW, _new)):
            batches = [[make(number * BATCH + each, cases) for each in range(BATCH)] for number in range(BATCHES)]
            _judge(installation, batches[:1])  # the first one also makes the statements
            yield together([_timed(installation, f"{what} ({cases:,} open)", batches, database) for _ in range(repeat)])


def fill(database: Database, cases: int) -> None:
    """So many open cases, each with its first message, its receipt and its customer."""
    with database.writing() as connection:
        mine = connection.execute(select(mailbox.c.id).where(mailbox.c.name == NAME)).scalar_one()
        owner = connection.execute(select(organisation.c.id)).scalar_one()
        connection.execute(raw.insert().values(sha256="0" * 64, content=b"", size=0, stored_at=NOW))
    for first in range(1, cases + 1, CASES_AT_ONCE):
        numbers = range(first, min(first + CASES_AT_ONCE, cases + 1))
        with database.writing() as connection:
            connection.execute(case.insert(), [_case_row(number, mine, owner) for number in numbers])
            connection.execute(message.insert(), [_message_row(number) for number in numbers])
            connection.execute(outbox.insert(), [_letter_row(number, mine) for number in numbers])
            connection.execute(participant.insert(), [_part_row(number) for number in numbers])
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # autovacuum would, given a minute


def _reference(number: int) -> str:
    return make_reference("HC", "2605", number)


def _customer(number: int) -> str:
    return f"customer{number // 3}@example.org"


def _case_row(number: int, mine: int, owner: int) -> dict[str, object]:
    return {
        "id": number,
        "reference": _reference(number),
        "organisation": owner,
        "mailbox": mine,
        "pack": "generic",
        "class": "enquiry",
        "status": "open",
        "customer": _customer(number),
        "subject": f"Lamp {number}",
        "opened_at": NOW - timedelta(days=5),
        "version": 1,
    }


def _message_row(number: int) -> dict[str, object]:
    return {
        "id": number,
        "digest": f"{number:064}",
        "direction": "in",
        "origin": "mailbox",
        "message_id": f"{number}.first@example.org",
        "received_at": NOW - timedelta(days=5),
        "case": number,
        "raw": "0" * 64,
        "sender": _customer(number),
        "subject": f"Lamp {number}",
        "text": "It is out.",
        "verdict": Verdict.HUMAN.value,
        "may_answer": True,
        "class": NOTHING.class_,
        "best_class": NOTHING.best,
        "confidence": 0.0,
        "evidence": [],
        "rules_version": "",
        "recorded_at": NOW,
    }


def _letter_row(number: int, mine: int) -> dict[str, object]:
    return {
        "key": f"receipt|{number}",
        "mailbox": mine,
        "case": number,
        "message": number,
        "purpose": "receipt",
        "letter": "receipt",
        "letter_version": "1",
        "lane": "acknowledgement",
        "lane_rank": 1,
        "not_before": NOW,
        "reverse_path": ADDRESS,
        "recipient": _customer(number),
        "recipient_key": _customer(number),
        "content": b"",
        "message_id": f"{number:032}.mailbot@harbour.example",
        "in_reply_to": "",
        "references": [],
        "state": "sent",
        "created_at": NOW - timedelta(days=5),
    }


def _part_row(number: int) -> dict[str, object]:
    return {"case": number, "address": _customer(number), "role": Role.CUSTOMER.value, "subject": f"lamp {number}"}


def _reply(number: int, cases: int) -> Message:
    """A reply that names its case by our letter, its thread, its number, or its subject alone, in turn."""
    about = 1 + number * 37 % cases
    ways: tuple[dict[str, object], ...] = (
        {"in_reply_to": (f"{about:032}.mailbot@harbour.example",), "subject": "Re: We have your enquiry"},
        {"references": (f"{about}.first@example.org",), "subject": "Re: this"},
        {"subject": f"My lamp [{_reference(about)}]"},
        {"subject": f"Re: Lamp {about}"},
    )
    return _message(f"reply {number}", _customer(about), **ways[number % len(ways)])


def _new(number: int, _cases: int) -> Message:
    return _message(f"new {number}", f"new{number}@example.org", subject=f"Another lamp {number}")


def _message(digest: str, sender: str, **values: object) -> Message:
    return Message(
        digest=digest,
        message_id=f"{digest.replace(' ', '.')}@example.org",
        from_=Address(address=sender),
        to=(Address(address=ADDRESS),),
        text="It is out again, and I would like to know when somebody comes.\n" * 40,
        headers=(("from", sender), ("to", ADDRESS)),
        **values,  # type: ignore[arg-type]  # each way says what it changes
    )


def _timed(installation: Installation, what: str, batches: Sequence[Sequence[Message]], database: str) -> Measured:
    begun, cpu_begun = time.perf_counter(), time.process_time()
    _judge(installation, batches)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
    return Measured(what=what, messages=BATCH * len(batches), seconds=(wall,), cpu_seconds=(cpu,), database=database)


def _judge(installation: Installation, batches: Sequence[Sequence[Message]]) -> None:
    """Screen, look up and match as the inbound flow does, batch by batch; replies must find their case."""
    policy, subjects = installation.policies.mailboxes[NAME], installation.policies.reading.subjects
    own = OwnMarks(addresses=policy.own_addresses, answerable=policy.answerable_addresses)
    for batch in batches:
        screened: list[Screening] = [screen(each, installation.policies.screening, own) for each in batch]
        named: list[Clues] = [clues(each, "HC", subjects) for each in batch]
        with installation.store.view() as transaction:
            leads = transaction.cases.leads(named)
        found = [match(each, leads.ways(one), NOW - timedelta(days=30)) for each, one in zip(batch, named, strict=True)]
        is_reply = batch[0].digest.startswith("reply")
        if not all((one.candidate is not None) is is_reply for one in found) or len(screened) != len(found):
            raise AssertionError("a reply did not find its case, or a new message found one")
