"""Training of flags: for each flag a logistic regression on the words of the examples.

As for classes, the examples are parted into folds; what is thought of texts that were not learnt from gives probabilities,
thresholds and figures.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from mailbot.adapters.spacy_model.flags import NEVER, FlagFigures, FlagModel
from mailbot.adapters.spacy_model.regression import each_by_itself, learn, out_of_fold, texts_of
from mailbot.adapters.spacy_model.table import Weights
from mailbot.core.example import Example
from mailbot.core.flag import RAISED_FROM

_NEWTON_STEPS, _RIDGE = 20, 0.1


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
    texts, fold = texts_of(examples, by_two=False), np.array(folds)
    wanted = np.array([[name in one.flags for name in names] for one in examples], dtype=float)
    scores = out_of_fold(texts, wanted, fold, len(examples), each_by_itself)
    slope, bias = _calibrated(scores, wanted)
    least = [least_precision[name] for name in names]
    by_rule = np.array([[said.get(name, 0.0) >= RAISED_FROM for name in names] for said in spoken])
    return FlagModel(
        names=names,
        weights=Weights.of(texts.terms, learn(texts, wanted, fold >= 0, each_by_itself).weights.T * slope),
        bias=tuple(bias.tolist()),
        raised_from=_thresholds(each_by_itself(slope * scores + bias), wanted, least),
        figures=_figures(names, wanted > 0, by_rule, by_rule | _raised_crosswise(scores, wanted, fold, least)),
    )


def _calibrated(scores: Any, wanted: Any) -> tuple[Any, Any]:
    """Slope and bias of each flag that make these scores probabilities (Platt, 1999), by Newton's method."""
    import numpy as np

    inputs = np.stack([scores, np.ones_like(scores)], axis=-1)
    fitted = np.zeros((scores.shape[1], 2))
    for _ in range(_NEWTON_STEPS):
        shares = each_by_itself((inputs * fitted).sum(axis=-1))
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
        shares = each_by_itself(slope * scores + bias)
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
