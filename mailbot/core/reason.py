"""Why something is decided, as the history keeps it."""

from dataclasses import dataclass

from mailbot.core.message import Span


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the rule's id, its evidence (header names or tokens, never a customer's words) and where it points."""

    rule: str
    detail: str = ""
    spans: tuple[Span, ...] = ()
