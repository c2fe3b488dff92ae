"""What the store keeps of the mail of staff that is held against a standard."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailbot.core.staff_count import MonthTotals
from mailbot.core.staff_finding import JudgedMail, KeptFinding, StaffFinding, StaffMailKind, Waiver
from mailbot.core.standard.mail import StaffMail


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingStaffMail:
    """A message that waits to be judged. ``content``: its bytes; empty once they were erased."""

    id: int
    mailbox: str
    message_row: int
    kind: StaffMailKind
    content: bytes
    at: datetime


class StandardRows(Protocol):
    """Messages of staff, what was found in them, and what somebody is spared."""

    def wait(self, message_row: int, mailbox: str, kind: StaffMailKind, at: datetime) -> None: ...

    def waiting(self, limit: int) -> list[WaitingStaffMail]: ...

    def settle(self, mail: WaitingStaffMail, judged: JudgedMail, at: datetime) -> None: ...

    def find(self, found: StaffFinding, name: str, at: datetime, message_row: int | None = None) -> None: ...

    def untold(self, before: datetime, months: Collection[str]) -> list[KeptFinding]: ...

    def told(self, people: Collection[str]) -> frozenset[tuple[str, str, str]]: ...

    def tell(self, findings: Collection[int], at: datetime) -> None: ...

    def totals(self, month: str) -> MonthTotals: ...

    def waive(self, waiver: Waiver) -> bool: ...

    def end_waiver(self, person: str, rule: str, actor: str, at: datetime) -> bool: ...

    def forget(self, person: str) -> int: ...

    def waived(self, people: Collection[str]) -> frozenset[tuple[str, str]]: ...


class StaffMails(Protocol):
    """Reads what a member of staff sent, line by line, each with its font."""

    def read(self, contents: Sequence[bytes]) -> list[StaffMail]:
        """Never raises; ``why_not`` says why a page was not read."""
