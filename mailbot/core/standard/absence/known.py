"""What the directory says of whoever is away, and of those whom they name."""

from mailbot.core.directory import Directory, Person, people_named, person_at
from mailbot.core.message import Message
from mailbot.core.standard.absence.contact import digits_of
from mailbot.core.standard.absence.values import Absentee, Known


def absentee_of(message: Message, directory: Directory | None = None, person: str | None = None) -> Absentee:
    """Whoever sent an automatic reply: by the directory, or else as From and ``person`` (a name) say.

    A number that others have, too, is the office's and not theirs.
    """
    sender = message.sender
    found = None
    if directory:
        named = people_named(directory.people, person) if person else ()
        found = named[0] if len(named) == 1 else person_at(directory, sender)
    return Absentee(
        name=person or (found.name if found else message.from_.name if message.from_ else ""),
        addresses=frozenset({sender, found.address if found else ""} - {""}),
        phones=_own_phones(found, directory) if found and directory else frozenset(),
    )


def _own_phones(person: Person, directory: Directory) -> frozenset[str]:
    others = [each.phone for each in directory.people if each is not person]
    others += [directory.phone, *(each.phone for each in directory.organisations)]
    return frozenset({digits_of(person.phone)} - {digits_of(each) for each in others} - {""})


def known_in(directory: Directory) -> Known:
    """Everybody and every service that a directory has."""
    addresses = {each.address for each in directory.people}
    addresses |= {each for service in directory.services for each in (service.contact, service.deputy or "")}
    phones = {each.phone for each in directory.people} | {each.phone for each in directory.organisations} | {directory.phone}
    return Known(
        addresses=frozenset(each.lower() for each in addresses if each),
        phones=frozenset(digits_of(each) for each in phones if each),
        names=frozenset(
            name.lower()
            for names in (directory.people, directory.teams, directory.services)
            for name in (each.name for each in names)
        ),
    )
