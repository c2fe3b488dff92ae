"""Norfolk Connect: shared mailboxes in which nothing lies unread."""

import pytest

from tests.clauses.story import TellStory
from tests.e2e.installation import ENQUIRIES, MANAGER
from tests.e2e.messages import BEN

pytestmark = pytest.mark.dovecot

PACK = "norfolk-connect"
UNREAD = "Nobody has opened this message"


class TestN4:
    def test_N4_what_nobody_opens_is_alerted_once(self, tell: TellStory) -> None:
        """A message that nobody has opened by the next working morning is told to the manager, once."""
        story = tell(PACK)
        case = story.customer_writes()
        story.until("2025-12-24 08:59")
        assert story.letters_to(MANAGER, UNREAD) == []
        story.until("2025-12-24 09:05")
        story.until("2025-12-29 09:05")
        (alert,) = story.letters_to(MANAGER, UNREAD)
        assert f"Case: {case}\nMailbox: {ENQUIRIES}\nReceived: Tuesday 23 December 2025\n" in alert.get_content()

    def test_N4_what_somebody_opened_or_took_is_not_alerted(self, tell: TellStory) -> None:
        """A message that a colleague has read in the mailbox, and a case that somebody has, need no alert."""
        story = tell(PACK)
        story.customer_writes()
        with story.dovecot.client(ENQUIRIES) as colleague:
            colleague.select_folder("INBOX")
            colleague.add_flags(colleague.search(), ["\\Seen"])
        story.wait_until(lambda: story.rows("SELECT id FROM location WHERE seen_at NOT NULL"), "the reading to be noted")
        story.assign(story.customer_writes(sender=BEN))
        story.until("2025-12-24 09:05")
        assert story.letters_to(MANAGER, UNREAD) == []
