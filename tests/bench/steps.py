"""Each step alone, with mailbot's own parts: what it would reach if the other steps cost nothing."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from typing import TypeVar

from mailbot.adapters.clock import SystemClock
from mailbot.adapters.jobs import EventWake
from mailbot.adapters.parser import parse, why_unreadable
from mailbot.app import SignIns, imap_mailbox, smtp_transport
from mailbot.core.classify import Hit, Opinion, classify
from mailbot.core.letter import LetterValues
from mailbot.core.message import Fetched
from mailbot.core.mime import Headers
from mailbot.core.policy import ClassPolicy
from mailbot.core.tongue import PLAIN_MANNER, Manner
from mailbot.pipeline.inbound import MAX_MESSAGES, Inbound
from mailbot.pipeline.intake import Intake, WatchedFolder
from mailbot.pipeline.outbox import Outbox, Sender
from mailbot.ports import Composed, FolderState, PublishedLetters, ReadMessage
from mailbot.reading import PlainReader, whole_judge
from mailbot.runner import attempt, spare_the_collector
from tests.bench.installation import NAME, Installation
from tests.bench.measured import Measured

T = TypeVar("T")
Found = tuple[tuple[Hit, ...], Opinion | None]

READY_CONTENT = b"X-Filler: of about the size of a receipt\r\n" * 40


def measure_steps(installation: Installation, database: str) -> list[Measured]:
    """Take all messages of the installation's mailbox through every step, one step after the other."""
    clocked = _Clocked(database=database)
    batches = clocked("fetch", lambda: _fetch(installation))
    clocked.messages = sum(map(len, batches))
    clocked("store", lambda: _store(installation, batches))
    contents = [fetched.content for batch in batches for fetched in batch]
    messages = clocked("parse", lambda: [parse(content) for content in contents])
    spare_the_collector()
    judge, classes = whole_judge(installation.policies.reading, print), installation.policies.mailboxes[NAME].pack.classes
    found = clocked("classify", lambda: _classify(judge, [message.full_text for message in messages], classes))
    letters = NotedLetters()
    read = {
        content: ReadMessage(message=message, hits=found[message.full_text][0], unreadable=why_unreadable(message))
        for content, message in zip(contents, messages, strict=True)
    }
    inbound = _inbound(installation, ReadyReader(read), letters)
    clocked("record", lambda: _drain(inbound))
    clocked("render", lambda: [installation.policies.letters.compose(*noted) for noted in letters.noted])
    clocked("send", lambda: asyncio.run(_send(installation)))
    return clocked.measured()


@dataclass(slots=True, kw_only=True)
class _Clocked:
    """Runs steps and notes how long each took, by the wall's clock and by the processor's."""

    database: str
    messages: int = 0
    seconds: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __call__(self, step: str, work: Callable[[], T]) -> T:
        begun, cpu_begun = time.perf_counter(), time.process_time()
        result = work()
        self.seconds[step] = time.perf_counter() - begun, time.process_time() - cpu_begun
        return result

    def measured(self) -> list[Measured]:
        return [
            Measured(what=step, messages=self.messages, seconds=(wall,), cpu_seconds=(cpu,), database=self.database)
            for step, (wall, cpu) in self.seconds.items()
        ]


def _fetch(installation: Installation) -> list[list[Fetched]]:
    server = imap_mailbox(installation.config, installation.config.mailbox[0], SignIns(SystemClock()))
    try:
        server.select("INBOX")
        return list(server.fetch(server.uids_after(0)))
    finally:
        server.close()


@dataclass(frozen=True, slots=True)
class FetchedFolder:
    """A folder whose messages are here already: intake without a server."""

    batches: Sequence[list[Fetched]]
    can_finish = False

    def select(self, folder: str) -> FolderState:
        return FolderState(uidvalidity=1, uidnext=1 + sum(map(len, self.batches)))

    def uids_after(self, uid: int) -> list[int]:
        return [fetched.uid for batch in self.batches for fetched in batch if fetched.uid > uid]

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]:
        return iter(self.batches)


def _store(installation: Installation, batches: Sequence[list[Fetched]]) -> None:
    intake = Intake(store=installation.store, clock=SystemClock(), wake=EventWake())
    inbox = WatchedFolder(mailbox=NAME, folder="INBOX", role="inbox", start_from="beginning", finish=False)
    intake.read_folder(FetchedFolder(batches), inbox)  # type: ignore[arg-type]  # as much of a folder as intake asks for


def _classify(judge: PlainReader, texts: Sequence[str], classes: Mapping[str, ClassPolicy]) -> dict[str, Found]:
    """Rules and classifier together."""
    found = dict[str, Found]()
    for first in range(0, len(texts), MAX_MESSAGES):
        some = texts[first : first + MAX_MESSAGES]
        found.update(zip(some, judge.judge(some), strict=True))
    for hits, opinion in found.values():
        classify(hits, classes, "", opinion)
    return found


@dataclass(frozen=True, slots=True)
class ReadyReader:
    """Knows what each content says."""

    known: Mapping[bytes, ReadMessage]

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
        return [self.known[content] for content in contents]

    def close(self) -> None:
        pass


class NotedLetters:
    """Renders nothing: notes what was asked for, so that it can be rendered later, and hands out ready bytes."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, LetterValues, Headers]] = []
        self._numbers = count(1)

    def compose(
        self, letter: str, values: LetterValues, headers: Headers, published: PublishedLetters, manner: Manner = PLAIN_MANNER
    ) -> Composed:
        self.noted.append((letter, values, headers))
        message_id = f"{next(self._numbers)}.bench@harbour.example"
        return Composed(content=READY_CONTENT, message_id=message_id, letter_version="bench")


def _inbound(installation: Installation, reader: ReadyReader, letters: NotedLetters) -> Inbound:
    """Deciding and recording, with parsing, classifying and rendering done elsewhere."""
    policies = installation.policies
    return Inbound(
        store=installation.store,
        reader=reader,
        letters=letters,
        screening=policies.screening,
        holding=policies.holding,
        replies=policies.replies,
        subjects=policies.reading.subjects,
        quoting=policies.reading.quoting,
        bounces=policies.bounces,
        rules_version=policies.reading.version,
        policies=policies.mailboxes,
        clock=SystemClock(),
        attempt=attempt,
    )


def _drain(inbound: Inbound) -> None:
    for _ in inbound.drain():
        pass


async def _send(installation: Installation) -> None:
    """Every letter over the mailbox's connections, until none is left."""
    policies, mailbox = installation.policies, installation.config.mailbox[0]
    outbox = Outbox(store=installation.store, letters=policies.letters, policy=policies.mailboxes[NAME], clock=SystemClock())
    sender = Sender(mailbox=NAME, letters_per_minute=mailbox.letters_per_minute, sent_copy=mailbox.sent_copy)
    done, sign_ins = Event(), SignIns(SystemClock())
    transports = [smtp_transport(mailbox, sign_ins) for _ in range(mailbox.smtp_connections)]
    await outbox.deliver(sender, transports, done.is_set, done.set)
