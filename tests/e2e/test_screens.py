"""What an operator sees on the command line, on a database that real servers have filled."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import run_cli
from tests.e2e.installation import ENQUIRIES, Install, Installation, RealClock
from tests.e2e.messages import ACT, BEN, LIBRARY, message, nested
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


@pytest.fixture
def mailbot(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> Installation:
    """A running installation with two cases, one letter sent, one refused, and one message held."""
    made = install(dovecot, smtp_server, clock=RealClock())
    made.start()
    smtp_server.fail(at="RCPT", reply="550 5.1.1 no such mailbox here", recipient="ben.marlow@example.org")
    made.deliver(message(LIBRARY, subject="Opening hours"))
    made.letters(1)
    made.deliver(message(ACT, sender=BEN, subject="What the bridge did cost"))
    made.wait_until(lambda: made.outbox("failed"), "the refused letter")
    made.deliver(nested(60))
    made.held(1)
    return made


def in_json(mailbot: Installation, *words: str) -> Any:
    done = mailbot.cli(*words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestLooking:
    def test_status(self, mailbot: Installation) -> None:
        """The status says that the daemon runs, what is open, held and unsent, and exits 0; once it is stopped, 69."""
        done = mailbot.cli("status")
        assert done.returncode == 0
        assert "daemon: running" in done.stdout
        assert "cases: 2 open, 0 late" in done.stdout
        assert "1 failed, 1 sent" in done.stdout
        found = in_json(mailbot, "status")
        assert found["running"]
        assert found["stale"] == []
        assert [(line["name"], line["held"]) for line in found["status"]["mailboxes"]] == [("enquiries", 1)]
        mailbot.stop()
        stopped = mailbot.cli("status")
        assert stopped.returncode == 69
        assert "daemon: NOT RUNNING" in stopped.stdout

    def test_cases(self, mailbot: Installation) -> None:
        """The list has each case with its class, date and subject; one case shows its dates, messages and letters."""
        listed = mailbot.cli("case", "list").stdout
        second, first = in_json(mailbot, "case", "list")
        assert (first["class"], second["class"]) == ("enquiry", "foi_request")
        assert first["reference"] in listed
        assert "What the bridge did cost" in listed
        shown = mailbot.cli("case", "show", second["reference"].lower())
        assert shown.returncode == 0
        assert "Freedom of Information Act 2000 s.10(1)" in " ".join(shown.stdout.split())
        assert "550 5.1.1" in shown.stdout
        assert in_json(mailbot, "case", "show", first["reference"])["letters"][0]["state"] == "sent"

    def test_what_people_wrote(self, mailbot: Installation) -> None:
        """A case shows their own words without quotes and signature on request, and all of it by one option."""
        (reference,) = (case["reference"] for case in in_json(mailbot, "case", "list") if case["class"] == "enquiry")
        told = "And on Sundays?\r\n\r\nOn Mon, 1 Dec 2025 at 10:00, Harbour Council wrote:\r\n> We open at nine.\r\n"
        mailbot.deliver(message(told, subject=f"Re: Opening hours [{reference}]"))
        mailbot.wait_until(lambda: len(mailbot.case(reference).messages) == 2, "the second message")
        assert "And on Sundays?" not in mailbot.cli("case", "show", reference).stdout
        own = mailbot.cli("case", "show", reference, "--messages").stdout
        assert LIBRARY in " ".join(own.split())
        assert "And on Sundays?" in own
        assert own.endswith("(what it quotes, and its signature: --quoted)\n")
        assert "We open at nine" not in own
        assert "> We open at nine." in mailbot.cli("case", "show", reference, "--quoted").stdout

    def test_a_case_that_does_not_exist(self, mailbot: Installation) -> None:
        """An unknown reference is answered by a sentence and exit code 65, not by a table of nothing."""
        for words in (("case", "show"), ("explain",)):
            done = mailbot.cli(*words, "HC-0000-0000-0")
            assert (done.returncode, done.stdout) == (65, "")
            assert done.stderr == "mailbot: there is no case HC-0000-0000-0\n"

    def test_explain(self, mailbot: Installation) -> None:
        """The explanation quotes the words that decided the class, the rule of each date, and the whole history in order."""
        (reference,) = (case["reference"] for case in in_json(mailbot, "case", "list") if case["class"] == "foi_request")
        text = mailbot.cli("explain", reference).stdout
        assert '"Freedom of Information' in text
        assert "by rule foi_request: " in text
        kinds = [event["kind"] for event in in_json(mailbot, "explain", reference)["events"]]
        assert kinds[0] == "opened"
        assert kinds[-1] == "letter"
        positions = [text.index(word) for word in ("opened:", "clock-started:", "letter-queued:", "letter-failed")]
        assert positions == sorted(positions)

    def test_letters_and_what_is_held(self, mailbot: Installation) -> None:
        """The outbox shows what was refused and why; what is held shows its reason, and its bytes on request."""
        (failed,) = in_json(mailbot, "outbox", "list", "--state", "failed")
        assert failed["recipient"] == "ben.marlow@example.org"
        text = mailbot.cli("outbox", "list").stdout
        assert "receipt-foi" in text
        assert "550 5.1.1 no such mailbox here" in text
        shown = mailbot.cli("outbox", "show", str(failed["id"]))
        assert "Subject: We have your information request [HC-" in shown.stdout
        (held,) = in_json(mailbot, "held", "list")
        assert held["rule"] == "unreadable"
        assert held["rule"] in mailbot.cli("held", "list").stdout
        assert "Subject: Boxes" in mailbot.cli("held", "show", str(held["id"])).stdout
        mailbot.deliver(b"List-Id: <roses.example.org>\r\n" + message("Roses are back.", subject="Roses"))
        mailbot.wait_until(lambda: bool(in_json(mailbot, "held", "list", "--filed")), "the newsletter")
        (filed,) = in_json(mailbot, "held", "list", "--filed")
        assert "Roses are back." in mailbot.cli("held", "show", str(filed["number"]), "--filed").stdout
        unknown = mailbot.cli("held", "put-back", "4711")
        assert unknown.returncode == 65
        assert "nothing is held under 4711" in unknown.stderr


class TestSettingUp:
    def test_init_writes_a_file_that_loads(self, tmp_path: Path) -> None:
        """The questions of ``init`` make a file that loads; a file that is there already is not touched."""
        path = tmp_path / "mailbot.toml"
        answers = "Harbour Council\nHC\nenquiries@harbour.example\nimap.example\nsmtp.example\nmanager@harbour.example\n"
        assert run_cli("init", str(path), answers=answers).returncode == 0
        written = path.read_text()
        assert 'address = "enquiries@harbour.example"' in written
        checked = run_cli("check", "--offline", "--config", str(path))
        assert checked.returncode == 78
        assert "FAIL  enquiries: imap password" in checked.stdout
        again = run_cli("init", str(path), answers=answers.replace("Harbour", "Other"))
        assert again.returncode == 78
        assert "is not overwritten" in again.stderr
        assert path.read_text() == written

    def test_check_says_that_all_is_well(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """With everything in place each line says ok; the server is left as it was and no letter goes."""
        mailbot = install(dovecot, smtp_server, folders={"sent": "Sent"}, after_intake="move")
        done = mailbot.cli("check")
        assert done.returncode == 0, done.stdout
        assert {line[:4] for line in done.stdout.splitlines()} == {"ok  "}
        for what in ("(IMAP)", "(SMTP)", "folder INBOX", "folder Sent", "folder Handled"):
            assert what in done.stdout
        assert smtp_server.accepted == []

    def test_check_names_a_wrong_password(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A password that the server refuses is the line that fails, and the exit code is 69."""
        mailbot = install(dovecot, smtp_server)
        (mailbot.folder / "password").write_text("wrong\n")
        done = mailbot.cli("check")
        assert done.returncode == 69
        (failed,) = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert "sign in to 127.0.0.1" in failed
        assert "refuses the sign-in" in failed

    def test_check_names_a_missing_folder(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A folder that is not there is the line that fails, and the exit code is 69."""
        mailbot = install(dovecot, smtp_server, folders={"sent": "Gesendet"})
        done = mailbot.cli("check")
        assert done.returncode == 69
        (failed,) = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert failed.startswith("FAIL  enquiries: Sent folder Gesendet")
        assert dovecot.folder_uids(ENQUIRIES) == []
