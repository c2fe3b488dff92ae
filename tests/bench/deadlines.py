"""Time at scale: a sweep over what is due among a million deadlines, dates counted, and a holiday more for 100,000 cases."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rich.console import Console
from rich.table import Table

from mailbot.adapters.store import SqlStore
from mailbot.core import clock
from mailbot.core.calendar import ClosedDay
from mailbot.core.policy import MailboxPolicy
from mailbot.pipeline.recount import Recount
from mailbot.pipeline.timers import Timers
from mailbot.runner import attempt, spare_the_collector
from tests.bench.installation import ADDRESS, NAME, FixedClock, Installation
from tests.bench.measured import Measured, together
from tests.bench.million import DUE, NOW, OTHER, add_due, fill
from tests.bench.report import machine

COUNTED = 50_000
HOUR = timedelta(hours=1)
HOLIDAY = date(2026, 6, 17)  # within the time of every case
FIND, CLAIM, FIRE, COUNT, RECOUNT = "find due", "find and claim due", "act on due", "count dates", "a holiday more"
AIMS = {FIND: 0.05, CLAIM: 0.05, FIRE: 2.0, COUNT: COUNTED / 20_000, RECOUNT: 30.0}

Fresh = Callable[[], AbstractContextManager[Installation]]


def measure_deadlines(fresh: Fresh, database: str, deadlines: int, repeat: int) -> Iterator[Measured]:
    """Everything about time, on one database with so many open deadlines (a tenth as many cases are recounted)."""
    with fresh() as installation:
        bench = _bench(installation, database)
        fill(installation.database, bench.policies[NAME], deadlines, deadlines // 10)
        spare_the_collector()  # as the daemon does
        for what, work in ((FIND, bench.find), (CLAIM, bench.claim), (FIRE, bench.fire)):
            work()  # the first one also makes the statements
            yield together([bench.timed(what, DUE, work) for _ in range(repeat)])
        yield together([bench.timed(COUNT, COUNTED, bench.count) for _ in range(repeat)])
        yield bench.timed(RECOUNT, deadlines // 10, bench.recount)


def show_deadlines(measured: list[Measured]) -> None:
    """Print the table of what was measured beside what was aimed at."""
    table = Table(title=f"mailbot, {machine()}", title_justify="left")
    for name in ("what", "database"):
        table.add_column(name)
    for name in ("how many", "seconds, median", "fastest to slowest", "aim", "a second", "peak RSS, MB"):
        table.add_column(name, justify="right")
    for one in measured:
        spread = f"{min(one.seconds):.3f} to {max(one.seconds):.3f}"
        seconds, memory = one.messages / one.rate, f"{one.peak_rss_mb:.0f}"
        aim = f"{AIMS[one.what]:g}"
        table.add_row(one.what, one.database, f"{one.messages:,}", f"{seconds:.3f}", spread, aim, f"{one.rate:,.0f}", memory)
    Console(width=120).print(table)


def _bench(installation: Installation, database: str) -> "_Bench":
    """The installation with a second mailbox."""
    policy = installation.policies.mailboxes[NAME]
    store = SqlStore(installation.database)
    store.register(policy.organisation, {NAME: (ADDRESS, "generic"), OTHER: (f"other-{ADDRESS}", "generic")}, NOW, "")
    policies = {NAME: policy, OTHER: replace(policy, name=OTHER)}
    return _Bench(installation=installation, store=store, policies=policies, database=database)


@dataclass(slots=True, kw_only=True)
class _Bench:
    """Each round has 500 moments of its own, an hour after those of the one before."""

    installation: Installation
    store: SqlStore
    policies: dict[str, MailboxPolicy]
    database: str
    rounds: int = 0

    def timed(self, what: str, how_many: int, work: Callable[[], float]) -> Measured:
        begun = time.process_time()
        seconds = work()
        return Measured(
            what=what,
            messages=how_many,
            seconds=(seconds,),
            cpu_seconds=(time.process_time() - begun,),
            database=self.database,
            peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )

    def find(self) -> float:
        now = self._new_round()
        begun = time.perf_counter()
        with self.store.view() as transaction:
            found = transaction.cases.due_deadlines(now, DUE)
        seconds = time.perf_counter() - begun
        with self.store.transaction() as transaction:
            transaction.cases.claim([one.deadline_id for one, _ in found], now)
        return seconds

    def claim(self) -> float:
        now = self._new_round()
        begun = time.perf_counter()
        with self.store.transaction() as transaction:
            found = transaction.cases.due_deadlines(now, DUE)
            transaction.cases.claim([one.deadline_id for one, _ in found], now)
        return time.perf_counter() - begun

    def fire(self) -> float:
        """As the daemon does: sweeps of at most 200, each case read, decided about, its letter rendered and recorded."""
        timers = Timers(
            store=self.store,
            letters=self.installation.policies.letters,
            policies=self.policies,
            clock=FixedClock(self._new_round()),
            attempt=attempt,
        )
        begun = time.perf_counter()
        while timers.sweep():
            pass
        return time.perf_counter() - begun

    def count(self) -> float:
        pack = self.policies[NAME].pack
        rule = pack.clocks_for("enquiry")[-1]
        calendar = pack.calendars[rule.calendar]
        received = [NOW + timedelta(minutes=number) for number in range(COUNTED)]
        begun = time.perf_counter()
        for at in received:
            clock.compute(rule, calendar, at, pack.receipt)
        return time.perf_counter() - begun

    def recount(self) -> float:
        flow = Recount(store=self.store, policies=self.policies, clock=FixedClock(NOW))
        policy = _with_a_holiday(self.policies[NAME])
        begun = time.perf_counter()
        moved = sum(map(len, flow.run(policy)))
        seconds = time.perf_counter() - begun
        print(f"{moved:,} dates moved")
        return seconds

    def _new_round(self) -> datetime:
        """The moment at which the next 500 are due; everything that is due before it is done."""
        self.rounds += 1
        add_due(self.installation.database, NOW - HOUR, first_case=1 + self.rounds * DUE)
        return NOW


def _with_a_holiday(policy: MailboxPolicy) -> MailboxPolicy:
    day = ClosedDay(date=HOLIDAY, name="A day of thanks", division="England", authority="x", source="x", added_on=NOW.date())
    calendars = {name: replace(found, closed={**found.closed, HOLIDAY: day}) for name, found in policy.pack.calendars.items()}
    return replace(policy, pack=replace(policy.pack, calendars=calendars))
