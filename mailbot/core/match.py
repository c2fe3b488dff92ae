"""Matching: which case does a message belong to?

In order: the ids it names, the nearest first, if they are those of letters of ours or of messages of a case (RFC 5322
section 3.6.4); a reference with a right check digit in the subject, then in the text; a reply mark before the subject of a
case in which the same person wrote lately. Only the unguessable id of a letter that we wrote lets a stranger in. Whatever
else a stranger names opens nothing to them: they have a case of their own, and a person is asked. The same holds for all
that bears an address of which our border says that it may be forged: DMARC failed (RFC 7489).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Role
from mailbot.core.lead import Candidate, Clues, Part, Via
from mailbot.core.message import Message
from mailbot.core.reason import Reason
from mailbot.core.reference import find_references, pieces
from mailbot.core.subject import SubjectRules, base_subject

NEAREST_IDS = 50
MOST_TEXT = 200_000
MOST_QUOTED = 5
MOST_COPIED = 20
STRANGER_NAMES, FORGED_NAMES = "stranger-names-a-case", "forged-author-names-a-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The case a message belongs to, or none. ``ambiguous`` and ``named`` are references that a person is asked about.

    ``ambiguous``: two or more plausible cases. ``named``: cases that a stranger named, or one who may have forged the
    author's address: ``named_why``. ``is_stranger``: the author of a message that belongs to a case takes no part in it so far.
    """

    candidate: Candidate | None = None
    ambiguous: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    named_why: str = STRANGER_NAMES
    is_stranger: bool = False
    reasons: tuple[Reason, ...] = ()


def clues(message: Message, prefix: str, subjects: SubjectRules, *, by_staff: bool = False) -> Clues:
    """What a message names. ``by_staff``: it may have gone to those who wrote before, instead of coming from them."""
    marked = base_subject(message.subject, subjects)
    to_whom = [address.key for address in (*message.to, *message.cc)][:MOST_COPIED] if by_staff else []
    named = find_references(prefix, message.subject)
    return Clues(
        ids=tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references))))[:NEAREST_IDS],
        references=named,
        old_references=tuple(sorted(pieces(message.subject))),
        quoted=() if named else _quoted(prefix, message.text),
        writers=tuple(filter(None, (message.sender, *to_whom))),
        about=marked.text,
        is_reply=marked.is_reply,
    )


def parts(message: Message, is_ours: Callable[[str], bool], *, in_sent: bool, is_stranger: bool) -> tuple[Part, ...]:
    """Who takes part in a case by a person's message in it: the author, and whom they copied in. Ours never do.

    From a copy in Sent: those whom staff wrote to. Lists of more than ``MOST_COPIED`` people are left out.
    """
    if not in_sent and (not message.sender or is_ours(message.sender)):
        return ()
    author = () if in_sent else (Part(message.sender, Role.PARTY if is_stranger else Role.CUSTOMER),)
    copied = dict.fromkeys(address.key for address in (*message.to, *message.cc) if not is_ours(address.key))
    others = tuple(Part(key, Role.PARTY) for key in copied if key != message.sender)
    return author if is_stranger or len(others) > MOST_COPIED else (*author, *others)


def _quoted(prefix: str, text: str) -> tuple[str, ...]:
    """The references in a text; none where it has so many that it is a list of cases."""
    if prefix.lower() not in text[:MOST_TEXT].lower():
        return ()
    found = find_references(prefix, text[:MOST_TEXT])
    return found if len(found) <= MOST_QUOTED else ()


def match(
    message: Message,
    ways: Sequence[Sequence[Candidate]],
    since: datetime,
    *,
    by_staff: bool = False,
    is_forged: bool = False,
) -> Match:
    """Judge the candidates, way by way: the first way that admits the author holds, if it leads to exactly one case.

    ``since``: a subject joins only a case with a message since then. ``by_staff``: whoever wrote it answers for us, and may
    write in every case. ``is_forged``: our border found that the author may be somebody else, who is let in nowhere.
    """
    refused = list[Candidate]()
    for way in ways:
        lately = [one for one in way if one.via is not Via.SUBJECT or (one.active_at is not None and one.active_at >= since)]
        admitted = {one.case_id: one for one in lately if by_staff or (_is_admitted(message.sender, one) and not is_forged)}
        refused += [one for one in way if one.case_id not in admitted and one.via is not Via.SUBJECT]
        if len(admitted) == 1:
            (chosen,) = admitted.values()
            stranger = not by_staff and message.sender not in chosen.participants
            reasons = tuple(_reasons(message, chosen, is_stranger=stranger))
            return Match(candidate=chosen, is_stranger=stranger, reasons=reasons)
        if admitted:
            plausible = tuple(sorted(one.reference for one in admitted.values()))
            return Match(ambiguous=plausible, reasons=(Reason("two-plausible-cases", ", ".join(plausible)),))
    named = tuple(dict.fromkeys(one.reference for one in refused))
    rule = FORGED_NAMES if is_forged else STRANGER_NAMES
    found = (Reason(rule, f"{one.via.value}: {one.reference}") for one in refused)
    return Match(named=named, named_why=rule, reasons=tuple(dict.fromkeys(found)))


def _is_admitted(sender: str, candidate: Candidate) -> bool:
    return candidate.via is Via.OUR_LETTER or sender in candidate.participants or sender in candidate.parties


def _reasons(message: Message, chosen: Candidate, *, is_stranger: bool) -> Iterator[Reason]:
    yield Reason(f"matched-by-{chosen.via.value}", chosen.reference)
    if is_stranger and message.sender not in chosen.parties:
        yield Reason("new-to-this-case", chosen.reference)
