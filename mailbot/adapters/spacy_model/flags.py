"""What was learnt of flags: a weight of each word for each flag, how likely that makes it, and when it is raised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from mailbot.adapters.spacy_model.table import NO_WEIGHTS, Weights
from mailbot.core.classify import Hit
from mailbot.core.flag import RAISED_FROM
from mailbot.core.message import Span

NEVER = 2.0
"""A probability that no text reaches: the flag is left to its rules."""
_MOST = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFigures:
    """One flag on texts that were not learnt from: how many bear it, and how right the rules are alone and with the model."""

    flag: str
    texts: int
    rules_precision: float
    rules_recall: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagModel:
    """What was learnt: the score of a flag is what the words of a text weigh for it, plus its ``bias``.

    Its probability is the logistic function of that; it is raised from the probability ``raised_from`` on.
    """

    names: tuple[str, ...] = ()
    weights: Weights = NO_WEIGHTS
    bias: tuple[float, ...] = ()
    raised_from: tuple[float, ...] = ()
    figures: tuple[FlagFigures, ...] = ()

    def raised(self, scores: Sequence[float]) -> Iterator[Hit]:
        """The flags that these scores raise, each with its probability. What is learnt has no place in the text."""
        for name, bias, least, each in zip(self.names, self.bias, self.raised_from, scores, strict=True):
            probability = 1 / (1 + exp(-max(min(each + bias, _MOST), -_MOST)))
            if probability >= least:
                why = f"{name}: learnt from examples, probability {probability:.2f}"
                yield Hit(class_=name, rule=why, weight=RAISED_FROM, span=Span(0, 0))


NO_FLAGS_LEARNT = FlagModel()
"""Of whoever has learnt of no flag: the rules alone raise them."""
