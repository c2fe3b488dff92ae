"""Threads that share an interpreter take turns. While there is much to do they stay on one core: on several, each turn would
begin with a core to wake and a cold cache.

Where the system cannot be told where threads run (``sched_setaffinity(2)`` is Linux'), nothing happens.
"""

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from ctypes import CDLL
from pathlib import Path

_THREADS = Path("/proc/self/task")
_core_of_caller = getattr(CDLL(None), "sched_getcpu", None)  # sched_getcpu(3)


@contextmanager
def on_one_core() -> Iterator[None]:
    """While this lasts every thread but the main one runs where the calling one runs now, which the system chose just then.

    The main thread stays free: where it may run, all others may again afterwards.
    """
    if _core_of_caller is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(os.getpid())
    _let_run(allowed & {_core_of_caller()})
    try:
        yield
    finally:
        _let_run(allowed)


def wherever_parent_may() -> None:
    """Let this process, whose parent may have begun it on one core, run wherever the parent's main thread may."""
    if hasattr(os, "sched_setaffinity"):
        with suppress(OSError):  # the parent has just ended, or a container forbids it
            os.sched_setaffinity(0, os.sched_getaffinity(os.getppid()))


def _let_run(cores: Set[int]) -> None:
    """Every thread but the main one, on these cores."""
    for thread in _THREADS.iterdir() if cores else ():
        if thread.name != str(os.getpid()):
            with suppress(OSError):  # it ends meanwhile, or a container forbids it
                os.sched_setaffinity(int(thread.name), cores)
