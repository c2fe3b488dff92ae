"""Classification: what does the customer want? Judges the phrase hits that an adapter found, and says when unsure.

By rules alone the score of a class is the sum of the weights of its phrases that occur, each once. The confidence of the
best class is its share in exp(score) over all classes, a class without hits counting as exp(0): one weak hint never makes
certain. A classifier that has learnt from examples adds its own score to each class; how much each of the two counts was
fitted on texts that it had not learnt from, so that the share is a probability.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp

from mailbot.core.message import Span
from mailbot.core.policy import UNSURE, ClassPolicy

BY_MODEL = "model"
"""The rule that the classifier's part in the evidence bears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What in a message speaks for or against a class or flag, ``class_``. ``rule``: its name, and our phrase or rule.

    ``language``: what the text is in (ISO 639-1), where that is what speaks. ``asks``: it asks for the class, also
    beside another, where the classifier gives it at least this share.
    """

    class_: str
    rule: str
    weight: float
    span: Span
    language: str = ""
    asks: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the classifier of this ``version`` thinks of a text: a score for each class, and how much rules count beside it."""

    version: str
    rule_weight: float
    scores: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """``class_`` is what is acted on (or ``unsure``), ``best`` the top class whatever its confidence, which is its share alone.

    ``evidence`` holds the hits that spoke for or against ``best``; ``also`` other classes that it asks for besides,
    ``hinted`` every other class that anything speaks for, with the share it would have if nothing spoke for another, and
    ``also_evidence`` what speaks for these;
    ``flags`` marks such as emergency, and ``flag_evidence`` what raised them (``core.flag``); ``rules_version`` the digest of
    the rule files.
    """

    class_: str
    best: str
    confidence: float
    also: tuple[str, ...] = ()
    hinted: tuple[tuple[str, float], ...] = ()
    also_evidence: tuple[Hit, ...] = ()
    flags: tuple[str, ...] = ()
    flag_evidence: tuple[Hit, ...] = ()
    evidence: tuple[Hit, ...] = ()
    rules_version: str = ""

    @property
    def language(self) -> str:
        """The language other than ours that raised a flag, with its confidence in the evidence; empty without one."""
        return next((hit.language for hit in self.flag_evidence if hit.language), "")


def classify(
    hits: tuple[Hit, ...], classes: Mapping[str, ClassPolicy], rules_version: str, opinion: Opinion | None = None
) -> Classification:
    """Judge the hits of one message, and what the classifier thinks of it, if there is one. ``classes``: those in use."""
    counted = {(hit.class_, hit.rule): hit for hit in reversed(hits) if hit.class_ in classes}
    spoken = dict.fromkeys(classes, 0.0)
    for hit in counted.values():
        spoken[hit.class_] += hit.weight
    scores = spoken if opinion is None else _blended(spoken, opinion)
    best = max(scores, key=lambda name: scores[name])
    floor = 0.0 if opinion is None else float("-inf")
    confidence = _share(best, scores, floor)
    is_known = opinion is not None or scores[best] > 0
    least = classes[best].threshold if opinion is None else _least(classes[best], by_rule=spoken[best] > 0)
    hinted = {name: _alone(spoken[name], classes) for name in classes if name != best and spoken[name] > 0}
    also = tuple(_asked_for(counted.values(), [name for name in classes if name != best and spoken[name] >= 0], opinion))
    beside = sum(_share(name, scores, floor) for name in also)  # what is asked for too does not speak against the best
    evidence = [hit for hit in counted.values() if hit.class_ == best and hit.weight]
    return Classification(
        class_=best if is_known and confidence + beside >= least else UNSURE,
        best=best if is_known else UNSURE,
        confidence=round(confidence, 3),
        also=also,
        hinted=tuple(hinted.items()),
        also_evidence=tuple(hit for hit in counted.values() if hit.class_ != best and _is_for(hit, hinted, also)),
        evidence=(*_thought(best, opinion, spoken), *sorted(evidence, key=lambda hit: hit.span.start)),
        rules_version=rules_version if opinion is None else f"{rules_version}+{opinion.version}",
    )


def _is_for(hit: Hit, hinted: Container[str], also: Container[str]) -> bool:
    return (hit.weight > 0 and hit.class_ in hinted) or (hit.asks is not None and hit.class_ in also)


def _asked_for(hits: Iterable[Hit], names: Iterable[str], opinion: Opinion | None) -> Iterator[str]:
    """Those of these classes that a rule says are asked for, unless the classifier sees too little of them."""
    thought = dict(opinion.scores) if opinion else {}
    asked = defaultdict[str, list[float]](list)
    for hit in hits:
        if hit.asks is not None:
            asked[hit.class_].append(hit.asks)
    for name in names:
        if name in asked and min(asked[name]) <= (_share(name, thought, float("-inf")) if name in thought else 1.0):
            yield name


def _least(policy: ClassPolicy, *, by_rule: bool) -> float:
    """The confidence from which the classifier's class is acted on: higher, if the pack says so, where no phrase is for it."""
    return policy.threshold_learnt if by_rule else max(policy.threshold_learnt, policy.threshold_alone)


def _blended(spoken: Mapping[str, float], opinion: Opinion) -> dict[str, float]:
    """Rules and classifier together; a class that the classifier does not know begins at the mean of those that it knows."""
    thought = dict(opinion.scores)
    mean = sum(thought.values()) / len(thought)
    return {name: opinion.rule_weight * score + thought.get(name, mean) for name, score in spoken.items()}


def _share(name: str, scores: Mapping[str, float], floor: float) -> float:
    """The share of a class in exp(score) over all; no score counts as less than ``floor``."""
    top = max(*scores.values(), floor)
    return exp(max(scores[name], floor) - top) / sum(exp(max(score, floor) - top) for score in scores.values())


def _alone(score: float, classes: Mapping[str, ClassPolicy]) -> float:
    """The share that a class has by its rules if nothing speaks for another: from its threshold on it is plainly asked for."""
    alone = exp(score)
    return alone / (alone + len(classes) - 1)


def _thought(best: str, opinion: Opinion | None, spoken: Mapping[str, float]) -> Iterator[Hit]:
    """What the classifier adds to the best class above the mean of all: it has no place in the text."""
    thought = [score for name, score in opinion.scores if name in spoken] if opinion else []
    own = dict(opinion.scores).get(best) if opinion else None
    if own is not None:
        yield Hit(class_=best, rule=BY_MODEL, weight=round(own - sum(thought) / len(thought), 1), span=Span(0, 0))
