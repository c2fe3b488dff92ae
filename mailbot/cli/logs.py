"""The log: one line per event on standard error, for people or as JSON. Never a body, a name or an address."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


def configure_logs(format_: str, level: str) -> None:
    """Set up structlog for the daemon."""
    renderer = structlog.processors.JSONRenderer() if format_ == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing(sys.stderr))),
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


class _Unfailing:
    """A file whose writing cannot fail: a log on a full disk must not end the loop that wants to say so."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()
