"""Wake-ups within one process: an event per loop, and APScheduler (memory only) for the regular ones.

A wake-up is droppable and carries nothing: the tables say what there is to do.
"""

from collections import defaultdict
from threading import Event, Lock

from apscheduler.schedulers.background import BackgroundScheduler


class EventWake:
    """Events by kind and key."""

    def __init__(self) -> None:
        self._events: defaultdict[tuple[str, str], Event] = defaultdict(Event)
        self._lock = Lock()

    def wake(self, kind: str, key: str = "") -> None:
        """Wake the loop that waits for this kind and key, now or when it next waits."""
        self._event(kind, key).set()

    def wake_all(self) -> None:
        """Wake every loop, so that it sees that it has been stopped."""
        with self._lock:
            events = list(self._events.values())
        for event in events:
            event.set()

    def wait(self, kind: str, key: str = "", *, seconds: float) -> None:
        """Return when woken, at the latest after ``seconds``."""
        event = self._event(kind, key)
        event.wait(seconds)
        event.clear()

    def _event(self, kind: str, key: str) -> Event:
        with self._lock:
            return self._events[kind, key]


class Ticker:
    """Wakes loops at regular intervals."""

    def __init__(self, wake: EventWake) -> None:
        self._wake = wake
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def every(self, seconds: float, kind: str, key: str = "") -> None:
        self._scheduler.add_job(self._wake.wake, "interval", args=(kind, key), seconds=seconds)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
