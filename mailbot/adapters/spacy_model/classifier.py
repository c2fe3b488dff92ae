"""The statistical part: what was learnt of words and of two that follow each other, and what it thinks of a text.

A model belongs to the examples, the rules and the program that it was made from: its version says which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailbot.adapters.spacy_model.flags import NO_FLAGS_LEARNT, FlagModel
from mailbot.adapters.spacy_model.regression import one_of_all
from mailbot.adapters.spacy_model.table import NO_WEIGHTS, TermTable, Weights
from mailbot.core.classify import Hit, Opinion

WITHIN_CHANCE = 0.005
STRIDE, STRIDES = 8, 3
PART = STRIDE * STRIDES
"""How many words a part of a text has; the next one begins a stride further on."""
LEAST_IN_PART = 0.5
"""A part is of a class only from this share on."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a text, from word to word, to which the classifier gives the largest share of a class."""

    class_: str
    share: float
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a classifier thinks of a text: of its class, the flags that it raises, and of which class its parts are."""

    opinion: Opinion
    raised: tuple[Hit, ...]
    parts: tuple[Part, ...]


class Classifier:
    """A model that is ready to be asked. Not for use by several threads at once. Raises ValueError for damaged bytes."""

    def __init__(self, model: Model) -> None:
        import numpy as np

        self.words = sorted(model.weights.words | model.flags.weights.words)
        self._table = TermTable(model.weights, model.flags.weights)
        self._model = replace(model, weights=NO_WEIGHTS, flags=replace(model.flags, weights=NO_WEIGHTS))  # the table has them
        self._bias = np.array(model.bias)

    def judge(self, texts: Sequence[Any]) -> list[Thought]:
        """What it thinks of each text (numbers of its words)."""
        return list(map(self._judged, self._table.rows_of(texts)))

    def _judged(self, rows: tuple[Any, Any]) -> Thought:
        model = self._model
        classes, flags = self._table.scores(rows)
        scores = (score + bias for score, bias in zip(classes.tolist(), model.bias, strict=True))
        opinion = Opinion(
            version=model.version, rule_weight=model.rule_weight, scores=tuple(zip(model.classes, scores, strict=True))
        )
        return Thought(opinion=opinion, raised=tuple(model.flags.raised(flags.tolist())), parts=tuple(self._parts(rows)))

    def _parts(self, rows: tuple[Any, Any]) -> Iterator[Part]:
        """Of each class the part with the largest share, if that is half or more and the text has several parts."""
        words = len(rows[0])
        if words <= PART:
            return
        shares = one_of_all(self._table.scores_of_parts(rows, STRIDE, STRIDES) + self._bias)
        most = shares.argmax(axis=0).tolist()
        for at, (class_, part) in enumerate(zip(self._model.classes, most, strict=True)):
            share = float(shares[part, at])
            if share >= LEAST_IN_PART:
                first = part * STRIDE
                yield Part(class_=class_, share=share, first=first, end=min(first + PART, words))
