"""Handing a letter to a relay: how it is greeted, and whom it hears named."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from mailbot.adapters.smtp import SmtpAccount, SmtpTransport
from mailbot.core.delivery import Reply
from mailbot.core.letter import Envelope
from tests.servers.faults import Place
from tests.servers.smtp import SmtpServer

LETTER = b"Subject: The lamp\r\n\r\nThank you.\r\n"


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    """A relay that accepts everything."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


def hand_in(relay: SmtpServer, *envelopes: Envelope, meanwhile: Callable[[], object] = lambda: None) -> list[Reply]:
    """The answers to these letters, over one connection; ``meanwhile`` happens after the first."""
    account = SmtpAccount(host=relay.host, port=relay.port, tls="none", credentials=None, context=None, timeout_seconds=10)

    async def one_by_one() -> list[Reply]:
        transport = SmtpTransport(account)
        replies = [await transport.send(envelopes[0], LETTER)]
        meanwhile()
        replies += [await transport.send(envelope, LETTER) for envelope in envelopes[1:]]
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


@pytest.mark.parametrize("reply", ["550 5.1.1 unknown", "452 4.2.2 no room", "421 4.7.0 too many"])
def test_one_recipient_refused_refuses_the_letter(relay: SmtpServer, reply: str) -> None:
    """Nobody gets it, not even an empty one; the next letter goes."""
    relay.fail(at="RCPT", reply=reply, recipient="bo@example.org")
    both = Envelope(reverse_path="", recipient="ada@example.org", copies=("bo@example.org",))
    first, second = hand_in(relay, both, to("cy@example.org"))
    assert (f"{first.code} {first.text}", second.code) == (reply, 250)
    assert [letter.recipients for letter in relay.accepted] == [("cy@example.org",)]


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_costs_no_connection(relay: SmtpServer, at: Place) -> None:
    """What the relay says to the commands after it belongs to this letter, and not to the next one."""
    relay.fail(at=at, reply="451 4.3.0 later")
    no_more = partial(relay.fail, at="CONNECT", reply="421 4.3.2 no more connections")
    first, second = hand_in(relay, to("ada@example.org"), to("bo@example.org"), meanwhile=no_more)
    assert (first.code, first.text, second.code) == (451, "4.3.0 later", 250)


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
def test_a_letter_finds_the_relay_again_that_hung_up(relay: SmtpServer, at: Place) -> None:
    """A kept connection may end at any time; before DATA nothing of the letter has gone, and it goes over a new one."""
    hang_up = partial(relay.fail, at=at, how="drop")
    replies = hand_in(relay, to("ada@example.org"), to("bo@example.org"), meanwhile=hang_up)
    assert [reply.code for reply in replies] == [250, 250]
    assert len(relay.accepted) == 2
