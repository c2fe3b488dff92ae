"""Supervised loops: what fails is started again, what is told to stop stops, and a failure names no customer."""

from collections.abc import Iterator
from queue import Queue
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.errors import PermanentError, PolicyError, StorageError, TransientError
from mailbot.runner import FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS, Runner, Trouble, attempt, back_off

PATIENCE_SECONDS = 30.0
"""How long a test waits for something that must happen before it fails."""


class Loop:
    """A loop that fails as often as it is told to and then runs until it is woken."""

    def __init__(self, *failures: Exception) -> None:
        self.runs = Queue[int]()
        self.woken = Event()
        self._failures = list(failures)
        self._count = 0

    def __call__(self) -> None:
        self._count += 1
        self.runs.put(self._count)
        if self._failures:
            raise self._failures.pop(0)
        self.woken.wait(PATIENCE_SECONDS)


@pytest.fixture
def loop() -> Loop:
    """A loop that does not fail."""
    return Loop()


def stopped(runner: Runner) -> Iterator[Runner]:
    """A runner that is stopped at the end of its test."""
    yield runner
    runner.stop()


def running(*loops: Loop) -> Runner:
    """A runner that can wake these loops."""

    def wake_all() -> None:
        for one in loops:
            one.woken.set()

    return Runner(wake_all)


# One piece of work -----------------------------------------------------------------------------------------------------


def test_work_that_succeeds_has_nothing_to_say() -> None:
    """No sentence means no trouble."""
    done = list[int]()
    assert attempt(lambda: done.append(1)) is None
    assert done == [1]


def test_a_failure_that_we_know_is_told_in_its_own_words() -> None:
    """Its sentence was written for the person who runs mailbot."""

    def refuse() -> None:
        raise PolicyError("letter 'receipt': no value for reference")

    assert attempt(refuse) == "letter 'receipt': no value for reference"


def test_a_failure_that_nobody_foresaw_is_told_by_its_kind_and_place_only() -> None:
    """The library's words may quote a customer: they are not repeated."""

    def stumble() -> None:
        raise ValueError("cannot read 'my name is Ada Sample'")

    told = attempt(stumble)
    assert told is not None
    assert told.startswith("ValueError at test_runner.py:")
    assert "Ada" not in told


@pytest.mark.parametrize("error", [TransientError("later"), StorageError("locked")])
def test_what_may_work_later_is_nobody_s_fault(error: TransientError) -> None:
    """A database that is locked now must not set a message aside: the error passes through."""

    def wait() -> None:
        raise error

    with pytest.raises(TransientError):
        attempt(wait)


# Waiting ---------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10_000))
def test_each_failure_in_a_row_waits_longer_up_to_five_minutes(failures: int) -> None:
    """Doubling from one second, between half and all of it, so that many programs do not knock at once."""
    longest = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 60))
    assert longest / 2 <= back_off(failures, None) <= longest


def test_waits_differ() -> None:
    """Two programs that failed together do not come back together."""
    assert len({back_off(9, None) for _ in range(20)}) > 1


def test_a_server_that_says_when_to_come_back_is_obeyed() -> None:
    """Its own wish holds, long or short."""
    assert back_off(1, 900.0) == 900.0
    assert back_off(20, 2.5) == 2.5


# Loops -----------------------------------------------------------------------------------------------------------------


def test_a_loop_that_fails_is_started_again_whatever_the_failure() -> None:
    """One that we know, one that nobody foresaw: the third run goes on."""
    failing = Loop(TransientError("the server is away", retry_after=0.01), TransientError("again", retry_after=0.01))
    runner = running(failing)
    runner.start("watch", failing)
    assert [failing.runs.get(timeout=PATIENCE_SECONDS) for _ in range(3)] == [1, 2, 3]
    assert runner.stop()


def test_an_unforeseen_failure_restarts_the_loop_too() -> None:
    """A programming error in one loop is not the end of the mailbox."""
    failing = Loop(ZeroDivisionError("division by zero"))
    runner = running(failing)
    runner.start("inbound", failing)
    assert [failing.runs.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == [1, 2]
    assert runner.stop()


def test_trouble_is_told_with_the_wait_before_the_next_try() -> None:
    """The status page can say what is wrong and until when."""
    heard = Queue[Trouble]()
    failing = Loop(TransientError("the server is away", retry_after=0.25))
    runner = running(failing)
    runner.start("watch", failing, heard.put)
    assert heard.get(timeout=PATIENCE_SECONDS) == Trouble(error="the server is away", seconds=0.25, asked=True)
    assert runner.stop()


def test_trouble_that_cannot_be_told_stops_no_loop() -> None:
    """Where the database is the trouble, writing it down fails as well, and the loop goes on."""

    def cannot_tell(_found: Trouble) -> None:
        raise StorageError("the database is locked")

    failing = Loop(TransientError("away", retry_after=0.01))
    runner = running(failing)
    runner.start("watch", failing, cannot_tell)
    assert [failing.runs.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == [1, 2]
    assert runner.stop()


def test_one_loop_s_failure_leaves_the_others_alone(loop: Loop) -> None:
    """While one loop waits for its next try, another one works."""
    failing = Loop(PermanentError("the folder does not exist"))
    runner = running(failing, loop)
    runner.start("watch", failing)
    failing.runs.get(timeout=PATIENCE_SECONDS)
    runner.start("outbox", loop)
    assert loop.runs.get(timeout=PATIENCE_SECONDS) == 1
    assert runner.stop()


def test_stop_wakes_every_loop_and_waits_for_it(loop: Loop) -> None:
    """A loop that sleeps is woken and ends; one that waits to be started again is not started again."""
    failing = Loop(TransientError("away", retry_after=3600.0))
    runner = running(loop, failing)
    runner.start("outbox", loop)
    runner.start("watch", failing)
    loop.runs.get(timeout=PATIENCE_SECONDS)
    failing.runs.get(timeout=PATIENCE_SECONDS)
    assert runner.stop()
    assert runner.stopped.is_set()
    assert loop.runs.empty()
    assert failing.runs.empty()


def test_a_runner_without_loops_stops() -> None:
    """Nothing to wait for."""
    assert running().stop()
