"""A clause: what a policy asks in one of its sentences, and how far it is kept."""

from dataclasses import dataclass
from enum import StrEnum


class ClauseState(StrEnum):
    """How far a clause is kept."""

    KEPT = "kept"
    IN_PART = "kept in part"
    NOT_YET = "not yet kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A sentence of a policy, and what keeps it.

    ``asks``: what it asks, in our words. ``kept_by``: the settings that keep it, such as ``clock:response``; none: not yet
    kept. ``lacks``: what those settings leave undone; something there: kept in part. ``beside``: the statutes and codes that
    ask something of the same kind; ``law:NAME`` is a clock of the law. ``note``: what a reader should know.
    """

    id: str
    asks: str
    kept_by: tuple[str, ...] = ()
    lacks: str = ""
    beside: tuple[str, ...] = ()
    note: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    @property
    def state(self) -> ClauseState:
        if not self.kept_by:
            return ClauseState.NOT_YET
        return ClauseState.IN_PART if self.lacks else ClauseState.KEPT
