"""What runs once in each period, and which process does it."""

from datetime import datetime
from typing import Protocol


class JobRows(Protocol):
    """Calendar jobs: each runs once per period, whoever asks first."""

    def claim(self, job: str, period: str, at: datetime) -> bool: ...

    def last(self, job: str, before: str) -> datetime | None: ...


class LeaseRows(Protocol):
    """Which process does what, each with a fence that counts its holders."""

    def acquire(self, name: str, holder: str, now: datetime, until: datetime) -> int | None: ...

    def is_held(self, name: str, holder: str, fence: int) -> bool: ...

    def release(self, holder: str, now: datetime) -> None: ...

    def note_trouble(self, name: str, error: str, until: datetime) -> None: ...

    def clear(self) -> None: ...
