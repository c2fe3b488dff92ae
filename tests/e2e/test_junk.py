"""The Junk folder of a real server, watched for people who were misfiled there."""

import pytest

from tests.e2e.installation import ENQUIRIES, Install
from tests.e2e.messages import BEN, BIN, LIBRARY, absence_note, list_message, message, reply
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


@pytest.mark.parametrize("after_intake", ["leave", "move"])
def test_people_are_found_in_the_junk_folder_and_nothing_there_is_touched(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer, after_intake: str
) -> None:
    """A stranger waits there for a person and is answered once put back, a customer's reply joins her case, spam that names
    it is shown; lists, robots and other spam get neither case nor letter. All of it lies there as before, unread."""
    mailbot = install(dovecot, smtp_server, folders={"junk": "Junk"}, after_intake=after_intake)
    mailbot.start()
    mailbot.deliver(message(BIN, subject="Bin"))
    (letter,) = mailbot.letters(1)
    (case,) = mailbot.cases(1)
    spam = {"X-Spam-Flag": "YES"}
    for content in (
        message(LIBRARY, sender=BEN),
        reply(letter, "The brown one."),
        reply(letter, "Buy this.", headers=spam),
        message("Buy that.", sender="shop@example.com", headers=spam),
        list_message(),
        absence_note(letter),
    ):
        mailbot.deliver(content, folder="Junk")
    before = dovecot.messages(ENQUIRIES, "Junk")
    mailbot.wait_for_decisions(7)
    assert sorted(line.rule for line in mailbot.held(2)) == ["in-junk-folder", "marked-as-spam"]
    assert len(mailbot.cases(1)) == 1
    assert [each.verdict for each in mailbot.case(case.reference).messages] == ["human", "human", "auto_reply"]
    (stranger,) = (line for line in mailbot.held(2) if line.rule == "in-junk-folder")
    assert mailbot.cli("held", "put-back", str(stranger.id)).returncode == 0
    mailbot.letters(2)
    assert mailbot.told() == ["ada.finch@example.org", "ben.marlow@example.org"]
    mailbot.proves_alive(letters=3)
    assert dovecot.messages(ENQUIRIES, "Junk") == before
    with dovecot.client(ENQUIRIES) as person:
        person.select_folder("Junk", readonly=True)
        assert person.search(["OR", "SEEN", "OR", "DELETED", "FLAGGED"]) == []
