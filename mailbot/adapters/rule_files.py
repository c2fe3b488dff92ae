"""``rules/**`` into policy values. Every mistake is refused with file, key, and what to write instead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot.core.calendar import WEEKDAYS, ClosedDay, Hours, WorkingCalendar
from mailbot.core.policy import (
    ClassPolicy,
    ClassRule,
    ClassRules,
    ClockRule,
    HeaderRule,
    Pack,
    Phrase,
    ScreeningRules,
    SenderRule,
)
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _CalendarFile:
    name: str
    covers_until: date
    source: str
    closed: tuple[ClosedDay, ...]
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _PackFile:
    name: str
    title: str
    review_due: date
    calendar: str
    neutral_receipt: str
    overdue_alert: str
    digest: str
    privacy_notice: str
    hours: dict[str, str]
    classes: dict[str, ClassPolicy]
    clock: tuple[ClockRule, ...]
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeadersFile:
    header: tuple[HeaderRule, ...]
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _SendersFile:
    sender: tuple[SenderRule, ...]
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClassFile:
    phrase: tuple[Phrase, ...]
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]
    __pydantic_config__ = _STRICT


def load_screening(rules: Path) -> ScreeningRules:
    """The screening rules in the order of their files."""
    files = (rules / "screening" / "headers.toml", rules / "screening" / "senders.toml")
    headers = convert(_HeadersFile, read_toml(files[0], PolicyError), files[0], PolicyError)
    senders = convert(_SendersFile, read_toml(files[1], PolicyError), files[1], PolicyError)
    for rule in headers.header:
        _check_header(files[0], rule)
    for sender in senders.sender:
        words = (*sender.local_part, *sender.prefix, *sender.suffix)
        if not words or not all(_is_comparable(word) for word in words):
            raise PolicyError(f"{files[1]}: sender '{sender.id}': write local_part, prefix or suffix, each word in lower case")
    _refuse_twice([*(rule.id for rule in headers.header), *(rule.id for rule in senders.sender)], files[0].parent, "id")
    return ScreeningRules(version=_digest(*files), headers=headers.header, senders=senders.sender)


def load_classes(rules: Path) -> ClassRules:
    """The phrase rules of every class, by file name."""
    files = sorted((rules / "classes").glob("*.toml"))
    if not files:
        raise PolicyError(f"{rules / 'classes'}: there is no class file; restore the shipped ones")
    return ClassRules(version=_digest(*files), rules=tuple(_class(file) for file in files))


def load_pack(rules: Path, name: str, zone: ZoneInfo) -> Pack:
    """One pack with the calendars it names. ``zone`` is the organisation's time zone."""
    file = rules / "packs" / name / "pack.toml"
    if not file.is_file():
        known = ", ".join(sorted(path.parent.name for path in rules.glob("packs/*/pack.toml")))
        raise PolicyError(f"{file}: there is no pack '{name}'; known packs: {known}")
    found = convert(_PackFile, read_toml(file, PolicyError), file, PolicyError)
    _check_clocks(file, found)
    names = sorted({found.calendar, *(rule.calendar for rule in found.clock)})
    hours = _hours(file, found.hours)
    calendars = {calendar: replace(load_calendar(rules, calendar, zone), hours=hours) for calendar in names}
    return Pack(
        name=found.name,
        title=found.title,
        version=_digest(file, *(rules / "calendars" / f"{calendar}.toml" for calendar in names)),
        review_due=found.review_due,
        calendar=found.calendar,
        classes=found.classes,
        clocks=found.clock,
        neutral_receipt=found.neutral_receipt,
        overdue_alert=found.overdue_alert,
        digest=found.digest,
        privacy_notice=found.privacy_notice,
        calendars=calendars,
    )


def load_calendar(rules: Path, name: str, zone: ZoneInfo) -> WorkingCalendar:
    """One calendar of closed days; each row must say by whose authority and from what source."""
    file = rules / "calendars" / f"{name}.toml"
    found = convert(_CalendarFile, read_toml(file, PolicyError), file, PolicyError)
    for row in found.closed:
        if not (row.source.strip() and row.authority.strip()):
            raise PolicyError(f"{file}: closed {row.date}: write authority and source; a date without them cannot be defended")
    _refuse_twice((str(row.date) for row in found.closed), file, "closed date")
    return WorkingCalendar(
        name=found.name, zone=zone, covers_until=found.covers_until, closed={row.date: row for row in found.closed}
    )


def _check_header(file: Path, rule: HeaderRule) -> None:
    words = (rule.token_in, rule.token_not_in, rule.contains, rule.starts_with)
    if sum(map(bool, (rule.present, *words))) != 1:
        tests = "present, token_in, token_not_in, contains, starts_with"
        raise PolicyError(f"{file}: header '{rule.id}': write exactly one of {tests}")
    if rule.header != rule.header.lower():
        raise PolicyError(f"{file}: header '{rule.id}': write the field name in lower case")
    if not all(_is_comparable(word) for found in words for word in found):
        raise PolicyError(f"{file}: header '{rule.id}': write every word in lower case, and no empty one")


def _is_comparable(word: str) -> bool:
    """Whether a word of a rule can ever hold, and does not hold always: values are compared in lower case."""
    return bool(word.strip()) and word == word.lower()


def _class(file: Path) -> ClassRule:
    data = read_toml(file, PolicyError)
    class_ = data.pop("class", None)
    if class_ != file.stem:
        raise PolicyError(f'{file}: class: write class = "{file.stem}", the name of the file')
    found = convert(_ClassFile, data, file, PolicyError)
    _refuse_twice((f"{phrase.text.lower()}|{phrase.in_subject}" for phrase in found.phrase), file, "phrase")
    return ClassRule(class_=class_, phrases=found.phrase, must_hit=found.must_hit, must_not_hit=found.must_not_hit)


def _check_clocks(file: Path, found: _PackFile) -> None:
    if found.name != file.parent.name:
        raise PolicyError(f'{file}: name: write name = "{file.parent.name}", the name of the folder')
    if not found.classes:
        raise PolicyError(f"{file}: classes: write at least one [classes.<class>]")
    for class_, policy in found.classes.items():
        if not 0 < policy.threshold <= 1:
            raise PolicyError(f"{file}: classes.{class_}.threshold: write a number above 0 and up to 1, such as 0.6")
    for rule in found.clock:
        if rule.amount <= 0 or rule.warn_before < 0:
            key = "amount" if rule.amount <= 0 else "warn_before"
            raise PolicyError(f"{file}: clock '{rule.name}': {key}: write a number greater than 0")
        unknown = [class_ for class_ in rule.classes if class_ not in found.classes]
        if unknown:
            raise PolicyError(f"{file}: clock '{rule.name}': classes: there is no [classes.{unknown[0]}] in this pack")
    _refuse_twice((f"{rule.name}/{class_}" for rule in found.clock for class_ in rule.classes), file, "clock and class")
    for name in dict.fromkeys(rule.name for rule in found.clock):
        timed = {class_ for rule in found.clock if rule.name == name for class_ in rule.classes}
        for class_ in (class_ for class_, policy in found.classes.items() if policy.clocks and class_ not in timed):
            raise PolicyError(f"{file}: classes.{class_}: no clock '{name}' names it; add it there, or write clocks = false")


def _hours(file: Path, hours: dict[str, str]) -> dict[int, Hours]:
    if not hours:
        raise PolicyError(f'{file}: hours: write at least one weekday, such as monday = "09:00-17:00"')
    return {_weekday(file, day): _span(file, day, text) for day, text in hours.items()}


def _weekday(file: Path, day: str) -> int:
    if day not in WEEKDAYS:
        raise PolicyError(f"{file}: hours.{day}: write one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(day)


def _span(file: Path, day: str, text: str) -> Hours:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    hour, minute, last_hour, last_minute = map(int, found.groups()) if found else (0, 0, 0, 0)
    opens, closes = time(hour, minute), time(last_hour, last_minute)
    if opens >= closes:
        raise PolicyError(f'{file}: hours.{day}: write opening and closing time such as "09:00-17:00"')
    return Hours(opens, closes)


def _refuse_twice(keys: Iterable[str], where: Path, what: str) -> None:
    seen = set[str]()
    for key in keys:
        if key in seen:
            raise PolicyError(f"{where}: the {what} '{key}' stands twice; keep one")
        seen.add(key)


def _digest(*files: Path) -> str:
    digest = sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
