"""Gathering for a batch: what the tables know about its messages, in a few queries, kept up to date while it is decided."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailbot.core.action import ClearAddress, Decision, LetterReturned, MarkAddress, QueueLetter
from mailbot.core.delivery import Tag, read_tags
from mailbot.core.lead import Clues, Leads
from mailbot.core.letter import OutboxLetter, OutboxState
from mailbot.core.message import Message
from mailbot.core.mime import LETTER_HEADER
from mailbot.core.own_id import is_signed
from mailbot.core.screen import History
from mailbot.pipeline.flood import Flood, flood
from mailbot.pipeline.record import Recording
from mailbot.pipeline.sent_today import SentToday
from mailbot.ports import KnownMessage, MailboxRow, SentAnswer, Transaction

DAY = timedelta(days=1)
REWRITTEN_ID = "x-microsoft-original-message-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What is known about the messages of a batch: each sees the decisions about those before it.

    ``to_staff``: what went to staff within a day, by mailbox, as far as somebody asked for it.
    """

    mailboxes: dict[str, MailboxRow]
    messages: dict[str, KnownMessage]
    message_ids: set[str]
    our_letters: frozenset[str]
    answers: Counter[str]
    flood: Flood
    leads: Leads
    returned: dict[str, OutboxLetter]
    returned_answers: dict[str, SentAnswer]
    unreachable: set[str]
    limited: Mapping[str, datetime]
    to_staff: dict[str, SentToday] = field(default_factory=dict)

    def our_letter(self, message: Message, secret: bytes) -> str:
        """The Message-ID of the letter of ours that this is a copy of, or an empty string.

        Its row may be lost: a database restored from a copy does not know the newest ones.
        """
        return next((name for name in _letter_names(message) if name in self.our_letters or is_signed(name, secret)), "")

    def history(self, message: Message, mailbox: str) -> History:
        """What was sent to the author of a message within a day, and to the likes of it within an hour."""
        found = self.flood.history(message, mailbox, self.answers[message.sender])
        limited_until = self.limited.get(message.sender)
        return replace(found, unreachable=message.sender in self.unreachable, limited_until=limited_until)

    def returned_letter(self, message: Message, secret: bytes) -> OutboxLetter | None:
        """The letter of ours that a report is about, by the tag it came to or the ids it returns; a forged tag ties nothing."""
        tags = _tags(message)
        if not all(tag.is_ours(secret) for tag in tags):
            return None
        names = (*(tag.name for tag in tags), *_returned_ids(message))
        return next((self.returned[name] for name in names if name in self.returned), None)

    def returned_answer(self, message: Message) -> SentAnswer | None:
        """The message of staff that a report is about."""
        ids = _returned_ids(message)
        return next((self.returned_answers[one] for one in ids if one in self.returned_answers), None)

    def learn(self, message: Message, decision: Decision, about: Recording) -> None:
        """Take in what was decided about one message of the batch, and the case in which it was filed."""
        filed, recorded = about.filed, about.recorded
        if filed is not None:
            self.leads.learn(filed)
        if recorded is not None:
            self.messages[message.digest] = recorded
            self.message_ids.add(message.message_id)
        for action in decision.actions:
            match action:
                case QueueLetter():
                    for sent in self.to_staff.values():
                        sent.went(action)
                    self.answers[action.permission.recipient.lower()] += 1
                    self.flood.learn(action, about.policy.name)
                case MarkAddress():
                    self.unreachable.add(action.address)
                case ClearAddress():
                    self.unreachable.discard(action.address)
                case LetterReturned():
                    self._has_bounced(action.letter_id)
                case _:
                    pass

    def _has_bounced(self, letter_id: int) -> None:
        bounced = {name: one for name, one in self.returned.items() if one.id == letter_id}
        self.returned.update({name: replace(one, state=OutboxState.BOUNCED) for name, one in bounced.items()})


def gather(
    transaction: Transaction,
    mailboxes: Iterable[str],
    messages: Sequence[Message],
    clues: Sequence[Clues],
    shared_domains: frozenset[str],
    now: datetime,
) -> Gathered:
    """Look up a batch. ``shared_domains``: where people have addresses who have nothing to do with each other."""
    returned_ids = [one for message in messages for one in _returned_ids(message)]
    tags = [tag.name for message in messages for tag in _tags(message)]
    return Gathered(
        mailboxes={name: transaction.mailboxes.get(name) for name in set(mailboxes)},
        messages=transaction.messages.known([message.digest for message in messages]),
        message_ids=transaction.messages.known_ids([message.message_id for message in messages]),
        our_letters=transaction.outbox.ours([name for message in messages for name in _letter_names(message)]),
        answers=Counter(transaction.outbox.sent_since([message.sender for message in messages], now - DAY)),
        flood=flood(transaction, messages, shared_domains, now),
        leads=transaction.cases.leads(clues),
        returned=transaction.returns.letters(returned_ids, tags),
        returned_answers=transaction.returns.answers(returned_ids),
        unreachable=set(transaction.returns.unreachable([message.sender for message in messages])),
        limited=transaction.limits.of([message.sender for message in messages], now),
    )


def _letter_names(message: Message) -> tuple[str, ...]:
    """The ids under which a letter of ours comes back: its own, or one kept by a server that renames."""
    named = (message.message_id, message.header(REWRITTEN_ID) or "", message.header(LETTER_HEADER.lower()) or "")
    return tuple(filter(None, (name.strip().strip("<>") for name in named)))


def _tags(message: Message) -> tuple[Tag, ...]:
    """The tags of the address that a report came to."""
    return read_tags(message.delivered_to) if message.report else ()


def _returned_ids(message: Message) -> tuple[str, ...]:
    """The ids of what a report returns, or says that it is about."""
    return (*message.report.returned_ids, *message.in_reply_to, *message.references) if message.report else ()
