"""Absences from a calendar file (iCalendar, RFC 5545): events of a working day or more, of people whom they name."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.adapters.directory_files.rows import Away
from mailbot.errors import PermanentError

MOST_BYTES = 2_000_000
MOST_EVENTS = 5_000
DAY, WORKING_DAY = timedelta(days=1), timedelta(hours=7)
OUTLOOK, AWAY = "X-MICROSOFT-CDO-BUSYSTATUS", "OOF"
"""How Outlook marks whoever is away; other calendars have no mark."""


def read_calendar(path: Path, zone: ZoneInfo) -> list[Away]:
    """Whoever is away, from the first to the last whole day of each event.

    The person is who takes part (ATTENDEE), else who organises it, else the whole of its title; whoever imports knows by the
    directory. ``Deputy: NAME`` on a line of the description names who stands in. Meetings of some hours and what was called
    off are left out. Raises PermanentError for a file that is no calendar, an answer to an invitation, or an event that
    repeats.
    """
    calendar = _calendar(path)
    if str(calendar.get("METHOD", "PUBLISH")).upper() not in ("PUBLISH", "REQUEST"):
        raise PermanentError(f"{path} is an answer to an invitation, no calendar; export the calendar")
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise PermanentError(f"{path} has more than {MOST_EVENTS} events; export a shorter time")
    return [away for number, event in enumerate(events, 1) for away in _away(f"{path}, event {number}", event, zone)]


def _calendar(path: Path) -> Any:
    from icalendar import Calendar

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PermanentError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise PermanentError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB; export a shorter time")
    try:
        return Calendar.from_ical(content)
    except (ValueError, KeyError, IndexError, TypeError):
        raise PermanentError(f"{path} is no calendar file; export it as iCalendar (.ics)") from None


def _away(where: str, event: Any, zone: ZoneInfo) -> Iterator[Away]:
    is_off = str(event.get("STATUS", "")).upper() == "CANCELLED"
    if is_off or str(event.get(OUTLOOK, AWAY)).upper() != AWAY:
        return
    days = _days(where, event, zone)
    if days is None:
        return
    if event.get("RRULE") or event.get("RDATE"):
        raise PermanentError(f"{where}: it repeats; write each absence as an event of its own")
    deputy = next((line[7:].strip() for line in _lines(event) if line.lower().startswith("deputy:")), "")
    for person in _people(event):
        yield Away(where=where, person=person, from_on=days[0], until_on=days[1], deputy=deputy)


def _days(where: str, event: Any, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and last whole day; None for what is shorter than a working day."""
    try:
        begins, ends = event.start, event.end
    except (ValueError, AttributeError, TypeError):
        raise PermanentError(f"{where}: begin and end are not plain") from None
    if not isinstance(begins, datetime):
        return begins, max(begins, ends - DAY)
    begins, ends = _local(begins, zone), _local(ends, zone)
    if ends - begins < WORKING_DAY:
        return None
    last = (ends - timedelta(microseconds=1)).date()
    return begins.date(), max(last, begins.date())


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment by the clock on the wall of the organisation; one without a zone is that already."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _people(event: Any) -> list[str]:
    attendees = event.get("ATTENDEE") or event.get("ORGANIZER") or ()
    found = attendees if isinstance(attendees, list) else [attendees] if attendees else []
    addresses = [str(each).lower().removeprefix("mailto:") for each in found]
    return addresses or [" ".join(str(event.get("SUMMARY", "")).split())]


def _lines(event: Any) -> list[str]:
    return [line.strip() for line in str(event.get("DESCRIPTION", "")).splitlines()]
