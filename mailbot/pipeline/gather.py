"""Gathering for a batch: what the tables know about its messages, in a few queries, kept up to date while it is decided."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.action import Decision, QueueLetter
from mailbot.core.lead import Clues, Filed, Leads
from mailbot.core.message import Message
from mailbot.core.mime import LETTER_HEADER
from mailbot.core.screen import History
from mailbot.ports import KnownMessage, MailboxRow, Transaction

REWRITTEN_ID = "x-microsoft-original-message-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What is known about the messages of a batch: each sees the decisions about those before it."""

    mailboxes: dict[str, MailboxRow]
    messages: dict[str, KnownMessage]
    message_ids: set[str]
    our_letters: frozenset[str]
    answers: Counter[str]
    leads: Leads

    def our_letter(self, message: Message) -> str:
        """The Message-ID of the letter of ours that this is a copy of, or an empty string."""
        return next((name for name in _letter_names(message) if name in self.our_letters), "")

    def history(self, message: Message) -> History:
        """What was sent to the author of a message since ``since``."""
        return History(answers_today=self.answers[message.sender])

    def learn(self, message: Message, decision: Decision, recorded: KnownMessage | None, filed: Filed | None) -> None:
        """Take in what was decided about one message of the batch, and the case in which it was filed."""
        if filed is not None:
            self.leads.learn(filed)
        if recorded is not None:
            self.messages[message.digest] = recorded
            self.message_ids.add(message.message_id)
        for action in decision.actions:
            if isinstance(action, QueueLetter):
                self.answers[action.permission.recipient.lower()] += 1


def gather(
    transaction: Transaction, mailboxes: Iterable[str], messages: Sequence[Message], clues: Sequence[Clues], since: datetime
) -> Gathered:
    """Look up a batch; ``since`` bounds what counts as sent today."""
    return Gathered(
        mailboxes={name: transaction.mailboxes.get(name) for name in set(mailboxes)},
        messages=transaction.messages.known([message.digest for message in messages]),
        message_ids=transaction.messages.known_ids([message.message_id for message in messages]),
        our_letters=transaction.outbox.ours([name for message in messages for name in _letter_names(message)]),
        answers=Counter(transaction.outbox.sent_since([message.sender for message in messages], since)),
        leads=transaction.cases.leads(clues),
    )


def _letter_names(message: Message) -> tuple[str, ...]:
    """The ids under which a letter of ours comes back: its own, or one kept by a server that renames."""
    named = (message.message_id, message.header(REWRITTEN_ID) or "", message.header(LETTER_HEADER.lower()) or "")
    return tuple(filter(None, (name.strip().strip("<>") for name in named)))
