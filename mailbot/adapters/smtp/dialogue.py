"""What is said to a relay that has let us in, and what it replies (RFC 5321).

aiosmtplib opens the connection and signs in. From then on commands may go out together (RFC 2920), and aiosmtplib loses
replies that come together: so the connection is taken over from it.
"""

import asyncio
from collections import deque

from aiosmtplib import SMTP, SMTPResponse
from aiosmtplib.errors import SMTPReadTimeoutError, SMTPServerDisconnected

from mailbot import checkpoints

ACCEPTED = (250, 251)
CLOSING = 421
RESET_SECONDS, QUIT_SECONDS = 30, 2
LARGEST_REPLY = 32_768  # bytes


class Dialogue(asyncio.Protocol):
    """The connection of ``client``, which has greeted the relay. Not for use by several tasks at once.

    Whatever is asked of it raises SMTPServerDisconnected where the relay has hung up.
    """

    def __init__(self, client: SMTP) -> None:
        if not client.is_connected or not isinstance(client.transport, asyncio.Transport):
            raise SMTPServerDisconnected("Connection lost")
        self.takes_eight_bits = client.supports_extension("8bitmime")
        self._takes_several = client.supports_extension("pipelining")
        self._transport = client.transport
        self._rest, self._lines, self._size = b"", list[bytes](), 0
        self._replies, self._owed = deque[SMTPResponse](), 0
        self._news = asyncio.Event()
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()

    async def ask(self, *commands: bytes, seconds: float) -> list[SMTPResponse]:
        """The replies to commands, at most ``seconds`` for each; none come after one that closes the connection.

        The commands go out together where the relay takes that, else one by one until one is not accepted.
        """
        replies = list[SMTPResponse]()
        for group in [commands] if self._takes_several else [(command,) for command in commands]:
            with checkpoints.around("smtp"):
                self.say(b"".join(group), replies=len(group))
                for _ in group:
                    replies.append(await self.reply(seconds))
                    if replies[-1].code == CLOSING:
                        return replies
            if replies[-1].code not in ACCEPTED:
                break
        return replies

    async def reset(self) -> bool:
        """Forget the letter that was begun; False where the relay does not."""
        self.say(b"RSET\r\n")
        return (await self.reply(RESET_SECONDS)).code in ACCEPTED

    async def quit(self) -> None:
        """Say goodbye."""
        self.say(b"QUIT\r\n")
        await self.reply(QUIT_SECONDS)

    def say(self, words: bytes, replies: int = 1) -> None:
        """Say what so many ``replies`` will come to."""
        if not self.is_open:
            raise SMTPServerDisconnected("Connection lost")
        self._owed += replies
        self._transport.write(words)

    async def reply(self, seconds: float) -> SMTPResponse:
        """The next reply. Raises SMTPReadTimeoutError where none comes within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                while not self._replies:
                    if not self.is_open:
                        raise SMTPServerDisconnected("Connection lost")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise SMTPReadTimeoutError("Timed out waiting for server response") from error
        self._owed -= 1
        return self._replies.popleft()

    # Called by asyncio

    def data_received(self, data: bytes) -> None:
        """Take replies in; hang up on what is none."""
        self._size += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._size > LARGEST_REPLY or not all(line[:3].isdigit() for line in lines):
            self._transport.abort()
            return
        for line in lines:
            self._take(line)
        self._news.set()

    def connection_lost(self, _error: Exception | None) -> None:
        self._news.set()

    def _take(self, line: bytes) -> None:
        """One line of a reply, which may have several. A reply that nothing was said to is no reply to what comes next."""
        self._lines.append(line[4:].strip())
        if line[3:4] == b"-":
            return
        text, self._lines, self._size = b"\n".join(self._lines), [], len(self._rest)
        if len(self._replies) < self._owed:
            self._replies.append(SMTPResponse(int(line[:3]), text.decode("utf-8", "surrogateescape")))
