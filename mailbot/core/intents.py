"""Several intents in one message: a customer who complains and asks for recorded information at once wants both."""

from dataclasses import dataclass
from enum import StrEnum


class Several(StrEnum):
    """What a message brings that wants several things: the clocks of all, or a person who says what it is."""

    BOTH = "both"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """What a pack does with a message that wants more than its class says.

    ``classes``: those that count also beside another class; a message may ask for others besides, and that is only shown.
    ``propose_from``: the share of a text's words (as for ``threshold``) from which a request for recorded information that may
    hide in another message is proposed to a person; 0: never.
    """

    classes: tuple[str, ...] = ()
    several: Several = Several.BOTH
    propose_from: float = 0.0
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def beside(self, class_: str, also: tuple[str, ...]) -> tuple[str, ...]:
        """Those of ``also`` that count beside this class."""
        return tuple(one for one in also if one in self.classes and one != class_)


ONE_INTENT = Intents()
"""What a pack that says nothing of it does: a message wants what its class says."""
