"""``mailbot letter``: an admin without a programmer's tools edits, tries, publishes and goes back."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailbot.cli.main import app
from tests.e2e.messages import read_letter
from tests.invented import RULES, shipped_letters
from tests.servers.databases import sqlite_with_tables
from tests.servers.smtp import SmtpServer
from tests.unit.test_classify_command import CONFIG

EVERY = len(shipped_letters().names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation whose database has its tables."""
    url = sqlite_with_tables(tmp_path / "own.db")
    (tmp_path / "mailbot.toml").write_text(CONFIG.replace("sqlite:///none.db", url), encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, ["letter", *words, "--config", str(folder / "mailbot.toml")])


def refusal(folder: Path, *words: str) -> str:
    said = run(folder, *words)
    assert said.exit_code != 0
    return str(said.exception)


def edited(folder: Path, old: str, new: str) -> str:
    """The file of the receipt, with other words in it."""
    file = folder / "receipt.txt"
    text = run(folder, "show", "receipt").stdout
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(file)


def test_the_letters_are_listed_with_the_version_in_force(folder: Path) -> None:
    """0 is the letter as it came."""
    file = edited(folder, "Thank you", "Many thanks")
    run(folder, "publish", "receipt", "--file", file, "--note", "warmer")
    lines = {line.split()[0]: line.split() for line in run(folder, "list").stdout.splitlines()[2:]}
    assert lines["receipt"][1:4] == ["customer", "mailbot", "1"]
    assert lines["manager-digest"][1:4] == ["staff", "mailbot", "0"]


def test_a_letter_is_shown_as_a_file_compared_published_and_taken_back(folder: Path) -> None:
    """Every step prints what to do next; the history says who did what, when and why."""
    file = edited(folder, "Thank you", "Many thanks")
    assert "+Many thanks for writing" in run(folder, "diff", "receipt", "--file", file).stdout
    said = run(folder, "publish", "receipt", "--file", file, "--note", "warmer").stdout
    assert said == "receipt is version 1 from the next letter on.\nTo go back: mailbot letter revert receipt 0\n"
    assert "Version: 1\n" in run(folder, "show", "receipt").stdout
    assert "-Thank you for writing" in run(folder, "diff", "receipt").stdout
    assert "version 2" in run(folder, "revert", "receipt", "0").stdout
    assert run(folder, "diff", "receipt").stdout == ""
    history = run(folder, "history", "receipt").stdout
    assert "warmer" in history
    assert "back to version 0" in history


def test_a_file_of_another_letter_or_with_a_mistake_is_refused(folder: Path) -> None:
    """The sentence names the file, the line and the column, and the letter stays as it is."""
    file = edited(folder, "{{ organisation }}. Your", "{{ organisatoin }}. Your")
    assert "receipt.txt: line 1: is the letter 'receipt', not 'delay-notice'" in refusal(
        folder, "publish", "delay-notice", "--file", file, "--note", "x"
    )
    assert "receipt.txt: line 7, column 26: there is no name 'organisatoin'; did you mean 'organisation'?" in refusal(
        folder, "publish", "receipt", "--file", file, "--note", "x"
    )
    assert run(folder, "history", "receipt").stdout == "versions of receipt: none\n"
    assert "Kept as draft 1" in run(folder, "draft", "receipt", "--file", file).stdout
    assert "there is no letter 'reciept'; did you mean 'receipt'?" in refusal(folder, "show", "reciept")


def test_letters_go_out_to_a_folder_and_come_back(folder: Path) -> None:
    """Another installation, or a person who edits all of them at once; what did not change stays as it is."""
    (folder / "out").mkdir()
    assert f"{EVERY} letters are in" in run(folder, "export", str(folder / "out")).stdout
    file = folder / "out" / "receipt.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("Thank you", "Many thanks"), encoding="utf-8")
    said = run(folder, "import", str(folder / "out"), "--note", "all").stdout
    assert said == f"receipt is version 1 from the next letter on.\n{EVERY - 1} letters are as they were.\n"


def test_the_letters_as_they_came_are_checked_without_an_installation() -> None:
    """All of them, or one; nothing is found."""
    said = CliRunner().invoke(app, ["letter", "check"])
    assert (said.exit_code, said.stdout) == (0, f"letters checked: {EVERY}; nothing found\n")
    assert CliRunner().invoke(app, ["letter", "check", "receipt"]).stdout == "letters checked: 1; nothing found\n"
    unknown = CliRunner().invoke(app, ["letter", "check", "receit"]).exception
    assert "did you mean 'receipt'?" in str(unknown)


def test_a_file_is_checked_before_it_is_published(folder: Path) -> None:
    """What irritates, and what the letter fails to say, each with its part and what to write instead."""
    file = edited(folder, "You need do nothing now.", "There is nothing more we can do.")
    said = run(folder, "check", "--file", file)
    assert said.exit_code == 1
    assert f'{file}:body:3: irritating (F19): "nothing more we can do": say first what you can do' in said.stdout
    assert f"{file}:body: missing (F8): \"nothing to do\": say 'You need do nothing now.'" in said.stdout
    (found,) = json.loads(run(folder, "check", "--file", file, "--format", "json").stdout)["letters"].values()
    assert [(one["rule"], one["place"]) for one in found] == [("irritating", "body"), ("missing", "body")]
    assert run(folder, "check", "receipt").exit_code == 0


def test_the_letters_in_force_are_checked_by_the_rules_as_they_are_now(folder: Path) -> None:
    """A wording that is new in the rules is found in a letter that was published before."""
    file = edited(folder, "Thank you for writing to", "We are glad of your message to")
    assert run(folder, "publish", "receipt", "--file", file, "--note", "warmer").exit_code == 0
    rules = folder / "rules"
    shutil.copytree(RULES, rules)
    wording = rules / "phrases" / "wording.toml"
    row = '[[officialese]]\nwords = ["we are glad of"]\ninstead = "thank you for"\nmust_hit = ["We are glad of it."]\n'
    wording.write_text(wording.read_text(encoding="utf-8") + row, encoding="utf-8")
    config = folder / "mailbot.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("[paths]", f'[paths]\nrules = "{rules}"'), encoding="utf-8")
    said = run(folder, "check")
    assert (said.exit_code, said.stdout) == (1, 'receipt:body:3: officialese: "We are glad of": thank you for\n')


# Trying ----------------------------------------------------------------------------------------------------------------


def test_a_letter_is_seen_before_it_is_published(folder: Path) -> None:
    """As text and as a page, with all values, the fewest or the longest; the file is tried, not the letter in force."""
    file = edited(folder, "Thank you", "Many thanks")
    said = run(folder, "preview", "receipt", "--file", file, "--folder", str(folder))
    assert said.exit_code == 0, said.output
    assert "Many thanks for writing to Cyngor Porth y Môr." in said.stdout
    assert "Many thanks" in (folder / "receipt.txt").read_text(encoding="utf-8")
    page = (folder / "receipt.html").read_text(encoding="utf-8")
    assert "Many thanks for writing to Cyngor Porth y Môr." in page
    assert "&lt;broken&gt; &amp; dark" in page
    assert (folder / "receipt.html").stat().st_mode & 0o077 == 0
    few = run(folder, "preview", "receipt", "--sample", "emptiest", "--folder", str(folder)).stdout
    assert "Thank you for writing" in few
    assert 'This is about "your message"' in few
    long = run(folder, "preview", "receipt", "--sample", "longest", "--folder", str(folder)).stdout
    assert "to Cyngor Porth y Môr Cyngor Porth y Môr Cyngor Porth y Môr." in long
    assert run(folder, "history", "receipt").stdout == "versions of receipt: none\n"


def test_a_letter_that_would_be_refused_cannot_be_seen(folder: Path) -> None:
    """Nor can one for a case that is not there; the sentence says what to write."""
    file = edited(folder, "{{ organisation }}. Your", "{{ organisatoin }}. Your")
    assert "did you mean 'organisation'?" in refusal(folder, "preview", "receipt", "--file", file)
    assert refusal(folder, "preview", "receipt", "--case", "HC-1") == "there is no case HC-1"
    assert refusal(folder, "preview", "receipt", "--sample", "newest") == "there is no case yet; write --sample fullest"


def test_a_test_goes_to_a_colleague_and_to_nobody_else(folder: Path, smtp_server: SmtpServer) -> None:
    """Its sender says that it is a test; a customer's address is refused before anything is sent."""
    config = folder / "mailbot.toml"
    relay = 'smtp = { host = "127.0.0.1", port = '
    text = config.read_text(encoding="utf-8").replace(f"{relay}1,", f"{relay}{smtp_server.port},")
    config.write_text(text, encoding="utf-8")
    said = "ada@example.org is no colleague's address; a test goes only to staff"
    assert refusal(folder, "test-send", "receipt", "--to", "ada@example.org") == said
    assert run(folder, "test-send", "receipt", "--to", "bo@harbour.example").stdout == "Sent to bo@harbour.example.\n"
    (sent,) = smtp_server.accepted
    letter = read_letter(sent.content)
    assert sent.recipients == ("bo@harbour.example",)
    assert str(letter["From"]) == '"Test, Harbour Council" <enquiries@harbour.example>'
    assert "Thank you for writing to Cyngor Porth y Môr." in letter.get_content()


def test_a_form_for_a_language_has_versions_of_its_own(folder: Path) -> None:
    """Publishing it leaves the English letter alone; a draft is published by its number; the second of two is told."""
    shown = run(folder, "show", "receipt", "--language", "cy").stdout
    assert shown.startswith("Letter: receipt/cy\nVersion: 0\n")
    file = folder / "cy.txt"
    file.write_text(shown.replace("Helo,", "Annwyl gwsmer,"), encoding="utf-8")
    assert "Kept as draft 1 of receipt/cy" in run(folder, "draft", "receipt", "--language", "cy", "--file", str(file)).stdout
    of_it = ("receipt", "--language", "cy")
    assert "receipt/cy is version 2" in run(folder, "publish", *of_it, "--draft", "1", "--note", "warmer").stdout
    assert "Annwyl gwsmer," in run(folder, "show", *of_it).stdout
    assert "Version: 0\n" in run(folder, "show", "receipt").stdout
    assert "-Helo,\n+Annwyl gwsmer,\n" in run(folder, "diff", *of_it).stdout
    late = refusal(folder, "publish", *of_it, "--file", str(file), "--note", "late")
    assert "Nothing is lost: yours is kept as draft 3" in late
    assert "is no draft" in refusal(folder, "publish", *of_it, "--draft", "2", "--note", "again")
    assert "one of the two" in refusal(folder, "publish", *of_it, "--note", "nothing")
    assert run(folder, "history", "receipt").stdout == "versions of receipt: none\n"
    assert "receipt/cy is version 4" in run(folder, "revert", "receipt", "0", "--language", "cy").stdout
    assert "Helo," in run(folder, "show", *of_it).stdout
    listed = run(folder, "list", "--language", "cy").stdout
    assert "receipt/cy" in listed
    assert "due-soon" not in listed


def test_a_letter_gets_a_form_that_was_not_shipped(folder: Path) -> None:
    """For another language or one pack: the letter as a file, with the form's name in its first line."""
    file = folder / "pack.txt"
    file.write_text(
        run(folder, "show", "receipt").stdout.replace("Letter: receipt", "Letter: receipt/generic"), encoding="utf-8"
    )
    said = run(folder, "publish", "receipt", "--pack", "generic", "--file", str(file), "--note", "ours").stdout
    assert "receipt/generic is version 1" in said
    assert "receipt/generic" in run(folder, "list", "--pack", "generic").stdout
    assert "receipt/oxfordshire" in refusal(folder, "show", "receipt", "--pack", "oxfordshire")
