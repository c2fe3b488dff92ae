"""A daemon that can be made to die at a named place, with a clock of the scene's own.

It is the daemon of ``mailbot run``, with a process of its own that reads, but for a small finder of phrases, which is
there at once. That process is forked like the daemon itself (``tests.e2e.ready_to_fork``).
"""

import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from unittest import mock

from mailbot import checkpoints
from mailbot.adapters import reading_process
from mailbot.adapters.clock import SystemClock
from mailbot.app import load_policies
from mailbot.cli.run import serve
from mailbot.config import load
from mailbot.runner import attempt
from tests.e2e.few_words import few_words_reader

ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The machine's clock, ``by`` so much ahead (or behind, where that is negative)."""

    by: timedelta

    def now(self) -> datetime:
        return SystemClock().now() + self.by


class Cut:
    """Writes down every place that is reached, and strikes this process when ``place`` is reached for the ``nth`` time.

    ``how`` is SIGKILL, and then no handler runs and nothing is flushed, or SIGSTOP. ``nth`` 0: never.
    """

    def __init__(self, place: str, nth: int, log: Path, how: signal.Signals) -> None:
        self._place = place
        self._left = nth
        self._how = how
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._lock = Lock()

    def __call__(self, place: str) -> None:
        with self._lock:
            os.write(self._log, f"{place}\n".encode())
            if self._place in (place, ANYWHERE):
                self._left -= 1
                if self._left == 0:
                    os.kill(os.getpid(), self._how)


def run(config: Path, clock: ShiftedClock, places: Path, place: str, nth: int, how: signal.Signals) -> None:
    """Serve until SIGTERM, or until ``place`` is reached for the ``nth`` time; ``places`` is the file to write them to."""
    reading = few_words_process(config)
    checkpoints.install(Cut(place, nth, places, how))
    serve(config, reader=lambda _rules: reading, clock=clock)


def few_words_process(config: Path) -> reading_process.ReadingProcess:
    """Forked before this process has opened a file or started a thread; should it end, the next one is spawned."""
    rules = load_policies(load(config, {})).reading
    with mock.patch.object(reading_process, "_PROCESSES", get_context("fork")):
        return reading_process.ReadingProcess(partial(few_words_reader, rules), attempt)
