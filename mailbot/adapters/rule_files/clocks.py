"""``rules/clocks``: the clocks of the law, one file each; and how the rows of a pack become clock rules."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mailbot.adapters.rule_files.calendars import calendar_names
from mailbot.adapters.rule_files.checks import STRICT, names_in
from mailbot.core.case import Channel
from mailbot.core.clock_rule import ClockRule, ExtendedBy, Extension, Unit, WhenPassed, rough_days
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

CHANGEABLE = frozenset({"use", "name", "classes", "channels", "warn_before", "promised"})
"""What a pack says about a clock of the law: to whom it applies, what it is called, and whom it warns."""
_PACKS_OWN = ("classes", "channels")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A pack's row that takes a clock of the law."""

    use: str
    classes: tuple[str, ...]
    name: str = ""
    channels: tuple[Channel, ...] = ()
    warn_before: int = 0
    promised: bool = False
    __pydantic_config__ = STRICT


def clock_names(rules: Path) -> tuple[str, ...]:
    """The clocks of the law there are."""
    return names_in(rules / "clocks")


def load_clocks(rules: Path) -> tuple[ClockRule, ...]:
    """Every clock of the law."""
    return tuple(load_clock(rules, name) for name in clock_names(rules))


def load_clock(rules: Path, name: str) -> ClockRule:
    """One clock of the law; it names no classes, a pack does. Raises PolicyError."""
    file = _path(rules, name)
    data = _read(rules, name)
    rule = convert(ClockRule, {**data, "classes": ()}, file, PolicyError)
    if rule.name != name:
        raise PolicyError(f'{file}: name: write name = "{name}", the name of the file')
    if not (rule.law.strip() and rule.source.strip() and rule.title.strip()):
        raise PolicyError(f"{file}: write title, law and source; a date without its law cannot be defended")
    check_clock(rules, str(file), rule)
    return rule


def filled_in(rules: Path, file: Path, row: object) -> object:
    """A ``[[clock]]`` of a pack as it is meant: one that says ``use`` gets the clock of the law under what the pack adds."""
    if not isinstance(row, Mapping) or "use" not in row:
        _refuse_law(file, row)
        return row
    where = f"{file}: clock '{row.get('name', row['use'])}'"
    fixed = sorted(key for key in row if key not in CHANGEABLE and key in {field.name for field in fields(ClockRule)})
    if fixed:
        own = "leave it out, or write a clock of the pack's own beside it"
        raise PolicyError(f"{where}: {fixed[0]}: a statutory clock cannot be changed by a pack; {own}")
    known = clock_names(rules)
    if row["use"] not in known:
        raise PolicyError(f"{where}: use: there is no clock '{row['use']}'; write one of {', '.join(known)}")
    convert(_Use, dict(row), where, PolicyError)
    load_clock(rules, row["use"])
    return {**_read(rules, row["use"]), **{key: value for key, value in row.items() if key != "use"}}


def _refuse_law(file: Path, row: object) -> None:
    if isinstance(row, Mapping) and "law" in row:
        raise PolicyError(
            f"{file}: clock '{row.get('name', '')}': law: a clock of the law stands in rules/clocks; write use = \"…\" here"
        )


def _read(rules: Path, name: str) -> dict[str, Any]:
    file = _path(rules, name)
    data = read_toml(file, PolicyError)
    for key in _PACKS_OWN:
        if key in data:
            raise PolicyError(f"{file}: {key}: leave it out; a pack says to which {key} a clock of the law applies")
    return data


def _path(rules: Path, name: str) -> Path:
    return rules / "clocks" / f"{name}.toml"


def check_clock(rules: Path, where: str, rule: ClockRule) -> None:
    """Refuse a clock that counts nothing, counts by nothing, or contradicts itself. Raises PolicyError."""
    for trouble in (_amounts(rule), _calendar(rules, rule), _repetition(rule), _events(rule), _movement(rule)):
        if trouble:
            raise PolicyError(f"{where}: {trouble}")


def _amounts(rule: ClockRule) -> str | None:
    if rule.amount <= 0:
        return "amount: write a number greater than 0"
    if rule.warn_before < 0:
        return "warn_before: write 0, or the number of working days before the date"
    if rule.notice_before < 0:
        return "notice_before: write 0, or the number of working days before the date"
    for key, days in (("warn_before", rule.warn_before), ("notice_before", rule.notice_before)):
        if rough_days(days, Unit.WORKING_DAYS) > rule.rough_days:
            return f"{key}: {days} working days before its date the clock has not begun; write fewer days than it has"
    if rule.extension is not None:
        return _extension(rule, rule.extension)
    return None


def _extension(rule: ClockRule, extension: Extension) -> str | None:
    if extension.amount <= 0:
        return "extension.amount: write a number greater than 0"
    if extension.at_most <= 0:
        return "extension.at_most: write how often it may be extended, at least 1"
    if not extension.source.strip():
        return "extension.source: write what allows it"
    if extension.total and rough_days(extension.amount, extension.unit) <= rule.rough_days:
        return f"extension.amount: with total it counts from the start: write more than the clock has, {rule.amount}"
    if extension.total and extension.at_most > 1:
        return "extension.at_most: a total is reached once; write 1, or total = false"
    return None


def _calendar(rules: Path, rule: ClockRule) -> str | None:
    known = calendar_names(rules)
    if rule.calendar not in known:
        return f"calendar: there is no calendar '{rule.calendar}'; write one of {', '.join(known)}"
    return None


def _repetition(rule: ClockRule) -> str | None:
    if rule.repeats and rule.extension is not None:
        return "extension: a clock that repeats has no date to extend; leave out extension or repeats"
    if not rule.stopped_by:
        return "stopped_by: write at least one event that ends it"
    return None


def _events(rule: ClockRule) -> str | None:
    both = sorted(event.value for event in rule.pauses_on if event in rule.resets_on)
    if both:
        return f"resets_on: '{both[0]}' stands in pauses_on too; an answer either goes on with a clock or begins it anew"
    return None


def _movement(rule: ClockRule) -> str | None:
    by_notice = rule.extension is not None and rule.extension.by is ExtendedBy.NOTICE
    if rule.statutory and (by_notice or rule.when_passed is WhenPassed.DELAY_NOTICE):
        key, write = ("extension.by", "person") if by_notice else ("when_passed", "alert")
        return f'{key}: no notice moves a date of the law; write "{write}"'
    if rule.notice_before and rule.when_passed is not WhenPassed.DELAY_NOTICE:
        return 'notice_before: only a notice of delay goes before the date; write when_passed = "delay_notice", or leave it out'
    if rule.when_passed is WhenPassed.DELAY_NOTICE and not by_notice:
        return 'when_passed: a delay notice needs an extension by = "notice" that says how far the date moves'
    return None
