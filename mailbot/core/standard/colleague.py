"""Which colleague wrote a message: known for sure, or not judged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mailbot.core.directory import Person
from mailbot.core.standard.mail import StaffMail
from mailbot.core.standard.names import says_name, words_of
from mailbot.core.standard.signature import parts_of
from mailbot.core.standard.values import SignatureWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """The person who wrote, or why nobody can tell."""

    person: Person | None = None
    why_not: str = ""


def writer_of(mail: StaffMail, people: Iterable[Person], ours: Collection[str], words: SignatureWords) -> Writer:
    """Who of ``people`` wrote: the owner of the address, or for a watched mailbox (``ours``) whom the signature names.

    Staff of partners keep to their own standards.
    """
    staff = [each for each in people if not each.organisation]
    sender = mail.message.sender
    if sender not in ours:
        found = [each for each in staff if each.address == sender]
        return Writer(person=found[0]) if found else Writer(why_not="the address is nobody's in the directory")
    signed = parts_of(mail.lines, words, ()).signed
    found = [each for each in staff if says_name(signed, words_of(each.name))]
    if len(found) == 1:
        return Writer(person=found[0])
    return Writer(why_not="its signature names several colleagues" if found else "its signature names nobody of the directory")
