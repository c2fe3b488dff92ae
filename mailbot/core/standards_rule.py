"""How a pack holds what its staff send to a standard: what ``[standards]`` in a pack says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardsPolicy:
    """``standard``: the file of ``rules/standards`` that holds. Nothing is looked at until the configuration switches it on.

    ``notes``: the person hears of what was found. ``names_to_manager``: a manager's monthly count names people.
    ``sample_share``: the part of what is sent that is looked at, above 0 and up to 1.
    """

    standard: str
    notes: bool = True
    names_to_manager: bool = False
    sample_share: float = 1.0
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
