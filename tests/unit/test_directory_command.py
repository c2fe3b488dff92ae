"""``mailbot directory``: what it shows and misses, and what it takes in from tables and calendars."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from mailbot.adapters.rule_files import load_directory
from mailbot.core.directory import Directory
from mailbot.core.directory_change import Fact, changes, facts_of
from mailbot.core.directory_gaps import gaps_of
from mailbot.core.service import Category, PageKind
from tests.e2e.command_line import Said, run_cli
from tests.unit.test_services import CONFIG, TEXT

HEAD = "Service,Contact,Contact_Email,Contact_Phone,Synonyms,Category_Number,Category,URL,FAQ,Forms,Organisation\n"
BINS = (
    "Bin collection,Gus Moor,gus.moor@example.org,01632 960009,wheelie bin; missed bin,524,Refuse collection,"
    'https://pier.harbour.example/bins,"Which day? https://pier.harbour.example/bins/day; https://pier.harbour.example/bins/faq"'
    ",,Harbour Trust\n"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation whose directory is the sample."""
    (tmp_path / "people.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "mailbot.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path / "mailbot.toml"


def directory(config: Path, *words: str) -> Said:
    return run_cli("directory", *words, "--config", str(config))


def read(config: Path) -> Directory:
    return load_directory(config.with_name("people.toml"))


def bring_in(config: Path, name: str, content: str | bytes, *words: str) -> Said:
    """Import a file with this content."""
    file = config.with_name(name)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return directory(config, "import", str(file), *words)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


# Shown -----------------------------------------------------------------------------------------------------------------


def test_services_are_shown_by_organisation(config: Path) -> None:
    """With contact and page; a service is found by a synonym, and says which pages it lacks."""
    said = directory(config, "show")
    assert (
        "Harbour Trust (another organisation): contact Femi Holt <femi.holt@example.org>\n  Pier and promenade:" in said.stdout
    )
    one = directory(config, "show", "lamp post").stdout
    assert "Street lighting, Harbour Council\n  contact: Ben Marsh <ben.marsh@harbour.example>\n" in one
    assert "  forms: Report a street light https://www.harbour.example/street-lighting/report\n" in one
    assert "  lacks pages: key contacts, leaflets, general information, campaigns and democratic information\n" in one
    assert directory(config, "show", "the moon").stderr == "mailbot: there is no service 'the moon'\n"


def test_what_each_partner_lacks_is_listed(config: Path) -> None:
    """Contacts of the organisation, and for each service deputy, category and the kinds of page (N11)."""
    said = directory(config, "check").stdout
    assert "ok    2 services of 2 organisations" in said
    assert "Harbour Trust:\n  the organisation: lacks a contact for web pages, a contact for the monthly log and" in said
    assert "  Pier and promenade: lacks a deputy, a category, key contacts, faq, leaflets," in said
    assert "  Street lighting: lacks key contacts, leaflets," in said


def test_a_contact_to_whom_no_copy_can_go_is_named_before_a_handover_is_refused(config: Path) -> None:
    """The address is at a domain that no organisation of the directory has."""
    file = config.with_name("people.toml")
    file.write_text(TEXT.replace('domains = ["example.org"]\n', 'domains = ["pier.example"]\n'))
    said = " ".join(directory(config, "check").stdout.split())
    assert "Pier and promenade: lacks a contact who can be copied in (example.org stands in no organisation's domains)" in said
    assert "Street lighting: lacks a category" not in said


def test_an_organisation_that_lacks_nothing_has_no_gap(config: Path) -> None:
    """A partner without services lacks them."""
    found = read(config)
    assert [gap.about for gap in gaps_of(found, found.organisations[0])] == ["Street lighting"]
    bare = Directory(organisations=found.organisations)
    assert [gap.lacks for gap in gaps_of(bare, found.organisations[0])] == [("services",)]


# Services taken in -----------------------------------------------------------------------------------------------------


def test_a_table_of_services_is_taken_in(config: Path) -> None:
    """A new service with its contact, who becomes known, and its pages; the rest of the file stays, comments too."""
    said = bring_in(config, "services.csv", HEAD + BINS)
    assert said.returncode == 0, said.stderr
    assert "New: Bin collection (Harbour Trust)" in said.stdout
    bins = read(config).services[-1]
    assert (bins.name, bins.contact, bins.organisation) == ("Bin collection", "gus.moor@example.org", "Harbour Trust")
    assert (bins.synonyms, bins.category) == (("wheelie bin", "missed bin"), Category(number=524, name="Refuse collection"))
    assert [page.name for page in bins.pages] == ["Which day?", "Bin collection: faq"]
    assert {page.kind for page in bins.pages} == {PageKind.FAQ}
    assert config.with_name("people.toml").read_text().startswith(TEXT.partition("[[person]]")[0])


def test_the_same_table_again_changes_nothing(config: Path) -> None:
    """Nobody gets a second mail because a list was exported again."""
    bring_in(config, "services.csv", HEAD + BINS)
    before = config.with_name("people.toml").read_bytes()
    assert "has all of it; nothing changes." in bring_in(config, "services.csv", HEAD + BINS).stdout
    assert config.with_name("people.toml").read_bytes() == before


def test_a_service_that_is_there_is_changed(config: Path) -> None:
    """An empty cell leaves what stands there, a dash takes it out; pages of a kind are replaced."""
    cells = "STREET lighting;Cora Lind;-;;New form https://www.harbour.example/new;monday 09:00-12:00"
    row = f"service;contact;deputy;team;forms;hours\n{cells}\n"
    said = bring_in(config, "services.csv", row)
    assert "Street lighting (Harbour Council): contact: Cora Lind" in said.stdout
    lighting = read(config).services[0]
    assert (lighting.contact, lighting.deputy, lighting.team) == ("cora.lind@harbour.example", None, "Customer Services")
    assert [page.name for page in lighting.pages] == ["How long repairs take", "New form"]
    assert lighting.hours[0].closes.hour == 12


def test_a_dry_run_shows_and_writes_nothing(config: Path) -> None:
    """Line by line what would change."""
    before = config.with_name("people.toml").read_bytes()
    said = bring_in(config, "services.csv", HEAD + BINS, "--dry-run")
    assert '+name = "Bin collection"' in said.stdout
    assert said.stdout.endswith("Nothing was written. To bring it in: the same command without --dry-run.\n")
    assert config.with_name("people.toml").read_bytes() == before
    assert [each.name for each in config.parent.iterdir() if each.name.startswith(".")] == []


def test_a_workbook_is_read_as_it_was_saved(config: Path) -> None:
    """A formula is text and nothing is calculated; numbers have no point."""
    rows = (("service", "contact", "category_number", "category"), ("Moon", "Ada Finch", 12, '=HYPERLINK("http://x.example")'))
    assert bring_in(config, "services.xlsx", workbook(*rows)).returncode == 0
    assert read(config).services[-1].category == Category(number=12, name='=HYPERLINK("http://x.example")')


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "name\nx\n", "line 1 must name the column service, and may name service, organisation"),
        ("a.csv", "service,colour\nx,red\n", "line 1 names a column 'colour' that is not known"),
        ("a.csv", "service,service\nx,y\n", "line 1 names the column 'service' twice"),
        ("a.csv", "service,contact\n,Ada Finch\n", "a.csv, line 2, service: is empty"),
        ("a.csv", "service,contact\nMoon,Ada Finch,x\n", "a.csv, line 2: it has more cells than line 1 names columns"),
        ("a.csv", 'service,contact\nMoon,"Ada\n', "is a quotation mark missing?"),
        (
            "a.csv",
            "service,contact\nMoon,Nobody\n",
            "nothing was written: people.toml: service[3].contact: there",
        ),
        ("a.csv", "service,contact\nMoon,\n", "service[3].contact: is missing"),
        (
            "a.csv",
            "service,contact_email\nMoon,a@example.org\n",
            "line 2, contact: is empty; write the name of a@example",
        ),
        ("a.csv", "service,contact,category\nMoon,Ada Finch,x\n", "line 2, category: write both a number (category_number)"),
        ("a.csv", "service,contact,hours\nMoon,Ada Finch,always\n", "line 2, hours: write a day and its hours, such as monday"),
        ("a.csv", "service,contact,faq\nMoon,Ada Finch,ask us\n", "line 2, faq: 'ask us' ends in no web address"),
        ("a.csv", "service,contact,synonyms\nMoon,Ada Finch,lamp post\n", "'lamp post' means service[1] too"),
        ("a.csv", b"service\n\xff\n", "is not UTF-8; save it as 'CSV UTF-8'"),
        ("a.csv", "service\n" + "x" * 5_001, "line 2, service: is longer than 5000 characters"),
        ("a.csv", "service\n" + "Moon\n" * 10_001, "has more than 10000 lines; bring it in in parts"),
        ("a.csv", "x" * 5_000_001, "is larger than 5 MB"),
        ("a.xlsx", b"PK not a zip", "is no workbook that can be read"),
        ("a.doc", "service", "bring in a table (.csv, .xlsx) or a calendar (.ics)"),
        ("away.csv", "person,from\nAda Finch,soon\n", "away.csv, line 2, from: 'soon' is no date; write it as 2026-12-24"),
        ("away.csv", "person,from\nNobody,2026-12-24\n", "away.csv, line 2: there is no [[person]] 'Nobody'"),
        ("away.ics", "hello", "is no calendar file; export it as iCalendar (.ics)"),
    ],
)
def test_what_cannot_be_taken_in_is_refused(config: Path, name: str, content: str | bytes, said: str) -> None:
    """With file, line and column, and nothing is written."""
    before = config.with_name("people.toml").read_bytes()
    refused = bring_in(config, name, content)
    assert refused.returncode == 65, refused.stdout
    assert said in refused.stderr.replace(f"{config.parent}/", "")
    assert config.with_name("people.toml").read_bytes() == before


def test_a_workbook_that_unpacks_to_far_more_is_refused(config: Path) -> None:
    """Before anything of it is read."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    assert "unpacks to more than 50 MB" in bring_in(config, "a.xlsx", content.getvalue()).stderr


# Absences --------------------------------------------------------------------------------------------------------------


def test_absences_are_taken_in_from_a_table(config: Path) -> None:
    """One more for Ben; Ada's own is given another end; the same again changes nothing."""
    of_ben, of_ada = "Ben Marsh,2027-02-01,2027-02-05,Ada Finch", "ada.finch@harbour.example,2026-12-21,2027-01-04,"
    rows = f"person,from,until,deputy\n{of_ben}\n{of_ada}\n"
    assert bring_in(config, "away.csv", rows).returncode == 0
    ada, ben = read(config).people[:2]
    assert [(each.until_on.isoformat(), each.deputy) for each in ada.absences] == [("2027-01-04", None)]
    assert [(each.from_on.isoformat(), each.deputy) for each in ben.absences] == [("2027-02-01", "ada.finch@harbour.example")]
    assert "nothing changes" in bring_in(config, "away.csv", rows).stdout


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
{events}
END:VCALENDAR
"""


FIVE_DAYS = ("DTSTART;VALUE=DATE:20270201", "DTEND;VALUE=DATE:20270206")
CORA = "ATTENDEE:mailto:Cora.Lind@harbour.example"


PEOPLE = (
    "Name,Email,Phone,Team,Role,Organisation,From,Until,Deputy\n"
    "Gus Moor,Gus.Moor@harbour.example,01632 960009,customer services,clerk,,2026-12-01,2026-12-04,Ben Marsh\n"
    "Ida Lund,ida.lund@example.org,,,harbour clerk,Harbour Trust,,,\n"
    ",cora.lind@harbour.example,-,,chief executive,,,,\n"
)


def test_people_are_taken_in_from_a_table(config: Path) -> None:
    """New ones with team, role and partner, and with an absence; a "-" takes a number out; others stay, and so do comments."""
    shown = bring_in(config, "staff.csv", PEOPLE)
    assert "People: 2 new, 1 changed" in shown.stdout
    people = {each.address: each for each in read(config).people}
    gus, ida = people["gus.moor@harbour.example"], people["ida.lund@example.org"]
    assert (gus.name, gus.phone, gus.team, gus.role) == ("Gus Moor", "01632 960009", "Customer Services", "clerk")
    assert [(one.from_on.isoformat(), one.until_on.isoformat(), one.deputy) for one in gus.absences] == [
        ("2026-12-01", "2026-12-04", "ben.marsh@harbour.example")
    ]
    assert (ida.organisation, ida.role, ida.absences) == ("Harbour Trust", "harbour clerk", ())
    cora = people["cora.lind@harbour.example"]
    assert (cora.name, cora.phone, cora.role) == ("Cora Lind", "", "chief executive")
    assert "# A duty rota is told at once, whatever the hour." in config.with_name("people.toml").read_text()
    assert "nothing changes" in bring_in(config, "staff.csv", PEOPLE).stdout


def test_a_workbook_of_people_is_tried_without_writing(config: Path) -> None:
    """The dry run shows each line that would be there, and the file stays as it is; dates are those of the spreadsheet."""
    book = workbook(
        ("email", "name", "team", "from", "until"),
        ("gus.moor@harbour.example", "Gus Moor", "Customer Services", datetime(2026, 12, 1), datetime(2026, 12, 4)),
    )
    shown = bring_in(config, "staff.xlsx", book, "--dry-run")
    assert '+email = "gus.moor@harbour.example"' in shown.stdout
    assert "+absent = [{from = 2026-12-01, until = 2026-12-04}]" in shown.stdout
    assert config.with_name("people.toml").read_text() == TEXT
    assert bring_in(config, "staff.xlsx", book).returncode == 0
    assert any(each.name == "Gus Moor" and each.absences for each in read(config).people)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Gus Moor,,,,,,,,", "staff.csv, line 2, email: is empty; write the person's own address"),
        (",gus@harbour.example,,,,,,,", "staff.csv, line 2, name: is empty; write the name of gus@harbour.example"),
        ("Gus Moor,gus,,,,,,,", "email: write one plain address such as"),
        ("Gus Moor,gus@harbour.example,,Lamps,,,,,", "there is no team 'Lamps'"),
        ("Gus Moor,gus@harbour.example,,,,Pier Co,,,", "Pier Co"),
        ("Gus Moor,gus@harbour.example,,,,,soon,,", "staff.csv, line 2, from: 'soon' is no date"),
        ("Gus Moor,gus@harbour.example,,,,,,2026-12-04,", "staff.csv, line 2, from: '' is no date"),
        ("Gus Moor,gus@harbour.example,,,,,2026-12-04,2026-12-01,", "the absence ends before it begins"),
        ("Gus Moor,gus@harbour.example,,,,,2026-12-04,,Nobody", "there is no [[person]] 'Nobody'"),
        ("Gus Moor,gus@harbour.example,,,,,2026-12-04,,Gus Moor", "nobody stands in for themselves"),
        ("Gus Moor,enquiries@harbour.example,,,,,,,", "is a watched mailbox; write the person's own address"),
    ],
)
def test_people_who_cannot_be_taken_in_are_refused(config: Path, row: str, said: str) -> None:
    """With line and column, or with the row of the file that it would become; nothing is written."""
    shown = bring_in(config, "staff.csv", f"{PEOPLE.splitlines()[0]}\n{row}\n")
    assert said in shown.stderr
    assert shown.returncode != 0
    assert config.with_name("people.toml").read_text() == TEXT


def event(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", "UID:1@example.org", *lines, "END:VEVENT"))


def calendar(*events: str) -> str:
    return CALENDAR.format(events="\n".join(events)).replace("\n", "\r\n")


def test_absences_are_taken_in_from_a_calendar(config: Path) -> None:
    """Whole days of whoever takes part or is named in the title; short meetings and what was called off are none."""
    found = bring_in(
        config,
        "away.ics",
        calendar(
            event(
                "DTSTART;VALUE=DATE:20270201", "DTEND;VALUE=DATE:20270206", "SUMMARY:Ben Marsh", "DESCRIPTION:Deputy: Ada Finch"
            ),
            event(
                "DTSTART:20270301T090000Z", "DTEND:20270302T170000Z", "ATTENDEE:mailto:Cora.Lind@harbour.example", "SUMMARY:Off"
            ),
            event("DTSTART:20270301T090000Z", "DTEND:20270301T100000Z", "SUMMARY:Dev Oram"),
            event("DTSTART;VALUE=DATE:20270401", "SUMMARY:Elin Ward", "STATUS:CANCELLED"),
            event("DTSTART;VALUE=DATE:20270401", "SUMMARY:Elin Ward", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"),
        ),
    )
    assert found.returncode == 0, found.stderr
    away = {each.name: [(a.from_on.isoformat(), a.until_on.isoformat()) for a in each.absences] for each in read(config).people}
    assert away["Ben Marsh"] == [("2027-02-01", "2027-02-05")]
    assert away["Cora Lind"] == [("2027-03-01", "2027-03-02")]
    assert away["Dev Oram"] == away["Elin Ward"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (calendar(event("DTSTART;VALUE=DATE:20270201", "SUMMARY:Ben Marsh", "RRULE:FREQ=WEEKLY")), "event 1: it repeats"),
        (calendar(event("DTSTART;VALUE=DATE:20270201", "SUMMARY:Half term")), "event 1: there is no [[person]] 'Half term'"),
        (calendar("METHOD:REPLY"), "is an answer to an invitation"),
    ],
)
def test_a_calendar_that_is_not_plain_is_refused(config: Path, text: str, said: str) -> None:
    """Nothing guesses who is away, or how often."""
    assert said in bring_in(config, "away.ics", text).stderr


# Changes ---------------------------------------------------------------------------------------------------------------


def test_changes_are_told_line_by_line(config: Path) -> None:
    """What is new, what is gone, and what is another than before; the words of a service and absences are no news."""
    before = facts_of(read(config))
    text = TEXT.replace('contact = "Femi Holt"\nsynonyms', 'contact = "Ada Finch"\nsynonyms').replace("lamp column", "beacon")
    text = text.replace('deputy = "Ada Finch"\nteam', "team")
    config.with_name("people.toml").write_text(text, encoding="utf-8")
    ada, femi = "Ada Finch, ada.finch@harbour.example, 01632 960001", "Femi Holt, femi.holt@example.org, 01632 960006"
    assert changes(before, facts_of(read(config))) == (
        f"Pier and promenade (Harbour Trust): contact: {ada} (before: {femi})",
        f"Street lighting (Harbour Council): deputy: none any more (before: {ada})",
    )
    assert changes(before, before) == ()
    assert changes((Fact("A (B)", "contact", "Ada"),), ()) == ("No longer there: A (B)",)
    assert changes((), (Fact("A (B)", "contact", "Ada"), Fact("A (B)", "hours", "Monday"))) == (
        "New: A (B). contact: Ada; hours: Monday",
    )
