"""The statistical part: spaCy's bag of words, as a file that can be kept, and what it thinks of a text.

A model belongs to the examples, the rules and the program that it was made from: its version says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from mailbot.adapters.spacy_model.flags import NO_FLAGS_LEARNT, FlagModel
from mailbot.adapters.spacy_model.table import WordTable, numbers_of
from mailbot.core.classify import Hit, Opinion

SIZE = 2**15
LEAST = 1e-6
_LEAST_LOG = log(LEAST)
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
    """A trained model. ``content``: spaCy's own bytes; ``words``: those it knows; the rest blends it with the rules.

    The score of a class is ``rule_weight`` times the weights of its phrases, plus ``model_weight`` times the logarithm of the
    model's share, plus the class's ``bias``.
    """

    version: str
    classes: tuple[str, ...]
    words: tuple[str, ...]
    content: bytes
    rule_weight: float
    model_weight: float
    bias: tuple[float, ...]
    figures: Figures
    flags: FlagModel = NO_FLAGS_LEARNT


class Classifier:
    """A model that is ready to be asked. Not for use by several threads at once. Raises ValueError for damaged bytes."""

    def __init__(self, model: Model) -> None:
        self.words = model.words
        self._model = model
        pipe = empty_pipe(model.classes)
        pipe.from_bytes(model.content)
        weights, self._start = _unrolled(pipe, model.words)
        self._table = WordTable(model.words, weights, model.flags.weights_of(model.words))

    def judge(self, docs: Sequence[Any]) -> list[tuple[Opinion, tuple[Hit, ...]]]:
        """What it thinks of each document: of its class, and the flags that it raises."""
        return [self._judged(*self._table.sums(doc)) for doc in docs]

    def _judged(self, classes: Any, flags: Any) -> tuple[Opinion, tuple[Hit, ...]]:
        model = self._model
        logs = _logs_of_shares((classes + self._start).tolist())
        scores = tuple(model.model_weight * one + bias for one, bias in zip(logs, model.bias, strict=True))
        opinion = Opinion(
            version=model.version, rule_weight=model.rule_weight, scores=tuple(zip(model.classes, scores, strict=True))
        )
        return opinion, tuple(model.flags.raised(flags.tolist()))


def _unrolled(pipe: Any, words: Sequence[str]) -> tuple[Any, Any]:
    """What each of these words adds to each class, and what each class begins with; spaCy would hash them each time."""
    import numpy as np

    layer = pipe.model.get_ref("output_layer")
    ones = np.ones(len(words), dtype=np.float32)
    start = layer.get_param("b")
    return layer.predict((numbers_of(words), ones, ones.astype(np.int32))) - start, start


def _logs_of_shares(scores: Sequence[float]) -> list[float]:
    """The logarithm of each class's share in exp(score) over all, never less than that of ``LEAST``."""
    top = max(scores)
    whole = top + log(sum(exp(score - top) for score in scores))
    return [max(score - whole, _LEAST_LOG) for score in scores]


def empty_pipe(classes: Sequence[str], vocab: Any = None) -> Any:
    """spaCy's text categorizer for these classes, which has learnt nothing yet."""
    from spacy import registry
    from spacy.pipeline.textcat import TextCategorizer
    from spacy.vocab import Vocab

    settings = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 1,
        "no_output_layer": False,
        "length": SIZE,
    }
    pipe = TextCategorizer(vocab or Vocab(), registry.resolve({"model": settings})["model"], threshold=0.0)
    for class_ in classes:
        pipe.add_label(class_)
    return pipe
