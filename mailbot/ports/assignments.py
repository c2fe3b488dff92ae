"""What whoever is given a case hears of others, as one transaction sees it."""

from typing import Protocol

from mailbot.core.assignment import SimilarCase


class AssignmentRows(Protocol):
    """Cases that are like another one."""

    def similar(self, customer: str, service: str, besides: int | None, limit: int) -> tuple[SimilarCase, ...]: ...
