"""Supervised loops: each in a thread, restarted with jittered back-off, stopped in order. The only broad ``except``."""

import gc
import random
import time
import traceback
from collections.abc import Callable
from ctypes import CDLL
from dataclasses import dataclass
from threading import Event, Thread

import structlog

from mailbot.errors import MailbotError, TransientError

FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 300.0
STEADY_AFTER_SECONDS = 60.0
STOP_WITHIN_SECONDS = 9.0
COLLECT_AFTER = (20_000, 20, 50)  # new objects, younger collections: values that flow through here hold no cycles
M_ARENA_MAX = -8  # mallopt(3)

log = structlog.get_logger()


def attempt(work: Callable[[], object]) -> str | None:
    """Run work whose failure must stop nothing else; returns None or a sentence that names the failure.

    Transient errors pass through: waiting helps there, and nobody is to blame.
    """
    try:
        work()
    except TransientError:
        raise
    except MailbotError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  # the supervisor: whatever one message does, the others go on
        log.error("unexpected", error=type(error).__name__, at=_where(error))
        return f"{type(error).__name__} at {_where(error)}"
    return None


def spare_the_collector() -> None:
    """What is loaded by now stays for good: the garbage collector need not look through it again and again.

    What loading took and needs no more goes back to the system.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    _of_c("malloc_trim", 0)


def keep_memory_together() -> None:
    """Let all threads take memory from one heap. By itself glibc makes eight for each core, and each keeps holes of its own.

    For the beginning of a process.
    """
    _of_c("mallopt", M_ARENA_MAX, 1)


def _of_c(name: str, *numbers: int) -> None:
    """Call a function of glibc; a C library that knows nothing of it is left as it is."""
    function = getattr(CDLL(None), name, None)
    if function is not None:
        function(*numbers)


def back_off(failures: int, wish: float | None) -> float:
    """Seconds to wait after so many failures in a row: the server's own wish, or doubling with jitter."""
    if wish is not None:
        return wish
    longest: float = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(failures - 1, 20))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a loop failed, how long it waits now, and whether a server asked for that."""

    error: str
    seconds: float
    asked: bool


class Runner:
    """The loops of one process."""

    def __init__(self, wake_all: Callable[[], None]) -> None:
        self.stopped = Event()
        self._wake_all = wake_all
        self._threads: list[Thread] = []

    def start(self, name: str, body: Callable[[], object], trouble: Callable[[Trouble], None] | None = None) -> None:
        """Run ``body`` again and again until stopped. ``trouble`` hears of every failure."""
        thread = Thread(target=self._supervise, args=(name, body, trouble), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> bool:
        """Ask every loop to end and wait for them; True if all did in time."""
        self.stopped.set()
        until = time.monotonic() + STOP_WITHIN_SECONDS
        for thread in self._threads:
            while thread.is_alive() and time.monotonic() < until:
                self._wake_all()
                thread.join(0.1)
        return not any(thread.is_alive() for thread in self._threads)

    def _supervise(self, name: str, body: Callable[[], object], trouble: Callable[[Trouble], None] | None) -> None:
        failures = 0
        while not self.stopped.is_set():
            began = time.monotonic()
            error = self._once(body)
            if error is None:
                failures = 0
                continue
            failures = 1 if time.monotonic() - began > STEADY_AFTER_SECONDS else failures + 1
            wish = error.retry_after if isinstance(error, TransientError) else None
            found = Trouble(error=_sentence(error), seconds=back_off(failures, wish), asked=wish is not None)
            log.warning("loop_failed", loop=name, error=found.error, wait_seconds=round(found.seconds, 1))
            if trouble is not None:
                _tell(trouble, found)
            self.stopped.wait(found.seconds)

    def _once(self, body: Callable[[], object]) -> Exception | None:
        try:
            body()
        except Exception as error:  # noqa: BLE001  # the supervisor: a loop that fails is started again
            return error
        return None


def _tell(trouble: Callable[[Trouble], None], found: Trouble) -> None:
    """Report trouble if that is possible: where the database is the trouble, the log has said so already."""
    try:
        trouble(found)
    except Exception as other:  # noqa: BLE001  # the supervisor: telling must not end the loop it tells about
        log.warning("trouble_not_noted", error=type(other).__name__)


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, MailbotError) else f"{type(error).__name__} at {_where(error)}"


def _where(error: Exception) -> str:
    """File and line of the innermost frame. Never the message: it may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown"
