"""The daemon as a process: one to a database, quick to end, clear about a wrong configuration, patient with a full disk."""

import os
import resource
import signal
import subprocess
import time
from pathlib import Path
from shutil import copytree

import pytest

from mailbot.config import Paths
from tests.e2e.command_line import MAILBOT
from tests.e2e.installation import ENQUIRIES, PATIENCE, Install, Installation, RealClock
from tests.e2e.messages import BIN, message
from tests.servers.dovecot import Dovecot
from tests.servers.failing_disk import FailingDisk
from tests.servers.failing_disk import available as failing_disk_available
from tests.servers.processes import children, is_running
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot
END_WITHIN = 10  # seconds: what mailbot promises to the service manager
EX_CONFIG = 78


@pytest.fixture
def mailbot(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> Installation:
    """An installation that is live and does not run."""
    made = install(dovecot, smtp_server, clock=RealClock(), after_intake="move")
    assert made.cli("live", "--yes").returncode == 0
    made.clock.move(seconds=1)  # IMAP knows whole seconds only
    return made


def ends_well(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(END_WITHIN) == 0


class TestTheProcess:
    def test_there_is_one_to_a_database_and_it_ends_when_told(self, mailbot: Installation) -> None:
        """A second daemon is refused and told who runs; SIGTERM ends the first with exit code 0; a next one goes on."""
        with mailbot.process() as first:
            second = mailbot.run()
            assert second.returncode == EX_CONFIG
            assert f"another mailbot (process {first.pid}) runs on it already; stop it first" in second.stderr
            mailbot.proves_alive(letters=1)
            ends_well(first)
        mailbot.deliver(message(BIN))
        mailbot.start()
        mailbot.letters(2)

    def test_killed_it_leaves_no_process_behind(self, mailbot: Installation) -> None:
        """Two seconds after the daemon was killed, the process that reads for it is gone too."""
        with mailbot.process() as daemon:
            mailbot.proves_alive(letters=1)
            started = children(daemon.pid)
            assert started
            daemon.kill()
            time.sleep(2)
            assert not [pid for pid in started if is_running(pid)]

    def test_it_ends_although_the_relay_says_nothing(self, mailbot: Installation) -> None:
        """SIGTERM ends it in time while the relay leaves a letter unanswered; that letter is in doubt and goes once more."""
        mailbot.smtp.fail(at="DOT", how="accept_then_stall")
        with mailbot.process() as process:
            mailbot.deliver(message(BIN))
            (unanswered,) = mailbot.smtp.wait_for(1, PATIENCE)
            ends_well(process)
        mailbot.start()
        mailbot.letters(2)
        assert mailbot.smtp.accepted[1].content == unanswered.content

    def test_a_full_disk_stops_it_gently(self, mailbot: Installation, dovecot: Dovecot) -> None:
        """While nothing can be written no message is moved and no letter goes; with room again everything goes on."""
        with mailbot.process() as process:
            mailbot.proves_alive(letters=1)
            mailbot.wait_until(lambda: not dovecot.folder_uids(ENQUIRIES), "the first message to be moved")
            allowed = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, allowed[1]))  # every file is as long as it may be
            mailbot.deliver(message(BIN))
            time.sleep(2)  # two polls long
            assert len(dovecot.folder_uids(ENQUIRIES)) == 1
            assert len(mailbot.smtp.accepted) == 1
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, allowed)
            mailbot.letters(2)
            mailbot.wait_until(lambda: not dovecot.folder_uids(ENQUIRIES), "the second message to be moved")
            ends_well(process)
            assert process.stderr is not None
            assert "the database cannot be used now" in process.stderr.read()

    def test_a_dying_disk_stops_it_gently(
        self, mailbot: Installation, dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """While every write ends in an I/O error no message is moved and no letter goes; afterwards each goes once."""
        if reason := failing_disk_available():
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
        disk = FailingDisk(mailbot.folder, tmp_path_factory.mktemp("library") / "failing_disk.so")
        with mailbot.process(disk.environment) as process:
            mailbot.proves_alive(letters=1)
            mailbot.wait_until(lambda: not dovecot.folder_uids(ENQUIRIES), "the first message to be moved")
            disk.fail()
            mailbot.deliver(message(BIN))
            time.sleep(2)  # two polls long
            assert len(dovecot.folder_uids(ENQUIRIES)) == 1
            assert len(mailbot.smtp.accepted) == 1
            disk.recover()
            mailbot.letters(2)
            mailbot.wait_until(lambda: not dovecot.folder_uids(ENQUIRIES), "the second message to be moved")
            ends_well(process)
            assert process.stderr is not None
            assert "the database cannot be used now: disk I/O error" in process.stderr.read()


class TestAWrongConfiguration:
    @pytest.mark.parametrize(
        ("right", "wrong", "said"),
        [
            ("poll_seconds", "pol_seconds", "mailbox[1].pol_seconds: there is no such key; did you mean 'poll_seconds'?"),
            ('tls = "none"', 'tls = "non"', "mailbox[1].imap.tls: write one of 'implicit', 'starttls' or 'none'"),
            ("[organisation]", "[organisation", "is not valid TOML"),
            ('"127.0.0.1"', '"imap.example"', 'write tls = "implicit" or "starttls"'),
        ],
    )
    def test_the_key_and_the_remedy_are_named(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer, right: str, wrong: str, said: str
    ) -> None:
        """A key that is misspelt, a word that is none of the choices, a slip in the syntax: file, key, and what to write."""
        mailbot = install(dovecot, smtp_server)
        text = mailbot.config_path.read_text()
        mailbot.config_path.write_text(text.replace(right, wrong, 1))
        refused = mailbot.cli("run")
        assert refused.returncode == EX_CONFIG
        assert refused.stderr.startswith(f"mailbot: {mailbot.config_path}: ")
        assert said in refused.stderr

    def test_a_missing_secret_is_named(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A password that lies nowhere stops the start, and the key and the place are named."""
        mailbot = install(dovecot, smtp_server)
        (mailbot.folder / "password").unlink()
        refused = mailbot.run()
        assert refused.returncode == EX_CONFIG
        assert refused.stderr.startswith(f"mailbot: mailbox.enquiries.imap.password: the file {mailbot.folder / 'password'}")

    def test_an_unknown_pack_is_named(self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
        """A pack that does not exist stops the start, and its name and place are named."""
        refused = install(dovecot, smtp_server, pack="harbour").run()
        assert refused.returncode == EX_CONFIG
        assert "packs/harbour" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_an_unknown_letter_is_named(
        self, install: Install, dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path
    ) -> None:
        """A pack that names a letter nobody wrote stops the start, and pack and letter are named."""
        rules = copytree(Paths().rules_folder, tmp_path / "rules")
        pack = rules / "packs" / "generic" / "pack.toml"
        pack.write_text(pack.read_text().replace('"receipt-foi"', '"receipt-fio"'))
        refused = install(dovecot, smtp_server, tables={"paths": {"rules": str(rules)}}).run()
        assert refused.returncode == EX_CONFIG
        assert f"{pack}: classes.foi_request.receipt: there is no letter 'receipt-fio'" in refused.stderr


def test_a_log_that_cannot_be_written_stops_no_loop(mailbot: Installation, tmp_path: Path) -> None:
    """When the log lies on the full disk too, everything goes on once there is room again."""
    command = [*MAILBOT, "run", "--config", str(mailbot.config_path)]
    with (tmp_path / "log").open("a") as log, subprocess.Popen(command, stderr=log, text=True) as process:
        try:
            mailbot.wait_until(lambda: mailbot.rows("SELECT id FROM folder_cursor WHERE role = 'inbox'"), "a first look")
            mailbot.proves_alive(letters=1)
            allowed = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, allowed[1]))
            mailbot.deliver(message(BIN))
            mailbot.wait_until(lambda: (tmp_path / "log").stat().st_size > 0, "a log")
            time.sleep(3)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, allowed)
            mailbot.letters(2)
            ends_well(process)
        finally:
            process.kill()
