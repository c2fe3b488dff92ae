"""What whoever is given a case hears of others, and what becomes of their answer, as one transaction sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailbot.core.assignment import SimilarCase
from mailbot.core.letter import OutboxLetter
from mailbot.core.owner_reply import StaffLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer of a colleague as it is kept. ``by`` and ``content`` are empty where it was not by mail."""

    at: datetime
    by: str
    content: bytes


class AssignmentRows(Protocol):
    """Cases that are like another one, and answers of owners."""

    def similar(self, customer: str, service: str, besides: int | None, limit: int) -> tuple[SimilarCase, ...]: ...

    def replied_to(self, message_ids: Sequence[str]) -> tuple[StaffLetter, bytes] | None: ...

    def waiting_answers(self, case_id: int, message_row: int | None = None) -> tuple[OutboxLetter, ...]: ...

    def earlier_answer(self, case_id: int, since: datetime, besides: str) -> KeptAnswer | None: ...
