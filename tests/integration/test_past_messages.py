"""``mailbot replay --compare`` without files: what other rules would have made of the mail that an installation has had."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from mailbot.adapters.store.tables import raw
from mailbot.cli.main import app
from tests.integration.correspondence import Council, council, mail
from tests.invented import RULES
from tests.servers.databases import sqlite_with_tables
from tests.unit.test_classify_command import CONFIG

GREEN = "The bowling green was locked. I bowl there."


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Council]:
    """A council without a classifier, and beside it rules that know one phrase more."""
    url = sqlite_with_tables(tmp_path / "own.db")
    config = CONFIG.replace("sqlite:///none.db", url)
    (tmp_path / "mailbot.toml").write_text(f"{config}\n[processing]\nclassifier = false\n", encoding="utf-8")
    shutil.copytree(RULES, tmp_path / "rules")
    file = tmp_path / "rules" / "classes" / "suggestion.toml"
    one_more = 'phrase = [\n  { text = "bowling green", weight = 9.0 },\n'
    file.write_text(file.read_text(encoding="utf-8").replace("phrase = [\n", one_more), encoding="utf-8")
    with council(url) as found:
        yield found


def compared(folder: Path, *more: str) -> Result:
    words = ["replay", "--config", str(folder / "mailbot.toml"), "--compare", "now", str(folder / "rules"), *more]
    return CliRunner().invoke(app, words)


def test_the_mail_that_came_in_is_compared_and_named_by_its_case(town: Council, tmp_path: Path) -> None:
    """Of the mailbox's own mail, however long ago it came; no word of a message is printed."""
    town.arrives(mail("I wish to make a formal complaint."), mail(GREEN))
    town.arrives(mail(GREEN, to="foi@harbour.example"), mailbox="foi")
    reference = town.cases()[1].line.reference
    said = compared(tmp_path)
    assert said.output.splitlines()[-2:] == [
        f"{reference}, message 2: class unsure -> suggestion; letter receipt -> receipt-suggestion",
        "2 messages, 1 would change",
    ]
    assert "bowl" not in said.output


def test_only_the_newest_are_compared_where_that_is_asked(town: Council, tmp_path: Path) -> None:
    """An installation of years is not judged whole to try one phrase."""
    town.arrives(mail(GREEN), mail("I wish to make a formal complaint."))
    assert compared(tmp_path, "--last", "1").output.splitlines()[-1] == "1 messages, 0 would change"


def test_what_has_been_erased_is_left_out(town: Council, tmp_path: Path) -> None:
    """Nothing is there to be judged."""
    town.arrives(mail(GREEN))
    with town.database.writing() as connection:
        connection.execute(update(raw).values(content=None))
    assert compared(tmp_path).output.splitlines()[-1] == "0 messages, 0 would change"


def test_without_files_there_must_be_something_to_compare(tmp_path: Path) -> None:
    """Past mail is compared, never printed: who may open a message is asked elsewhere."""
    said = CliRunner().invoke(app, ["replay", "--config", str(tmp_path / "mailbot.toml")])
    assert said.exit_code == 2
    assert "name messages, or compare" in said.output
