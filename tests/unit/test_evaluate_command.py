"""``mailbot evaluate screening``: a table of how labelled messages come out."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.cli.main import app

PERSON = b"From: ada@example.org\nTo: us@example.org\nSubject: Lamp\n\nIt is broken.\n"
ROBOT = b"From: bo@example.org\nTo: us@example.org\nSubject: Automatic reply: Lamp\n\nI am away.\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A folder with a person's message, a robot's, and one of a robot labelled as a person's."""
    for name, content in (("1.eml", PERSON), ("2.eml", ROBOT), ("3.eml", ROBOT)):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "labels.tsv").write_text("file\tlabel\n1.eml\thuman\n2.eml\tauto_reply\n3.eml\thuman\n", encoding="utf-8")
    return tmp_path


def test_the_share_of_each_label_that_gets_no_letter_is_counted(labelled: Path) -> None:
    """And every message that came out against its label is named with the reasons."""
    result = CliRunner().invoke(app, ["evaluate", "screening", str(labelled), str(labelled / "labels.tsv"), "--format", "json"])
    robot, person = json.loads(result.stdout)
    assert (robot["label"], robot["messages"], robot["silent"], robot["wrong"]) == ("auto_reply", 1, 1, [])
    assert (person["label"], person["messages"], person["silent"]) == ("human", 2, 1)
    (wrong,) = person["wrong"]
    assert wrong.startswith("3.eml: weighed, note-subject")


def test_the_table_is_for_people(labelled: Path) -> None:
    """Label, number and share stand in one row, and whoever is silenced is named below."""
    result = CliRunner().invoke(app, ["evaluate", "screening", str(labelled), str(labelled / "labels.tsv")])
    assert "50.0%" in result.output
    assert "human silenced: 3.eml" in result.output


def test_a_row_without_a_label_is_refused(labelled: Path) -> None:
    """The sentence names the file, the row, and what to write."""
    table = labelled / "labels.tsv"
    table.write_text("1.eml human\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", "screening", str(labelled), str(table)])
    assert "row 1 needs two columns" in str(result.exception)
