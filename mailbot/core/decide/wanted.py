"""What a customer wants, as a case of their own counts it: the class of the message, and what else stands beside it."""

from dataclasses import dataclass

from mailbot.core.action import Note, Reason
from mailbot.core.classify import Classification
from mailbot.core.intents import Several
from mailbot.core.policy import UNSURE, Pack

SEVERAL = "several-intents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The class of a new case, the classes whose clocks it has besides, and what its history says of that."""

    class_: str
    also: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def wanted(classification: Classification, pack: Pack) -> Wanted:
    """As the pack says of several intents: all count, or a person says what it is and the strictest clocks run meanwhile."""
    class_ = classification.class_
    also = pack.intents.beside(class_, classification.also) if class_ != UNSURE else ()
    if not also:
        return Wanted(class_=class_)
    spans = tuple(hit.span for hit in classification.also_evidence if hit.class_ in also)
    note = Note(kind="finding", reason=Reason(SEVERAL, ", ".join((class_, *also)), spans))
    if pack.intents.several is Several.ASK:
        return Wanted(class_=UNSURE, notes=(note,))
    return Wanted(class_=class_, also=also, notes=(note,))
