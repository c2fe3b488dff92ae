"""What a customer wants, as a case of their own counts it: the class of the message, and what else stands beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.action import Note
from mailbot.core.case import PROPOSAL
from mailbot.core.classify import Classification
from mailbot.core.information_request import (
    INFORMATION,
    LACKS,
    OWN_INFORMATION,
    InformationRequest,
    Regime,
    RequestRules,
    information_request,
)
from mailbot.core.intents import Several
from mailbot.core.message import Message
from mailbot.core.policy import UNSURE, Pack
from mailbot.core.reason import Reason
from mailbot.core.subclass import refined

SEVERAL = "several-intents"
OF_REGIME = {Regime.FOI: INFORMATION, Regime.EIR: INFORMATION, Regime.SUBJECT_ACCESS: OWN_INFORMATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The class of a new case, the classes whose clocks it has besides, and what its history says of that."""

    class_: str
    also: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def wanted(classification: Classification, request: InformationRequest | None, pack: Pack) -> Wanted:
    """As the pack says of several intents: all count, or a person says what it is and the strictest clocks run meanwhile.

    What is thought of a request for recorded information is only noted, and proposed to a person where it hides.
    """
    class_ = classification.class_
    also = pack.intents.beside(class_, classification.also) if class_ != UNSURE else ()
    notes = list[Note]()
    of = {name: refined(name, classification.flags, pack.subclasses) for name in (class_, *also)}
    for name in (name for name in of if of[name] != name):
        spans = tuple(hit.span for hit in classification.flag_evidence)
        notes.append(Note(kind="finding", reason=Reason("subclass", f"{name} -> {of[name]}", spans)))
    if also:
        spans = tuple(hit.span for hit in classification.also_evidence if hit.class_ in also)
        notes.append(Note(kind="finding", reason=Reason(SEVERAL, ", ".join((class_, *also)), spans)))
    if also and pack.intents.several is Several.ASK:
        class_, also = UNSURE, ()
    class_, also = of.get(class_, class_), tuple(of[name] for name in also)
    if request is not None:
        notes += _about(request, class_, also, classification, pack)
    return Wanted(class_=class_, also=also, notes=tuple(notes))


def request_in(message: Message, classification: Classification, rules: RequestRules, pack: Pack) -> InformationRequest | None:
    """What a message amounts to as a request for recorded information; None if nothing hints at one, or the pack has none."""
    if INFORMATION not in pack.classes:
        return None
    least = pack.intents.propose_from
    hinted = {name for name, share in classification.hinted if least and share >= least}
    named = {classification.class_, classification.best, *classification.also, *hinted}
    if not named & {INFORMATION, OWN_INFORMATION}:
        return None
    return information_request(
        message,
        rules,
        environmental=pack.intents.environmental,
        about_oneself=classification.class_ == OWN_INFORMATION,
        understood=not classification.language,
    )


def _about(
    request: InformationRequest, class_: str, also: tuple[str, ...], classification: Classification, pack: Pack
) -> Iterator[Note]:
    yield Note(kind="finding", reason=Reason("likely-regime", request.regime.value, request.spans))
    for lack in request.lacks:
        yield Note(kind="finding", reason=Reason(LACKS, lack.value))
    proposed = OF_REGIME[request.regime]
    if {proposed, OWN_INFORMATION} & {class_, *also} or proposed not in pack.classes or not pack.intents.propose_from:
        return
    hits = (*classification.evidence, *classification.also_evidence)
    spans = tuple(hit.span for hit in hits if hit.class_ in OF_REGIME.values() and hit.weight > 0)
    instead = class_ in (UNSURE, INFORMATION)
    yield Note(kind=PROPOSAL, reason=Reason("hidden-request", proposed if instead else f"{class_} --also {proposed}", spans))
