"""Open cases come over from the system that was used before, and customers go on with the references they know."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.installation import Install, Installation, RealClock
from tests.e2e.messages import ADA, BEN, message
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

COLUMNS = "old_reference;class;channel;received;stage;owner;customer;customer_name;subject;due;acknowledged"
BRIDGE = '{ref};enquiry;email;{came};1;cy@harbour.example;{who};"Finch; Ada";"The bridge; again";{due};'


def days_ago(days: int) -> str:
    return f"{RealClock().now() - timedelta(days=days):%d/%m/%Y}"


def written(folder: Path, *lines: str) -> Path:
    """A file as a spreadsheet program saves it: semicolons, and a mark at its beginning."""
    file = folder / "cases.csv"
    file.write_text("\r\n".join((COLUMNS, *lines)) + "\r\n", encoding="utf-8-sig")
    return file


def bridge(ref: str = "CRM/2026/0815", who: str = "ada.finch@example.org", came: int = 2) -> str:
    return BRIDGE.format(ref=ref, who=who, came=days_ago(came), due="")


@pytest.fixture
def mailbot(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> Installation:
    """A running installation that is live."""
    made = install(dovecot, smtp_server, clock=RealClock())
    made.start()
    return made


def test_a_customer_s_reply_finds_its_case_by_the_old_reference(mailbot: Installation) -> None:
    """It joins the imported case; no second case is opened, and neither the import nor the reply brings a letter."""
    done = mailbot.cli("case", "import", str(written(mailbot.folder, bridge())))
    assert done.returncode == 0, done.stderr
    (line,) = mailbot.cases(1)
    assert f"CRM/2026/0815 is now {line.reference}" in done.stdout
    assert line.subject == "The bridge; again"
    mailbot.deliver(message("When will it be mended?", sender=ADA, subject="Re: [CRM/2026/0815] The bridge"))
    found = mailbot.wait_for_event(line.reference, "joined")
    assert "matched-by-reference" in {event.rule for event in found.events}
    mailbot.proves_alive(1)
    assert len(mailbot.cases(2)) == 2
    shown = mailbot.cli("case", "show", "CRM/2026/0815")
    assert f"{line.reference}  enquiry  open" in shown.stdout
    assert "CRM/2026/0815 in the system it came from" in shown.stdout


def test_a_stranger_does_not_get_into_a_case_by_its_old_reference(mailbot: Installation) -> None:
    """A number can be guessed: who does not take part in the case gets a case of their own."""
    mailbot.cli("case", "import", str(written(mailbot.folder, bridge())))
    mailbot.deliver(message(sender=BEN, subject="CRM/2026/0815"))
    mailbot.letters(1)
    assert [line.customer for line in mailbot.cases(2)] == ["ada.finch@example.org", "ben.marlow@example.org"]


def test_one_wrong_line_and_nothing_is_imported(mailbot: Installation) -> None:
    """Every mistake is listed with its line, its column and what to write; exit code 65."""
    wrong = bridge("CRM/2026/0816").replace(";enquiry;", ";a question;").replace(days_ago(2), "the other day")
    torn = "CRM/2026/0817;enquiry;email"
    done = mailbot.cli("case", "import", str(written(mailbot.folder, bridge(), wrong, torn)))
    assert done.returncode == 65
    assert "line 3, class: there is no class 'a question' in pack generic; write one of enquiry" in done.stderr
    assert "line 3, received: 'the other day' is no date" in done.stderr
    assert "line 4: it has 3 cells and line 1 names 11" in done.stderr
    assert "3 mistakes; nothing was imported." in done.stderr
    assert mailbot.queries.cases() == ()


def test_a_dry_run_shows_every_date_and_writes_nothing(mailbot: Installation) -> None:
    """Then the same file comes in, and a second time it brings nothing."""
    file = str(written(mailbot.folder, bridge(), bridge("CRM/2026/0816")))
    looked = mailbot.cli("case", "import", file, "--dry-run")
    assert "response" in looked.stdout
    assert "2 to import, 0 were imported before." in looked.stdout
    assert "Nothing was written" in looked.stdout
    assert mailbot.queries.cases() == ()
    assert "2 to import" in mailbot.cli("case", "import", file).stdout
    assert "0 to import, 2 were imported before." in mailbot.cli("case", "import", file).stdout
    assert len(mailbot.queries.cases()) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "missing: old_reference, class"),
        (b"old_reference,class\n", "missing: channel, received"),
        ((COLUMNS + ";colour\n").encode(), "line 1 names a column 'colour' that is not known; take it out"),
        ((COLUMNS + ";due\n").encode(), "line 1 names the column 'due' twice; keep one"),
        ((COLUMNS + '\n"never;ends').encode(), "is a quotation mark missing?"),
        (COLUMNS.encode("utf-16"), "is not UTF-8; save it as 'CSV UTF-8'"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused(mailbot: Installation, content: bytes | None, sentence: str) -> None:
    """With a sentence that says what to change, and exit code 65."""
    file = mailbot.folder / "other.csv"
    if content is not None:
        file.write_bytes(content)
    done = mailbot.cli("case", "import", str(file))
    assert done.returncode == 65
    assert sentence in done.stderr


def test_it_must_be_clear_whose_cases_they_become(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """With two mailboxes one is named; a name that is none is answered with those there are."""
    made = install(dovecot, smtp_server, mailboxes=("enquiries", "foi"), clock=RealClock())
    made.start()
    file = str(written(made.folder, bridge()))
    assert "say whose cases they become with --mailbox; known: enquiries, foi" in made.cli("case", "import", file).stderr
    assert made.cli("case", "import", file, "--mailbox", "planning").returncode == 78
    assert made.cli("case", "import", file, "--mailbox", "foi").returncode == 0
    assert [line.mailbox for line in made.cases(1)] == ["foi"]
