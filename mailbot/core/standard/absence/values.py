"""Values: what a standard asks of an absence reply, and what was found in one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AbsenceRule(StrEnum):
    """What a standard may ask of an absence reply."""

    CONTACT = "contact"  # somebody else to turn to
    RETURN_DATE = "return_date"  # in the future, and plausible
    REASON = "reason"  # none of those that are not given
    ABSENCE_WORDING = "wording"


class NoteKind(StrEnum):
    """What an automatic reply says: that its writer is away, or something that only looks like it."""

    AWAY = "away"
    ONE_DAY = "one_day"  # for a working day at most
    CLOSED = "closed"  # a whole office is shut
    LEFT = "left"  # nobody comes back to the address
    PATTERN = "pattern"  # the days on which its writer works
    UNMONITORED = "unmonitored"
    NO_ABSENCE = "no_absence"


class ContactKind(StrEnum):
    """How whoever is named can be reached. ``NAME``: it is not said; ``PAGE``: by a web page."""

    ADDRESS = "address"
    PHONE = "phone"
    PAGE = "page"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceStandard:
    """The rules for absence replies with the clause of each. ``longest``: a longer absence, in days, is taken for a slip.

    ``time_zone``: where the days of a message are counted if no installation says it.
    """

    rules: Mapping[AbsenceRule, str] = field(hash=False)
    longest: int
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absentee:
    """Who is away: name, addresses in lower case, telephone numbers as digits; what is not known is empty."""

    name: str = ""
    addresses: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedContact:
    """Somebody else to turn to: an address in lower case, a number as it was written, a page, or a name.

    ``known``: whether the directory has it; None where there is no directory.
    """

    kind: ContactKind
    value: str
    known: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Addresses in lower case, telephone numbers as digits and names in lower case that the directory has."""

    addresses: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
