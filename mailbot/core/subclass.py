"""Sub-classes: what a message of one class is besides, by the flags it bears, with dates, letters and routes of its own.

A complaint about social care is a complaint, and goes its own way (O5). Sub-classes are not looked for in texts: whatever finds
classes, and learns from them, knows only the class that they are of.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subclass:
    """``name`` is a class of the pack: what of the class ``of`` bears one of ``flags`` and none of ``unless``."""

    name: str
    of: str
    flags: tuple[str, ...]
    unless: tuple[str, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def fits(self, class_: str, flags: Collection[str]) -> bool:
        """Whether a message of this class with these flags is one."""
        return class_ == self.of and bool({*self.flags} & {*flags}) and not {*self.unless} & {*flags}


def refined(class_: str, flags: Collection[str], subclasses: Iterable[Subclass]) -> str:
    """The first sub-class that fits, or the class itself."""
    return next((one.name for one in subclasses if one.fits(class_, flags)), class_)


def parent_of(class_: str, subclasses: Iterable[Subclass]) -> str:
    """The class that a sub-class is of; any other class itself."""
    return next((one.of for one in subclasses if one.name == class_), class_)
