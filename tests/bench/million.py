"""A database with a million open deadlines: each case has one running clock, with the moments that mailbot itself gives it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from mailbot.adapters.store import Database
from mailbot.adapters.store.tables import case, clock, deadline, mailbox, organisation, person
from mailbot.core.case import Moment
from mailbot.core.clock_action import StartClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.decide.moving import start_clock
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reference import make_reference
from tests.bench.installation import NAME

OTHER = "harbour-office"
"""A second mailbox: its cases have the deadlines that those of the first one lack to a million."""

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""A Monday morning. Every case came within the days after it, so that all its moments lie ahead."""

CAME_WITHIN = timedelta(days=10)
ONE_EVERY = timedelta(minutes=7)
CASES_AT_ONCE = 5_000
OWNERS = 100
DUE = 500
KINDS = (Moment.WARN, Moment.TODAY, Moment.NOTICE, Moment.DUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The rows to which the new ones belong, and what was started for a case that came in at each time."""

    organisation: int
    mailboxes: dict[str, int]
    owners: list[int]
    started: list[StartClock]


def fill(database: Database, policy: MailboxPolicy, deadlines: int, cases: int) -> None:
    """Write ``cases`` of the first mailbox, then of the other, until there are so many open deadlines."""
    with database.writing() as connection:
        scene = _scene(connection, policy)
    written = first = 0
    while written < deadlines or first < cases:
        at_once = min(CASES_AT_ONCE, cases - first) if first < cases else CASES_AT_ONCE
        with database.writing() as connection:
            written += _cases(connection, scene, NAME if first < cases else OTHER, range(first + 1, first + at_once + 1))
        first += at_once
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # autovacuum would, given a minute


def add_due(database: Database, at: datetime, first_case: int) -> None:
    """One moment more in each of the 500 cases from the first on, due at ``at``: of all kinds that write letters."""
    rows = [
        {"clock": first_case + number, "kind": KINDS[number % len(KINDS)].value, "due_at": at + timedelta(seconds=number)}
        for number in range(DUE)
    ]
    with database.writing() as connection:
        connection.execute(deadline.insert(), rows)


def _scene(connection: Connection, policy: MailboxPolicy) -> Scene:
    (rule,) = [found for found in policy.pack.clocks if found.name == "response" and "enquiry" in found.classes]
    of = int(connection.execute(select(organisation.c.id)).scalar_one())
    staff = [{"organisation": of, "name": f"Officer {n}", "address": f"officer{n}@harbour.example"} for n in range(OWNERS)]
    came = [NOW + ONE_EVERY * number for number in range(CAME_WITHIN // ONE_EVERY)]
    return Scene(
        organisation=of,
        mailboxes={row.name: row.id for row in connection.execute(select(mailbox))},
        owners=list(connection.execute(person.insert().returning(person.c.id), staff).scalars()),
        started=[start_clock(policy, rule, at, ClockStart.RECEIPT.value) for at in came],
    )


def _cases(connection: Connection, scene: Scene, name: str, numbers: range) -> int:
    """Cases with these numbers, which their rows and their clocks' rows have too; returns how many deadlines they have."""
    started = [(number, scene.started[number % len(scene.started)]) for number in numbers]
    connection.execute(case.insert(), [_case(scene, name, number, one.started_at) for number, one in started])
    connection.execute(clock.insert(), [_clock(number, one) for number, one in started])
    deadlines = [
        {"clock": number, "kind": each.kind, "due_at": each.due_at} for number, one in started for each in one.deadlines
    ]
    connection.execute(deadline.insert(), deadlines)
    return len(deadlines)


def _case(scene: Scene, name: str, number: int, opened_at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "reference": make_reference("HC", "2606", number),
        "organisation": scene.organisation,
        "mailbox": scene.mailboxes[name],
        "pack": "generic",
        "class": "enquiry",
        "status": "open",
        "channel": "email",
        "may_write": True,
        "owner": scene.owners[number % OWNERS],
        "customer": f"customer{number}@example.org",
        "subject": "The lamp outside number 4",
        "opened_at": opened_at,
        "version": 1,
    }


def _clock(number: int, started: StartClock) -> dict[str, Any]:
    return {
        "id": number,
        "case": number,
        "name": started.name,
        "kind": started.kind.value,
        "law": started.law,
        "started_by": started.started_by,
        "started_at": started.started_at,
        "counts_from": started.started_at,
        "original_due_at": started.due_at,
        "due_at": started.due_at,
        "pauses": [],
        "why": started.why,
        "stopped_by": [stop.value for stop in started.stopped_by],
    }
