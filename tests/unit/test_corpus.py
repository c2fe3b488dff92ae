"""The shipped examples: enough of each class and flag, each once, and a wrong line is named."""

import json
from collections import Counter
from pathlib import Path

import pytest

from mailbot.adapters.rule_files.corpus import Corpus, corpus_troubles, load_corpus, read_examples
from mailbot.core.example import Example
from mailbot.errors import PolicyError
from tests.invented import RULES

LABELS = {file.stem for file in (RULES / "classes").glob("*.toml")}
MAIN = {"enquiry", "foi_request", "complaint", "compliment"}
FLAGS = {
    "abuse",
    "call_back",
    "data_protection_complaint",
    "elected_representative",
    "emergency",
    "legal_or_political",
    "other_format",
    "other_language",
    "personnel",
    "press",
    "property_damage",
    "social_care",
    "vulnerable_person",
}


LINE = {"id": "lamp", "situation": "lamp", "label": "enquiry", "body": "Who mends the lamp by the pier?"}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(RULES, LABELS)


def lines(folder: Path, *texts: str) -> Path:
    """A file of these lines."""
    file = folder / "own.jsonl"
    file.write_text("\n".join(texts), encoding="utf-8")
    return file


def test_there_are_enough_examples_of_each_class_and_flag(corpus: Corpus) -> None:
    """At least 150 texts of each main class, 60 of each other class and of each flag."""
    classes = Counter(one.label for one in corpus.examples)
    flags = Counter(flag for one in corpus.examples for flag in one.flags)
    assert all(classes[label] >= (150 if label in MAIN else 60) for label in LABELS), classes
    assert all(flags[flag] >= 60 for flag in FLAGS), flags


def test_no_shipped_example_stands_there_twice(corpus: Corpus) -> None:
    """Neither an id nor nearly the same words."""
    assert not list(corpus_troubles(corpus))


def test_the_shipped_examples_know_no_flag_that_there_is_not(corpus: Corpus) -> None:
    """A misspelt flag would be learnt by nobody."""
    assert {flag for one in corpus.examples for flag in one.flags} <= FLAGS


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "own.jsonl:1: not a JSON object"),
        (json.dumps({**LINE, "label": "grumble"}), "own.jsonl:1: label: there is no class 'grumble'"),
        (json.dumps({**LINE, "also": ["grumble"]}), "own.jsonl:1: label: there is no class 'grumble'"),
        (json.dumps({**LINE, "colour": "red"}), "own.jsonl:1: colour"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(line: str, said: str, tmp_path: Path) -> None:
    """Whoever wrote it is told the file, the line and what is wrong."""
    with pytest.raises(PolicyError) as refused:
        list(read_examples(lines(tmp_path, line), LABELS))
    assert said in str(refused.value)


def test_a_near_duplicate_is_named_with_both_lines(tmp_path: Path) -> None:
    """The second line and the one that it repeats."""
    again = {**LINE, "id": "lamp-2", "body": "Who mends the lamp by the old pier?"}
    found = Corpus(version="", examples=tuple(read_examples(lines(tmp_path, json.dumps(LINE), json.dumps(again)), LABELS)))
    (said,) = corpus_troubles(found)
    assert said.startswith(f"{tmp_path}/own.jsonl:2")
    assert f"{tmp_path}/own.jsonl:1" in said


def test_an_id_that_stands_twice_is_named() -> None:
    """Corrections replace each other by id."""
    one, other = (Example(id="a", situation="a", label="enquiry", subject="", body=body, where=body) for body in ("one", "two"))
    assert list(corpus_troubles(Corpus(version="", examples=(one, other)))) == [
        "two: the id 'a' stands in one too; give it another"
    ]
