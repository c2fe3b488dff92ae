"""A relay's replies: whole or in pieces, together or late, and what is none."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import TypeVar, cast

import pytest
from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPReadTimeoutError, SMTPServerDisconnected

from mailbot.adapters.smtp.dialogue import LARGEST_REPLY, Dialogue

T = TypeVar("T")
COMMANDS = (b"MAIL FROM:<>\r\n", b"RCPT TO:<ada@example.org>\r\n", b"DATA\r\n")
REPLIES = b"250-2.1.0 well\r\n250 then\r\n250 2.1.5 known\r\n354 go on\r\n"


class Line(asyncio.Transport):
    """A connection whose other end is the test."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[bytes] = []
        self.closed = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        pass

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.heard.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True


def talk(say: Callable[[Line, Dialogue], Awaitable[T]], *, pipelining: bool = True) -> T:
    """What ``say`` comes to with a relay that takes commands together, or does not."""

    async def over_a_line() -> T:
        line = Line()
        client = SimpleNamespace(is_connected=True, transport=line, supports_extension=lambda _: pipelining)
        return await say(line, Dialogue(cast("SMTP", client)))

    return asyncio.run(over_a_line())


@pytest.mark.parametrize("size", [1, 2, 7, 19, 1000])
def test_replies_may_come_in_pieces(size: int) -> None:
    """Each is told from the next, however the network cuts them."""

    async def ask(line: Line, dialogue: Dialogue) -> list[tuple[int, str]]:
        asked = asyncio.create_task(dialogue.ask(*COMMANDS, seconds=5))
        await asyncio.sleep(0)
        for first in range(0, len(REPLIES), size):
            dialogue.data_received(REPLIES[first : first + size])
            await asyncio.sleep(0)
        assert line.heard == [b"".join(COMMANDS)]
        return [(reply.code, reply.message) for reply in await asked]

    assert talk(ask) == [(250, "2.1.0 well\nthen"), (250, "2.1.5 known"), (354, "go on")]


def test_where_commands_go_one_by_one_nothing_follows_a_refusal() -> None:
    """A relay that does not announce it (RFC 2920) is asked no second thing before its reply."""

    async def ask(line: Line, dialogue: Dialogue) -> tuple[list[int], list[bytes]]:
        asked = asyncio.create_task(dialogue.ask(*COMMANDS, seconds=5))
        for reply in (b"250 well\r\n", b"550 unknown\r\n"):
            await asyncio.sleep(0)
            dialogue.data_received(reply)
        return [reply.code for reply in await asked], line.heard

    assert talk(ask, pipelining=False) == ([250, 550], [*COMMANDS[:2]])


def test_what_a_relay_says_unasked_answers_nothing() -> None:
    """A warning before a command, or a line more than was asked for, is not taken for the next reply."""

    async def ask(_: Line, dialogue: Dialogue) -> list[int]:
        dialogue.data_received(b"250 unasked\r\n")
        dialogue.say(b"MAIL FROM:<>\r\n")
        dialogue.data_received(b"451 later\r\n250 unasked\r\n")
        first = await dialogue.reply(5)
        dialogue.say(b"RSET\r\n")
        dialogue.data_received(b"252 well\r\n")
        return [first.code, (await dialogue.reply(5)).code]

    assert talk(ask) == [451, 252]


@pytest.mark.parametrize("words", [b"hello\r\n", b"\r\n", b"2", b"250-and\r\n"], ids=repr)
def test_a_relay_that_talks_nonsense_or_without_end_is_hung_up_on(words: bytes) -> None:
    """Memory stays bounded, and nothing is taken for a reply that is none."""

    async def ask(_: Line, dialogue: Dialogue) -> None:
        dialogue.say(b"MAIL FROM:<>\r\n")
        for _more in range(LARGEST_REPLY + 1):
            dialogue.data_received(words)
            if not dialogue.is_open:
                break
        with pytest.raises(SMTPServerDisconnected):
            await dialogue.reply(5)

    talk(ask)


def test_a_relay_that_says_nothing_is_not_waited_for_longer_than_it_may_take() -> None:
    """The time runs for a whole reply, not from byte to byte."""

    async def ask(_: Line, dialogue: Dialogue) -> None:
        dialogue.say(b"MAIL FROM:<>\r\n")
        dialogue.data_received(b"250 unfinish")
        with pytest.raises(SMTPReadTimeoutError):
            await dialogue.reply(0.01)

    talk(ask)
