"""The weak evidence of a message: everything that has a weight for screening and decides nothing alone."""

from collections.abc import Iterator

from mailbot.core.evidence import Evidence, build_evidence, own_words, phrase_evidence
from mailbot.core.field_match import header_evidence, rules_about, sender_matches
from mailbot.core.message import Message
from mailbot.core.screening_rules import Scoring


def weak_evidence(message: Message, scoring: Scoring) -> tuple[Evidence, ...]:
    """What fields, author, build and words of a message speak for. It needs the message alone, no table."""
    return tuple(_found(message, scoring))


def _found(message: Message, scoring: Scoring) -> Iterator[Evidence]:
    for rule, values in rules_about(message, scoring.headers):
        if evidence := header_evidence(rule, values):
            yield Evidence(id=rule.id, verdict=rule.verdict, weight=rule.weight or 0.0, detail=evidence)
    for sender in scoring.senders:
        if sender_matches(sender, message):
            yield Evidence(id=sender.id, verdict=sender.verdict, weight=sender.weight or 0.0, detail="From")
    own = own_words(message)
    yield from build_evidence(message, own, scoring.build)
    yield from phrase_evidence(message, own, scoring.phrases)
