"""When an office is open: hours by weekday, and the days on which it is shut by its own choice."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from pydantic import Field

from mailbot.adapters.rule_files.checks import STRICT
from mailbot.core.calendar import WEEKDAYS, Hours, ShutDays
from mailbot.errors import PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutRow:
    """A ``[[shut]]`` of a file."""

    from_on: Annotated[date, Field(alias="from")]
    until: date
    name: str
    __pydantic_config__ = STRICT


def shut_days(where: str, rows: Iterable[ShutRow]) -> tuple[ShutDays, ...]:
    """The days as values. ``where`` begins what is said of a mistake, such as ``pack.toml: ``."""
    found = list[ShutDays]()
    for row in rows:
        if row.until < row.from_on:
            raise PolicyError(f"{where}shut '{row.name}': until: write a date not before from, {row.from_on}")
        if not row.name.strip():
            raise PolicyError(f"{where}shut {row.from_on}: name: write why the office is shut")
        found.append(ShutDays(from_on=row.from_on, until_on=row.until, name=row.name))
    return tuple(found)


def opening_hours(where: str, hours: Mapping[str, str]) -> dict[int, Hours]:
    """Hours by weekday, Monday is 0. ``where`` begins what is said of a mistake, such as ``pack.toml: ``."""
    return {_weekday(where, day): _span(where, day, text) for day, text in hours.items()}


def _weekday(where: str, day: str) -> int:
    if day not in WEEKDAYS:
        raise PolicyError(f"{where}hours.{day}: write one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(day)


def _span(where: str, day: str, text: str) -> Hours:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    hour, minute, last_hour, last_minute = map(int, found.groups()) if found else (0, 0, 0, 0)
    opens, closes = time(hour, minute), time(last_hour, last_minute)
    if opens >= closes:
        raise PolicyError(f'{where}hours.{day}: write opening and closing time such as "09:00-17:00"')
    return Hours(opens, closes)
