"""The open SMTP connections of one mailbox. Each carries one letter at a time, so each can leave one letter in doubt."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailbot import checkpoints
from mailbot.core.delivery import Reply
from mailbot.core.letter import OutboxLetter
from mailbot.ports import Transport

TOGETHER_SECONDS = 0.005  # replies that come within it share a commit
FINISH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A letter that was handed in, and what came of it."""

    letter: OutboxLetter
    reply: Reply


class Connections:
    """Letters under way. Not for use by several tasks at once."""

    def __init__(self, transports: Sequence[Transport]) -> None:
        self._transports = tuple(transports)
        self._idle = list(transports)
        self._under_way = dict[asyncio.Task[Answered], Transport]()
        self._woken: asyncio.Task[object] | None = None

    @property
    def free(self) -> int:
        """How many letters may be taken now."""
        return len(self._idle)

    def send(self, letter: OutboxLetter) -> None:
        """Hand in a letter over a free connection."""
        transport = self._idle.pop()
        self._under_way[asyncio.create_task(_carry(transport, letter))] = transport

    async def answers(self, wait: Callable[[], object]) -> list[Answered]:
        """The next replies; none if ``wait`` (blocking, in a thread) ends first while a connection is free."""
        awaited: set[asyncio.Task[Answered] | asyncio.Task[object]] = {*self._under_way}
        if self._idle:
            self._woken = self._woken or asyncio.create_task(asyncio.to_thread(wait))
            awaited.add(self._woken)
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if self._woken is not None and self._woken.done():
            self._woken = None
        elif len(self._under_way) > 1:
            await asyncio.wait(self._under_way, timeout=TOGETHER_SECONDS)
        return self.ready()

    def ready(self) -> list[Answered]:
        """The replies that are there; their connections are free again."""
        done = [task for task in self._under_way if task.done()]
        self._idle += [self._under_way.pop(task) for task in done]
        return [task.result() for task in done]

    async def finish(self) -> list[Answered]:
        """The replies that still come within ``FINISH_SECONDS``; what is under way then stays in doubt."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)
        return self.ready()

    async def close(self) -> None:
        """End every connection, and with it what is still under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.gather(*(transport.close() for transport in self._transports))


async def _carry(transport: Transport, letter: OutboxLetter) -> Answered:
    checkpoints.reached("dot.before")
    reply = await transport.send(letter.envelope, letter.content)
    checkpoints.reached("reply.after")
    return Answered(letter, reply)
