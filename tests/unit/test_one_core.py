"""Where threads run: while there is much to do on one core, and afterwards wherever they may."""

import os
from collections.abc import Callable
from threading import Event, Thread

import pytest

from mailbot.one_core import on_one_core

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="it takes a system that tells threads where to run, and two cores",
)


def in_thread(work: Callable[[], None]) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_every_thread_but_the_main_one_stays_on_one_core() -> None:
    """The thread that decides, those that send and watch beside it, and those that begin meanwhile; afterwards all are free."""
    seen, begun, over = list[set[int]](), Event(), Event()
    beside = Thread(target=lambda: (begun.set(), over.wait(30)))
    beside.start()
    assert begun.wait(30)

    def deciding() -> None:
        with on_one_core():
            seen.extend(map(os.sched_getaffinity, (0, beside.native_id or 0, os.getpid())))
            in_thread(lambda: seen.append(os.sched_getaffinity(0)))
        seen.extend(map(os.sched_getaffinity, (0, beside.native_id or 0)))

    free = os.sched_getaffinity(0)
    in_thread(deciding)
    over.set()
    beside.join()
    deciding_on, sending_on, main_on, begun_on, *afterwards = seen
    assert len(deciding_on) == 1
    assert deciding_on <= free
    assert deciding_on == sending_on == begun_on
    assert [main_on, *afterwards] == [free] * 3


def test_work_that_fails_leaves_no_thread_behind() -> None:
    """Whatever happens, threads are free again."""
    after = list[set[int]]()

    def deciding() -> None:
        try:
            with on_one_core():
                raise ValueError
        except ValueError:
            after.append(os.sched_getaffinity(0))

    free = os.sched_getaffinity(0)
    in_thread(deciding)
    assert after == [free]
