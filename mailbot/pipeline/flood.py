"""The receipts of the last hour while a batch is decided: looked up once, then counted on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.core.action import QueueLetter
from mailbot.core.flood import is_shared, shape_of
from mailbot.core.letter import Purpose
from mailbot.core.message import Message
from mailbot.core.screen import History
from mailbot.ports import Transaction

HOUR = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Flood:
    """``shared`` are the domains for which no count is kept: people who have nothing to do with each other."""

    shared: frozenset[str]
    in_all: int
    mailboxes: Counter[str]
    domains: Counter[str]
    shapes: Counter[str]

    def history(self, message: Message, mailbox: str, answers_today: int) -> History:
        """What was sent within a day to the author of a message, and within an hour to the likes of it."""
        domain, shape = message.sender.rpartition("@")[2], shape_of(message.subject)
        return History(
            answers_today=answers_today,
            of_mailbox=self.mailboxes[mailbox],
            to_domain=0 if is_shared(domain, self.shared) else self.domains[domain],
            of_shape=self.shapes[shape] if shape else 0,
            in_all=self.in_all,
        )

    def learn(self, letter: QueueLetter, mailbox: str) -> None:
        """A letter was decided on."""
        if letter.purpose is Purpose.RECEIPT:
            self.in_all += 1
            self.mailboxes[mailbox] += 1
            self.domains[letter.permission.recipient.rpartition("@")[2].lower()] += 1
            self.shapes[letter.shape] += 1


def flood(transaction: Transaction, messages: Sequence[Message], shared: frozenset[str], now: datetime) -> Flood:
    """Look up a batch, and forget what is too old to count."""
    transaction.answers.forget(now)
    domains = {message.sender.rpartition("@")[2] for message in messages}
    found = transaction.answers.since(now - HOUR, domains, {shape_of(message.subject) for message in messages})
    return Flood(
        shared=shared,
        in_all=found.in_all,
        mailboxes=Counter(found.mailboxes),
        domains=Counter(found.domains),
        shapes=Counter(found.shapes),
    )
