"""The file of an organisation's people: the sample loads, every mistake is refused, and the configuration fits it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.rule_files import load_directory, own_pack
from mailbot.app import load_policies
from mailbot.config import load
from mailbot.core.calendar import Hours, ShutDays
from mailbot.core.clock_rule import Unit
from mailbot.core.directory import Directory, Override, ServedMailbox, person, team_of, unknown_mailboxes
from mailbot.core.policy import MailboxPolicy
from mailbot.errors import ConfigError, PolicyError
from tests.e2e.command_line import Said, run_cli
from tests.invented import RULES, shipped_pack

SAMPLE = RULES / "services" / "sample.toml"
TEXT = SAMPLE.read_text(encoding="utf-8")
ENQUIRIES = ServedMailbox(name="enquiries", addresses=("enquiries@harbour.example",))
CONFIG = """
[organisation]
name = "Harbour Council"
[paths]
services = "people.toml"
[[mailbox]]
name = "enquiries"
address = "enquiries@harbour.example"
imap = { host = "localhost", port = 1, tls = "none" }
smtp = { host = "localhost", port = 1, tls = "none" }
[[mailbox]]
name = "library"
address = "library@harbour.example"
manager = "librarian@harbour.example"
imap = { host = "localhost", port = 1, tls = "none" }
smtp = { host = "localhost", port = 1, tls = "none" }
"""


def changed(*edits: tuple[str, str]) -> str:
    """The sample with the first place of each of these texts changed."""
    text = TEXT
    for right, wrong in edits:
        assert right in text, "the sample no longer has what this test changes"
        text = text.replace(right, wrong, 1)
    return text


def read(folder: Path, text: str = TEXT, *mailboxes: ServedMailbox) -> Directory:
    """The directory in a file with this text."""
    file = folder / "people.toml"
    file.write_text(text, encoding="utf-8")
    return load_directory(file, mailboxes, "Europe/London")


def refusal(folder: Path, text: str, *mailboxes: ServedMailbox) -> str:
    """What is said about a file that is refused, without its folder."""
    with pytest.raises(PolicyError) as caught:
        read(folder, text, *mailboxes)
    return str(caught.value).replace(f"{folder}/", "")


# The sample ------------------------------------------------------------------------------------------------------------


def test_the_sample_loads() -> None:
    """The file that people copy is in order, and says who serves what."""
    found = load_directory(SAMPLE, (ENQUIRIES,), "Europe/London")
    ada = person(found, "Ada Finch")
    assert (ada.address, ada.team, ada.absences[0].deputy) == (
        "ada.finch@harbour.example",
        "Customer Services",
        "ben.marsh@harbour.example",
    )
    team = team_of(found, "enquiries")
    assert team is not None
    assert (team.manager, team.director) == (ada.address, "cora.lind@harbour.example")
    assert team.hours[4].closes.hour == 16
    assert [len(rota.members) for rota in found.rotas] == [2]
    assert found.shut == (ShutDays(from_on=found.shut[0].from_on, until_on=found.shut[0].until_on, name="winter closure"),)
    assert found.overrides[0].amount == 10


def test_everybody_in_the_sample_is_invented() -> None:
    """No real address and no real telephone number is shipped."""
    found = load_directory(SAMPLE)
    assert all(each.address.endswith(("@harbour.example", "@example.org")) for each in found.people)
    assert all(each.phone.startswith("01632 960") for each in found.people)  # numbers that Ofcom keeps for fiction


def test_the_sample_s_standard_fits_the_shipped_pack() -> None:
    """Whoever copies the sample starts with a file that holds."""
    found = load_directory(SAMPLE)
    assert own_pack(SAMPLE, found, "enquiries", shipped_pack()).version != shipped_pack().version


def test_a_mailbox_that_is_not_watched_is_no_mistake(tmp_path: Path) -> None:
    """A file may speak of a mailbox that is connected next month; the check warns of it."""
    assert unknown_mailboxes(read(tmp_path, TEXT, ENQUIRIES), {"enquiries"}) == ("foi", "complaints")


def test_people_may_be_named_by_their_address(tmp_path: Path) -> None:
    """Where two share a name, the address says which; capitals do not matter."""
    found = read(tmp_path, changed(('manager = "Ada Finch"', 'manager = "ADA.Finch@harbour.example"')))
    assert found.teams[0].manager == "ada.finch@harbour.example"


# Mistakes --------------------------------------------------------------------------------------------------------------

ADA = 'email = "ada.finch@harbour.example"'
ABSENT = 'absent = [{ from = 2026-12-21, until = 2027-01-03, deputy = "Ben Marsh" }]'


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            'manager = "Ada Finch"',
            'manager = "Ida Finch"',
            "team[1].manager: there is no [[person]] 'Ida Finch'; write the name",
        ),
        ('director = "Cora Lind"', 'director = "Cora"', "team[1].director: there is no [[person]] 'Cora'"),
        ('manager = "Ada Finch"\n', "", "team[1].manager: is missing; write it"),
        ('manager = "Ada Finch"', 'manager = " "', "team[1].manager: is missing; write the name or address of a [[person]]"),
        ('deputy = "Ben Marsh"', 'deputy = "Ada Finch"', "team[1].deputy: the manager cannot be the deputy too"),
        ('mailboxes = ["foi"', 'mailboxes = ["enquiries"', "mailboxes: 'enquiries' stands twice; one team serves it"),
        ('"Information Governance"', '"customer  services"', "team[2].name: stands already in team[1]"),
        ('[team.hours]\nmonday = "09', '[team.hours]\nmonday = "9', "team[1].hours.monday: write opening and closing time"),
        ('email = "ben.marsh@', 'email = "ADA.finch@', "person[2].email: stands already in person[1]; write another"),
        (ADA, 'email = "Ada"', "person[1].email: write one plain address such as"),
        (ADA, "", "person[1].email: is missing; write it"),
        (ADA, 'email = "<address>"', "person[1].email: '<address>' is a blank; write what belongs there"),
        ('name = "Ada Finch"\n', 'name = ""\n', "person[1].name: write first name and surname"),
        (ADA, f"{ADA}\nmobile = 1", "person[1].mobile: there is no such key"),
        (
            'team = "Customer Services"\nrole',
            'team = "Costumes"\nrole',
            "person[1].team: there is no team 'Costumes'; write one of",
        ),
        ("until = 2027-01-03", "until = 2026-12-20", "person[1].absent[1].until: the absence ends before it begins"),
        (ABSENT, ABSENT.replace("Ben Marsh", "Bob"), "person[1].absent[1].deputy: there is no [[person]] 'Bob'"),
        (ABSENT, ABSENT.replace("Ben Marsh", "Ada Finch"), "person[1].absent[1].deputy: nobody stands in for themselves"),
        (
            ABSENT,
            ABSENT[:-1] + ", { from = 2027-01-03, until = 2027-01-09 }]",
            "person[1].absent: two absences share 2027-01-03",
        ),
        ('["Ben Marsh", "Dev Oram"]', "[]", "rota[1].members: is empty; write at least one person, or alarms reach nobody"),
        ('["Ben Marsh", "Dev Oram"]', '["Ben Marsh", "Dave"]', "rota[1].members[2]: there is no [[person]] 'Dave'"),
        ('name = "duty"', 'name = ""', "rota[1].name: write what the rota is called"),
        ('webhook = ""', 'webhook = "http://hooks.example/x"', "rota[1].webhook: write an address that begins with https://"),
        ("until = 2026-12-31", "until = 2026-12-01", "shut 'winter closure': until: write a date not before from, 2026-12-29"),
        ("amount = 10", "amount = 0", "override[1].amount: write a number greater than 0"),
        ("amount = 10", 'amount = 10\nteam = "Customer Services"', "override[1]: write either mailbox or team"),
        ('mailbox = "enquiries"', 'team = "Costumes"', "override[1].team: there is no team 'Costumes'; write one of Customer"),
        ('mailbox = "enquiries"\n', "", "override[1]: write either mailbox or team: whose standard it is"),
        ('unit = "working_days"', 'unit = "weeks"', "override[1].unit: write one of"),
        ('time_zone = "Europe/London"', 'time_zone = "Mars/Base"', "organisation.time_zone: there is no zone 'Mars/Base'"),
        ('time_zone = "Europe/London"', 'time_zone = "Europe/Jersey"', "time_zone: the configuration says Europe/London"),
        ('name = "Harbour Council"', 'name = ""', "organisation.name: write the full name of the organisation"),
        ("[organisation]", "[organization]", "organization: there is no such key; did you mean 'organisation'?"),
    ],
)
def test_a_mistake_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """File, place and key, and what to write instead."""
    found = refusal(tmp_path, changed((right, wrong)))
    assert found.startswith("people.toml: ")
    assert said in found


def test_a_name_that_two_people_share_must_be_an_address(tmp_path: Path) -> None:
    """Nothing guesses which of two people is meant: both addresses are named."""
    twice = changed(('name = "Elin Ward"', 'name = "Ben Marsh"'))
    assert "team[1].deputy: 'Ben Marsh' may be ben.marsh@harbour.example or elin.ward@example.org; write the" in refusal(
        tmp_path, twice
    )


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    """Whoever wrote the file need not run the check once for each mistake."""
    lines = refusal(tmp_path, changed((ADA, 'email = "Ada"'), ('["Ben Marsh", "Dev Oram"]', "[]"))).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["person[1].email", "rota[1].members"]


def test_a_second_standard_for_the_same_clock_is_refused(tmp_path: Path) -> None:
    """Two standards of one mailbox for one clock would leave the date to their order."""
    second = (
        '\n[[override]]\nmailbox = "enquiries"\nclock = "response"\nclasses = ["enquiry"]\namount = 9\nunit = "working_days"\n'
    )
    assert "override[2]: the clock 'response' has a higher standard already; keep one" in refusal(tmp_path, TEXT + second)


def test_a_watched_mailbox_is_nobody_s_own_address(tmp_path: Path) -> None:
    """An alert to a watched mailbox would come back as a message."""
    said = refusal(tmp_path, changed((ADA, 'email = "Enquiries@harbour.example"')), ENQUIRIES)
    assert "person[1].email: is a watched mailbox; write the person's own address" in said


def test_a_pack_that_alarms_a_rota_needs_one_of_that_name() -> None:
    """An alarm at night must not find that nobody wrote the rota."""
    pack = shipped_pack()
    alarmed = replace(pack, alerts=replace(pack.alerts, duty_rota="night"))
    with pytest.raises(PolicyError, match="sends alarms to the rota 'night', which is missing"):
        own_pack(SAMPLE, load_directory(SAMPLE), "enquiries", alarmed)
    assert own_pack(SAMPLE, load_directory(SAMPLE), "library", replace(alarmed, alerts=replace(pack.alerts, duty_rota="Duty")))


@pytest.mark.parametrize(
    ("name", "team", "cases"),
    [
        ("jersey-oic", "The Authority", "complaint about us"),
        ("oxfordshire", "Social Care Complaints", "social care complaint"),
        ("northants-fire", "Service Information", "suggestion"),
    ],
)
def test_a_team_that_a_pack_names_is_asked_for_with_what_to_write(tmp_path: Path, name: str, team: str, cases: str) -> None:
    """Which pack, which cases, the rows to add, and the other way; with those rows the same file is taken."""
    with pytest.raises(PolicyError) as caught:
        own_pack(SAMPLE, load_directory(SAMPLE), "enquiries", shipped_pack(name))
    said = str(caught.value)
    assert f"team: pack {name} gives its cases of {cases} to the team '{team}', which is missing. Write here: [[team]]" in said
    assert f'name = "{team}" and manager = the name of a [[person]]' in said
    assert "a team of yours (this file has 'Customer Services', 'Information Governance')" in said
    file = tmp_path / "people.toml"
    file.write_text(f'{TEXT}\n[[team]]\nname = "{team}"\nmanager = "Dev Oram"\n')
    assert own_pack(file, load_directory(file), "enquiries", shipped_pack(name)).name == name


def test_a_laxer_standard_names_its_place_in_the_file() -> None:
    """The place, the key, and the mailbox whose pack promises more."""
    lax = Override(clock="response", amount=20, unit=Unit.WORKING_DAYS, mailbox="enquiries")
    with pytest.raises(PolicyError) as caught:
        own_pack(Path("people.toml"), Directory(overrides=(lax,)), "enquiries", shipped_pack())
    assert str(caught.value) == (
        "people.toml: override[1].amount: 20 working days can end later than the 14 working days of the pack or team;"
        " write a span that never does (mailbox enquiries)"
    )


# The installation ------------------------------------------------------------------------------------------------------


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A configuration of two mailboxes with the sample as its people; gives the file."""
    (tmp_path / "people.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "mailbot.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path / "mailbot.toml"


def policies(config: Path) -> dict[str, MailboxPolicy]:
    """The policy of each mailbox."""
    return dict(load_policies(load(config, {})).mailboxes)


def rewrite(config: Path, right: str, wrong: str) -> Path:
    """The same configuration with one place changed."""
    text = config.read_text(encoding="utf-8")
    assert right in text
    config.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return config


def test_each_mailbox_has_its_team_and_its_standards(installation: Path) -> None:
    """The mailbox that a team serves has manager, hours and clocks of its own; the other one is as before."""
    found = policies(installation)
    enquiries, library = found["enquiries"], found["library"]
    assert enquiries.team is not None
    assert (enquiries.team.name, enquiries.manager) == ("Customer Services", "ada.finch@harbour.example")
    assert [rule.amount for rule in enquiries.pack.clocks_for("enquiry") if rule.name == "response"] == [10]
    assert (library.team, library.manager) == (None, "librarian@harbour.example")
    assert [rule.amount for rule in library.pack.clocks_for("enquiry") if rule.name == "response"] == [14]
    assert library.directory == enquiries.directory
    assert enquiries.pack.working_calendar.hours[4] == Hours(enquiries.team.hours[4].opens, enquiries.team.hours[4].closes)


def test_without_a_file_of_people_the_mailbox_s_manager_is_told(installation: Path) -> None:
    """An installation that names no file works as it always did."""
    found = policies(rewrite(installation, '[paths]\nservices = "people.toml"\n', ""))
    assert {policy.team for policy in found.values()} == {None}
    assert {policy.directory for policy in found.values()} == {Directory()}
    assert found["library"].manager == "librarian@harbour.example"


def test_the_configuration_may_name_the_team(installation: Path) -> None:
    """A mailbox that the file does not list is served by the team that its configuration names."""
    rewrite(installation, 'name = "library"\n', 'name = "library"\nteam = "information governance"\n')
    library = policies(installation)["library"]
    assert library.team is not None
    assert library.team.mailboxes == ("foi", "complaints", "library")
    assert library.manager == "librarian@harbour.example"


@pytest.mark.parametrize(
    ("mailbox", "team", "said"),
    [
        (
            "library",
            "Costumes",
            "there is no team 'Costumes', which the configuration names for library; write one of Customer",
        ),
        ("enquiries", "Information Governance", "team 'Customer Services': mailboxes: enquiries belongs to 'Information Gov"),
    ],
)
def test_a_team_that_does_not_fit_is_refused(installation: Path, mailbox: str, team: str, said: str) -> None:
    """A team that does not exist, or a mailbox that two teams would serve."""
    rewrite(installation, f'name = "{mailbox}"\n', f'name = "{mailbox}"\nteam = "{team}"\n')
    with pytest.raises(PolicyError) as caught:
        policies(installation)
    assert said in str(caught.value)


def test_a_team_without_a_file_of_people_is_refused(installation: Path) -> None:
    """The configuration says which key is missing."""
    rewrite(installation, 'services = "people.toml"\n', "")
    rewrite(installation, 'name = "library"\n', 'name = "library"\nteam = "Information Governance"\n')
    with pytest.raises(ConfigError, match=r"paths\.services: write the file of your people and teams, because mailbox library"):
        load(installation, {})


def test_mailbot_does_not_start_with_a_laxer_standard(installation: Path) -> None:
    """Whoever promises less than the pack learns it at the start, with file and key."""
    rewrite(installation.with_name("people.toml"), "amount = 10", "amount = 21")
    with pytest.raises(PolicyError, match=r"people\.toml: override\[1\]\.amount: 21 working days can end later"):
        policies(installation)


# The command -----------------------------------------------------------------------------------------------------------


def people(config: Path, *words: str) -> Said:
    """``mailbot people`` with these words, on Christmas Eve."""
    return run_cli("people", *words, "--config", str(config), "--on", "2026-12-24")


def people_json(config: Path, *words: str) -> Any:
    said = people(config, *words, "--format", "json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def test_the_list_says_who_is_away(installation: Path) -> None:
    """Everybody with address, role and team; who is away, until when, and who stands in."""
    said = people(installation, "list")
    assert said.returncode == 0
    assert (
        "Ada Finch <ada.finch@harbour.example>: customer services manager, Customer Services;"
        " AWAY until Sun 3 Jan 2027; deputy Ben Marsh\n"
    ) in said.stdout
    assert "Cora Lind <cora.lind@harbour.example>: director of services\n" in said.stdout
    away = {each["name"]: each["away_until"] for each in people_json(installation, "list")["people"]}
    assert away == dict.fromkeys(("Ben Marsh", "Cora Lind", "Dev Oram", "Elin Ward", "Femi Holt")) | {"Ada Finch": "2027-01-03"}


def test_one_person_is_shown_with_posts_and_absences(installation: Path) -> None:
    """Telephone, team, what they are to which team, and when they are away."""
    said = people(installation, "show", "ada")
    assert said.stdout.splitlines() == [
        "Ada Finch <ada.finch@harbour.example>",
        "  team: Customer Services",
        "  role: customer services manager",
        "  phone: 01632 960001",
        "  manager of: Customer Services",
        "  away from Mon 21 Dec 2026 to Sun 3 Jan 2027; deputy: Ben Marsh",
    ]
    assert people_json(installation, "show", "Ben Marsh")["posts"] == {
        "deputy of": ["Customer Services"],
        "on the rotas": ["duty"],
    }


def test_a_name_that_is_nobody_s_is_bad_input(installation: Path) -> None:
    """Exit code 65 and a sentence, with the name that was perhaps meant."""
    said = people(installation, "show", "Ada Fynch")
    assert (said.returncode, said.stdout) == (65, "")
    assert said.stderr == "mailbot: there is nobody called 'Ada Fynch'; did you mean Ada Finch?\n"


def test_the_check_says_who_would_be_told(installation: Path) -> None:
    """For each mailbox each step of the ladder today; a mailbox without a team has its manager; the rota is there too."""
    said, ben = people(installation, "check"), "Ben Marsh <ben.marsh@harbour.example>"
    assert said.returncode == 0
    for line in (
        "warn  mailbox 'foi' is named in the file and is not watched",
        "away on Thu 24 Dec 2026: 1",
        f"  owner: {ben} (deputy of Ada Finch, who is away until 3 January 2027, as nobody owns it)",
        "  director: Cora Lind <cora.lind@harbour.example> (director)",
        "  librarian@harbour.example (manager in the configuration; no team serves this mailbox)",
        f"rota duty: {ben}, Dev Oram <dev.oram@harbour.example>",
    ):
        assert line in said.stdout.splitlines()


def test_the_check_refuses_a_wrong_file(installation: Path) -> None:
    """Exit code 78 with file and key, for a mistake in the file and for a standard laxer than the pack's."""
    rewrite(installation.with_name("people.toml"), "amount = 10", "amount = 21")
    said = people(installation, "check")
    assert said.returncode == 78
    assert "override[1].amount: 21 working days can end later" in said.stderr


def test_without_a_file_the_command_says_what_to_write(installation: Path) -> None:
    """Nobody has to guess where people are written down."""
    said = people(rewrite(installation, 'services = "people.toml"\n', ""), "list")
    assert said.returncode == 78
    assert "paths.services: is missing; write the file of your people, after rules/services/sample.toml" in said.stderr


def test_looking_up_people_loads_neither_database_nor_language_model(installation: Path) -> None:
    """The command answers at once, even where neither is installed."""
    program = (
        "import sys; from mailbot.cli import main\n"
        f"sys.argv = ['mailbot', 'people', 'check', '--config', {str(installation)!r}]\n"
        "try: main.main()\nexcept SystemExit: pass\n"
        "print(sorted({'spacy', 'sqlalchemy'} & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "rota duty" in ran.stdout
    assert ran.stderr.strip() == "[]"
