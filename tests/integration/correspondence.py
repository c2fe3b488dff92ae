"""Correspondence with a council: the real flow on a real database, with messages handed in instead of fetched."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from itertools import count

from sqlalchemy import select

from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import load_bounces, load_holding, load_replies
from mailbot.adapters.store import Database, SqlStore, open_database
from mailbot.adapters.store.queries import CaseView, HeldLine, LetterLine, Queries
from mailbot.adapters.store.tables import case as case_row
from mailbot.adapters.store.tables import message as message_row
from mailbot.app import load_reading
from mailbot.core.bounce import BounceRules
from mailbot.core.message import Fetched
from mailbot.core.own_id import signed
from mailbot.core.policy import MailboxPolicy
from mailbot.pipeline.case_commands import CaseCommands
from mailbot.pipeline.commands import Commands
from mailbot.pipeline.inbound import Inbound
from mailbot.ports import Cursor
from mailbot.reading import PlainReader, ReadingRules
from mailbot.runner import attempt
from tests.integration.stand_ins import Hands
from tests.invented import LETTERS, MAILBOX, MONDAY, RULES, policy, shipped_screening
from tests.readable import READABLE
from tests.servers.readers import NoPhrases

FOI = "foi@harbour.example"
SECRET = policy().tag_secret
DAY = timedelta(days=1)
LONG = SMTP.clone(max_line_length=998)  # or ids of 78 characters and more are encoded


@cache
def reading() -> ReadingRules:
    """The shipped rules by which messages are read."""
    return load_reading(RULES)


@cache
def letters() -> JinjaLetters:
    """The shipped letters, with ids of our own making."""
    return JinjaLetters(LETTERS, token=lambda: signed(secrets.token_hex(16), SECRET))


@cache
def bounces() -> BounceRules:
    """The shipped rules about reports."""
    return load_bounces(RULES)


@dataclass
class Council:
    """Two mailboxes that are live, and everything that is written to and from them."""

    database: Database
    store: SqlStore
    clock: Hands = field(default_factory=lambda: Hands(MONDAY))
    uidvalidity: int = 1
    _uids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.queries = Queries(self.database)
        self.letters = letters()
        own = frozenset({MAILBOX, FOI})
        self.policies: dict[str, MailboxPolicy] = {
            name: policy(name=name, address=address, own_addresses=own)
            for name, address in (("enquiries", MAILBOX), ("foi", FOI))
        }
        common = {"store": self.store, "letters": self.letters, "clock": self.clock, "policies": self.policies}
        self.inbound = Inbound(
            **common,
            reader=PlainReader(NoPhrases(), reading()),
            screening=shipped_screening(),
            holding=load_holding(RULES),
            bounces=bounces(),
            subjects=reading().subjects,
            quoting=reading().quoting,
            replies=load_replies(RULES),
            rules_version="1",
            attempt=attempt,
        )
        self.staff = CaseCommands(**common, actor="bo")
        self.commands = Commands(store=self.store, clock=self.clock, actor="bo")

    # What happens --------------------------------------------------------------------------------------------------

    def arrives(
        self,
        *contents: bytes,
        mailbox: str = "enquiries",
        folder: str = "INBOX",
        role: str = "inbox",
        received_at: datetime | None = None,
    ) -> None:
        """Messages come to a folder, in this order (or came then, and are seen now), and are decided about together."""
        at = received_at or self.clock.now()
        batch = [Fetched(uid=next(self._uids), received_at=at, size=len(each), content=each) for each in contents]
        cursor = Cursor(uidvalidity=self.uidvalidity, last_uid=0)
        with self.store.transaction() as transaction:
            transaction.messages.store(mailbox, folder, role, cursor, batch, self.clock.now())
        self.drain()

    def sends(self, content: bytes, mailbox: str = "enquiries") -> None:
        """A member of staff writes from the mailbox: a copy lies in Sent."""
        self.arrives(content, mailbox=mailbox, folder="Sent", role="sent")

    def drain(self) -> None:
        for _ in self.inbound.drain():
            pass

    def later(self, days: float = 0, minutes: float = 1) -> None:
        self.clock.at += timedelta(days=days, minutes=minutes)

    # What is there -------------------------------------------------------------------------------------------------

    def cases(self) -> list[CaseView]:
        """Every case, the oldest first."""
        found = [self.queries.case(line.reference) for line in reversed(self.queries.cases(limit=10_000))]
        return [view for view in found if view is not None]

    def case(self, reference: str) -> CaseView:
        found = self.queries.case(reference)
        assert found is not None
        return found

    def held(self) -> tuple[HeldLine, ...]:
        return self.queries.held()

    def outgoing(self) -> list[LetterLine]:
        """Every letter, the oldest first."""
        return list(reversed(self.queries.letters(limit=10_000)))

    def letter(self, line: LetterLine) -> EmailMessage:
        content = self.queries.letter_content(line.id)
        assert content is not None
        return message_from_bytes(content, policy=READABLE)

    def text(self, line: LetterLine) -> str:
        """Everything that a letter says, decoded."""
        letter = self.letter(line)
        return f"{letter['From']} {letter['To']} {letter['Subject']}\n{letter.get_content()}"

    def trees(self) -> dict[str, str]:
        """The reference of the case of each message, by Message-ID."""
        query = select(message_row.c.message_id, case_row.c.reference).join(case_row, case_row.c.id == message_row.c.case)
        with self.database.reading() as connection:
            return {row.message_id: row.reference for row in connection.execute(query)}

    def events(self, reference: str) -> set[str]:
        return {event.rule for event in self.case(reference).events}


@contextmanager
def council(url: str) -> Iterator[Council]:
    """A council on a database in which nothing is yet."""
    with closing(open_database(url)) as database:
        store = SqlStore(database)
        store.register("Harbour Council", {"enquiries": (MAILBOX, "generic"), "foi": (FOI, "generic")}, MONDAY - DAY, "00")
        with store.transaction() as transaction:
            for name in ("enquiries", "foi"):
                transaction.mailboxes.go_live(name, MONDAY - DAY)
        yield Council(database=database, store=store)


_numbers = count(1)


def mail(
    text: str,
    *,
    sender: str = "Ada Sample <ada@example.org>",
    to: str = MAILBOX,
    subject: str = "The lamp",
    message_id: str = "",
    answers: Sequence[str] = (),
    **headers: str,
) -> bytes:
    """A message; ``answers`` are the ids it refers to, the nearest last. ``Reply_To="x"`` is a further field."""
    content = EmailMessage(policy=LONG)
    content["From"], content["To"], content["Subject"] = sender, to, subject
    content["Message-ID"] = f"<{message_id or f'{next(_numbers)}@example.org'}>"
    if answers:
        content["In-Reply-To"] = f"<{answers[-1]}>"
        content["References"] = " ".join(f"<{each}>" for each in answers)
    for name, value in headers.items():
        content[name.replace("_", "-")] = value
    content.set_content(text)
    return bytes(content)


def with_attached(outer: bytes, inner: bytes, subject: str) -> bytes:
    """A message with another one attached as message/rfc822."""
    carrier = message_from_bytes(outer, policy=LONG)
    carrier.add_attachment(message_from_bytes(inner, policy=LONG))
    carrier.replace_header("Subject", subject)
    return bytes(carrier)
