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
        ("Diolch yn fawr iawn am eich ateb.", ReplyKind.THANKS),
        ("Rwy’n ddiolchgar iawn,\nAda", ReplyKind.THANKS),
        ("Llawer o ddiolch i chi i gyd", ReplyKind.THANKS),
        ("Diolch, ond nid yw'r golau'n gweithio.", ReplyKind.ORDINARY),
        ("Diolch. Mae'r golau allan.", ReplyKind.ORDINARY),
        ("Diolch, rhowch wybod i mi.", ReplyKind.ORDINARY),
        ("Diolch am ddim byd.", ReplyKind.ORDINARY),
    ],
)
def test_only_what_says_nothing_else_is_a_thanks(text: str, kind: ReplyKind) -> None:
    """A reply that thanks and tells something besides is read by staff like any other."""
    assert kind_of_reply(Message(digest="x", text=text), load_replies(Paths().rules_folder)) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please withdraw my complaint.", ReplyKind.WITHDRAWAL),
        ("Hoffwn dynnu fy nghwyn yn ôl.", ReplyKind.WITHDRAWAL),
        ("Rwyf yn tynnu fy nghais yn ôl. Diolch, Ada", ReplyKind.WITHDRAWAL),
        ("Hoffwn ganslo’r cais.", ReplyKind.WITHDRAWAL),
        ("Dydw i ddim eisiau parhau â'm cwyn.", ReplyKind.WITHDRAWAL),
        ("Anwybyddwch fy e-bost blaenorol.", ReplyKind.WITHDRAWAL),
        ("Rwyf am barhau â'm cwyn.", ReplyKind.ORDINARY),
        ("Nid wyf am dynnu fy nghwyn yn ôl.", ReplyKind.ORDINARY),
        ("Dydw i ddim yn tynnu fy nghwyn yn ôl.", ReplyKind.ORDINARY),
        ("Os daw'r lori heddiw, rwyf yn tynnu fy nghwyn yn ôl.", ReplyKind.ORDINARY),
        ("Mae'r gyrrwr wedi gofyn i mi dynnu fy nghwyn yn ôl.", ReplyKind.ORDINARY),
    ],
)
def test_only_a_plain_withdrawal_is_one_in_english_or_welsh(text: str, kind: ReplyKind) -> None:
    """A condition, a refusal, or somebody else's wish is an ordinary reply, and the case goes on."""
    assert kind_of_reply(Message(digest="x", text=text), load_replies(Paths().rules_folder)) is kind
