"""Recounting: open clocks in bulk, and the dates that moved because a calendar or a pack's clock changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mailbot.core.decide.recounting import MovedClocks, OpenClock, Planned
from mailbot.ports.history import Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A letter that went and stated a date. ``letter`` is empty and ``at`` None for a date that an older system had told."""

    recipient: str
    letter: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDate:
    """A date that is another one now, and who had been told the old one."""

    mailbox: str
    reference: str
    clock: str
    law: str
    old_on: date
    new_on: date
    told: tuple[Told, ...]


class RecountRows(Protocol):
    """Running clocks of open cases, many at a time."""

    def next_cases(self, mailbox: str, after: int, limit: int) -> int | None: ...

    def open_clocks(self, mailbox: str, after: int, until: int, *, lock: bool) -> list[OpenClock]: ...

    def planned(self, clock_ids: Sequence[int]) -> Mapping[int, Planned]: ...

    def told(self, case_ids: Sequence[int]) -> Mapping[tuple[int, date], tuple[Told, ...]]: ...

    def move(self, moved: MovedClocks, happened: Happened) -> None: ...

    def moved_since(self, mailbox: str, since: datetime | None) -> int: ...

    def basis(self, mailbox: str) -> str | None: ...

    def note_basis(self, mailbox: str, basis: str) -> None: ...
