"""What the store keeps of the directory of services: each version that said something else than the one before."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from mailbot.core.directory_change import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryVersion:
    """What the directory said from ``at`` on, and how that differs from before, a line each."""

    at: datetime
    facts: tuple[Fact, ...]
    changes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Changes with everything that it says."""
        return sha256("\0".join(f"{fact.about}\0{fact.what}\0{fact.words}" for fact in self.facts).encode()).hexdigest()


class DirectoryRows(Protocol):
    """The versions of the directory."""

    def newest(self) -> DirectoryVersion | None: ...

    def add(self, version: DirectoryVersion) -> None: ...
