"""Training: from written examples and the rules to a model, the same one from the same examples.

The examples are parted into folds, rewrites of one situation together. What a model that has not seen a fold thinks of it is
what the blend with the rules is fitted on, and, fold by fold again, what its figures are measured on.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any

from mailbot.adapters.spacy_model.classifier import LEAST, SIZE, Figures, Model, empty_pipe
from mailbot.adapters.spacy_model.flag_training import FLAG_RECIPE
from mailbot.adapters.spacy_model.lean import load_spacy
from mailbot.adapters.spacy_model.words import MAX_CHARACTERS, Vocabulary, plain_of, words_of
from mailbot.core.example import Example

FOLDS = 4
EPOCHS = 10
BATCH = 64
RATE = 0.002
SEED = 1
BINS = 10
_STEPS, _STEP, _HELD_BACK = 400, 0.5, 0.002
_RECIPE = f"{FOLDS}.{EPOCHS}.{BATCH}.{RATE}.{SEED}.{SIZE}.{_STEPS}.{_STEP}.{_HELD_BACK}"

Spoken = Callable[[Sequence[str]], list[dict[str, float]]]
"""What the rules say of texts: the summed weights of each class."""


def version_of(examples_version: str, rules_version: str) -> str:
    """The version of the model that these examples and rules make with this program and this spaCy."""
    made_from = f"{examples_version} {rules_version} {_RECIPE} {FLAG_RECIPE} {load_spacy().__version__}"
    return sha256(made_from.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What was thought of each example by a model that had not seen it: logarithms of shares, beside what the rules said."""

    logs: Any
    spoken: Any
    labels: Any
    folds: Any


def train(examples: Sequence[Example], classes: Sequence[str], version: str, spoken: Spoken, own: int = 0) -> Model:
    """A model for these classes. The last ``own`` examples are taught and not measured: figures stay comparable."""
    measured = examples[: len(examples) - own]
    tried = out_of_fold(examples, len(measured), classes, spoken)
    weights = _fitted(tried, tried.folds >= 0)
    pipe, words = _taught(examples, classes)
    return Model(
        version=version,
        classes=tuple(classes),
        words=words,
        content=pipe.to_bytes(exclude=["vocab"]),
        rule_weight=float(weights[0]),
        model_weight=float(weights[1]),
        bias=tuple(float(one) for one in weights[2:]),
        figures=figures_of(crossed(tried), tried.labels),
    )


def out_of_fold(examples: Sequence[Example], measured: int, classes: Sequence[str], spoken: Spoken) -> OutOfFold:
    """Every one of the first ``measured`` examples as judged by a model that has learnt from all folds but its own."""
    import numpy as np

    folds = np.array([fold_of(one) for one in examples])
    logs = np.zeros((measured, len(classes)))
    for fold in range(FOLDS):
        seen = [one for one, its in zip(examples, folds, strict=True) if its != fold]
        asked = [number for number in range(measured) if folds[number] == fold]
        logs[asked] = np.log(np.maximum(_shares(seen, classes, [examples[number] for number in asked]), LEAST))
    said = [[one.get(class_, 0.0) for class_ in classes] for one in spoken([one.full_text for one in examples[:measured]])]
    labels = np.array([classes.index(one.label) for one in examples[:measured]])
    return OutOfFold(logs=logs, spoken=np.array(said), labels=labels, folds=folds[:measured])


def crossed(tried: OutOfFold) -> Any:
    """The confidence in each class, fold by fold, by a blend that was fitted on the others."""
    import numpy as np

    found = np.zeros_like(tried.logs)
    for fold in range(FOLDS):
        mine = tried.folds == fold
        found[mine] = _blend(_fitted(tried, ~mine), tried.logs[mine], tried.spoken[mine])
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


def _shares(seen: Sequence[Example], classes: Sequence[str], asked: Sequence[Example]) -> Any:
    pipe, words = _taught(seen, classes)
    vocabulary = Vocabulary()
    vocabulary.learn(words)
    return pipe.predict(_docs(vocabulary, map(_plain, asked)))


def _taught(examples: Sequence[Example], classes: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
    """A pipe that has learnt these examples, and the words in them. The same examples make the same pipe."""
    from spacy.training import Example as Lesson
    from spacy.util import fix_random_seed

    fix_random_seed(SEED)
    order = random.Random(SEED)  # noqa: S311  # no secret
    vocabulary = Vocabulary()
    texts = [_plain(one) for one in examples]
    known = tuple(sorted(set(chain.from_iterable(map(words_of, texts)))))
    vocabulary.learn(known)
    lessons = [
        Lesson.from_dict(doc, {"cats": {class_: float(class_ == one.label) for class_ in classes}})
        for one, doc in zip(examples, _docs(vocabulary, texts), strict=True)
    ]
    pipe = empty_pipe(classes, vocabulary.vocab)
    optimizer = _optimizer()
    pipe.initialize(lambda: lessons[:BATCH])
    for _ in range(EPOCHS):
        order.shuffle(lessons)
        for batch in _batches(lessons):
            pipe.update(batch, sgd=optimizer)
    return pipe, known


def _optimizer() -> Any:
    from thinc.api import Adam

    return Adam(learn_rate=RATE, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0)


def _batches(lessons: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(lessons), BATCH):
        yield lessons[first : first + BATCH]


def _docs(vocabulary: Vocabulary, texts: Iterable[str]) -> list[Any]:
    return [vocabulary.doc(vocabulary.text(text).numbers) for text in texts]


def _plain(example: Example) -> str:
    """A text in comparison form. One without a word has a sign for that, so that there is something to learn from."""
    return plain_of(example.full_text[:MAX_CHARACTERS]).strip() or "\N{EMPTY SET}"


def _blend(weights: Any, logs: Any, spoken: Any) -> Any:
    """The confidence in each class: rows add up to 1."""
    import numpy as np

    scores = weights[0] * spoken + weights[1] * logs + weights[2:]
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _fitted(tried: OutOfFold, among: Any) -> Any:
    """The weights of rules, model and each class that make the labels of these texts likeliest, by plain descent."""
    import numpy as np

    logs, spoken, labels = tried.logs[among], tried.spoken[among], tried.labels[among]
    wanted = np.eye(logs.shape[1])[labels]
    weights = np.concatenate([[0.5, 0.5], np.zeros(logs.shape[1])])
    for _ in range(_STEPS):
        gap = _blend(weights, logs, spoken) - wanted
        slope = np.concatenate([[(gap * spoken).sum(), (gap * logs).sum()], gap.sum(axis=0)]) / len(labels)
        slope[2:] += _HELD_BACK * weights[2:]
        weights = weights - _STEP * slope
    return weights
