"""Messages of staff in the shapes of real mail programs, each labelled by hand: how well they are judged."""

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.cli.main import app
from tests.invented import ROOT

SAMPLES = ROOT / "tests" / "staff_mail"
FOLDERS = ("first", "second", "third", "fourth")


def evaluated(*words: str) -> list[dict[str, object]]:
    said = CliRunner().invoke(app, ["evaluate", "standards", *words, "--standard", "jersey-oic", "--format", "json"])
    assert said.exit_code == 0, said.output
    return list(json.loads(said.stdout))


@pytest.mark.parametrize("folder", FOLDERS)
def test_hardly_any_message_of_staff_is_misjudged(folder: str) -> None:
    """J5 to J8, G4, F19: each rule is right in 97 of 100 findings, and finds 90 of 100; nobody is accused without need."""
    for rule in evaluated(str(SAMPLES / folder)):
        assert rule["precision"] >= 0.97, rule  # type: ignore[operator]
        assert rule["recall"] >= 0.9, rule  # type: ignore[operator]
        assert rule["left"] == rule["unjudged"], rule


def test_every_rule_is_tried_often_enough_to_tell() -> None:
    """At least 150 messages, and of each rule some that keep it, some that break it, some that cannot be judged."""
    tables = [(SAMPLES / folder / "expected.tsv").read_text(encoding="utf-8").splitlines()[1:] for folder in FOLDERS]
    rows = [row.split("\t") for table in tables for row in table]
    broken = Counter(rule for row in rows for rule in row[2].split())
    unjudged = Counter(rule for row in rows for rule in row[3].split())
    assert len(rows) >= 150
    assert len(broken) == 9
    assert set(unjudged) == set(broken)
    assert {row[0] for row in rows} == {file.name for folder in FOLDERS for file in (SAMPLES / folder).glob("*.eml")}


def test_the_table_names_what_is_wrong_and_what_was_missed(tmp_path: Path) -> None:
    """With the file, and with what mailbot saw."""
    letter = (
        "From: Ada Finch <ada@example.org>\nSubject: Form\n\nDear Bo\n\nIt is in the post.\n\nCheers\nAda Finch\n01632 960001\n"
    )
    (tmp_path / "one.eml").write_text(letter, encoding="utf-8")
    (tmp_path / "expected.tsv").write_text("one.eml\t\tphone closing\tfont\n", encoding="utf-8")
    said = CliRunner().invoke(app, ["evaluate", "standards", str(tmp_path / "expected.tsv"), "--standard", "jersey-oic"]).stdout
    assert "email: one.eml: falsely found: no e-mail address in the signature" in said
    assert "phone: one.eml: missed" in said
    assert "closing: one.eml" not in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("one.eml\tphone", "row 1 needs the columns file, person, findings, not judged"),
        ("one.eml\t\tfone\t", "row 1: there is no rule 'fone'"),
        ("none.eml\t\tphone\t", "none.eml: cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, row: str, said: str) -> None:
    """With the row and what to write."""
    (tmp_path / "expected.tsv").write_text(f"{row}\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["evaluate", "standards", str(tmp_path)])
    assert refused.exit_code != 0
    assert said in refused.output + str(refused.exception)
