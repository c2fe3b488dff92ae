"""What whoever is given a case gets with it: the customer's words and message, what is asked, and cases like it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.calendar import WorkingCalendar
from mailbot.core.enclosure import Enclosure
from mailbot.core.tongue import letter_date

QUOTE = "> "
"""How each line of a customer's words begins in a mail to staff, as mail programs quote (RFC 3676 section 4.5)."""
MOST_QUOTED = 20_000
"""Characters of a customer's message that are quoted; the message itself goes along whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRule:
    """What a pack says of the mail that gives somebody a case.

    ``attach_at_most_mb``: a larger message goes without its attachments. ``similar_at_most``: how many cases like it are named.
    ``undo_minutes``: how long an owner's answer waits before it goes to the customer, where a mailbox passes answers on.
    """

    attach_at_most_mb: int
    similar_at_most: int
    undo_minutes: int
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def __post_init__(self) -> None:
        for key, least in (("attach_at_most_mb", 1), ("similar_at_most", 0), ("undo_minutes", 1)):
            if getattr(self, key) < least:
                raise ValueError(f"assignment.{key}: write a number, {least} or more")

    @property
    def attach_at_most(self) -> int:
        """In bytes."""
        return self.attach_at_most_mb * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCase:
    """An open case of the same customer, or about the same service. ``named``: addresses of those who are spared it (F11)."""

    reference: str
    class_: str
    opened_at: datetime
    same_customer: bool
    owner: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentMaterial:
    """``words`` of the message that opened the case, ``asked`` the sentences of them that ask for something.

    ``references``: the ids of its thread, its own last. ``restricted``: it is about personnel; nothing of it is told.
    """

    words: str = ""
    asked: tuple[str, ...] = ()
    enclosure: Enclosure | None = None
    references: tuple[str, ...] = ()
    similar: tuple[SimilarCase, ...] = ()
    restricted: bool = False

    def similar_for(self, address: str, most: int) -> tuple[SimilarCase, ...]:
        """At most so many of the cases like it, for the person at this address (lower case)."""
        return tuple(one for one in self.similar if address not in one.named)[:most]

    @property
    def quoted(self) -> str:
        """The customer's words, each line marked as a quote."""
        return quoted(self.words)


def quoted(text: str) -> str:
    """Somebody's words, each line marked as a quote; of a long text the beginning."""
    words = text.strip()
    lines = words[:MOST_QUOTED].split("\n") if words else []
    rest = ["[…]"] if len(words) > MOST_QUOTED else []
    return "\n".join(f"{QUOTE}{line}".rstrip() for line in (*lines, *rest))


def similar_lines(cases: Iterable[SimilarCase], words: Mapping[str, str], calendar: WorkingCalendar) -> str:
    """These cases, one a line. ``words``: what classes are called."""
    return "\n".join(f"- {_line(one, words, calendar)}" for one in cases)


def _line(one: SimilarCase, words: Mapping[str, str], calendar: WorkingCalendar) -> str:
    whose = "the same customer" if one.same_customer else "the same service"
    what = words.get(one.class_, "not yet sure")
    with_whom = f", with {one.owner}" if one.owner else ""
    return f"{one.reference}: {what}, from {letter_date(calendar.local_date(one.opened_at))}{with_whom} ({whose})"
