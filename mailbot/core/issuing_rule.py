"""How the letters that staff write leave: by whose leave, and what they say of the next stage."""

from dataclasses import dataclass


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
