"""Judging messages alone: what would mailbot do with this one? Writes and sends nothing.

Without a store there is no history, so no cap, no known case and no age: each message is judged as if it had just come
to a live mailbox.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from mailbot.core.action import QueueLetter
from mailbot.core.case import Channel
from mailbot.core.classify import Classification, classify
from mailbot.core.clock_action import StartClock
from mailbot.core.decide import Findings, decide, request_in
from mailbot.core.flag import FlagRules, flagged
from mailbot.core.information_request import RequestRules
from mailbot.core.match import Match
from mailbot.core.message import Message, Origin
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reference import find_references
from mailbot.core.relay import Relayed, authentication, relayed
from mailbot.core.screen import Screening, screen
from mailbot.core.screening_rules import ScreeningRules
from mailbot.core.strong_evidence import OwnMarks
from mailbot.core.trigger import MessageArrived
from mailbot.ports import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything mailbot thinks of one message. ``named_cases`` are the references in its subject."""

    message: Message
    unreadable: str
    screening: Screening
    named_cases: tuple[str, ...]
    classification: Classification
    letter: str | None
    clocks: tuple[StartClock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The judging parts of the inbound flow."""

    parse: Callable[[bytes], Message]
    why_unreadable: Callable[[Message], str]
    phrases: Phrases
    flags: FlagRules
    requests: RequestRules
    screening: ScreeningRules
    rules_version: str
    policy: MailboxPolicy
    own_addresses: frozenset[str]
    answerable_addresses: frozenset[str]
    by_age: bool

    def judge(self, contents: Sequence[bytes], now: datetime) -> Iterator[Judgement]:
        """Judge each message by itself, in the order given."""
        messages = [self.parse(content) for content in contents]
        judged = self.phrases.judge([message.full_own_text for message in messages])
        for message, (hits, opinion) in zip(messages, judged, strict=True):
            found = relayed(message, self.policy.relays, self.policy.authserv_id)
            said = tuple(hit for hit in hits if found is None or found.holds(hit.span))
            # The labels of a form say nothing.
            classification = classify(said, self.policy.pack.looked_for, self.rules_version, None if found else opinion)
            sender = found.message.sender if found else message.sender
            yield self._judge(message, found, flagged(classification, said, sender, self.flags), now)

    def _judge(self, message: Message, found: Relayed | None, classification: Classification, now: datetime) -> Judgement:
        own = OwnMarks(
            addresses=self.own_addresses,
            answerable=self.answerable_addresses,
            relay=found.relay.name if found else "",
            dmarc=authentication(message, self.policy.authserv_id).dmarc,
            spam_fields=self.policy.spam_fields,
        )
        message = found.message if found else message
        screening = screen(message, self.screening, own)
        received_at = _received_at(message, now)
        unreadable = self.why_unreadable(message)
        trigger = MessageArrived(
            message=message,
            origin=Origin.MAILBOX,
            received_at=received_at,
            born_at=received_at,
            live=True,
            unreadable=unreadable,
            channel=found.relay.channel if found else Channel.EMAIL,
        )
        request = request_in(message, classification, self.requests, self.policy.pack)
        findings = Findings(screening=screening, match=Match(), classification=classification, request=request)
        decision = decide(trigger, None, findings, self.policy, now if self.by_age else received_at)
        letters = [action.letter for action in decision.actions if isinstance(action, QueueLetter)]
        return Judgement(
            message=message,
            unreadable=unreadable,
            screening=screening,
            named_cases=find_references(self.policy.reference_prefix, message.subject),
            classification=classification,
            letter=letters[0] if letters else None,
            clocks=tuple(action for action in decision.actions if isinstance(action, StartClock)),
        )


def _received_at(message: Message, now: datetime) -> datetime:
    """When the nearest server says it came (the top Received field), else the sender's date, else now; never later."""
    for field in message.header_values("received")[:1]:
        try:
            at = parsedate_to_datetime(field.rpartition(";")[2])
        except (ValueError, TypeError, IndexError, OverflowError):
            break
        if at.tzinfo is not None and 2000 <= at.year <= now.year:
            return min(at, now)
    return min(message.sent_at, now) if message.sent_at is not None and message.sent_at.year >= 2000 else now
