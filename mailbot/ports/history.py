"""The history of a case, one event after the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailbot.core.action import LearnClass
from mailbot.core.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of a case's history. ``detail`` never holds a customer's words; ``spans`` point to them."""

    at: datetime
    actor: str
    kind: str
    reason: Reason
    pack_version: str = ""
    case_id: int | None = None
    message_row: int | None = None


class CorrectionRows(Protocol):
    """What people say the class of a case is."""

    def add(self, action: LearnClass, actor: str, at: datetime) -> None: ...
