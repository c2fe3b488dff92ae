"""Training: from written examples and the rules to a model, the same one from the same examples.

The examples are parted into folds, rewrites of one situation together. What a model that has not seen a fold thinks of it is
what the blend with the rules is fitted on, and, fold by fold again, what its figures are measured on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mailbot.adapters.spacy_model.classifier import Figures, Model
from mailbot.adapters.spacy_model.lean import load_spacy
from mailbot.adapters.spacy_model.regression import RECIPE, Texts, learn, one_of_all, out_of_fold, texts_of
from mailbot.adapters.spacy_model.table import Weights
from mailbot.core.example import Example

FOLDS = 4
BINS = 10
_STEPS, _STEP, _HELD_BACK = 400, 0.5, 0.002
_RECIPE = f"{FOLDS}.{_STEPS}.{_STEP}.{_HELD_BACK}.{RECIPE}"

Spoken = Callable[[Sequence[str]], list[dict[str, float]]]
"""What the rules say of texts: the summed weights of each class."""


def version_of(examples_version: str, rules_version: str) -> str:
    """The version of the model that these examples and rules make with this program and this spaCy."""
    made_from = f"{examples_version} {rules_version} {_RECIPE} {load_spacy().__version__}"
    return sha256(made_from.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was thought of each example by a model that had not seen it: scores of classes, beside what the rules said."""

    scores: Any
    spoken: Any
    labels: Any
    folds: Any


def train(examples: Sequence[Example], classes: Sequence[str], version: str, spoken: Spoken, own: int = 0) -> Model:
    """A model for these classes. The last ``own`` examples are taught and not measured: figures stay comparable."""
    import numpy as np

    texts = texts_of(examples, by_two=True)
    labels = np.array([classes.index(one.label) for one in examples])
    folds, measured = np.array(list(map(fold_of, examples))), len(examples) - own
    wanted = np.eye(len(classes))[labels]
    said = [[one.get(class_, 0.0) for class_ in classes] for one in spoken([one.full_text for one in examples[:measured]])]
    tried = Tried(
        scores=out_of_fold(texts, wanted, folds, measured, one_of_all),
        spoken=np.array(said),
        labels=labels[:measured],
        folds=folds[:measured],
    )
    fitted = _fitted(tried, tried.folds >= 0)
    return Model(
        version=version,
        classes=tuple(classes),
        weights=_weights(texts, wanted, fitted[1]),
        bias=tuple(fitted[2:].tolist()),
        rule_weight=float(fitted[0]),
        figures=figures_of(crossed(tried), tried.labels),
    )


def crossed(tried: Tried) -> Any:
    """The confidence in each class, fold by fold, by a blend that was fitted on the others."""
    import numpy as np

    found = np.zeros_like(tried.scores)
    for fold in range(FOLDS):
        mine = tried.folds == fold
        found[mine] = _blend(_fitted(tried, ~mine), tried.scores[mine], tried.spoken[mine])
    return found


def figures_of(shares: Any, labels: Any) -> Figures:
    """Accuracy, log loss and calibration of these confidences."""
    import numpy as np

    sure, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in set(bins.tolist())]
    return Figures(
        texts=len(labels),
        accuracy=round(float(right.mean()), 4),
        log_loss=round(float(-np.log(shares[range(len(labels)), labels]).mean()), 4),
        expected_calibration_error=round(float(sum(gaps)), 4),
    )


def fold_of(example: Example) -> int:
    """The fold of an example: that of its situation, whatever else there is."""
    return int(sha256(example.situation.encode()).hexdigest(), 16) % FOLDS


def _weights(texts: Texts, wanted: Any, slope: float) -> Weights:
    """What is learnt from all texts, as it counts beside the rules."""
    import numpy as np

    return Weights.of(texts.terms, learn(texts, wanted, np.ones(texts.count, dtype=bool), one_of_all).weights.T * slope)


def _blend(weights: Any, scores: Any, spoken: Any) -> Any:
    """The confidence in each class: rows add up to 1."""
    return one_of_all(weights[0] * spoken + weights[1] * scores + weights[2:])


def _fitted(tried: Tried, among: Any) -> Any:
    """The weights of rules, model and each class that make the labels of these texts likeliest, by plain descent."""
    import numpy as np

    scores, spoken, labels = tried.scores[among], tried.spoken[among], tried.labels[among]
    wanted = np.eye(scores.shape[1])[labels]
    weights = np.concatenate([[0.5, 0.5], np.zeros(scores.shape[1])])
    for _ in range(_STEPS):
        gap = _blend(weights, scores, spoken) - wanted
        slope = np.concatenate([[(gap * spoken).sum(), (gap * scores).sum()], gap.sum(axis=0)]) / len(labels)
        slope[2:] += _HELD_BACK * weights[2:]
        weights = weights - _STEP * slope
    return weights
