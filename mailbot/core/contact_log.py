"""The log of contacts: for whom and which service, by which way, when, and what was done (N7, J11). It holds no name."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from mailbot.core.case import Channel
from mailbot.core.directory import Directory
from mailbot.core.service import Category

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class ContactAction(StrEnum):
    """What was done about a contact: nothing yet, an answer, an answer when it first came, or somebody else has it."""

    RECEIVED = "received"
    INFORMED = "informed"
    FIRST_CONTACT = "first_contact"
    REFERRED = "referred"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Whose work a contact is about. ``service`` and its ``category`` only where they are sure."""

    organisation: str
    service: str = ""
    category: Category | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedContact:
    """A line of the log. ``at``: aware, UTC. For us alone: ``reference`` and ``class_`` of its case, and the ``mailbox``."""

    area: ServiceArea
    channel: Channel
    at: datetime
    action: ContactAction
    reference: str
    mailbox: str = ""
    class_: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadLine:
    """How many contacts there were at an hour or weekday, to a mailbox or of a class (``by``), and how many ``by_phone``."""

    by: str
    value: str
    contacts: int
    by_phone: int


def area_of(directory: Directory, service: str, ours: str) -> ServiceArea:
    """The area of a service by its name; of none, or of one that the directory has no more: ours, the name of our own.

    ``ours`` counts only where no file names the organisations.
    """
    found = directory.service(service) if service else None
    if found is not None:
        return ServiceArea(organisation=found.organisation, service=found.name, category=found.category)
    return ServiceArea(organisation=directory.organisations[0].name if directory.organisations else ours, service=service)


def still_to_settle(actions: tuple[ContactAction, ...], new: ContactAction, answered: int = 0) -> tuple[int, ...]:
    """Which of a case's contacts, the oldest first, get ``new`` as what was done about them.

    Whatever nothing was done about; the newest, where more is done than was: an answer is followed by a handover; and of what
    somebody else has already, what goes on to the next one unanswered. ``answered``: how many came before the last answer.
    """
    last = len(actions) - 1
    goes_on = new is ContactAction.REFERRED
    return tuple(
        number
        for number, action in enumerate(actions)
        if action is ContactAction.RECEIVED
        or (number == last and action is ContactAction.INFORMED and new is not ContactAction.INFORMED)
        or (number >= answered and action is ContactAction.REFERRED and goes_on)
    )


def workload(contacts: Sequence[LoggedContact], zone: tzinfo) -> Iterator[WorkloadLine]:
    """When contacts came, local time, to which mailbox and in which classes of cases (J11)."""
    local = [one.at.astimezone(zone) for one in contacts]
    days = [WEEKDAYS[at.weekday()] for at in local]
    yield from _counted("hour", contacts, [f"{at:%H}:00" for at in local])
    yield from sorted(_counted("weekday", contacts, days), key=lambda line: WEEKDAYS.index(line.value))
    yield from _counted("mailbox", contacts, [one.mailbox for one in contacts])
    yield from _counted("class", contacts, [one.class_ for one in contacts])


def _counted(by: str, contacts: Sequence[LoggedContact], values: Sequence[str]) -> Iterator[WorkloadLine]:
    found = Counter(values)
    phone = Counter(value for one, value in zip(contacts, values, strict=True) if one.channel is Channel.PHONE)
    for value in sorted(found):
        yield WorkloadLine(by=by, value=value, contacts=found[value], by_phone=phone[value])


def month_bounds(month: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first moment of a month such as ``2026-11`` and of the next one, local midnights. Raises ValueError."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)
    years, next_month = divmod(first.month, 12)
    return first, first.replace(year=first.year + years, month=next_month + 1)


def totals(contacts: Iterable[LoggedContact]) -> Iterator[str]:
    """How many contacts there were for each organisation, and what was done about them: a line each, by name (N8)."""
    found = dict[str, Counter[ContactAction]]()
    for one in contacts:
        found.setdefault(one.area.organisation, Counter())[one.action] += 1
    for name, actions in sorted(found.items()):
        done = ", ".join(f"{actions[each]} {each.value.replace('_', ' ')}" for each in ContactAction if actions[each])
        yield f"{name}: {actions.total()} ({done})"
