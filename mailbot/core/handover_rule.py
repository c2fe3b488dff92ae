"""What a pack says of handovers: how long a contact may take, what goes with them, and what becomes of the dates (N2, N6)."""

from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.text import key


class AfterHandover(StrEnum):
    """What becomes of a pack's own dates when a case is handed over: they go on, begin anew that day, or end.

    A date of the law always goes on: a handover inside an authority stops none, and another one's is a person's to judge.
    """

    CARRIED = "carried"
    RESTARTED = "restarted"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRoute:
    """How cases of these classes go to the service ``to`` of the directory: with a letter of their own.

    ``investigated``: only once somebody has the case who looked into it (F10).
    """

    classes: tuple[str, ...]
    to: str
    letter: str
    investigated: bool = False
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPolicy:
    """``take_within_hours``: office hours in which a contact takes what was handed to them, then each step of the reminders.

    ``attach_at_most_mb``: a larger message goes without its attachments, and both are told. ``inside``, ``another``: what
    becomes of dates within the organisation or with a partner that is one with it, and with another organisation (N6).
    ``after_notice_hours``: office hours that a customer has from the letter with the notice until a rule passes their case on
    to another organisation. ``person_decides_in``, ``person_decides_with``: classes and flags of cases that no rule hands
    over. ``route``: ways of their own for some classes to some services, the first that fits.
    """

    take_within_hours: int
    attach_at_most_mb: int
    inside: AfterHandover
    another: AfterHandover
    after_notice_hours: int
    person_decides_in: tuple[str, ...] = ()
    person_decides_with: tuple[str, ...] = ()
    route: tuple[HandoverRoute, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def __post_init__(self) -> None:
        if self.take_within_hours < 1:
            raise ValueError("handover.take_within_hours: write a number of office hours, 1 or more")
        if self.attach_at_most_mb < 1:
            raise ValueError("handover.attach_at_most_mb: write a number of megabytes, 1 or more")
        if self.after_notice_hours < 1:
            raise ValueError("handover.after_notice_hours: write a number of office hours, 1 or more")

    def route_for(self, class_: str, service: str) -> HandoverRoute | None:
        """The way of its own that a case of this class has to a service, or None."""
        return next((one for one in self.route if class_ in one.classes and key(one.to) == key(service)), None)

    @property
    def attach_at_most(self) -> int:
        """In bytes."""
        return self.attach_at_most_mb * 1_000_000
