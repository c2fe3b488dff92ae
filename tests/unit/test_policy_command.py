"""``mailbot policy``: what a policy asks and what keeps it, for people and for programs; and whether a pack can be used."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command_line import Said, run_cli
from tests.invented import RULES

CONFIG = """
[organisation]
name = "Harbour Council"
[paths]
rules = "rules"
services = "people.toml"
[[mailbox]]
name = "enquiries"
address = "enquiries@harbour.example"
pack = "generic"
imap = { host = "localhost", port = 1, tls = "none" }
smtp = { host = "localhost", port = 1, tls = "none" }
"""
PEOPLE = """
[organisation]
name = "Harbour Council"
time_zone = "Europe/London"

[[override]]
mailbox = "enquiries"
clock = "response"
classes = ["enquiry"]
amount = 10
unit = "working_days"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A configuration whose rules are a copy that may be changed, with a stricter standard for a mailbox."""
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "mailbot.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path / "mailbot.toml"


def rewrite(file: Path, right: str, wrong: str) -> None:
    """One place of a file changed."""
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def lines(said: Said) -> list[str]:
    """What was printed, each line without the spaces that only make columns."""
    return [" ".join(line.split()) for line in said.stdout.splitlines()]


# Show and list ---------------------------------------------------------------------------------------------------------


def test_each_clause_is_shown_with_what_keeps_it() -> None:
    """What is asked, the setting with its value in words, what it still lacks, and what is not yet kept."""
    said = lines(run_cli("policy", "show", "jersey-oic"))
    assert said[0] == "Customer service and contact policy of the Jersey Office of the Information Commissioner"
    second = said.index("J2 What comes by e-mail is acknowledged within one working day, unless the full response goes sooner.")
    assert said[second + 1 : second + 3] == [
        "kept by acknowledgement of an e-mail: 1 working day after receipt, by e-mail, web form or social media",
        "(calendar jersey) [clock:acknowledgement-email]",
    ]
    eleventh = said.index("J11 Telephone contacts are logged, so that staffing and workload can be planned.")
    assert said[eleventh + 1].startswith("kept by each contact is one line of the log")
    assert "not yet kept" in said
    assert "lacks the check of notes that go with a handover" in said
    fifteenth = said.index("J15 Threats and abuse are not accepted, and each incident is logged.")
    kept = " ".join(" ".join(said[fifteenth + 1 :]).split()).partition("[flags:abuse]")[0]
    assert kept.startswith("kept by abuse: logged, told to the manager in the next digest, logged as an incident")
    assert "lacks the formal closing of mailed letters" in said
    counted = re.fullmatch(r"19 clauses: (\d+) kept, (\d+) kept in part, (\d+) not yet kept", said[-1])
    assert counted is not None
    assert sum(map(int, counted.groups())) == 19


def test_the_law_stands_beside_a_clause() -> None:
    """O1 and the codes of the Ombudsman; G2 and the note that its two figures disagree."""
    council = " ".join(lines(run_cli("policy", "show", "oxfordshire")))
    assert "beside complaint-ack: acknowledgement of a complaint: 5 working days after receipt (calendar" in council
    generic = " ".join(lines(run_cli("policy", "show", "generic")))
    assert 'note The text adds "two weeks", which is ten working days: the two disagree.' in generic


def test_programs_read_the_same() -> None:
    """Each clause with its state, settings by name, laws and figures."""
    said = json.loads(run_cli("policy", "show", "northants-fire", "--format", "json").stdout)
    assert (said["pack"], said["calendar"], said["review_due"]) == ("northants-fire", "england-and-wales", "2028-05-21")
    found = {clause["id"]: clause for clause in said["clauses"]}
    assert [kept["setting"] for kept in found["F5"]["kept_by"]] == [
        "clock:conclusion",
        "clock:progress",
        "letters:progress_notice",
        "letters:heads_up",
    ]
    assert found["F5"]["beside"][0].startswith("complaint-stage-1: ")
    assert (found["F17"]["state"], found["F20"]["state"], found["F24"]["state"]) == ("kept in part", "kept", "not yet kept")
    assert said["figures"]["clauses"] == len(found) == 24


def test_the_packs_are_listed_with_their_figures(own: Path) -> None:
    """Every pack, with its title, its review date and how much of it is kept; an installation's own has its name in it."""
    said = lines(run_cli("policy", "list"))
    assert "oxfordshire: Customer service standards of Oxfordshire County Council" in said
    assert any(
        re.fullmatch(r"9 clauses: \d kept, \d kept in part, \d not yet kept; review due 20 November 2028", x) for x in said
    )
    listed = json.loads(run_cli("policy", "list", "--config", str(own), "--format", "json").stdout)["packs"]
    assert [row["pack"] for row in listed] == ["generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire"]
    assert listed[0]["title"] == "Customer care policy of Harbour Council"
    assert listed[2]["figures"]["clauses"] == 12


def test_a_pack_that_does_not_exist_is_refused() -> None:
    """With those there are, whether it is shown or checked."""
    assert run_cli("policy", "show", "oxford").returncode == 78
    assert "there is no pack 'oxford'; known packs: generic, jersey-oic" in run_cli("policy", "show", "oxford").stderr
    checked = run_cli("policy", "check", "oxford")
    assert checked.returncode == 78
    assert "FAIL  pack oxford: " in checked.stdout


def test_a_policy_is_shown_without_database_and_language_model() -> None:
    """The commands answer without loading what only a running installation needs."""
    program = (
        "import sys; from mailbot.cli.main import app; "
        "[app(['policy', *words], standalone_mode=False) for words in (['show', 'generic'], ['check', 'oxfordshire'])]; "
        "sys.exit(','.join(name for name in ('sqlalchemy', 'spacy', 'holidays', 'mailbot.app') if name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "ok    pack oxfordshire" in ran.stdout
    assert ran.stderr.strip() == ""


# Check -----------------------------------------------------------------------------------------------------------------


def test_the_generic_pack_needs_a_name(own: Path) -> None:
    """G1: refused as it ships, in order once a configuration names the organisation."""
    shipped = run_cli("policy", "check")
    assert shipped.returncode == 78
    assert [line[:4] for line in shipped.stdout.splitlines()] == ["FAIL", "ok  ", "ok  ", "ok  ", "ok  "]
    assert "title: '<organisation>' is a blank; the name comes from your configuration" in shipped.stdout
    named = run_cli("policy", "check", "--config", str(own))
    assert named.returncode == 0
    assert named.stdout.splitlines()[0] == "ok    pack generic: its clauses, letters, clocks and calendars"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "organisation: name: write the full name of your organisation"),
        ("<your council>", "organisation.name: '<your council>' is a blank; write the full name of your organisation"),
    ],
)
def test_a_blank_name_is_refused(own: Path, name: str, said: str) -> None:
    """Neither nothing nor another blank is a name."""
    rewrite(own, '"Harbour Council"', f'"{name}"')
    found = run_cli("policy", "check", "generic", "--config", str(own))
    assert found.returncode == 78
    assert said in found.stdout + found.stderr


def test_only_the_packs_that_are_named_are_checked(own: Path) -> None:
    """Every mistake of each is a line, and the exit code says that there was one."""
    rewrite(own.parent / "rules/packs/oxfordshire/pack.toml", '"status-notice"', '"status"')
    assert run_cli("policy", "check", "jersey-oic", "--config", str(own)).returncode == 0
    found = run_cli("policy", "check", "jersey-oic", "oxfordshire", "--config", str(own))
    assert found.returncode == 78
    assert "letters.status_notice: there is no letter 'status'; write its folder, or name one of " in found.stdout


def test_a_warning_fails_nothing(own: Path) -> None:
    """A policy that should have been looked at again still holds."""
    rewrite(own.parent / "rules/packs/oxfordshire/pack.toml", "2028-11-20", "2026-01-01")
    found = run_cli("policy", "check", "oxfordshire", "--config", str(own))
    assert found.returncode == 0
    assert found.stdout.startswith("warn  pack oxfordshire: ")


def test_an_override_laxer_than_its_pack_is_refused(own: Path) -> None:
    """O7: a mailbox may promise less time, never more."""
    assert run_cli("policy", "check", "generic", "--config", str(own)).returncode == 0
    rewrite(own.parent / "people.toml", "amount = 10", "amount = 15")
    found = run_cli("policy", "check", "generic", "--config", str(own))
    assert found.returncode == 78
    assert "people.toml: override[1].amount: " in found.stdout


def test_the_check_of_an_installation_checks_its_packs(own: Path) -> None:
    """'mailbot check' says the same of the packs in use, and of no others."""
    rewrite(own.parent / "rules/packs/oxfordshire/pack.toml", '"status-notice"', '"status"')
    clauses = own.parent / "rules/packs/generic/clauses.toml"
    assert (
        "ok    pack generic: its clauses, letters, clocks and calendars"
        in run_cli("check", "--offline", "--config", str(own)).stdout
    )
    rewrite(clauses, '"policy_link"', '"policy_links"')
    found = run_cli("check", "--offline", "--config", str(own))
    assert found.returncode == 78
    assert "clause G9: kept_by: this pack has no 'policy_links'; write 'policy_link'" in found.stdout
