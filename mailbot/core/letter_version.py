"""Versions of letters that admins write: a history to which is only ever added."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbot.core.letter import LetterSource

SHIPPED = 0
"""The number of the letter as its files have it."""


class VersionState(StrEnum):
    """Whether a version was published, or waits as a draft. The newest published one is in force."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterVersion:
    """One version of a letter. ``source`` is None where the letter goes back to its files.

    ``number`` counts from 1 for each letter, ``based_on`` is the version in force that its author had before them.
    """

    name: str
    number: int
    state: VersionState
    author: str
    at: datetime
    note: str
    based_on: int
    source: LetterSource | None
