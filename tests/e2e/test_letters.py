"""An admin changes a letter while the daemon runs."""

import pytest

from tests.e2e.installation import Install
from tests.e2e.messages import ADA, BEN, message
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


def test_a_published_letter_is_used_without_a_restart(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """The next customer gets the new words, as text and as a page; the command line shows the letter that went."""
    mailbot = install(dovecot, smtp_server)
    mailbot.start()
    mailbot.deliver(message(sender=ADA))
    assert "Thank you for your enquiry" in mailbot.letters(1)[0].get_content()
    file = mailbot.folder / "receipt.txt"
    file.write_text(
        mailbot.cli("letter", "show", "receipt-enquiry").stdout.replace("Thank you", "Many thanks"), encoding="utf-8"
    )
    done = mailbot.cli("letter", "publish", "receipt-enquiry", "--file", str(file), "--note", "warmer")
    assert done.returncode == 0, done.stderr
    mailbot.deliver(message(sender=BEN))
    letter = mailbot.letters(2)[1]
    page = letter.get_body(("html",))
    assert page is not None
    assert all(
        "Many thanks for your enquiry to Harbour Council." in text for text in (letter.get_content(), page.get_content())
    )
    newest = max(line.id for line in mailbot.outbox())
    assert "Many thanks for your enquiry to Harbour Council." in mailbot.cli("outbox", "show", str(newest)).stdout
