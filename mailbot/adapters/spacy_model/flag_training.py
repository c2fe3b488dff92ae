"""Training of flags: for each flag a logistic regression on the words of the examples, the same from the same examples.

A word counts once in a text, and the more the fewer texts it stands in (inverse document frequency). As for classes, the
examples are parted into folds; what is thought of texts that were not learnt from gives probabilities, thresholds and figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from mailbot.adapters.spacy_model.flags import NEVER, FlagFigures, FlagModel
from mailbot.adapters.spacy_model.words import MAX_CHARACTERS, plain_of, words_of
from mailbot.core.example import Example
from mailbot.core.flag import RAISED_FROM

STEPS = 60
STEP = 0.1
HELD_BACK = 0.001
FLAG_RECIPE = f"{STEPS}.{STEP}.{HELD_BACK}"
_NEWTON_STEPS, _RIDGE = 20, 0.1


@dataclass(frozen=True, slots=True)
class _Texts:
    """Each different word of each text as a pair of numbers, ``text`` and ``word``; ``words``: all of them, sorted."""

    text: Any
    word: Any
    words: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class _Learnt:
    """Weights of words (a row for each flag), and how many of a text's words are known, as a root."""

    weights: Any
    known: Any

    def scores(self, texts: _Texts) -> Any:
        """The score of each flag (column) in each text (row)."""
        import numpy as np

        sums = [np.bincount(texts.text, row[texts.word], minlength=texts.count) for row in self.weights]
        return np.array(sums).T / _roots(texts, self.known)[:, None]


def train_flags(
    examples: Sequence[Example],
    folds: Sequence[int],
    least_precision: Mapping[str, float],
    spoken: Sequence[Mapping[str, float]],
) -> FlagModel:
    """A model of those flags of ``least_precision`` that an example bears.

    ``folds``: of each example; ``spoken``: what the rules say of it. A flag is raised from the lowest probability at which of
    the texts that the model alone would raise it for at least ``least_precision`` bear it.
    """
    import numpy as np

    borne = {flag for one in examples for flag in one.flags}
    names = tuple(name for name in least_precision if name in borne)
    if not names:
        return FlagModel()
    texts, fold = _texts(examples), np.array(folds)
    wanted = np.array([[name in one.flags for name in names] for one in examples], dtype=float)
    scores = _out_of_fold(texts, wanted, fold)
    slope, bias = _calibrated(scores, wanted)
    least = [least_precision[name] for name in names]
    by_rule = np.array([[said.get(name, 0.0) >= RAISED_FROM for name in names] for said in spoken])
    return FlagModel(
        names=names,
        words=texts.words,
        weights=(_learnt(texts, wanted, fold >= 0).weights.T * slope).astype("<f4").tobytes(),
        bias=tuple(bias.tolist()),
        raised_from=_thresholds(_logistic(slope * scores + bias), wanted, least),
        figures=_figures(names, wanted > 0, by_rule, by_rule | _raised_crosswise(scores, wanted, fold, least)),
    )


def _texts(examples: Sequence[Example]) -> _Texts:
    import numpy as np

    split = [sorted(set(words_of(plain_of(one.full_text[:MAX_CHARACTERS])))) for one in examples]
    words = tuple(sorted({word for text in split for word in text}))
    numbers = {word: number for number, word in enumerate(words)}
    return _Texts(
        text=np.repeat(np.arange(len(split)), [len(text) for text in split]),
        word=np.array([numbers[word] for text in split for word in text], dtype=int),
        words=words,
        count=len(split),
    )


def _out_of_fold(texts: _Texts, wanted: Any, fold: Any) -> Any:
    """The scores of each text by a model that has learnt from all folds but its own."""
    import numpy as np

    scores = np.zeros_like(wanted)
    for one in np.unique(fold):
        scores[fold == one] = _learnt(texts, wanted, fold != one).scores(texts)[fold == one]
    return scores


def _learnt(texts: _Texts, wanted: Any, seen: Any) -> _Learnt:
    """Learn from the texts ``seen``: descent by Adam (Kingma and Ba, 2015), all texts at each step, ever shorter ones."""
    import numpy as np

    frequency = np.bincount(texts.word, seen[texts.text], minlength=len(texts.words))
    known = frequency > 0
    rarity = np.where(known, np.log(seen.sum() / np.maximum(frequency, 1)), 0.0)
    value = rarity[texts.word] / _roots(texts, known)[texts.text]
    share = wanted[seen].mean(axis=0)
    weights, bias = np.zeros((wanted.shape[1], len(known))), np.log((share + 0.001) / (1.001 - share))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        sums = [np.bincount(texts.text, value * row[texts.word], minlength=texts.count) for row in weights]
        gap = (_logistic(np.array(sums).T + bias) - wanted) * seen[:, None] / seen.sum()
        slope = np.array([np.bincount(texts.word, value * one[texts.text], minlength=len(known)) for one in gap.T])
        slope += HELD_BACK * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        pace = STEP * min(1, 2 * (STEPS - step + 1) / STEPS)
        weights -= pace * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return _Learnt(weights * rarity, known)


def _roots(texts: _Texts, known: Any) -> Any:
    """Of the number of known words in each text."""
    import numpy as np

    return np.sqrt(np.maximum(np.bincount(texts.text, known[texts.word], minlength=texts.count), 1))


def _calibrated(scores: Any, wanted: Any) -> tuple[Any, Any]:
    """Slope and bias of each flag that make these scores probabilities (Platt, 1999), by Newton's method."""
    import numpy as np

    inputs = np.stack([scores, np.ones_like(scores)], axis=-1)
    fitted = np.zeros((scores.shape[1], 2))
    for _ in range(_NEWTON_STEPS):
        shares = _logistic((inputs * fitted).sum(axis=-1))
        slope = np.einsum("tfi,tf->fi", inputs, shares - wanted) + _RIDGE * fitted
        bend = np.einsum("tfi,tfj,tf->fij", inputs, inputs, shares * (1 - shares)) + _RIDGE * np.eye(2)
        fitted = fitted - np.linalg.solve(bend, slope[..., None])[..., 0]
    return fitted[:, 0], fitted[:, 1]


def _thresholds(shares: Any, wanted: Any, least: Sequence[float]) -> tuple[float, ...]:
    return tuple(map(threshold, shares.T.tolist(), wanted.T.tolist(), least))


def threshold(shares: Sequence[float], wanted: Sequence[float], least: float) -> float:
    """The lowest of these probabilities from which on at least so large a part is right; NEVER where there is none."""
    found, right, number = NEVER, 0.0, 0
    ranked = sorted(zip(shares, wanted, strict=True), reverse=True)
    for share, same in groupby(ranked, key=itemgetter(0)):
        borne = [bears_it for _, bears_it in same]
        right, number = right + sum(borne), number + len(borne)
        if any(borne) and right / number >= least:
            found = share
    return found


def _raised_crosswise(scores: Any, wanted: Any, fold: Any, least: Sequence[float]) -> Any:
    """What would be raised of each fold by probabilities and thresholds that were fitted on the others."""
    import numpy as np

    raised = np.zeros(wanted.shape, dtype=bool)
    for one in np.unique(fold):
        slope, bias = _calibrated(scores[fold != one], wanted[fold != one])
        shares = _logistic(slope * scores + bias)
        raised[fold == one] = shares[fold == one] >= _thresholds(shares[fold != one], wanted[fold != one], least)
    return raised


def _figures(names: Sequence[str], wanted: Any, by_rule: Any, together: Any) -> tuple[FlagFigures, ...]:
    return tuple(
        FlagFigures(
            flag=name,
            texts=int(wanted[:, at].sum()),
            rules_precision=_share(wanted[:, at], by_rule[:, at]),
            rules_recall=_share(by_rule[:, at], wanted[:, at]),
            precision=_share(wanted[:, at], together[:, at]),
            recall=_share(together[:, at], wanted[:, at]),
        )
        for at, name in enumerate(names)
    )


def _share(what: Any, among: Any) -> float:
    return round(float((what & among).sum() / max(among.sum(), 1)), 3)


def _logistic(scores: Any) -> Any:
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(scores, -50, 50)))
