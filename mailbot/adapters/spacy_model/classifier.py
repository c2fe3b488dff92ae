"""The statistical part: spaCy's bag of words, as a file that can be kept, and what it thinks of a text.

A model belongs to the examples, the rules and the program that it was made from: its version says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from mailbot.core.classify import Opinion

SIZE = 2**15
LEAST = 1e-6
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


class Classifier:
    """A model that is ready to be asked. Not for use by several threads at once. Raises ValueError for damaged bytes."""

    def __init__(self, model: Model) -> None:
        self.words = model.words
        self._model = model
        self._pipe = empty_pipe(model.classes)
        self._pipe.from_bytes(model.content)

    def opinions(self, docs: Sequence[Any]) -> list[Opinion]:
        """What it thinks of each document."""
        shares = self._pipe.predict(docs).tolist() if docs else []
        return [self._opinion(one) for one in shares]

    def _opinion(self, shares: Sequence[float]) -> Opinion:
        model = self._model
        scores = [model.model_weight * log(max(share, LEAST)) + bias for share, bias in zip(shares, model.bias, strict=True)]
        return Opinion(
            version=model.version, rule_weight=model.rule_weight, scores=tuple(zip(model.classes, scores, strict=True))
        )


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
