"""What is known about a message when it is decided about."""

from dataclasses import dataclass, field

from mailbot.core.assignment import AssignmentMaterial
from mailbot.core.classify import Classification
from mailbot.core.enclosure import File
from mailbot.core.gap import Gap
from mailbot.core.handover import HandoverMaterial
from mailbot.core.information_request import InformationRequest, Lack
from mailbot.core.match import Match
from mailbot.core.owner_reply import OwnerReply
from mailbot.core.redaction import HiddenTexts
from mailbot.core.reply import ReplyKind
from mailbot.core.route import NOWHERE, Route
from mailbot.core.screen import History, Screening, SentBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the steps found out about a message, and what had been sent before.

    ``holding``: a reply of staff that says that the answer is still to come. ``reply``: what a customer's reply amounts to;
    ``before``: letters within a day, which caps what staff are told. ``request``: what the message amounts to as a request for
    recorded information, if it may be one; ``lacks_still``: what it leaves out of the things that its customer was asked for.
    ``route``: the services that it speaks of, and the people of ours whom it names.
    ``handed_over``: its case was handed to somebody; ``proven``: our border vouches for the address that it comes from;
    ``material``: what goes with another handover, where somebody may be away. ``assigning``: what whoever gets a new case is
    told of it. ``added``: what a customer writes again in a case that was handed over, for whoever has it.
    ``gap``: what whoever wrote it was asked for in this case, if it is missing from their pages (N9).
    ``pictures``: those in its text, where whoever a case was handed to wrote it. ``replied``: it answers a mail of ours to a
    colleague. ``hidden``: what was recorded of its case, if names are to be hidden.
    """

    screening: Screening
    match: Match
    classification: Classification
    history: History = field(default_factory=History)
    holding: bool = False
    reply: ReplyKind = ReplyKind.ORDINARY
    before: SentBefore = field(default_factory=SentBefore)
    request: InformationRequest | None = None
    lacks_still: tuple[Lack, ...] = ()
    route: Route = NOWHERE
    handed_over: bool = False
    proven: bool = False
    material: HandoverMaterial | None = None
    assigning: AssignmentMaterial | None = None
    added: AssignmentMaterial | None = None
    gap: Gap | None = None
    replied: OwnerReply | None = None
    pictures: tuple[File, ...] = ()
    hidden: HiddenTexts = field(default_factory=HiddenTexts)
