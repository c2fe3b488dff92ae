"""Killed while a bounce is decided about, or while the mail about it goes, the daemon reaches the same end."""

from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.e2e.kill_scene import BEGINNING, Arrival, Scene, users
from tests.e2e.kills import Kill, outcome
from tests.servers.dovecot import StartDovecot

pytestmark = [pytest.mark.dovecot, pytest.mark.timeout(300)]

HEAD = """From: Mail Delivery System <mailer-daemon@relay.example>
Subject: Undelivered mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=limit"""
REPORT = """--limit
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; dora@example.org
Action: failed
Status: 5.1.1
--limit
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--limit--"""


def report_of_a_letter(scene: Scene) -> Arrival:
    """Dora's letter comes back."""
    letters = [message_from_bytes(letter.content) for letter in scene.smtp.accepted]
    (message_id,) = {letter["Message-ID"] for letter in letters if letter["To"] == "dora@example.org"}
    return Arrival(mailbox="foi", id="came-back", head=HEAD, text=REPORT.format(message_id=message_id))


def scene_with_a_bounce(name: str, folder: Path, start_dovecot: StartDovecot) -> Scene:
    """All letters have gone, and one of them lies in the mailbox as a bounce."""
    folder.mkdir()
    scene = Scene(name, folder, start_dovecot(users([name])), "none", step=timedelta(minutes=1))
    scene.run_until_quiet()
    scene.deliver(report_of_a_letter(scene), BEGINNING)
    return scene


def test_a_kill_while_a_letter_comes_back_changes_nothing(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """Killed before and after the decision: the letter is bounced, its clock runs again, the manager hears once."""
    with closing(scene_with_a_bounce("calm", tmp_path / "calm", start_dovecot)) as scene:
        calm = scene.run_until_quiet()
    assert [line for line in calm.letters if "bounced" in line] == [line for line in calm.letters if "dora@example.org" in line]
    assert len([line for line in calm.letters if "undelivered" in line]) == 1
    kills: Kill = ("record.before", "record.after")
    with closing(scene_with_a_bounce("killed", tmp_path / "killed", start_dovecot)) as scene:
        for place in kills:
            scene.run_until_killed(place, 1)
        found = outcome(kills, scene, calm)
    assert (found.lost, found.added, found.changed_later, found.unexplained) == ((), (), (), ())
