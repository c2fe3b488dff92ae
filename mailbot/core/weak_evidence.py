"""The weak evidence of a message: everything that has a weight for screening and decides nothing alone."""

from collections.abc import Iterator

from mailbot.core.evidence import Evidence, build_evidence, own_words, phrase_evidence
from mailbot.core.field_match import sender_matches, speaking_fields
from mailbot.core.message import Message
from mailbot.core.screening_rules import Scoring


def weak_evidence(message: Message, scoring: Scoring) -> tuple[Evidence, ...]:
    """What fields, author, build and words of a message speak for. It needs the message alone, no table."""
    return tuple(_found(message, scoring))


def _found(message: Message, scoring: Scoring) -> Iterator[Evidence]:
    for rule, evidence in speaking_fields(message, scoring.headers):
        yield Evidence(id=rule.id, verdict=rule.verdict, weight=rule.weight or 0.0, detail=evidence)
    for sender in scoring.senders:
        if sender_matches(sender, message):
            yield Evidence(id=sender.id, verdict=sender.verdict, weight=sender.weight or 0.0, detail="From")
    own = own_words(message)
    yield from build_evidence(message, own, scoring.build)
    yield from phrase_evidence(message, own, scoring.phrases)
