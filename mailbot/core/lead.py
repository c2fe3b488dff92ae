"""Leads: what a message names, and the cases that the names lead to. ``core.match`` judges them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailbot.core.case import Role


class Via(StrEnum):
    """What led to a candidate."""

    OUR_LETTER = "our_letter"
    THREAD = "thread"
    REFERENCE = "reference"
    QUOTED_REFERENCE = "quoted_reference"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a message names. ``ids``: the nearest first. ``old_references``: what could be one of the system before.

    ``about``: its base subject. ``writers``: who wrote about that before, if anybody. ``is_reply``: a mail program marked
    it as a reply; without that, two messages about "Bins" are two matters.
    """

    ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    old_references: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    about: str = ""
    is_reply: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A case that a message may belong to.

    ``participants`` wrote as its customers. ``parties`` were copied in, or wrote by the id of a letter of ours: they may
    name the case, but an answer to them alone answers nobody. ``active_at``: of its newest message.
    """

    case_id: int
    reference: str
    participants: frozenset[str]
    via: Via
    parties: frozenset[str] = frozenset()
    active_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody takes part in a case: by an address in the form used for comparison, in a role."""

    address: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """A case that something may lead to: its reference, and who takes part in it in which role."""

    reference: str
    participants: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()

    def joined_by(self, parts: Iterable[Part]) -> "KnownCase":
        """The case with these people in it too. Whoever takes part already keeps their role."""
        new = [part for part in parts if part.address not in self.participants | self.parties]
        return KnownCase(
            reference=self.reference,
            participants=self.participants | {part.address for part in new if part.role is Role.CUSTOMER},
            parties=self.parties | {part.address for part in new if part.role is Role.PARTY},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A message that was filed in a case: who takes part by it, and what it is about."""

    case_id: int
    reference: str
    message_id: str
    about: str
    parts: tuple[Part, ...]
    at: datetime


@dataclass(slots=True, kw_only=True)
class Leads:
    """What is known about the names of a batch of messages. It grows while they are decided about, one after the other.

    ``ids``: (case, way) by Message-ID; an id that several messages have may lead to several cases. ``references``: the
    case by reference. ``subjects``: cases by (author, base subject). ``active_at``: the newest message of a case.
    """

    ids: dict[str, dict[int, Via]] = field(default_factory=dict)
    references: dict[str, int] = field(default_factory=dict)
    subjects: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    cases: dict[int, KnownCase] = field(default_factory=dict)
    active_at: dict[int, datetime] = field(default_factory=dict)

    def ways(self, clues: Clues) -> list[list[Candidate]]:
        """The candidates of one message, the strongest way first; each id is a way of its own."""
        by_id = [list(self.ids.get(id_, {}).items()) for id_ in clues.ids]
        named = [(case_id, Via.REFERENCE) for case_id in self._named((*clues.references, *clues.old_references))]
        quoted = [(case_id, Via.QUOTED_REFERENCE) for case_id in self._named(clues.quoted)]
        asked = [(writer, clues.about) for writer in clues.writers] if clues.is_reply and clues.about else []
        about = dict.fromkeys(each for one in asked for each in self.subjects.get(one, ()))
        ways = [*by_id, named, quoted, [(case_id, Via.SUBJECT) for case_id in about]]
        return [[self._candidate(case_id, via) for case_id, via in way] for way in ways if way]

    def learn(self, filed: Filed) -> None:
        """A message was filed in a case, which may be new."""
        before = self.cases.get(filed.case_id, KnownCase(reference=filed.reference))
        self.cases[filed.case_id] = before.joined_by(filed.parts)
        self.references[filed.reference] = filed.case_id
        self.active_at[filed.case_id] = max(filed.at, self.active_at.get(filed.case_id, filed.at))
        if filed.message_id:
            self.ids.setdefault(filed.message_id, {}).setdefault(filed.case_id, Via.THREAD)
        for writer in (part.address for part in filed.parts if part.role is Role.CUSTOMER):
            about = self.subjects.setdefault((writer, filed.about), [])
            about += [] if filed.case_id in about else [filed.case_id]

    def _named(self, references: tuple[str, ...]) -> list[int]:
        return list(dict.fromkeys(self.references[each] for each in references if each in self.references))

    def _candidate(self, case_id: int, via: Via) -> Candidate:
        known = self.cases[case_id]
        return Candidate(
            case_id=case_id,
            reference=known.reference,
            participants=known.participants,
            parties=known.parties,
            via=via,
            active_at=self.active_at.get(case_id),
        )
