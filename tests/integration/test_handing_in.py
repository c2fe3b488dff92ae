"""Handing a letter to a relay: how it is greeted, and whom it hears named."""

import asyncio
from collections.abc import Iterator

import pytest

from mailbot.adapters.smtp import SmtpAccount, SmtpTransport
from mailbot.core.delivery import Reply
from mailbot.core.letter import Envelope
from tests.servers.smtp import SmtpServer

LETTER = b"Subject: The lamp\r\n\r\nThank you.\r\n"


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    """A relay that accepts everything."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


def hand_in(relay: SmtpServer, *envelopes: Envelope) -> list[Reply]:
    """The answers to these letters, over one connection."""
    account = SmtpAccount(host=relay.host, port=relay.port, tls="none", credentials=None, context=None, timeout_seconds=10)

    async def one_by_one() -> list[Reply]:
        transport = SmtpTransport(account)
        replies = [await transport.send(envelope, LETTER) for envelope in envelopes]
        await transport.close()
        return replies

    return asyncio.run(one_by_one())


def to(recipient: str, reverse_path: str = "bounce+1a2b@harbour.example") -> Envelope:
    return Envelope(reverse_path=reverse_path, recipient=recipient)


@pytest.mark.parametrize("recipient", ["ada@example.org", "o'brien+x/y=z~1@sub-domain.example.org", '"two words"@example.org'])
def test_the_relay_hears_an_address_as_it_is_written(relay: SmtpServer, recipient: str) -> None:
    """Plain or quoted (RFC 5321 section 4.1.2)."""
    (reply,) = hand_in(relay, to(recipient))
    assert reply.code == 250
    assert [(letter.reverse_path, letter.recipients) for letter in relay.accepted] == [
        ("bounce+1a2b@harbour.example", (recipient,))
    ]


def test_a_letter_may_have_nobody_to_report_to(relay: SmtpServer) -> None:
    """The null reverse path (RFC 5321 section 4.5.5)."""
    assert hand_in(relay, to("ada@example.org", reverse_path=""))[0].code == 250
    assert relay.accepted[0].reverse_path == ""


@pytest.mark.parametrize("recipient", ["ada@example.org> SIZE=1", "ada\r\nRSET@example.org", "a b@example.org"])
def test_an_address_with_a_command_in_it_commands_nothing(relay: SmtpServer, recipient: str) -> None:
    """It is refused or cut to an address, and the next letter goes to its own recipient alone."""
    hand_in(relay, to(recipient), to("bo@example.org"))
    heard = [one for letter in relay.accepted for one in letter.recipients]
    assert heard[-1] == "bo@example.org"
    assert not any(set(one) & set(" <>\r\n") for one in heard)


def test_a_relay_that_knows_no_ehlo_is_greeted_with_helo(relay: SmtpServer) -> None:
    """RFC 5321 section 3.2."""
    relay.fail(at="EHLO", reply="502 5.5.1 not here")
    assert hand_in(relay, to("ada@example.org"))[0].code == 250


def test_a_relay_that_shuts_down_at_the_greeting_is_no_letters_fault(relay: SmtpServer) -> None:
    """The letter waits, and the next one finds the relay again."""
    relay.fail(at="EHLO", reply="421 4.3.2 shutting down")
    first, second = hand_in(relay, to("ada@example.org"), to("bo@example.org"))
    assert (first.code, second.code) == (0, 250)
    assert [letter.recipients for letter in relay.accepted] == [("bo@example.org",)]
