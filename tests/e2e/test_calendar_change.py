"""A day is added to the calendar while cases are open: their dates move by themselves, and it is known who was told."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import Said, run_cli
from tests.e2e.installation import Install, Installation, RealClock
from tests.e2e.messages import message
from tests.invented import RULES
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

ROW = """
[[closed]]
date = {day}
name = "A day of thanks"
division = "England and Wales"
authority = "an invented proclamation"
source = "an invented gazette"
added_on = {day}
"""


@pytest.fixture
def mailbot(install: Install, dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path) -> Installation:
    """A running installation with rules of its own, and one customer who was told a date."""
    shutil.copytree(RULES, tmp_path / "rules")
    tables = {"paths": {"rules": str(tmp_path / "rules")}}
    made = install(dovecot, smtp_server, clock=RealClock(), tables=tables)
    made.start()
    made.deliver(message())
    made.letters(1)
    return made


def close_a_day(mailbot: Installation, after: date) -> date:
    """Write the first free weekday after this one into the calendar; gives that day."""
    file = mailbot.folder / "rules" / "calendars" / "england-and-wales.toml"
    text = file.read_text()
    day = after + timedelta(days=1)
    while day.weekday() >= 5 or f"date = {day}" in text:
        day += timedelta(days=1)
    rows = text.split("\n[[closed]]\n")
    later = next((row for row in rows[1:] if date.fromisoformat(row[7:17]) > day), None)
    new = ROW.format(day=day).removeprefix("\n[[closed]]\n")
    rows.insert(rows.index(later) if later else len(rows), new)
    file.write_text("\n[[closed]]\n".join(rows))
    return day


def printed(said: Said) -> dict[str, Any]:
    """What a program reads; the daemon of this story may log above it."""
    found: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return found


def due_on(mailbot: Installation) -> str:
    """The date of the answer, as a program reads it."""
    (line,) = mailbot.cases(1)
    (response,) = [one for one in mailbot.case(line.reference).clocks if one.name == "response"]
    return response.due_at.date().isoformat()


def test_a_restart_with_another_calendar_moves_the_dates(mailbot: Installation) -> None:
    """The status says that a date moved; the list names the case, both dates, and the customer who was told the first."""
    told = due_on(mailbot)
    mailbot.stop()
    close_a_day(mailbot, mailbot.clock.now().date())
    mailbot.restart()
    mailbot.wait_until(lambda: mailbot.queries.status(mailbot.clock.now()).moved == 1, "the date to move")
    (moved,) = printed(mailbot.cli("calendar", "moved", "--format", "json"))["moved"]
    assert (moved["clock"], moved["old_on"], moved["new_on"]) == ("response", told, due_on(mailbot))
    assert moved["new_on"] > told
    assert [(one["recipient"], one["letter"]) for one in moved["told"]] == [("ada.finch@example.org", "receipt-enquiry")]
    assert "dates: 1 moved this week" in mailbot.cli("status").stdout
    mailbot.restart()
    assert mailbot.queries.status(mailbot.clock.now()).moved == 1


def test_an_admin_may_look_first(mailbot: Installation) -> None:
    """The dry run says what would move and moves nothing; the real one does it; the daemon then finds nothing left."""
    told = due_on(mailbot)
    close_a_day(mailbot, close_a_day(mailbot, mailbot.clock.now().date()))
    looked = mailbot.cli("calendar", "recount", "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "1 date moved; of 1 somebody had been told the old one." in looked.stdout
    assert "told: ada.finch@example.org" in looked.stdout
    assert "Nothing was written" in looked.stdout
    assert due_on(mailbot) == told
    (moved,) = printed(mailbot.cli("calendar", "recount", "--format", "json"))["moved"]
    assert moved["new_on"] == due_on(mailbot) > told
    mailbot.restart()
    assert "\n0 dates moved" in f"\n{mailbot.cli('calendar', 'recount', '--dry-run').stdout}"
    assert mailbot.queries.status(mailbot.clock.now()).moved == 1


def test_without_a_database_there_is_nothing_to_count(tmp_path: Path) -> None:
    """A sentence that says what to do, and exit code 78."""
    said = run_cli("calendar", "recount", "--config", str(tmp_path / "none.toml"))
    assert said.returncode == 78
    assert "none.toml" in said.stderr
