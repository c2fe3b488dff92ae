"""Two daemons on one PostgreSQL: one works and one stands by, whatever happens to the one that works, or to the database."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store import SqlStore, open_database
from mailbot.adapters.store.tables import case, lease, location, outbox
from mailbot.core.letter import OutboxState
from mailbot.pipeline.leases import LENGTH, GuardedStore, LeaseLostError, Leases
from tests.e2e.end_state import copies_by_letter, doubts_by_letter
from tests.e2e.kill_scene import AFTER_INTAKE, BEGINNING, LETTERS, MAIL, Arrival, Scene, users
from tests.servers.dovecot import StartDovecot
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.dovecot, pytest.mark.matrix, pytest.mark.timeout(300)]  # leases run out in their own time

PATIENCE_SECONDS = 90
TAKES_OVER_WITHIN = 30  # seconds: what is promised
FIRST_CASES = LETTERS  # each of them gets one letter; the overdue one has been there


@pytest.fixture
def scene(start_dovecot: StartDovecot, postgres: Postgres, tmp_path: Path) -> Iterator[Scene]:
    """Two mailboxes and a database on PostgreSQL. Every daemon of it has the same clock."""
    dovecot = start_dovecot(users(["pair"]))
    with closing(Scene("pair", tmp_path, dovecot, "none", postgres.database(), step=timedelta(0))) as made:
        yield made


class Arrivals(Thread):
    """Messages of new customers keep arriving until this is stopped, five in a second, in both mailboxes by turns."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(daemon=True)
        self.count = 0
        self._scene = scene
        self._over = Event()

    def run(self) -> None:
        while not self._over.wait(0.2):
            name, mailbox = f"customer{self.count}", list(AFTER_INTAKE)[self.count % 2]
            head = f"From: {name} <{name}@example.org>\nSubject: Lamp {self.count}"
            self._scene.deliver(Arrival(mailbox=mailbox, id=name, head=head, text="The lamp is out."))
            self.count += 1

    def wait_for(self, count: int) -> None:
        wait_until(lambda: self.count >= count, f"{count} messages to arrive")

    def stop(self) -> None:
        self._over.set()
        self.join()


@contextmanager
def arriving(scene: Scene) -> Iterator[Arrivals]:
    """Messages arrive for the length of the block."""
    arrivals = Arrivals(scene)
    arrivals.start()
    try:
        yield arrivals
    finally:
        arrivals.stop()


def wait_until(fact: Callable[[], object], what: str) -> float:
    """Wait for a fact; returns after how many seconds it held."""
    began = time.monotonic()
    while not fact():
        assert time.monotonic() < began + PATIENCE_SECONDS, f"waited in vain for {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def works(scene: Scene, process: BaseProcess) -> bool:
    """Whether this daemon has the lease of every job: two of each mailbox, deciding, sweeping."""
    with scene.database.reading() as connection:
        holders = connection.execute(select(lease.c.holder)).scalars().all()
    mine = [holder for holder in holders if holder.startswith(f"process {process.pid} ")]
    return len(mine) == len(holders) == 2 * len(AFTER_INTAKE) + 2


def recorded(scene: Scene) -> int:
    """How many messages of the inboxes have been decided about."""
    done = (location.c.role == "inbox") & (location.c.state != "stored")
    with scene.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(location).where(done)).scalar_one()


def at_rest(scene: Scene, new: int) -> bool:
    """Whether there is nothing left to do once ``new`` messages have come after the first."""
    open_states = [state.value for state in OutboxState if state is not OutboxState.SENT]
    with scene.database.reading() as connection:
        cases = connection.execute(select(func.count()).select_from(case)).scalar_one()
        letters = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
        waiting = connection.execute(select(func.count()).where(outbox.c.state.in_(open_states))).scalar_one()
    return recorded(scene) == len(MAIL) + new and cases == FIRST_CASES + new and letters == LETTERS + new and not waiting


def nothing_is_lost_or_doubled(scene: Scene, new: int, takeovers: int) -> None:
    """One case and one letter for each message; a letter in doubt once more, at most one for each connection."""
    wait_until(lambda: at_rest(scene, new), f"{new} cases and letters")
    copies, doubts = copies_by_letter(scene.smtp.accepted), doubts_by_letter(scene.database)
    assert set(copies) == set(doubts)
    assert not [name for name, count in copies.items() if count > 1 + doubts[name]]
    assert copies.total() - len(copies) <= takeovers * len(AFTER_INTAKE)


def test_one_works_and_the_other_stands_by(scene: Scene) -> None:
    """The daemon that was there first has every job; ten seconds later the second still has none."""
    first = scene.start()
    wait_until(lambda: works(scene, first), "the first to take every lease")
    second = scene.start()
    time.sleep(10)  # three times as long as one that stands by waits
    assert works(scene, first)
    assert second.is_alive()
    nothing_is_lost_or_doubled(scene, 0, takeovers=0)


def test_the_other_takes_over_from_one_that_is_killed(scene: Scene, print_at_end: Callable[[str], None]) -> None:
    """Killed while messages keep arriving: the other works within 30 seconds, and every message has its case and letter."""
    first = scene.start()
    wait_until(lambda: works(scene, first), "the first to take every lease")
    second = scene.start()
    with arriving(scene) as arrivals:
        arrivals.wait_for(10)
        first.kill()
        first.join()
        before = recorded(scene)
        decided = wait_until(lambda: recorded(scene) > before, "a decision of the other")
        took = decided + wait_until(lambda: works(scene, second), "the other to take every lease")
    print_at_end(f"take-over after kill -9: first decision after {decided:.1f} s, every job after {took:.1f} s")
    assert took < TAKES_OVER_WITHIN
    nothing_is_lost_or_doubled(scene, arrivals.count, takeovers=1)


@pytest.mark.parametrize(
    "place",
    [
        "claim.after",
        *(pytest.param(each, marks=pytest.mark.matrix) for each in ("store.before", "record.before", "settle.before")),
    ],
)
def test_one_that_was_away_for_too_long_stands_by(scene: Scene, place: str, print_at_end: Callable[[str], None]) -> None:
    """Stopped in the midst of its work: the other takes over; let go again, the first writes nothing and stands by."""
    first = scene.start(place, 2, signal.SIGSTOP)
    with arriving(scene) as arrivals:
        wait_until(lambda: is_stopped(first), "the first to stop")
        second = scene.start()
        took = wait_until(lambda: works(scene, second), "the other to take every lease")
        os.kill(first.pid or 0, signal.SIGCONT)
        time.sleep(5)
        assert works(scene, second)
        assert first.is_alive()
    print_at_end(f"take-over from one stopped at {place}: {took:.1f} s")
    assert took < TAKES_OVER_WITHIN
    nothing_is_lost_or_doubled(scene, arrivals.count, takeovers=1)


def test_a_restart_of_the_database_is_waited_for(scene: Scene, postgres: Postgres) -> None:
    """PostgreSQL is restarted twice while messages arrive: the daemon stays, and every message has its case and letter."""
    daemon = scene.start()
    with arriving(scene) as arrivals:
        for count in (10, 25):
            arrivals.wait_for(count)
            postgres.restart()
        arrivals.wait_for(35)
    nothing_is_lost_or_doubled(scene, arrivals.count, takeovers=2)
    assert daemon.is_alive()


class Hands:
    """A clock whose hands are moved by hand."""

    def __init__(self) -> None:
        self._at = BEGINNING

    def now(self) -> datetime:
        return self._at

    def move(self, by: timedelta) -> None:
        self._at += by


def test_a_passed_fence_lets_nothing_be_written(postgres: Postgres) -> None:
    """Whoever held a lease before somebody else did cannot write under it, although nobody told him."""
    clock = Hands()
    with closing(open_database(postgres.database())) as database:
        store = SqlStore(database)
        first, second = (Leases(store=store, clock=clock, holder=name) for name in ("first", "second"))
        assert first.hold("inbound")
        assert not second.hold("inbound")
        clock.move(LENGTH + timedelta(seconds=1))
        assert second.hold("inbound")
        with pytest.raises(LeaseLostError), GuardedStore(store=store, leases=first, name="inbound").transaction():
            raise AssertionError("it could write")
        assert not first.hold("inbound")
        with GuardedStore(store=store, leases=second, name="inbound").transaction():
            pass


def is_stopped(process: BaseProcess) -> bool:
    """Whether the process has been sent SIGSTOP (state T in Linux' process table)."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
