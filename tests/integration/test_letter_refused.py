"""What an admin may write by mistake or to do harm: refused with its place, and the letter in force stays in force."""

import time
from pathlib import Path

import pytest

from tests.integration.test_letter_command import edited, folder, refusal, run

__all__ = ["folder"]
SECONDS = 5
"""Far more than any letter needs, and far less than anybody's patience."""
SENTENCE = '[sentences.long]\nwhen = "reference"\ntext = "{}"\n'


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{{ organisation", "line 7, column 28: '{{' is not closed; write }} behind the name"),
        ("organisation }}", "line 7, column 41: '}}' closes nothing"),
        ("{{ organisatoin }}", "line 7, column 28: there is no name 'organisatoin'; did you mean 'organisation'?"),
        ("{{ due_on }}", "line 7, column 28: 'due_on' does not stand under variables"),
        ("{{ organisation.__class__.__mro__ }}", "line 7, column 28: 'organisation.__class__.__mro__' is more than a name"),
        ("{{ ''.join(reference) }}", "line 7, column 28: '''.join(reference)' is more than a name"),
        ("{{ reference * 99999999 }}", "line 7, column 28: 'reference * 99999999' is more than a name"),
        ("{% for one in range(10 ** 9) %}x{% endfor %}", "line 7, column 28: a letter has no commands"),
        ("{% macro again() %}{{ again() }}{% endmacro %}", "line 7, column 28: a letter has no commands"),
        ("{% include '/etc/hostname' %}", "line 7, column 28: a letter has no commands"),
        ("{{ organisation }}" * 5_000, "line 7, column 190: with every name and sentence in its place the letter could be"),
        ("x" * 5_000_000, "is larger than 100000 bytes; shorten it"),
        ("{{ " + "reference" * 9_000 + " }}", "line 7, column 28: there is no name"),
    ],
)
def test_a_text_that_could_do_harm_is_neither_published_nor_tried(folder: Path, wrong: str, said: str) -> None:
    """With line and column, in a moment; the version in force stays in force."""
    warm = edited(folder, "Thank you", "Many thanks")
    assert run(folder, "publish", "receipt", "--file", warm, "--note", "warmer").exit_code == 0
    file, began = edited(folder, "{{ organisation }}. Your", f"{wrong}. Your"), time.process_time()
    assert said in refusal(folder, "publish", "receipt", "--file", file, "--note", "x")
    assert said in refusal(folder, "preview", "receipt", "--file", file, "--folder", str(folder))
    assert time.process_time() - began < SECONDS
    now = run(folder, "show", "receipt").stdout
    assert now.startswith("Letter: receipt\nVersion: 1\n")
    assert "Many thanks" in now


def test_sentences_cannot_make_a_letter_without_end(folder: Path) -> None:
    """A short text that names a long sentence over and over would be a hundred megabytes."""
    file = Path(edited(folder, "{{ organisation }}. Your", "{{ organisation }}." + "{{ long }}" * 3_000 + " Your"))
    file.write_text(file.read_text(encoding="utf-8") + SENTENCE.format("We know. " * 4_000), encoding="utf-8")
    said = refusal(folder, "publish", "receipt", "--file", str(file), "--note", "x")
    assert "could be longer than 100000 characters; use fewer" in said
    assert "receipt.txt: line 7, column " in said
