"""Matching: which case does a message belong to?

In order: In-Reply-To and References to a message we know (RFC 5322 section 3.6.4), then a reference with a right check
digit in the subject. A number alone never opens a case to a stranger: it joins only for a known participant, and an id
joins for a stranger only if it is the unguessable id of a letter that we wrote.
"""

from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.action import Reason
from mailbot.core.message import Message


class Via(StrEnum):
    """What led to a candidate."""

    OUR_LETTER = "our_letter"
    THREAD = "thread"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A case that a message may belong to, and who takes part in it."""

    case_id: int
    reference: str
    version: int
    participants: frozenset[str]
    via: Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The case a message belongs to, or none. ``ambiguous`` names two or more plausible ones; a person decides."""

    candidate: Candidate | None = None
    ambiguous: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


def match(message: Message, candidates: tuple[Candidate, ...], *, by_staff: bool = False) -> Match:
    """Judge the candidates: the strongest way that leads to exactly one case holds.

    ``by_staff``: it lies in the mailbox's own Sent folder, so whoever wrote it may write in every case.
    """
    refused = list[Reason]()
    for via in Via:
        admitted = dict[int, Candidate]()
        for candidate in candidates:
            if candidate.via is not via:
                continue
            if by_staff or via is Via.OUR_LETTER or message.sender in candidate.participants:
                admitted.setdefault(candidate.case_id, candidate)
            else:
                refused.append(Reason("stranger-names-a-case", f"{via.value}: {candidate.reference}"))
        if len(admitted) == 1:
            chosen = next(iter(admitted.values()))
            return Match(candidate=chosen, reasons=(Reason(f"matched-by-{via.value}", chosen.reference),))
        if admitted:
            return Match(ambiguous=tuple(sorted(candidate.reference for candidate in admitted.values())))
    return Match(reasons=tuple(dict.fromkeys(refused)))
