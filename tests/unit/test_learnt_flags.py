"""Flags that are learnt from examples: raised where it is sure enough, with the reason, and beside the rules."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from mailbot.adapters.rule_files.classes import load_flags
from mailbot.adapters.rule_files.corpus import Corpus
from mailbot.adapters.spacy_model import Classifier, Model, SpacyPhrases, keeping
from mailbot.adapters.spacy_model.flag_training import threshold, train_flags
from mailbot.adapters.spacy_model.flags import NEVER, FlagModel
from mailbot.core.class_rules import ClassRule, ClassRules
from mailbot.core.classify import Classification, Hit
from mailbot.core.example import Example
from mailbot.core.flag import FlagRules, flagged
from mailbot.core.message import Span
from mailbot.core.policy import UNSURE
from mailbot.core.rule import Rule
from mailbot.errors import PolicyError
from mailbot.learning import trained
from tests.invented import RULES

NOTHING = Classification(class_=UNSURE, best=UNSURE, confidence=0.0)
DANGER = ("the boiler smokes", "smoke and flames", "flames in the hall", "the hall smokes now", "flames and smoke, come")
CALM = ("the museum opens", "a bench in the park", "books for my child", "a lovely park", "the museum and its books")
LESSONS = [
    Example(id=f"{label}-{number}", situation=f"{label}-{number}", label=label, subject="", body=body, flags=flags)
    for label, bodies, flags in (("complaint", DANGER, ("emergency",)), ("enquiry", CALM, ()))
    for number, body in enumerate(bodies * 4)
]
CLASSES = ClassRules(
    version="",
    rules=tuple(ClassRule(class_=name, phrases=(), must_hit=(), must_not_hit=()) for name in ("complaint", "enquiry")),
)
BY_RULE = Rule(weight=1, any=frozenset({"help"}))
EMERGENCY = ClassRule(class_="emergency", phrases=(), must_hit=(), must_not_hit=(), rules=(BY_RULE,))
FLAGS = FlagRules(words=ClassRules(version="", rules=(EMERGENCY,)), least_precision={"emergency": 0.5})


def learnt(own: Sequence[Example] = ()) -> Model:
    """A model of these few examples."""
    return trained(CLASSES, FLAGS, Corpus(version="", examples=tuple(LESSONS)), "v1", own)


@pytest.fixture(scope="module")
def model() -> Model:
    return learnt()


def judged(text: str, model: Model | None) -> Classification:
    """The flags of a text by the rules, and by a model if there is one."""
    phrases = SpacyPhrases(CLASSES, FLAGS.words)
    if model:
        phrases.ask(Classifier(model))
    ((hits, _),) = phrases.judge([f"\n\n{text}"])
    return flagged(NOTHING, hits, "", FLAGS)


def test_what_was_learnt_raises_a_flag_and_says_how_sure_it_is(model: Model) -> None:
    """No rule speaks, but the words are those of examples that bear it: the evidence names the probability, and no place."""
    found = judged("Smoke and flames, come now", model)
    assert found.flags == ("emergency",)
    (evidence,) = found.flag_evidence
    assert re.fullmatch(r"emergency: learnt from examples, probability (0\.\d\d|1\.00)", evidence.rule)
    assert (evidence.weight, evidence.span) == (1.0, Span(0, 0))


def test_a_calm_text_bears_no_flag(model: Model) -> None:
    """Words of examples without the flag raise nothing."""
    assert judged("A lovely bench in the park", model).flags == ()


def test_a_rule_decides_whatever_was_learnt(model: Model) -> None:
    """A text that a rule speaks for bears the flag with and without a classifier, however calm its other words are."""
    text = "Help, a lovely bench in the park"
    assert judged(text, model).flags == judged(text, None).flags == ("emergency",)


def test_without_a_classifier_the_rules_work_alone() -> None:
    """What only examples tell is not found then, and what a rule tells is."""
    assert judged("Smoke and flames, come now", None).flags == ()
    assert [hit.rule for hit in judged("Help", None).flag_evidence] == ["emergency: rule 1"]


def test_corrections_say_nothing_of_flags(model: Model) -> None:
    """Staff correct classes: a corrected text is no example of a text without flags."""
    own = [replace(LESSONS[0], id=f"own-{number}", situation=f"own-{number}", flags=()) for number in range(9)]
    assert learnt(own).flags == model.flags


def test_the_same_examples_teach_the_same_flags(model: Model) -> None:
    """Weights, thresholds and figures: whoever trains it anew gets what was tested."""
    assert learnt().flags == model.flags


@pytest.mark.parametrize("text", ["", " ", "(" * 20_000, "zzz " * 20_000, "e\u0301" * 30_000])
def test_a_text_without_a_known_word_is_judged_too(model: Model, text: str) -> None:
    """Nothing known, nothing raised, and no error."""
    assert judged(text, model).flags == ()


@pytest.mark.parametrize(
    ("least", "from_"),
    [(1.0, 0.9), (0.75, 0.6), (0.6, 0.6), (0.5, 0.1)],
)
def test_a_flag_is_raised_from_the_lowest_probability_that_is_precise_enough(least: float, from_: float) -> None:
    """The lower the part that must be right, the more is found; where a text more would only be wrong it is not."""
    shares, bears_it = (0.9, 0.8, 0.7, 0.6, 0.2, 0.15, 0.12, 0.1), (1, 0, 1, 1, 0, 0, 0, 1)
    assert threshold(shares, bears_it, least) == from_


def test_texts_of_one_probability_are_raised_together_or_not_at_all() -> None:
    """Nobody can tell them apart, so those that are wrong count, too."""
    assert threshold((0.9, 0.6, 0.6, 0.6), (1, 1, 0, 0), 0.75) == 0.9


def test_a_flag_that_cannot_be_learnt_precisely_is_left_to_its_rules() -> None:
    """Where even the surest text is wrong no probability is enough."""
    assert threshold((0.9, 0.8), (0, 1), 0.75) == NEVER


def test_a_flag_that_no_example_bears_is_not_learnt() -> None:
    """It is known by its rules alone."""
    calm = [replace(one, flags=()) for one in LESSONS]
    assert train_flags(calm, [0] * len(calm), {"emergency": 0.5}, [{}] * len(calm)) == FlagModel()


def test_figures_are_of_texts_that_were_not_learnt_from(model: Model) -> None:
    """How many bear the flag, and what rules find alone and with what was learnt."""
    (figures,) = model.flags.figures
    assert (figures.flag, figures.texts, figures.rules_recall) == ("emergency", 20, 0.0)
    assert figures.recall > 0.5


def test_what_was_learnt_of_flags_is_kept_and_a_damaged_file_refused(model: Model, tmp_path: Path) -> None:
    """A row of weights less is another table: the file is no model, and is made anew."""
    file = tmp_path / "model.bin"
    keeping.save(model, file)
    assert keeping.load(file) == model
    less = replace(model.flags.weights, content=model.flags.weights.content[4:])
    keeping.save(replace(model, flags=replace(model.flags, weights=less)), file)
    assert keeping.load(file) == "its file is damaged"


def test_a_precision_that_is_no_share_is_refused_with_file_and_key(tmp_path: Path) -> None:
    """A part of all texts is above 0 and at most 1."""
    copytree(RULES / "flags", tmp_path / "flags")
    file = tmp_path / "flags" / "abuse.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("least_precision = 0.9", "least_precision = 90"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"abuse\.toml: least_precision: 90\.0 is no share"):
        load_flags(tmp_path)


def test_alarms_are_raised_sooner_than_what_takes_a_letter_away() -> None:
    """A missed emergency is worse than a false alarm; abuse costs the writer the letter of its class."""
    asked = load_flags(RULES).least_precision
    assert max(asked["emergency"], asked["vulnerable_person"]) < asked["press"] < asked["abuse"]
    assert "other_language" not in asked, "languages are told apart by a detector"


def test_what_was_learnt_speaks_beside_what_speaks_against(model: Model) -> None:
    """A rule of negative weight takes back what was learnt, as it takes back another rule."""
    phrases = SpacyPhrases(CLASSES, FLAGS.words)
    phrases.ask(Classifier(model))
    ((hits, _),) = phrases.judge(["\n\nSmoke and flames, come now"])
    against = Hit(class_="emergency", rule="emergency: rule 2", weight=-0.5, span=Span(0, 1))
    assert flagged(NOTHING, hits, "", FLAGS).flags == ("emergency",)
    assert flagged(NOTHING, (*hits, against), "", FLAGS).flags == ()
