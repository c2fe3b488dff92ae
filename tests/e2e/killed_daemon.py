"""A daemon that can be made to die at a named place, with a clock of the scene's own.

It is the daemon of ``mailbot run``, but for a small finder of phrases, which is there at once.
"""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from mailbot import checkpoints
from mailbot.adapters.clock import SystemClock
from mailbot.cli.run import serve
from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.core.policy import ClassRules

ANYWHERE = "*"
WORDS = {"lamp": "service_request", "records": "foi_request", "unacceptable": "complaint"}
SURE = 4.0


class FewWords:
    """Knows a class by one word each."""

    def __init__(self, rules: ClassRules) -> None:
        self._known = {rule.class_ for rule in rules.rules}

    def hits(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        """The known words in each text, first occurrences only."""
        return [tuple(self._hits(text)) for text in texts]

    def _hits(self, text: str) -> list[Hit]:
        found = [(text.lower().find(word), word, class_) for word, class_ in WORDS.items() if class_ in self._known]
        return [
            Hit(class_=class_, rule=f"{class_}: {word}", weight=SURE, span=Span(start, start + len(word)))
            for start, word, class_ in found
            if start >= 0
        ]


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
    checkpoints.install(Cut(place, nth, places, how))
    serve(config, phrases=FewWords, clock=clock)
