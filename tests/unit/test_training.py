"""Training the classifier: the same from the same, kept safely, and never a hindrance."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.spacy_model import Classifier, Model, SpacyPhrases, keeping
from mailbot.adapters.spacy_model.classifier import Figures
from mailbot.adapters.spacy_model.regression import learn, one_of_all, texts_of
from mailbot.adapters.spacy_model.table import TermTable, Weights
from mailbot.adapters.spacy_model.training import train, version_of
from mailbot.adapters.spacy_model.words import Vocabulary
from mailbot.core.class_rules import ClassRule, ClassRules
from mailbot.core.example import Example

SAID = {
    "complaint": ("rude slow dirty late", "nobody came and nobody cares", "a queue and a rude clerk", "late again and dirty"),
    "compliment": ("kind quick lovely", "thank you for your help", "a lovely visit and a quick answer", "so kind and so quick"),
}
EXAMPLES = [
    Example(id=f"{label}-{number}", situation=f"{label}-{number}", label=label, subject="", body=body)
    for label, bodies in SAID.items()
    for number, body in enumerate(bodies * 4)
]
CLASSES = sorted(SAID)
COMPLIMENT = ClassRule(class_="compliment", phrases=(), must_hit=(), must_not_hit=())


def no_rules(texts: Sequence[str]) -> list[dict[str, float]]:
    """No phrase speaks for anything."""
    return [{} for _ in texts]


@pytest.fixture(scope="module")
def model() -> Model:
    return train(EXAMPLES, CLASSES, "v1", no_rules)


def best(model: Model, text: str) -> str:
    """The class that the classifier prefers."""
    judge = SpacyPhrases(ClassRules(version="", rules=()))
    judge.ask(Classifier(model))
    ((_, opinion),) = judge.judge([text])
    assert opinion is not None
    return max(opinion.scores, key=lambda scored: scored[1])[0]


def test_it_learns_what_it_is_shown(model: Model) -> None:
    """Words of complaints make a complaint, words of thanks a compliment."""
    assert best(model, "\n\nThe clerk was rude and slow") == "complaint"
    assert best(model, "\n\nYour staff were kind and lovely") == "compliment"


def test_words_tell_by_their_order_too() -> None:
    """Whoever writes the same words says something else with "not good" than with "not slow"."""
    said = {"complaint": ("not good but slow", "slow and not good"), "compliment": ("good and not slow", "not slow but good")}
    lessons = [
        Example(id=f"{label}-{number}", situation=f"{label}-{number}", label=label, subject="", body=body)
        for label, bodies in said.items()
        for number, body in enumerate(bodies * 4)
    ]
    model = train(lessons, CLASSES, "v1", no_rules)
    assert best(model, "\n\nIt was not good") == "complaint"
    assert best(model, "\n\nIt was not slow") == "compliment"


@given(st.lists(st.sampled_from(["rude", "slow", "lovely", "quick", "and", "a", "unheard-of", "\n", "."]), max_size=12))
def test_mail_is_scored_as_the_examples_were(words: list[str]) -> None:
    """What was fitted and measured on examples holds for mail: both ways of counting terms come to the same scores."""
    texts = texts_of([*EXAMPLES, replace(EXAMPLES[0], body=" ".join(words))], by_two=True)
    wanted = np.array([[one.label == class_ for class_ in CLASSES] for one in EXAMPLES] + [[True, False]], dtype=float)
    learnt = learn(texts, wanted, np.arange(texts.count) < len(EXAMPLES), one_of_all)
    known = [term for term, is_known in zip(texts.terms, learnt.known, strict=True) if is_known]
    weights = Weights.of(known, learnt.weights.T[learnt.known])
    vocabulary = Vocabulary()
    vocabulary.learn(weights.words)
    table = TermTable(weights)
    (rows,) = table.rows_of([vocabulary.text(f"\n\n{' '.join(words)}").numbers])
    (scores,) = table.scores(rows)
    assert scores == pytest.approx(learnt.scores(texts)[-1], rel=1e-4, abs=1e-4)


def test_the_same_examples_make_the_same_model(model: Model) -> None:
    """Bytes, words, weights and figures: whoever trains it anew gets what was tested."""
    assert train(EXAMPLES, CLASSES, "v1", no_rules) == model


def test_corrections_are_taught_and_not_measured(model: Model) -> None:
    """Figures stay comparable: they are those of the shipped examples, whatever else was learnt."""
    own = Example(id="own", situation="own", label="complaint", subject="", body="the harbour smells")
    assert train([*EXAMPLES, own], CLASSES, "v2", no_rules, 1).figures.texts == len(EXAMPLES)


def test_a_part_of_a_text_may_ask_for_another_class(model: Model) -> None:
    """A long complaint that ends in thanks: the thanks are found where they stand, if the class's file asks for that."""
    blame, thanks = (
        "rude and slow and dirty and late again, nobody came. " * 6,
        "So kind and quick, a lovely visit, thank you. " * 3,
    )
    text = f"\n\n{blame}{thanks}"
    asks, silent = (
        SpacyPhrases(ClassRules(version="", rules=(replace(COMPLIMENT, asks_in_part=least),))) for least in (0.6, None)
    )
    for judge in (asks, silent):
        judge.ask(Classifier(model))
    ((hits, _),) = asks.judge([text])
    (found,) = hits
    assert (found.class_, found.weight, found.asks) == ("compliment", 0, 0)
    assert set(text[found.span.start : found.span.end].split()) & {"kind", "lovely"}
    assert silent.judge([text])[0][0] == asks.judge(["\n\nSo kind, a lovely visit"])[0][0] == ()


@pytest.mark.parametrize("text", ["(" * 20_000, "a" * 1_000_000, "e\u0301" * 30_000, "\u202e" * 5_000, ""])
def test_hostile_text_is_judged_like_any_other(model: Model, text: str) -> None:
    """Brackets by the thousand, a word without an end, floods of accents and of marks of direction: a class, and on."""
    assert best(model, text) in CLASSES


def test_its_version_says_what_it_was_made_from() -> None:
    """Other examples or other rules are another model."""
    assert len({version_of("a", "b"), version_of("a", "c"), version_of("c", "b"), version_of("a", "b")}) == 3


def test_a_model_is_kept_and_found_again(model: Model, tmp_path: Path) -> None:
    """For its owner only: the words it knows may be customers'."""
    file = keeping.file_of(tmp_path / "models", "v1")
    keeping.save(model, file)
    assert keeping.load(file) == model
    assert file.stat().st_mode & 0o077 == 0
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_damaged_file_is_no_model(model: Model, tmp_path: Path) -> None:
    """Cut short, changed in the middle or something else: why it cannot be used is said, and nothing breaks."""
    file = tmp_path / "model.bin"
    assert keeping.load(file) == "there is none yet"
    keeping.save(model, file)
    whole = file.read_bytes()
    for damaged in (b"", b"hello", whole[:-20], whole[: len(whole) // 2], b"\x80" + whole[1:]):
        file.write_bytes(damaged)
        assert isinstance(keeping.load(file), str), damaged[:10]


def test_a_new_model_may_be_as_good_as_the_old_one_or_better() -> None:
    """One text in two hundred is chance; more is a step back."""
    old = Figures(texts=1_000, accuracy=0.8, log_loss=0.5, expected_calibration_error=0.05)
    better, chance, worse = (
        Figures(texts=1_000, accuracy=accuracy, log_loss=0.5, expected_calibration_error=0.05)
        for accuracy in (0.81, 0.796, 0.79)
    )
    assert better.is_no_worse_than(old)
    assert chance.is_no_worse_than(old)
    assert not worse.is_no_worse_than(old)
