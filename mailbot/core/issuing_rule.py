"""How the letters that staff write leave: by whose leave, what they say of the next stage, and that one leaves."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.letter import Purpose, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of a complaint (F7). ``letter`` ends it, and says that the ``next`` one is with these people."""

    name: str
    letter: str
    next: str
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """How letters of staff leave. ``by_another``: whoever wrote one does not issue it (F6). ``conclusion``: its letter.

    ``officer_letter`` names who investigates; ``on_assignment``: it goes by itself once somebody is assigned (F4), else when
    a person releases it. ``survey_link``: where the questions are that follow a case (F17).
    """

    by_another: bool = True
    officer_letter: str = ""
    on_assignment: bool = True
    conclusion: str = "conclusion"
    survey_link: str = ""
    stages: tuple[Stage, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


NO_ISSUING = Issuing()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterIssued:
    """A letter of staff leaves: ``serves`` says what it does, ``asks`` that the customer is to answer it.

    ``text`` is what somebody wrote; None: the letter as the case fills it in.
    """

    letter: str
    serves: Purpose
    asks: bool
    at: datetime
    text: Written | None = None


@dataclass(frozen=True, slots=True)
class LetterReleased:
    """The letter that names who investigates may go (F4)."""
