"""``mailbot clock`` and ``mailbot calendar``: dates with their derivation, and calendars that change in the open."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.adapters.rule_files import calendar_names, calendar_text, load_calendar, read_calendar
from tests.e2e.command_line import Said, run_cli
from tests.invented import RULES

CONFIG = """
[organisation]
name = "Harbour Council"
time_zone = "Europe/Jersey"
[paths]
rules = "rules"
[[mailbox]]
name = "enquiries"
address = "enquiries@harbour.example"
imap = { host = "localhost", port = 1, tls = "none" }
smtp = { host = "localhost", port = 1, tls = "none" }
"""


def due(*words: str) -> Said:
    """``mailbot clock due`` with these options."""
    return run_cli("clock", "due", *words)


def dates(*words: str) -> dict[str, str]:
    """The dates of its clocks, as a program reads them."""
    said = due(*words, "--format", "json")
    assert said.returncode == 0, said.stderr
    return {clock["name"]: clock["due_on"] for clock in json.loads(said.stdout)["clocks"]}


@pytest.fixture
def own_rules(tmp_path: Path) -> Path:
    """A configuration whose rules are a copy that may be changed; gives the folder of both."""
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "mailbot.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


# Dates -----------------------------------------------------------------------------------------------------------------


def test_a_program_reads_a_date_and_its_derivation() -> None:
    """Exactly the name, the day, its last second, the law, and each day that was left out with the reason."""
    said = due("--clock", "sar", "--received", "2026-11-25T10:00", "--format", "json")
    assert json.loads(said.stdout) == {
        "clocks": [
            {
                "name": "sar",
                "due_on": "2026-12-29",
                "due_at": "2026-12-29T23:59:59+00:00",
                "law": "UK GDPR art. 12(3), 12A",
                "skipped": [
                    {"on": "2026-12-25", "why": "Christmas Day (England and Wales; common law holiday)"},
                    {"on": "2026-12-26", "why": "Saturday"},
                    {"on": "2026-12-27", "why": "Sunday"},
                    {
                        "on": "2026-12-28",
                        "why": "Boxing Day (substitute day) (England and Wales; Banking and Financial Dealings Act 1971)",
                    },
                ],
            }
        ]
    }


def test_a_person_reads_why_a_date_is_what_it_is() -> None:
    """The law, the first day counted, weekends in one line, each holiday with whose it is, and the other reading."""
    said = due("--clock", "foia", "--received", "2026-11-21").stdout
    assert said.startswith("foia (answer to a Freedom of Information request): due Monday 21 December 2026, until midnight")
    for words in (
        "Freedom of Information Act 2000 s.10(1), (6)",
        "20 working days, calendar united-kingdom, the first on Monday 23 November 2026",
        "weekends: 22 Nov, 28–29 Nov, 5–6 Dec",
        "Monday 30 November 2026: St Andrew's Day (Scotland; Banking and Financial Dealings Act 1971)",
        "Tuesday 22 December 2026, if received on the next working day, as the Code of Practice",
    ):
        assert words in said


def test_a_pack_s_clocks_are_printed_for_a_class_and_a_channel() -> None:
    """All of them, the law's among them, under the names of the pack."""
    words = ("--pack", "generic", "--class", "foi_request", "--channel", "email", "--received", "2026-12-24T10:00")
    assert dates(*words) == {"receipt": "2026-12-29", "acknowledgement": "2027-01-05", "response": "2027-01-27"}
    assert "law          Freedom of Information Act 2000" in due(*words).stdout


def test_a_message_that_is_not_for_us_has_no_clock() -> None:
    """Nothing to compute is said, and is no error."""
    assert "nobody waits for an answer" in due("--pack", "generic", "--class", "not_for_us", "--received", "2026-12-24").stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--clock foia --received 2026-11-23 --clarified 2026-12-12T11:00", "2027-01-14"),
        ("--clock foia --received 2026-11-23 --extended", "2027-01-25"),
        ("--clock foia --received 2026-12-25 --receipt code", "2027-01-28"),
        ("--clock sar --received 2026-11-30 --paused-from 2026-12-03 --paused-until 2026-12-06", "2027-01-04"),
        ("--clock jersey-foi --received 2026-11-23 --extended", "2027-02-25"),
        ("--clock foia --received 2026-11-23T23:59:59", "2026-12-22"),
        ("--clock foia --received 2026-11-24T00:30:00+01:00", "2026-12-22"),
        ("--clock foia --received 2026-11-23T23:30 --zone America/New_York", "2026-12-22"),
    ],
)
def test_what_happened_to_a_clock_can_be_told(words: str, expected: str) -> None:
    """Clarified, waited, extended, by the Code, at the last second of a day, and in another zone."""
    assert list(dates(*words.split()).values()) == [expected]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("--clock fioa --received 2026-11-23", 65, "there is no clock 'fioa'; known: complaint-ack, "),
        (
            "--pack generic --class letter --received 2026-11-23",
            65,
            "there is no class 'letter' in pack generic; known:",
        ),
        ("--pack generik --class enquiry --received 2026-11-23", 78, "there is no pack 'generik'; known packs: "),
        ("--clock foia --received 1970-01-01", 65, "nothing is received before 2000"),
        ("--clock foia --received 2031-01-01", 65, "knows the closed days of 2025-01-01 to 2029-12-31 only"),
        ("--clock foia --received 2024-12-20", 65, "would be a guess"),
        ("--clock foisa --received 2026-11-23 --extended", 65, "the clock 'foisa' cannot be extended"),
        ("--clock sar --received 2026-11-23 --clarified 2026-11-30", 65, "is it --paused-from and --paused-until?"),
        ("--clock foia --received 2026-11-23 --clarified 2026-11-20", 65, "cannot begin anew before it began"),
        (
            "--clock foisa --received 2026-11-23 --paused-from 2026-11-24 --paused-until 2026-11-25",
            65,
            "nothing makes the clock 'foisa' stand still",
        ),
        ("--clock sar --received 2026-11-23 --paused-from 2026-11-24", 64, "--paused-until"),
        ("--clock foia --received yesterday", 64, "'yesterday' is no moment"),
        ("--clock foia --received 2026-11-23 --zone Europe/Londn", 64, "there is no time zone 'Europe/Londn'"),
        (
            "--clock foia --pack generic --class enquiry --received 2026-11-23",
            64,
            "either --clock, or --pack with --class",
        ),
        ("--pack generic --received 2026-11-23", 64, "either --clock, or --pack with --class"),
        ("--received 2026-11-23", 64, "either --clock, or --pack with --class"),
    ],
)
def test_what_cannot_be_computed_is_refused(words: str, code: int, said: str) -> None:
    """With what is wrong and what there is instead: never a wild date."""
    found = due(*words.split())
    assert found.returncode == code
    assert found.stdout == ""
    assert said in " ".join(found.stderr.replace("│", " ").split())


def test_the_clocks_of_the_law_are_listed_with_their_law() -> None:
    """For people with what they are for, for programs as values."""
    said = run_cli("clock", "list").stdout
    assert "social-care-complaint-ack: acknowledgement of a social care complaint" in said
    assert "  3 working days from receipt, calendar england-and-wales" in said
    listed = json.loads(run_cli("clock", "list", "--format", "json").stdout)["clocks"]
    assert {
        "name": "dp-complaint-ack",
        "title": "acknowledgement of a data protection complaint",
        "law": "Data Protection Act 2018 s.164A",
    } in listed


def test_a_date_needs_no_database_and_no_language_model() -> None:
    """The command answers without loading what only a running installation needs."""
    program = (
        "import sys; from mailbot.cli.main import app; "
        "app(['clock', 'due', '--clock', 'foia', '--received', '2026-11-23'], standalone_mode=False); "
        "sys.exit(','.join(name for name in ('sqlalchemy', 'spacy', 'holidays', 'mailbot.app') if name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "due Tuesday 22 December 2026" in ran.stdout
    assert ran.stderr.strip() == ""


def test_an_installation_s_own_rules_and_zone_count(own_rules: Path) -> None:
    """With --config the copy that an organisation keeps is asked, shut days and all, in its time zone."""
    pack = own_rules / "rules/packs/generic/pack.toml"
    shut = '[[shut]]\nfrom = 2026-12-24\nuntil = 2027-01-01\nname = "Christmas closure"\n\n'
    pack.write_text(pack.read_text(encoding="utf-8").replace("[hours]", shut + "[hours]"), encoding="utf-8")
    words = ("--config", str(own_rules / "mailbot.toml"), "--pack", "generic", "--class", "enquiry", "--received", "2026-12-23")
    said = due(*words).stdout
    assert "receipt: due Thursday 24 December 2026, until midnight Europe/Jersey" in said
    assert "office shut from Thu 24 Dec 2026 to Fri 1 Jan 2027 (Christmas closure), answer by Wed 23 Dec 2026" in said


# Calendars -------------------------------------------------------------------------------------------------------------


def test_a_calendar_is_shown_with_its_authorities() -> None:
    """One year of the islands' days, each with its law, its source, and since when it is known."""
    said = run_cli("calendar", "show", "jersey", "--year", "2028").stdout
    assert "jersey: known from 2025-01-01 to 2029-12-31" in said
    assert "Tue 09 May 2028  Liberation Day (Jersey; Public Holidays and Bank Holidays (Jersey) Act 2010)" in said
    assert "2027" not in said
    rows = json.loads(run_cli("calendar", "show", "jersey", "--year", "2028", "--format", "json").stdout)["closed"]
    assert rows[0]["date"] == "2028-01-03"


def test_a_calendar_that_does_not_exist_is_refused() -> None:
    """With those there are, whether it is shown or brought up to date."""
    for words in (("show", "wales"), ("update", "wales")):
        found = run_cli("calendar", *words)
        assert found.returncode == 78
        assert "there is no calendar 'wales'; known: england-and-wales, guernsey" in found.stderr


@pytest.mark.parametrize("name", calendar_names(RULES))
def test_a_calendar_is_written_as_it_was_read(name: str) -> None:
    """Comments at the top, rows and all: a diff shows what changed and nothing else."""
    text = (RULES / "calendars" / f"{name}.toml").read_text(encoding="utf-8")
    assert calendar_text(read_calendar(RULES, name), text) == text


def test_the_shipped_calendars_agree_with_the_library() -> None:
    """Nothing is proposed: the library's days, under our names, are the rows that ship."""
    said = run_cli("calendar", "update")
    assert said.returncode == 0
    assert said.stdout.splitlines() == [f"{name}: up to date until 2029-12-31" for name in calendar_names(RULES)]


def update(folder: Path, *words: str) -> str:
    """``mailbot calendar update`` of the copy's Scottish calendar."""
    said = run_cli("calendar", "update", "scotland", "--config", str(folder / "mailbot.toml"), *words)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_changes_are_shown_and_written_only_when_asked(own_rules: Path) -> None:
    """A row that was lost, one that was renamed and one too many: each is a line of a diff, and then a line of the file."""
    file = own_rules / "rules/calendars/scotland.toml"
    right = file.read_text(encoding="utf-8")
    lost = right.index("\n[[closed]]\ndate = 2026-06-15")
    wrong = right[:lost] + right[right.index("\n[[closed]]", lost + 1) :]
    wrong = wrong.replace('name = "2 January"', 'name = "New year holiday"', 1).replace(
        "date = 2026-12-28", "date = 2026-12-29"
    )
    file.write_text(wrong, encoding="utf-8")
    said = update(own_rules)
    assert "+date = 2026-06-15" in said
    assert '-name = "New year holiday"' in said
    assert "-date = 2026-12-29" in said
    assert "scotland: 2 rows added, 1 removed, 1 renamed or resting on another law" in said
    assert "Nothing was written" in said
    assert file.read_text(encoding="utf-8") == wrong
    assert "; written" in update(own_rules, "--write")
    written = {row.date: (row.name, row.authority) for row in read_calendar(own_rules / "rules", "scotland").closed}
    assert written == {row.date: (row.name, row.authority) for row in read_calendar(RULES, "scotland").closed}
    assert update(own_rules).startswith("scotland: up to date")


def test_a_row_that_an_admin_added_is_never_taken_out(own_rules: Path) -> None:
    """A proclaimed day that the library does not know stays, and so does a day that the admin described otherwise."""
    file = own_rules / "rules/calendars/scotland.toml"
    text = file.read_text(encoding="utf-8")
    row = (
        '[[closed]]\ndate = 2026-07-06\nname = "Proclaimed day"\ndivision = "Scotland"\nauthority = "royal proclamation"\n'
        'source = "the Edinburgh Gazette"\nadded_on = 2026-03-01\n\n'
    )
    before = "[[closed]]\ndate = 2026-08-03"
    text = text.replace(before, row + before)
    own = text.replace('name = "World Cup bank holiday"', 'name = "Football holiday"')
    at = own.index("Football holiday")
    own = own[:at] + own[at:].replace('source = "python-holidays 0.109 (GB-SCT)"', 'source = "the Edinburgh Gazette"', 1)
    file.write_text(own, encoding="utf-8")
    assert update(own_rules, "--write").startswith("scotland: up to date")
    longer = update(own_rules, "--until", "2031", "--write")
    assert "+covers_until = 2031-12-31" in longer
    assert "+date = 2031-01-02" in longer
    assert "\n-date" not in longer
    found = load_calendar(own_rules / "rules", "scotland")
    names = {row.name for row in found.closed.values()}
    assert {"Proclaimed day", "Football holiday"} <= names
    assert "World Cup bank holiday" not in names


def test_a_calendar_never_gets_shorter(own_rules: Path) -> None:
    """Asked for fewer years than it has, it keeps those it has."""
    assert update(own_rules, "--until", "2027", "--write") == "scotland: up to date until 2029-12-31\n"


def test_a_calendar_made_by_hand_is_left_alone(own_rules: Path) -> None:
    """Without made_from there is nothing to compare it with."""
    file = own_rules / "rules/calendars/scotland.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('made_from = ["GB-SCT"]\n', ""), encoding="utf-8")
    assert update(own_rules, "--write") == "scotland: made by hand (no made_from), left as it is\n"


def test_a_place_that_nobody_knows_is_refused(own_rules: Path) -> None:
    """With the file, the key, and the places there are."""
    file = own_rules / "rules/calendars/scotland.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('made_from = ["GB-SCT"]', 'made_from = ["GB-SCO"]'), encoding="utf-8"
    )
    said = run_cli("calendar", "update", "scotland", "--config", str(own_rules / "mailbot.toml"))
    assert said.returncode == 78
    assert "scotland.toml: made_from: holidays.toml has no place 'GB-SCO'; write some of GB-ENG" in said.stderr
