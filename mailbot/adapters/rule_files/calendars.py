"""``rules/calendars``: the days that do not count, a row each, with the authority and the source of every one."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot.adapters.rule_files.checks import STRICT, names_in, refuse_twice
from mailbot.core.calendar import WEEKDAYS, ClosedDay, WorkingCalendar
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

LIBRARY = "python-holidays"
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """A file of closed days. ``made_from``: the codes of the places that ``mailbot calendar update`` takes its days from."""

    name: str
    time_zone: str
    covers_from: date
    covers_until: date
    source: str
    closed: tuple[ClosedDay, ...]
    made_from: tuple[str, ...] = ()
    __pydantic_config__ = STRICT


def calendar_names(rules: Path) -> tuple[str, ...]:
    """The calendars there are."""
    return names_in(rules / "calendars")


def load_calendar(rules: Path, name: str, zone: ZoneInfo | None = None) -> WorkingCalendar:
    """One calendar of closed days, in ``zone`` (an organisation's) or else in its own time zone."""
    found = read_calendar(rules, name)
    return WorkingCalendar(
        name=found.name,
        zone=zone or ZoneInfo(found.time_zone),
        covers_from=found.covers_from,
        covers_until=found.covers_until,
        closed={row.date: row for row in found.closed},
    )


def read_calendar(rules: Path, name: str) -> CalendarFile:
    """A calendar as it stands in its file, checked: raises PolicyError with file, key, and what to write instead."""
    file = calendar_path(rules, name)
    found = convert(CalendarFile, read_toml(file, PolicyError), file, PolicyError)
    if found.name != name:
        raise PolicyError(f'{file}: name: write name = "{name}", the name of the file')
    try:
        ZoneInfo(found.time_zone)
    except (KeyError, ValueError, OSError):
        raise PolicyError(f"{file}: time_zone: there is no zone '{found.time_zone}'; write one such as Europe/London") from None
    if found.covers_from > found.covers_until:
        raise PolicyError(f"{file}: covers_until: write a date after covers_from, {found.covers_from}")
    _check_rows(file, found)
    return found


def calendar_path(rules: Path, name: str) -> Path:
    """The file of a calendar."""
    return rules / "calendars" / f"{name}.toml"


def _check_rows(file: Path, found: CalendarFile) -> None:
    for row in found.closed:
        if not (row.source.strip() and row.authority.strip()):
            raise PolicyError(f"{file}: closed {row.date}: write authority and source; a date without them cannot be defended")
        if row.date.weekday() >= 5:
            day = WEEKDAYS[row.date.weekday()].capitalize()
            raise PolicyError(f"{file}: closed {row.date}: a {day} never counts; leave it out, and write its substitute day")
        if not found.covers_from <= row.date <= found.covers_until:
            years = f"{found.covers_from} to {found.covers_until}"
            raise PolicyError(f"{file}: closed {row.date}: lies outside the years of this calendar, {years}")
    refuse_twice((str(row.date) for row in found.closed), file, "closed date")
    for earlier, later in pairwise(found.closed):
        if later.date < earlier.date:
            raise PolicyError(f"{file}: closed {later.date}: write the days in the order of their dates, before {earlier.date}")


def calendar_text(found: CalendarFile, before: str) -> str:
    """The text of a calendar file; the comments at its top are those of ``before``, its text so far."""
    comments = _COMMENTS.match(before)
    head = [
        f"name = {_quoted(found.name)}",
        f"time_zone = {_quoted(found.time_zone)}",
        f"covers_from = {found.covers_from}",
        f"covers_until = {found.covers_until}",
        *([f"made_from = [{', '.join(map(_quoted, found.made_from))}]"] if found.made_from else []),
        f"source = {_quoted(found.source)}",
    ]
    return (comments[0] if comments else "") + "\n".join([*head, *map(_row_text, found.closed)]) + "\n"


def _row_text(row: ClosedDay) -> str:
    lines = [f"\n[[closed]]\ndate = {row.date}"]
    lines += [f"{key} = {_quoted(getattr(row, key))}" for key in ("name", "division", "authority", "source")]
    return "\n".join([*lines, f"added_on = {row.added_on}"])


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_days(found: CalendarFile, made: Sequence[ClosedDay], until: date) -> CalendarFile:
    """The calendar with the days of the library, up to ``until``; rows from any other source are an admin's and stay.

    A row that says the same keeps its source and the day it was added on, so that only what changed is seen to change.
    """
    held = {row.date: row for row in found.closed}
    days = {row.date: row for row in found.closed if not is_made(row)}
    for row in made:
        days.setdefault(row.date, _merged(held.get(row.date), row))
    closed = tuple(days[day] for day in sorted(days))
    until = max(until, found.covers_until)
    if (closed, until) == (found.closed, found.covers_until):
        return found
    return replace(found, closed=closed, covers_until=until, source=made[0].source if made else found.source)


def is_made(row: ClosedDay) -> bool:
    """Whether a row came from the library, and not from an admin."""
    return row.source.startswith(LIBRARY)


def _merged(old: ClosedDay | None, new: ClosedDay) -> ClosedDay:
    if old is None:
        return new
    same = (old.name, old.division, old.authority) == (new.name, new.division, new.authority)
    return old if same else replace(new, added_on=old.added_on)
