"""A town hall with two watched mailboxes on one database, whose clock is moved by hand and whose post is a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Parsed
from functools import cache
from hashlib import sha256

from sqlalchemy import func, select

from mailbot.adapters.store import Database, SqlStore
from mailbot.adapters.store.tables import case, outbox
from mailbot.app import Policies, load_policies
from mailbot.config import Config, Limits, Mailbox, Organisation, Server, Tls
from mailbot.core.delivery import Reply, SentCopy
from mailbot.core.letter import OutboxLetter
from mailbot.core.message import Fetched
from mailbot.pipeline.connections import Answered
from mailbot.pipeline.inbound import Inbound
from mailbot.pipeline.outbox import Outbox, Sender
from mailbot.pipeline.timers import Timers
from mailbot.ports import Cursor
from mailbot.reading import PlainReader
from mailbot.runner import attempt
from tests.integration.stand_ins import Hands
from tests.servers.readers import NoPhrases

MORNING = datetime(2025, 12, 2, 10, 0, tzinfo=UTC)  # a Tuesday
FOI, ENQUIRIES = "foi@harbour.example", "enquiries@harbour.example"
ACCEPTED = Reply(code=250, text="2.0.0 accepted")
LIMITS = Limits(
    answers_per_mailbox_per_hour=100, answers_per_subject_per_hour=20, answers_per_domain_per_hour=20, answers_per_hour=150
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that the relay took: who it went to, and its bytes."""

    sender: str
    recipient: str
    content: bytes

    @property
    def parsed(self) -> Parsed:
        return message_from_bytes(self.content)


@cache
def policies(limits: Limits = LIMITS) -> Policies:
    """The shipped rules and letters for the two mailboxes, read once: nothing changes them."""
    server = Server(host="localhost", port=1, tls=Tls.NONE)
    mailboxes = tuple(
        Mailbox(name=address.partition("@")[0], address=address, manager="manager@harbour.example", imap=server, smtp=server)
        for address in (FOI, ENQUIRIES)
    )
    return load_policies(Config(organisation=Organisation(name="Harbour Council"), mailbox=mailboxes, limits=limits))


@dataclass
class Hall:
    """What arrives is stored, decided about and answered; letters are handed to ``post`` and kept in ``went``."""

    database: Database
    policies: Policies
    clock: Hands = field(default_factory=lambda: Hands(MORNING))
    post: Callable[[Letter], None] = lambda _: None
    went: list[Letter] = field(default_factory=list)
    _uid: int = 0

    def __post_init__(self) -> None:
        self.store = SqlStore(self.database)
        names = {name: (policy.address, "generic") for name, policy in self.policies.mailboxes.items()}
        self.store.register("Harbour Council", names, self.clock.now(), "00")
        with self.store.transaction() as transaction:
            for name in names:
                transaction.mailboxes.go_live(name, self.clock.now() - timedelta(days=1))
        common = {"store": self.store, "letters": self.policies.letters, "clock": self.clock}
        self.inbound = Inbound(
            **common,
            reader=PlainReader(NoPhrases(), self.policies.reading),
            screening=self.policies.screening,
            holding=self.policies.holding,
            subjects=self.policies.reading.subjects,
            quoting=self.policies.reading.quoting,
            replies=self.policies.replies,
            bounces=self.policies.bounces,
            rules_version="1",
            policies=self.policies.mailboxes,
            attempt=attempt,
        )
        self.timers = Timers(**common, policies=self.policies.mailboxes, attempt=attempt)
        self.outboxes = {name: Outbox(**common, policy=policy) for name, policy in self.policies.mailboxes.items()}

    def later(self, by: timedelta) -> None:
        """Time goes by."""
        self.clock.at += by

    def arrives(self, *contents: bytes, at: str = FOI, role: str = "inbox") -> None:
        """Messages lie in a mailbox, now."""
        name, first = at.partition("@")[0], self._uid + 1
        self._uid += len(contents)
        batch = [
            Fetched(uid=uid, received_at=self.clock.now(), size=len(content), content=content)
            for uid, content in enumerate(contents, first)
        ]
        behind = Cursor(uidvalidity=1, last_uid=self._uid)
        with self.store.transaction() as transaction:
            transaction.messages.store(name, role.upper(), role, behind, batch, self.clock.now())
            transaction.mailboxes.set_cursor(name, role.upper(), role, behind)

    def works(self) -> int:
        """Decide about what waits and send what may go; returns how many letters went to the outside."""
        list(self.inbound.drain())
        self.timers.sweep()
        before = len(self.went)
        for name, out in self.outboxes.items():
            sender = Sender(mailbox=name, letters_per_minute=1_000_000, sent_copy=SentCopy.NONE)
            while claimed := out.settle_and_claim([], sender, 50):
                self._hand_over(name, claimed)
                out.settle([Answered(letter, ACCEPTED) for letter in claimed])
        return len(self.went) - before

    def _hand_over(self, name: str, claimed: Sequence[OutboxLetter]) -> None:
        for one in claimed:
            letter = Letter(sender=f"{name}@harbour.example", recipient=one.envelope.recipient, content=self._content(one.id))
            self.went.append(letter)
            self.post(letter)

    def _content(self, letter_id: int) -> bytes:
        with self.database.reading() as connection:
            return bytes(connection.execute(select(outbox.c.content).where(outbox.c.id == letter_id)).scalar_one())

    def cases(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(case)).scalar_one()

    def receipts(self) -> list[Letter]:
        """What went to customers."""
        return [letter for letter in self.went if letter.recipient != "manager@harbour.example"]


def mail(sender: str, subject: str, text: str, to: str = FOI, *more: str) -> bytes:
    """A message as a plain program writes it; ``more`` are header lines."""
    number = sha256(repr((sender, subject, text, to, more)).encode()).hexdigest()[:24]
    lines = (f"From: {sender}", f"To: {to}", f"Message-ID: <{number}@example.org>", f"Subject: {subject}", *more)
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()
