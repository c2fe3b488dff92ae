"""The statistical part: what was learnt of words and of two that follow each other, and what it thinks of a text.

A model belongs to the examples, the rules and the program that it was made from: its version says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.adapters.spacy_model.flags import NO_FLAGS_LEARNT, FlagModel
from mailbot.adapters.spacy_model.table import TermTable, Weights
from mailbot.core.classify import Hit, Opinion

WITHIN_CHANCE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a model did on texts that it had not learnt from: ``expected_calibration_error`` over ten bins of confidence."""

    texts: int
    accuracy: float
    log_loss: float
    expected_calibration_error: float

    def is_no_worse_than(self, other: "Figures") -> bool:
        """Whether as many texts come out right, but for one in two hundred, which is chance."""
        return self.accuracy >= other.accuracy - WITHIN_CHANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A trained model. The score of a class is what the terms of a text weigh for it, plus its ``bias``, plus
    ``rule_weight`` times the weights of its phrases.
    """

    version: str
    classes: tuple[str, ...]
    weights: Weights
    bias: tuple[float, ...]
    rule_weight: float
    figures: Figures
    flags: FlagModel = NO_FLAGS_LEARNT


class Classifier:
    """A model that is ready to be asked. Not for use by several threads at once. Raises ValueError for damaged bytes."""

    def __init__(self, model: Model) -> None:
        self.words = sorted(model.weights.words | model.flags.weights.words)
        self._model = model
        self._table = TermTable(model.weights, model.flags.weights)

    def judge(self, docs: Sequence[Any]) -> list[tuple[Opinion, tuple[Hit, ...]]]:
        """What it thinks of each document: of its class, and the flags that it raises."""
        return [self._judged(*self._table.scores(doc)) for doc in docs]

    def _judged(self, classes: Any, flags: Any) -> tuple[Opinion, tuple[Hit, ...]]:
        model = self._model
        scores = (score + bias for score, bias in zip(classes.tolist(), model.bias, strict=True))
        opinion = Opinion(
            version=model.version, rule_weight=model.rule_weight, scores=tuple(zip(model.classes, scores, strict=True))
        )
        return opinion, tuple(model.flags.raised(flags.tolist()))
