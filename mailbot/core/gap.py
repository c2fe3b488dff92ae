"""A gap in what is published: information that could not be found, until somebody says where it is or adds it (N9)."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbot.core.directory import Person

MOST_READ = 20_000
"""Characters of a reply in which an answer is looked for."""
_ADDRESS = r"https?://[^\s<>\"]+\.[^\s<>\"]+"
_ANSWER = re.compile(rf"^\W*(located|added)\b[\s:,-]*(?:at|here)?[\s:,<-]*({_ADDRESS})", re.IGNORECASE | re.MULTILINE)
_CLOSING = ".,;:)>]'"


class GapState(StrEnum):
    """Whether somebody is still looking, and what came of it."""

    OPEN = "open"
    LOCATED = "located"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """``what`` could not be found, in the words of whoever reported it; ``contact`` and ``reporter`` are addresses.

    ``told``: how many mails about it the contact has had. ``url``: where it is now. ``reference``: of the case that showed it.
    """

    number: int
    case_id: int
    reference: str
    what: str
    organisation: str
    contact: str
    reporter: str
    reported_at: datetime
    remind_at: datetime
    told: int = 1
    state: GapState = GapState.OPEN
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReported:
    """Staff could not find something on the pages of an organisation. ``contact``: its web contact today; None: nobody."""

    number: int
    what: str
    organisation: str
    contact: Person | None
    reporter: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class GapClosed:
    """It was found, or was added, at ``url``."""

    gap: Gap
    state: GapState
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReminderDue:
    """Nobody has said anything yet. ``contact``: as of ``GapReported``, today."""

    gap: Gap
    contact: Person | None


def answer_in(text: str) -> tuple[GapState, str] | None:
    """What a reply says became of it: ``located:`` or ``added:`` and an address of the web at the beginning of a line."""
    found = _ANSWER.search(text[:MOST_READ])
    return (GapState(found[1].lower()), found[2].rstrip(_CLOSING)) if found else None


def is_web_address(text: str) -> bool:
    """Whether this is one address of the web, and nothing else."""
    return re.fullmatch(_ADDRESS, text) is not None
