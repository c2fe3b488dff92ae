"""What a pack does with what a message wants: several things at once, or recorded information that is asked for in part."""

from dataclasses import dataclass
from enum import StrEnum


class Several(StrEnum):
    """What a message brings that wants several things: the clocks of all, or a person who says what it is."""

    BOTH = "both"
    ASK = "ask"


class AskedWhen(StrEnum):
    """When a customer is asked for what their request lacks: once a person says so, or at once, in place of the receipt."""

    PERSON = "person"
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """How what a request for recorded information lacks is asked for (J12).

    ``letter``: the one letter that does. ``answer_within``: working days in which the customer should answer it (F8).
    """

    letter: str
    answer_within: int
    asks: AskedWhen = AskedWhen.PERSON
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """What a pack does with a message that wants more than its class says.

    ``classes``: those that count also beside another class; a message may ask for others besides, and that is only shown.
    ``propose_from``: the share of a text's words (as for ``threshold``) from which a request for recorded information that may
    hide in another message is proposed to a person; 0: never. ``environmental``: a law of its own gives a right to
    environmental information. ``clarification``: how what a request lacks is asked for; None: a person writes.
    """

    classes: tuple[str, ...] = ()
    several: Several = Several.BOTH
    propose_from: float = 0.0
    environmental: bool = True
    clarification: Clarification | None = None
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def beside(self, class_: str, also: tuple[str, ...]) -> tuple[str, ...]:
        """Those of ``also`` that count beside this class."""
        return tuple(one for one in also if one in self.classes and one != class_)


ONE_INTENT = Intents()
"""What a pack that says nothing of it does: a message wants what its class says."""
