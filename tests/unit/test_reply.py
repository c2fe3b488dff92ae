"""What a customer's reply amounts to, by the rules that are shipped."""

import pytest

from mailbot.adapters.rule_files import load_replies
from mailbot.config import Paths
from mailbot.core.message import Message
from mailbot.core.reply import ReplyKind, kind_of_reply


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thank you so much for your quick reply.", ReplyKind.THANKS),
        ("Many thanks,\nAda", ReplyKind.THANKS),
        ("Thanks. Bins missed today, same next door.", ReplyKind.ORDINARY),
        ("Thanks. My address is 4 Mill Lane.", ReplyKind.ORDINARY),
        ("Thanks, the lamp is out again.", ReplyKind.ORDINARY),
    ],
)
def test_only_what_says_nothing_else_is_a_thanks(text: str, kind: ReplyKind) -> None:
    """A reply that thanks and tells something besides is read by staff like any other."""
    assert kind_of_reply(Message(digest="x", text=text), load_replies(Paths().rules_folder)) is kind
