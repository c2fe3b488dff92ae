"""``mailbot lint``: what people and programs read, and the exit code."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailbot.adapters.rule_files import load_wording
from mailbot.cli.letter_check import wording_finding
from mailbot.cli.main import app
from mailbot.errors import PermanentError, PolicyError
from tests.invented import RULES

WORDING = (RULES / "phrases" / "wording.toml").read_text(encoding="utf-8")


def run(*words: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["lint", *words], input=given)


def edited(folder: Path, right: str, wrong: str) -> Path:
    """A folder of rules whose wordings differ in one place from the shipped ones."""
    assert right in WORDING, "the shipped file no longer has what this test changes"
    (folder / "phrases").mkdir()
    (folder / "phrases" / "wording.toml").write_text(WORDING.replace(right, wrong, 1), encoding="utf-8")
    return folder


def test_a_text_with_findings_ends_with_1_and_says_what_to_write(tmp_path: Path) -> None:
    """File, line, rule, clause, the words, and the better wording."""
    file = tmp_path / "letter.txt"
    file.write_text("Hello,\n\nThere's nothing I can do.\n", encoding="utf-8")
    said = run(str(file))
    assert said.exit_code == 1
    assert said.stdout.startswith(f'{file}:3: irritating (F19): "nothing I can do": say first what you can do')


def test_a_text_without_findings_ends_with_0() -> None:
    """From standard input, too."""
    said = run("-", given="We can send you a copy. We cannot send the original.")
    assert (said.exit_code, said.stdout) == (0, "nothing found\n")


def test_programs_get_one_document() -> None:
    """The same findings as JSON, an empty list where there are none."""
    (one,) = json.loads(run("-", "--format", "json", given="What is the problem?").stdout)["findings"]
    assert (one["rule"], one["clause"], one["words"], one["line"]) == ("irritating", "F19", "problem", 1)
    assert json.loads(run("-", "--format", "json", given="").stdout) == {"findings": []}


def test_of_a_draft_only_the_own_words_are_read(tmp_path: Path) -> None:
    """The customer's words that it quotes, its subject and the signature are not the officer's."""
    draft = EmailMessage()
    draft["From"], draft["To"], draft["Subject"] = "enquiries@harbour.example", "ada@example.org", "Re: A problem"
    quoted = "On 3 May 2026 at 10:00, Ada <ada@example.org> wrote:\n> There is a problem, and you promise nothing!!"
    draft.set_content(f"Dear Ada,\n\nI'll try to ring you.\n\n{quoted}\n\n-- \nBo Sample\nThe PROBLEM SOLVERS\n")
    file = tmp_path / "draft.eml"
    file.write_bytes(draft.as_bytes())
    said = run(str(file), "--draft")
    assert said.exit_code == 1
    assert said.stdout == f"{file}:3: irritating (F19): \"I'll try to\": say what you will do and by which date: 'I will …'\n"


def test_a_text_from_windows_is_read() -> None:
    """Its apostrophe is a byte that UTF-8 does not know."""
    assert '"I’ll try"' in run("-", given=b"I\x92ll try.").stdout


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A file that is not there and a message beyond every limit are no text without findings."""
    missing = run(str(tmp_path / "none.txt")).exception
    assert isinstance(missing, PermanentError)
    assert "none.txt: cannot be read" in str(missing)
    huge = run("-", given=b"x" * 25_000_001).exception
    assert "is larger than 25 MB" in str(huge)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('words = ["problem",', 'words = ["Problem",', "irritating.words: 'Problem': write it in lower case"),
        ('words = ["problem",', 'words = ["pro.blem",', "irritating.words: 'pro.blem': write 'pro.blem' without marks"),
        ('words = ["problem",', 'words = ["pr*",', "irritating.words: 'pr*': write at least 3 letters before the *"),
        ('words = ["problem", "problems",', 'words = ["problem", "problem",', "the phrase 'problem' stands twice"),
        ("oldest = 12", "oldest = 0", "oldest: write a number above 0"),
        ("oldest = 12", 'oldest = "twelve"', "oldest: write a whole number"),
        ("oldest = 12\n", "", "oldest: is missing"),
        ('"AM", ', '"am", ', "abbreviations: 'am': write capital letters alone"),
        ("[must_contain.who]", "[must_contain.whom]", "must_contain.whom"),
        (
            'values = ["policy_link"]',
            'values = ["policy"]',
            "must_contain.policy.values: there is no value 'policy' in letters",
        ),
        ('values = ["policy_link"]', "", "must_contain.policy: write values or words by which it is known"),
        (
            '"what happens next",',
            '"What happens next",',
            "must_contain.next_step.words: 'What happens next': write it in lower",
        ),
        ("[[irritating]]", "[[irritates]]", "irritates: there is no such key; did you mean 'irritating'?"),
        ("instead = \"write 'before'\"", 'instead = ""', "officialese.instead: "),
    ],
)
def test_a_mistake_in_the_wordings_is_refused_with_file_and_key(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """And with what to write instead."""
    with pytest.raises(PolicyError) as refused:
        load_wording(edited(tmp_path, right, wrong))
    assert f"wording.toml: {said}" in str(refused.value)


def test_check_tries_every_example(tmp_path: Path) -> None:
    """A wording that does not find what it says it finds is a failure of ``mailbot check``."""
    assert wording_finding(RULES).trouble is None
    rules = edited(tmp_path, '"problem", "problems", ', '"problems", ')
    trouble = wording_finding(rules).trouble or ""
    assert 'irritating: must hit: "We are sorry about the problem with your bin."' in trouble
