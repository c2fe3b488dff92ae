"""What a pack says of routes: when a service is sure, to whom what goes, and which receipts carry pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SERVICE_FOUND = "service"
"""Where a rule sends to the contact of the service that was found."""


class HandOver(StrEnum):
    """Whose services a rule hands cases over to, without a person: nobody's, those of partners, or those of other teams too."""

    NO = "no"
    PARTNERS = "partners"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """Where messages of these classes or flags go; no classes named means all of them, no flags: whatever flags there are.

    ``to``: ``service`` for the contact of the service found in the text; anything else is the name of a team, whose manager
    has it. ``hand_over``: where the service found is surely one of these, the customer gets the letter of a handover with the
    contact copied in (N2, N6).
    """

    to: str
    classes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    hand_over: HandOver = HandOver.NO
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def fits(self, class_: str, flags: Iterable[str]) -> bool:
        """Whether it holds for a message of this class with these flags."""
        return (not self.classes or class_ in self.classes) and (not self.flags or bool({*self.flags} & {*flags}))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """What a pack does with the services that a message speaks of.

    A service is sure from the score ``sure_from`` on, if it also has ``lead`` times the score of the next best; a person
    decides about others. ``rules``: the first that fits says to whom it goes; without one it stays with the mailbox's team.
    ``pages_for``: classes whose receipt names up to three pages (N1, N5). ``spare_named_in``, ``spare_named_with``: classes and
    flags of messages in which whoever of staff is named is spared the case: neither owner nor told (F11).
    """

    sure_from: float = 0.0
    lead: float = 1.0
    rules: tuple[RouteRule, ...] = ()
    pages_for: tuple[str, ...] = ()
    spare_named_in: tuple[str, ...] = ()
    spare_named_with: tuple[str, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def rule_for(self, class_: str, flags: Iterable[str]) -> RouteRule | None:
        """The first rule that fits."""
        return next((rule for rule in self.rules if rule.fits(class_, flags)), None)

    @property
    def hands_over(self) -> bool:
        """Whether any rule hands a case over without a person."""
        return any(rule.hand_over is not HandOver.NO for rule in self.rules)


NO_ROUTES = RoutePolicy()
"""What a pack that says nothing of it does: everything stays with the mailbox's team."""
