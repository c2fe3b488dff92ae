"""Classification: what does the customer want? Judges the phrase hits that an adapter found, and says when unsure.

The score of a class is the sum of the weights of its phrases that occur, each once. The confidence of the best class is
its share in exp(score) over all classes, a class without hits counting as exp(0): one weak hint never makes certain.
"""

from dataclasses import dataclass
from math import exp

from mailbot.core.message import Span
from mailbot.core.policy import UNSURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What in a message speaks for or against a class or flag, ``class_``. ``rule``: its name, and our phrase or rule."""

    class_: str
    rule: str
    weight: float
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """``class_`` is what is acted on (or ``unsure``), ``best`` the top class whatever its confidence.

    ``evidence`` holds the hits that spoke for or against ``best``; ``also`` other classes the text plainly asks for;
    ``flags`` marks such as emergency, and ``flag_evidence`` what raised them (``core.flag``); ``rules_version`` the digest of
    the rule files.
    """

    class_: str
    best: str
    confidence: float
    also: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    flag_evidence: tuple[Hit, ...] = ()
    evidence: tuple[Hit, ...] = ()
    rules_version: str = ""


def classify(hits: tuple[Hit, ...], thresholds: dict[str, float], rules_version: str) -> Classification:
    """Judge the hits of one message. ``thresholds`` gives every class in use the confidence from which it is acted on."""
    scores = dict.fromkeys(thresholds, 0.0)
    counted = {(hit.class_, hit.rule): hit for hit in reversed(hits) if hit.class_ in scores}
    for hit in counted.values():
        scores[hit.class_] += hit.weight
    total = sum(exp(max(score, 0.0)) for score in scores.values())
    best = max(scores, key=lambda name: scores[name])
    confidence = exp(max(scores[best], 0.0)) / total if total else 0.0
    shares = {name: exp(max(score, 0.0)) / (exp(max(score, 0.0)) + len(scores) - 1) for name, score in scores.items()}
    return Classification(
        class_=best if scores[best] > 0 and confidence >= thresholds[best] else UNSURE,
        best=best if scores[best] > 0 else UNSURE,
        confidence=round(confidence, 3),
        also=tuple(name for name in scores if name != best and shares[name] >= thresholds[name]),
        evidence=tuple(sorted((hit for hit in counted.values() if hit.class_ == best), key=lambda hit: hit.span.start)),
        rules_version=rules_version,
    )
