"""Values: what a member of staff sent, line by line, each with the font in which it is shown."""

from dataclasses import dataclass
from typing import NamedTuple

from mailbot.core.message import Message

UNKNOWN = -1.0
"""A size that depends on what only the reader's window knows."""


class Run(NamedTuple):
    """A text in one font: the first family of its list in lower case, and the size in CSS pixels (10 pt are 13.33 px)."""

    text: str
    family: str
    pixels: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as its reader sees it. ``links``: addresses and numbers that it leads to (``mailto:``, ``tel:``).

    ``images``: pictures large enough to hold words; ``alt``: what is written for who does not see them. ``marked``: the
    mail program says that it belongs to the signature. ``unread``: the page goes deeper here than is looked at.
    """

    text: str
    runs: tuple[Run, ...] = ()
    quoted: bool = False
    images: int = 0
    alt: str = ""
    links: tuple[str, ...] = ()
    marked: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StyledText:
    """The lines of a page; ``why_not`` says why there are none, if it was too large to be read.

    ``converted``: a mail server made the page out of plain text, so that its fonts are nobody's choice.
    """

    lines: tuple[Line, ...] = ()
    why_not: str = ""
    converted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMail:
    """A message of a member of staff. ``styled``: its lines have fonts; plain text has none."""

    message: Message
    lines: tuple[Line, ...]
    styled: bool = False
    why_not: str = ""
