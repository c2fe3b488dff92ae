"""``mailbot lint``: what people and programs read, and the exit code."""

import json
import os
import re
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailbot.adapters.rule_files import load_wording
from mailbot.cli.letter_check import wording_finding
from mailbot.cli.main import app
from mailbot.errors import PermanentError, PolicyError
from tests.invented import RULES

SECONDS = 10
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


def test_of_a_draft_that_is_a_page_alone_its_words_are_read(tmp_path: Path) -> None:
    """What a mail program writes without a plain part; what the page quotes is the customer's."""
    draft = EmailMessage()
    page = "<p>Dear Ada,</p><p>There&#39;s nothing I can do.</p>"
    quoted = (
        "<p>On 3 May 2026 at 10:00, Ada wrote:</p><blockquote><p>You promise nothing, what is your problem!!</p></blockquote>"
    )
    draft.set_content(f"<html><body>{page}{quoted}<script>problem</script></body></html>", subtype="html")
    file = tmp_path / "draft.eml"
    file.write_bytes(draft.as_bytes())
    said = run(str(file), "--draft")
    assert said.exit_code == 1
    assert re.findall(r'\(F19\): "(.*?)":', said.stdout) == ["nothing I can do"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 1_000,
        bytes(range(256)) * 40,
        b"Subject: x\n" * 20_000 + b"\nWhat is the problem?\n",
        b'Content-Type: multipart/mixed; boundary="a"\n\n' + b'--a\nContent-Type: multipart/mixed; boundary="a"\n\n' * 3_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 100_000,
        b"Content-Type: text/html\n\n<p>" + b"&nbsp;" * 100_000,
        b"Content-Type: text/plain; charset=no-such\n\nWhat is the problem?\n",
        b"Content-Transfer-Encoding: base64\n\n=" + b"/" * 99_999,
        b"\n" + b"> " * 200_000,
    ],
)
def test_a_hostile_message_ends_with_findings_or_with_a_sentence(content: bytes) -> None:
    """Never with a trace, and soon: whatever somebody saved as a draft."""
    began, said = time.process_time(), run("-", "--draft", given=content)
    assert said.exception is None or isinstance(said.exception, (SystemExit, PermanentError))
    assert time.process_time() - began < SECONDS


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


def test_programs_tell_an_unreadable_text_from_one_with_findings(tmp_path: Path) -> None:
    """1 says that something was found; what cannot be read ends as everywhere else with 65, and a wrong option with 64."""

    def code(*words: str) -> int:
        return subprocess.run([sys.executable, "-m", "mailbot", "lint", *words], capture_output=True, check=False).returncode

    assert code(str(tmp_path)) == os.EX_DATAERR
    assert code() == os.EX_USAGE


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
