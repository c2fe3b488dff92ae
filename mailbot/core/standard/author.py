"""Who wrote a message."""

from dataclasses import dataclass

from mailbot.core.standard.mail import StaffMail
from mailbot.core.standard.names import persons_name, says_name, words_of
from mailbot.core.standard.signature import parts_of
from mailbot.core.standard.values import SignatureWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote: their name, and why they are not known, if so."""

    name: str = ""
    why_not: str = ""


def author_of(mail: StaffMail, people: tuple[str, ...], words: SignatureWords) -> Author:
    """Who wrote: the person in From, or for a group mailbox the one of the directory whose name the message is signed with."""
    sender = mail.message.from_
    if sender is None:
        return Author(why_not="the message does not say who wrote it")
    if sender.local_part not in words.group_addresses and (name := persons_name(sender.name, words)):
        return Author(name=name)
    signed = parts_of(mail.lines, words, ()).signed
    found = [each for each in people if says_name(signed, words_of(each))]
    if len(found) == 1:
        return Author(name=found[0])
    return Author(
        why_not="the author is not known: it was sent as a group mailbox, and no name in its signature is a colleague's"
    )
