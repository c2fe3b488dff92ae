"""What a colleague passes on to the mailbox: whose message is it?

The customer is the author of the message that was passed on, if its head leaves no doubt: one attached message, or one head
of another message in the text (as Outlook, Gmail, Apple Mail and others write it). Otherwise a person decides. Whoever
passed it on is never the customer.
"""

import re
from dataclasses import dataclass, replace

from mailbot.core.message import Address, Message
from mailbot.core.quoting import QuoteRules, heads
from mailbot.core.subject import SubjectRules, base_subject

_ADDRESS = re.compile(r"[^\s<>\[\]()\"',;:]+@[^\s<>\[\]()\"',;:]+\.[^\s<>\[\]()\"',;:]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A message that was passed on: as its author's own, or (None) why a person must say whose it is."""

    message: Message | None = None
    unclear: str = ""


def passed_on(message: Message, subjects: SubjectRules, quoting: QuoteRules) -> Forward | None:
    """What a colleague's message passes on; None if it passes nothing on. The words of the colleague stay above it."""
    authors, ids = _attached(message)
    if not authors:
        if not base_subject(message.subject, subjects).is_forward:
            return None
        authors = [_author(head) for head in heads(message.text, quoting)]
    if len(authors) != 1:
        return Forward(unclear=f"{len(authors)} messages are passed on" if authors else "no head of a message is found")
    author = authors[0]
    if author is None:
        return Forward(unclear="its author has no address that is plain")
    subject = base_subject(message.subject, subjects)
    shown = message.subject[len(message.subject) - len(subject.text) :] if subject.is_forward else message.subject
    return Forward(message=replace(message, from_=author, subject=shown.strip(), in_reply_to=ids, references=ids))


def _attached(message: Message) -> tuple[list[Address | None], tuple[str, ...]]:
    authors = [one.from_ for one in message.enclosed]
    return authors, tuple(one.message_id for one in message.enclosed if one.message_id)[:1]


def _author(head: dict[str, str]) -> Address | None:
    """The author in a head's From field, if exactly one address stands there: ``Ada <ada@x>``, ``Ada [mailto:ada@x]``."""
    said = head.get("from", "").replace("mailto:", " ")
    found = dict.fromkeys(each.lower().rstrip(".") for each in _ADDRESS.findall(said))
    if len(found) != 1:
        return None
    (address,) = found
    name = _ADDRESS.sub("", said).strip(" <>[]()\"'*\t")
    return Address(address=address, name=name)
