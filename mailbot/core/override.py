"""Higher standards: a team or a mailbox sets a stricter clock than its pack, never a laxer one (O7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from mailbot.core.calendar import ONE_DAY, WorkingCalendar
from mailbot.core.clock_rule import ClockRule
from mailbot.core.counting import due_on, span
from mailbot.core.directory import Directory, Override, overrides_for, team_of
from mailbot.core.policy import Pack

SAMPLE_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedOverride:
    """An override that cannot hold, and a sentence that says why and what to write."""

    override: Override
    why: str


def pack_of(directory: Directory, mailbox: str, pack: Pack) -> Pack:
    """The pack as it holds for a mailbox: stricter clocks, its team's hours, the organisation's own shut days.

    Overrides that cannot hold are left out; ``refused_overrides`` names them. The version names both files.
    """
    clocks, _ = _judged(directory, mailbox, pack)
    team = team_of(directory, mailbox)
    calendars = {
        name: replace(
            calendar,
            hours=(team.hours if team else {}) or calendar.hours,
            shut=(*calendar.shut, *(span for span in directory.shut if span not in calendar.shut)),
        )
        for name, calendar in pack.calendars.items()
    }
    if (clocks, calendars) == (pack.clocks, pack.calendars):
        return pack
    return replace(pack, clocks=clocks, calendars=calendars, version=f"{pack.version}+{directory.version}")


def refused_overrides(directory: Directory, mailbox: str, pack: Pack) -> tuple[RefusedOverride, ...]:
    """The overrides for a mailbox that are laxer than its pack, or than its team; that touch a law, or no clock at all."""
    return _judged(directory, mailbox, pack)[1]


def _judged(directory: Directory, mailbox: str, pack: Pack) -> tuple[tuple[ClockRule, ...], tuple[RefusedOverride, ...]]:
    """The clocks with every override that holds, the team's first; and the overrides that do not."""
    clocks, refused = pack.clocks, list[RefusedOverride]()
    for override in overrides_for(directory, mailbox):
        if why := _why_refused(override, clocks, pack):
            refused.append(RefusedOverride(override=override, why=why))
        else:
            clocks = tuple(_applied(override, clocks))
    return clocks, tuple(refused)


def _why_refused(override: Override, clocks: Iterable[ClockRule], pack: Pack) -> str | None:
    named = [rule for rule in clocks if rule.name == override.clock]
    if not named:
        known = ", ".join(dict.fromkeys(rule.name for rule in clocks if not rule.statutory))
        return f"clock: pack {pack.name} has no clock '{override.clock}'; write one of {known}"
    for class_ in override.classes:
        rules = [rule for rule in named if class_ in rule.classes]
        if not rules:
            return f"classes: no clock '{override.clock}' of pack {pack.name} is for '{class_}'; leave it out"
        if law := next((rule.law for rule in rules if rule.statutory), None):
            return f"classes: the clock for '{class_}' is the law's ({law}), which nobody changes; leave it out"
    touched = [rule for rule in named if _touches(override, rule)]
    if not touched:
        return f"clock: '{override.clock}' is set by law ({named[0].law}), which nobody changes; leave it out"
    laxer = next((rule for rule in touched if _is_laxer(override, rule, pack.calendars[rule.calendar])), None)
    if laxer is None:
        return None
    own, wanted = span(laxer.amount, laxer.unit), span(override.amount, override.unit)
    return f"amount: {wanted} can end later than the {own} of the pack or team; write a span that never does"


def _touches(override: Override, rule: ClockRule) -> bool:
    """Whether a clock is one that the override speaks of. The law's are nobody's to change."""
    named = not override.classes or any(class_ in override.classes for class_ in rule.classes)
    return rule.name == override.clock and not rule.statutory and named


def _applied(override: Override, clocks: Iterable[ClockRule]) -> Iterator[ClockRule]:
    """The clocks with the override: a rule for several classes is parted where it is for some of them only."""
    for rule in clocks:
        if not _touches(override, rule):
            yield rule
            continue
        changed = tuple(class_ for class_ in rule.classes if not override.classes or class_ in override.classes)
        whose = f"mailbox {override.mailbox}" if override.mailbox else f"team {override.team}"
        source = f"{rule.source}; higher standard of {whose}"
        yield replace(rule, classes=changed, amount=override.amount, unit=override.unit, source=source)
        if rest := tuple(class_ for class_ in rule.classes if class_ not in changed):
            yield replace(rule, classes=rest)


def _is_laxer(override: Override, rule: ClockRule, calendar: WorkingCalendar) -> bool:
    """Whether the override ends later than the rule: by its amount, or in another unit on any day of a year we know."""
    if override.unit is rule.unit:
        return override.amount > rule.amount
    stricter = replace(rule, amount=override.amount, unit=override.unit)
    first = calendar.covers_until - timedelta(days=2 * SAMPLE_DAYS)
    days = (first + ONE_DAY * number for number in range(SAMPLE_DAYS))
    return any(due_on(stricter, calendar, day, (), 0) > due_on(rule, calendar, day, (), 0) for day in days)
