"""Real mail is screened as its readers labelled it: no person silenced as a robot, and the robots known for what they are.

The messages are other people's and are not part of the project; without them these tests are skipped.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mailbot.adapters.parser import parse
from mailbot.core.action import Permission
from mailbot.core.screen import History, Screening, permit_answer, screen
from mailbot.core.strong_evidence import Verdict
from tests.invented import CAPS, shipped_screening

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
LABELS = {
    "screening": (CORPORA / "screening.tsv", CORPORA / "screening"),
    "synthetic-autoreply": (CORPORA / "synthetic-autoreply" / "labels.tsv", CORPORA / "synthetic-autoreply"),
}
FLOORS = {"bounce": 0.99, "list": 0.96, "auto_reply": 0.95, "other_automatic": 0.85}
MADE_FLOOR = 0.90

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="needs the mail corpora in ../shared/corpora")


def labelled(corpus: str) -> Iterator[tuple[Path, str]]:
    """Every message of a corpus with the label a person gave it."""
    table, folder = LABELS[corpus]
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t"):
            if row[0] != "file":
                yield folder / row[0], row[1]


@cache
def screened(corpus: str) -> tuple[tuple[str, str, Screening, bool], ...]:
    """File, label, screening, and whether a first letter would go."""
    found = []
    for path, label in labelled(corpus):
        message = parse(path.read_bytes())
        screening = screen(message, shipped_screening())
        recipient = message.from_.address if message.from_ else ""
        answer = permit_answer(screening, recipient, History(), CAPS)
        found.append((path.name, label, screening, isinstance(answer, Permission)))
    return tuple(found)


@pytest.mark.parametrize(("corpus", "least"), [("screening", 35), ("synthetic-autoreply", 5)])
def test_no_person_is_taken_for_a_robot(corpus: str, least: int) -> None:
    """Every message that a person wrote has the verdict human: it opens a case whatever fields it carries."""
    people = [(name, screening) for name, label, screening, _ in screened(corpus) if label == "human"]
    assert len(people) >= least
    taken = [(name, screening.verdict.value) for name, screening in people if screening.verdict is not Verdict.HUMAN]
    assert taken == []


@pytest.mark.parametrize("corpus", sorted(LABELS))
def test_no_person_is_left_without_a_letter(corpus: str) -> None:
    """Every message that a person wrote may be answered, as far as its fields and words go."""
    people = [(name, screening) for name, label, screening, _ in screened(corpus) if label == "human"]
    assert [(name, screening.silences) for name, screening in people if not screening.may_answer] == []


@pytest.mark.parametrize("label", sorted(FLOORS))
def test_most_robots_get_no_letter(label: str) -> None:
    """Of bounces 99 in 100, list mail 96, absence notes 95 and other robots 85 at the least; the caps stop the rest."""
    answered = {name: may for name, found, _, may in screened("screening") if found == label}
    silenced = sum(not may for may in answered.values()) / len(answered)
    print(f"{label}: {silenced:.1%} of {len(answered)} get no letter")
    assert silenced >= FLOORS[label], sorted(name for name, may in answered.items() if may)


def test_most_absence_notes_in_many_languages_get_no_letter() -> None:
    """Ninety in a hundred at the least, in twenty-odd languages."""
    answered = {name: may for name, label, _, may in screened("synthetic-autoreply") if label == "auto_reply"}
    silenced = sum(not may for may in answered.values()) / len(answered)
    print(f"synthetic auto_reply: {silenced:.1%} of {len(answered)} get no letter")
    assert silenced >= MADE_FLOOR, sorted(name for name, may in answered.items() if may)


@pytest.mark.parametrize("corpus", sorted(LABELS))
def test_every_silence_has_a_reason(corpus: str) -> None:
    """Whoever is not answered, staff can be told why."""
    for name, _, screening, _ in screened(corpus):
        assert screening.may_answer or screening.reasons or screening.silences, name
