"""What the store keeps of the absences that automatic replies told of."""

from datetime import date, datetime
from typing import Protocol

from mailbot.core.presence import SeenAbsence


class AbsenceRows(Protocol):
    """Absences that automatic replies told of, and what could have brought one."""

    def add(self, seen: SeenAbsence) -> None: ...

    def newest(self, person: str, digest: str) -> SeenAbsence | None: ...

    def on(self, day: date) -> tuple[SeenAbsence, ...]: ...

    def end(self, person: str, day: date) -> int: ...

    def answered_ours(self, domain: str) -> bool: ...

    def reached(self, address: str, since: datetime, until: datetime) -> bool: ...

    def heard_from(self, address: str, since: datetime, until: datetime) -> bool: ...
