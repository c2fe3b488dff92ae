"""What is learnt from examples: a weight of each term for each thing to be told, the same from the same examples.

A term counts once in a text, and the more the fewer texts it stands in (inverse document frequency).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mailbot.adapters.spacy_model.table import DAMPING
from mailbot.adapters.spacy_model.words import MAX_CHARACTERS, plain_of, words_of
from mailbot.core.example import Example

STEPS = 60
STEP = 0.1
HELD_BACK = 0.001
LEAST_TEXTS = 2
"""Two words that follow each other count where they do so in as many texts; a word counts wherever it stands."""
RECIPE = f"{STEPS}.{STEP}.{HELD_BACK}.{LEAST_TEXTS}.{DAMPING}"


@dataclass(frozen=True, slots=True)
class Texts:
    """Each different term of each text as a pair of numbers, ``text`` and ``term``; ``least``: texts that a term must be in."""

    text: Any
    term: Any
    terms: tuple[str, ...]
    least: Any
    count: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights of terms (a row for each thing to be told), and which of the terms are known."""

    weights: Any
    known: Any

    def scores(self, texts: Texts) -> Any:
        """The score of each thing (column) in each text (row)."""
        import numpy as np

        sums = [np.bincount(texts.text, row[texts.term], minlength=texts.count) for row in self.weights]
        return np.array(sums).T / _roots(texts, self.known)[:, None]


def texts_of(examples: Sequence[Example], *, by_two: bool) -> Texts:
    """The words of each example; ``by_two``: and those that follow each other, two by two."""
    import numpy as np

    split = [sorted(_terms_of(plain_of(one.full_text[:MAX_CHARACTERS]), by_two=by_two)) for one in examples]
    held = Counter(term for text in split for term in text)
    terms = tuple(sorted(term for term, number in held.items() if number >= _least(term)))
    numbers = {term: number for number, term in enumerate(terms)}
    kept = [[numbers[term] for term in text if term in numbers] for text in split]
    return Texts(
        text=np.repeat(np.arange(len(kept)), [len(text) for text in kept]),
        term=np.array([number for text in kept for number in text], dtype=int),
        terms=terms,
        least=np.array([_least(term) for term in terms], dtype=int),
        count=len(kept),
    )


def learn(texts: Texts, wanted: Any, seen: Any, chances: Callable[[Any], Any]) -> Learnt:
    """Learn from the texts ``seen``: descent by Adam (Kingma and Ba, 2015), all texts at each step, ever shorter ones.

    ``wanted``: 1 where a thing (column) is to be told of a text (row); ``chances``: makes probabilities of scores.
    """
    import numpy as np

    frequency = np.bincount(texts.term, seen[texts.text], minlength=len(texts.terms))
    known = frequency >= texts.least
    rarity = np.where(known, np.log(seen.sum() / np.maximum(frequency, 1)), 0.0)
    value = rarity[texts.term] / _roots(texts, known)[texts.text]
    share = wanted[seen].mean(axis=0)
    weights, bias = np.zeros((wanted.shape[1], len(known))), np.log((share + 0.001) / (1.001 - share))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        sums = [np.bincount(texts.text, value * row[texts.term], minlength=texts.count) for row in weights]
        gap = (chances(np.array(sums).T + bias) - wanted) * seen[:, None] / seen.sum()
        slope = np.array([np.bincount(texts.term, value * one[texts.text], minlength=len(known)) for one in gap.T])
        slope += HELD_BACK * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        pace = STEP * min(1, 2 * (STEPS - step + 1) / STEPS)
        weights -= pace * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return Learnt(weights * rarity, known)


def out_of_fold(texts: Texts, wanted: Any, folds: Any, measured: int, chances: Callable[[Any], Any]) -> Any:
    """The scores of each of the first ``measured`` texts by what was learnt from all folds but its own."""
    import numpy as np

    scores = np.zeros((measured, wanted.shape[1]))
    for fold in np.unique(folds[:measured]):
        mine = folds[:measured] == fold
        scores[mine] = learn(texts, wanted, folds != fold, chances).scores(texts)[:measured][mine]
    return scores


def each_by_itself(scores: Any) -> Any:
    """The probability of each thing, whatever the others': the logistic function."""
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(scores, -50, 50)))


def one_of_all(scores: Any) -> Any:
    """The probability of each thing where just one holds: rows add up to 1."""
    import numpy as np

    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _terms_of(plain: str, *, by_two: bool) -> set[str]:
    words = words_of(plain)
    return {*words, *(map(" ".join, pairwise(words)) if by_two else ())}


def _least(term: str) -> int:
    return LEAST_TEXTS if " " in term else 1


def _roots(texts: Texts, known: Any) -> Any:
    """Of the number of known terms in each text, and ``DAMPING`` more."""
    import numpy as np

    return np.sqrt(np.bincount(texts.text, known[texts.term], minlength=texts.count) + DAMPING)
