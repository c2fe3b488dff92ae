"""What ``mailbot calendar update`` proposes: the days of the ``holidays`` library under our names, each with its law.

The library is optional and imported when it is asked; nothing here happens when dates are counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from mailbot.adapters.rule_files.calendars import LIBRARY, CalendarFile, calendar_path
from mailbot.adapters.rule_files.checks import STRICT
from mailbot.core.calendar import ClosedDay
from mailbot.errors import ConfigError, PolicyError
from mailbot.toml_values import convert, read_toml

_SUBSTITUTE = {" (observed)": " (substitute day)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A place by the library's code: its name, the law of its holidays, and of those that rest on another one."""

    name: str
    law: str
    language: str | None = None
    other_laws: dict[str, str] = field(default_factory=dict)
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Together:
    name: str
    places: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    place: dict[str, _Place]
    names: dict[str, str]
    together: tuple[_Together, ...] = ()
    __pydantic_config__ = STRICT

    def name(self, theirs: str) -> str:
        for ending, ours in _SUBSTITUTE.items():
            if theirs.endswith(ending):
                return self.name(theirs.removesuffix(ending)) + ours
        return self.names.get(theirs, theirs)

    def division(self, codes: Iterable[str]) -> str:
        found = [code for code in self.place if code in codes]
        whole = next((group.name for group in self.together if set(group.places) == set(found)), None)
        *first, last = (self.place[code].name for code in found)
        return whole or (f"{', '.join(first)} and {last}" if first else last)

    def authority(self, names: Mapping[str, str]) -> str:
        laws = defaultdict[str, list[str]](list)
        for code, name in names.items():
            place = self.place[code]
            laws[place.other_laws.get(name, place.law)].append(place.name)
        (usual, _), *others = laws.items()
        return "; ".join([usual, *(f"in {' and '.join(where)} {law}" for law, where in others)])


def closed_days(rules: Path, calendar: CalendarFile, last_year: int, added_on: date) -> tuple[ClosedDay, ...]:
    """The closed weekdays of all places a calendar is made from, by date, to the end of ``last_year``.

    Raises ConfigError without the library, PolicyError for a place that ``rules/holidays.toml`` does not know.
    """
    file = rules / "holidays.toml"
    words = convert(_Words, read_toml(file, PolicyError), file, PolicyError)
    unknown = [code for code in calendar.made_from if code not in words.place]
    if unknown:
        where, known = calendar_path(rules, calendar.name), ", ".join(words.place)
        raise PolicyError(f"{where}: made_from: {file.name} has no place '{unknown[0]}'; write some of {known}")
    found = defaultdict[date, dict[str, str]](dict)
    for code in calendar.made_from:
        years = range(calendar.covers_from.year, last_year + 1)
        for day, name in _weekdays(code, words.place[code].language, years):
            found[day][code] = words.name(name)
    source = f"{LIBRARY} {version('holidays')} ({', '.join(calendar.made_from)})"
    return tuple(
        ClosedDay(
            date=day,
            name=" and ".join(dict.fromkeys(names.values())),
            division=words.division(names),
            authority=words.authority(names),
            source=source,
            added_on=added_on,
        )
        for day, names in sorted(found.items())
    )


def _weekdays(code: str, language: str | None, years: range) -> Iterator[tuple[date, str]]:
    try:
        import holidays
    except ImportError:
        raise ConfigError("'mailbot calendar update' needs the holidays library: pip install 'mailbot[calendars]'") from None
    country, _, division = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=division or None, years=years, language=language)
    except NotImplementedError:
        raise PolicyError(f"place.{code}: the holidays library knows no such place") from None
    return ((day, name) for day, name in found.items() if day.weekday() < 5)
