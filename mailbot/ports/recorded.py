"""The words that are recorded of a case, as one transaction sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailbot.core.redaction import HiddenTexts, RecordedText


@dataclass(frozen=True, slots=True)
class RecordedWords:
    """Every text that is recorded of a case, and its customer's name."""

    texts: tuple[RecordedText, ...]
    customer: str


class LimitRows(Protocol):
    """Addresses to which nothing automatic goes for a time."""

    def set(self, address: str, until: datetime, at: datetime) -> None: ...

    def of(self, addresses: Sequence[str], now: datetime) -> dict[str, datetime]: ...

    def open_cases(self, address: str, besides: int) -> tuple[int, ...]: ...


class RecordedRows(Protocol):
    """Texts of cases, and the marks of names in them."""

    def of_case(self, case_id: int) -> RecordedWords: ...

    def hide(self, case_id: int, hidden: HiddenTexts) -> None: ...

    def keep_marks(self, case_id: int, marks: Sequence[str]) -> None: ...
