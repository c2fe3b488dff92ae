"""A daemon that can be made to die at a named place: ``python -m tests.e2e.killed_daemon CONFIG [PLACE NTH]``.

It is the daemon of ``mailbot run``, but for a small finder of phrases, which is there at once.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from mailbot import checkpoints
from mailbot.cli.run import serve
from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.core.policy import ClassRules

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


class Cut:
    """Kills this process when ``place`` is reached for the ``nth`` time: no handler runs, nothing is flushed."""

    def __init__(self, place: str, nth: int) -> None:
        self._place = place
        self._left = nth
        self._lock = Lock()

    def __call__(self, place: str) -> None:
        if place != self._place:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def run(config: Path, place: str = "", nth: int = 0) -> None:
    """Serve until SIGTERM, or until ``place`` is reached for the ``nth`` time (0: never)."""
    if nth:
        checkpoints.install(Cut(place, nth))
    serve(config, phrases=FewWords)


if __name__ == "__main__":
    config_path, *cut = sys.argv[1:]
    run(Path(config_path), cut[0] if cut else "", int(cut[1]) if cut else 0)
