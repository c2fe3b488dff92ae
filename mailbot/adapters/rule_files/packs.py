"""``rules/packs``: the policy of one organisation, with the calendars and the clocks of the law that it names."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.adapters.rule_files.blanks import blanks, filled
from mailbot.adapters.rule_files.calendars import calendar_names, calendar_path, load_calendar
from mailbot.adapters.rule_files.checks import STRICT, digest_of, names_in, refuse_twice
from mailbot.adapters.rule_files.clocks import check_clock, filled_in
from mailbot.adapters.rule_files.languages import load_language
from mailbot.adapters.rule_files.opening import ShutRow, opening_hours, shut_days
from mailbot.adapters.rule_files.routing import check_routes
from mailbot.adapters.rule_files.standards import standard_names
from mailbot.core.assignment import AssignmentRule
from mailbot.core.calendar import Hours
from mailbot.core.case import Channel, ClockKind
from mailbot.core.clock_rule import ClockEvent, ClockRule, ReceiptRule
from mailbot.core.event_letters import EventLetters
from mailbot.core.handover_rule import HandoverPolicy
from mailbot.core.information_request import INFORMATION
from mailbot.core.intents import ONE_INTENT, Clarification, Intents
from mailbot.core.issuing_rule import NO_ISSUING, Issuing
from mailbot.core.letter import PLAIN_FONT, Font
from mailbot.core.policy import Alerting, ClassPolicy, FlagPolicy, Pack, Threads
from mailbot.core.route_rule import NO_ROUTES, RoutePolicy
from mailbot.core.standards_rule import StandardsPolicy
from mailbot.core.subclass import Subclass
from mailbot.core.survey import Survey
from mailbot.core.tongue import ENGLISH_CODE, Tongue
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_ROLES = (
    frozenset({ClockKind.RECEIPT}),
    frozenset({ClockKind.ACKNOWLEDGEMENT}),
    frozenset({ClockKind.RESPONSE, ClockKind.CONCLUSION}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PackFile:
    name: str
    title: str
    review_due: date
    calendar: str
    letters: EventLetters
    alerts: Alerting
    threads: Threads
    assignment: AssignmentRule
    privacy_notice: str
    hours: dict[str, str]
    classes: dict[str, ClassPolicy]
    clock: tuple[ClockRule, ...]
    signatory: str = ""
    on_behalf_of: str = ""
    survey: tuple[Survey, ...] = ()
    receipt: ReceiptRule = ReceiptRule.ACT
    shut: tuple[ShutRow, ...] = ()
    flags: dict[str, FlagPolicy] = field(default_factory=dict)
    subclass: tuple[Subclass, ...] = ()
    intents: Intents = ONE_INTENT
    routes: RoutePolicy = NO_ROUTES
    handover: HandoverPolicy | None = None
    standards: StandardsPolicy | None = None
    font: Font = PLAIN_FONT
    issuing: Issuing = NO_ISSUING
    languages: tuple[str, ...] = (ENGLISH_CODE,)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    __pydantic_config__ = STRICT


def pack_names(rules: Path) -> tuple[str, ...]:
    """The packs there are."""
    return tuple(sorted(path.parent.name for path in rules.glob("packs/*/pack.toml")))


def pack_path(rules: Path, name: str) -> Path:
    """The file of a pack. Raises PolicyError if there is no such pack."""
    file = rules / "packs" / name / "pack.toml"
    if not file.is_file():
        raise PolicyError(f"{file}: there is no pack '{name}'; known packs: {', '.join(pack_names(rules))}")
    return file


def load_pack(rules: Path, name: str, zone: ZoneInfo | None = None, organisation: str | None = None) -> Pack:
    """One pack with the calendars it names. ``zone`` is the organisation's time zone; without it, its calendar's.

    With ``organisation``, its name, no blank may be left; without it a pack is read as it stands. Raises PolicyError.
    """
    file = pack_path(rules, name)
    data = filled(read_toml(file, PolicyError), organisation)
    for blank in blanks(file, data) if organisation is not None else ():
        raise PolicyError(blank)
    used = _used_clocks(data)
    found = convert(_PackFile, _with_clocks_of_the_law(rules, file, data), file, PolicyError)
    _check(rules, file, found)
    own = load_calendar(rules, found.calendar, zone)
    names = sorted({found.calendar, *(rule.calendar for rule in found.clock)})
    hours, shut = _hours(file, found.hours), shut_days(f"{file}: ", found.shut)
    calendars = {each: replace(load_calendar(rules, each, own.zone), hours=hours, shut=shut) for each in names}
    laws = (rules / "clocks" / f"{clock}.toml" for clock in used)
    return Pack(
        name=found.name,
        title=found.title,
        version=digest_of((file, *(calendar_path(rules, each) for each in names), *laws)),
        review_due=found.review_due,
        calendar=found.calendar,
        classes=found.classes,
        clocks=found.clock,
        letters=found.letters,
        alerts=found.alerts,
        threads=found.threads,
        privacy_notice=found.privacy_notice,
        signatory=found.signatory,
        on_behalf_of=found.on_behalf_of,
        surveys=found.survey,
        receipt=found.receipt,
        calendars=calendars,
        flags=found.flags,
        intents=found.intents,
        routes=found.routes,
        handover=found.handover,
        assignment=found.assignment,
        standards=found.standards,
        font=found.font,
        issuing=found.issuing,
        subclasses=found.subclass,
        tongues=_tongues(rules, file, found),
    )


def _rows(data: dict[str, Any]) -> list[Any]:
    rows = data.get("clock")
    return rows if isinstance(rows, list) else []


def _used_clocks(data: dict[str, Any]) -> list[str]:
    return sorted({row["use"] for row in _rows(data) if isinstance(row, dict) and isinstance(row.get("use"), str)})


def _with_clocks_of_the_law(rules: Path, file: Path, data: dict[str, Any]) -> dict[str, Any]:
    rows = _rows(data)
    return {**data, "clock": [filled_in(rules, file, row) for row in rows]} if rows else data


def _check_class(where: str, policy: ClassPolicy) -> None:
    if not 0 < policy.threshold <= 1:
        raise PolicyError(f"{where}.threshold: write a number above 0 and up to 1, such as 0.6")
    if not 0 < policy.threshold_learnt <= 1:
        raise PolicyError(f"{where}.threshold_learnt: write a number above 0 and up to 1, such as 0.93")
    if not 0 <= policy.threshold_alone <= 1:
        raise PolicyError(f"{where}.threshold_alone: write a number from 0 to 1, such as 0.97")
    if policy.confirm_reclassified and not policy.clocks:
        raise PolicyError(f"{where}.confirm_reclassified: nobody waits for an answer to it (clocks = false); write false")


def _check(rules: Path, file: Path, found: _PackFile) -> None:
    if found.name != file.parent.name:
        raise PolicyError(f'{file}: name: write name = "{file.parent.name}", the name of the folder')
    if not found.classes:
        raise PolicyError(f"{file}: classes: write at least one [classes.<class>]")
    for class_, policy in found.classes.items():
        _check_class(f"{file}: classes.{class_}", policy)
    if found.calendar not in (known := calendar_names(rules)):
        raise PolicyError(f"{file}: calendar: there is no calendar '{found.calendar}'; write one of {', '.join(known)}")
    _check_flags(rules, file, found.flags)
    _check_subclasses(rules, file, found)
    _check_stages(file, found)
    _check_intents(file, found)
    check_routes(rules, file, found.routes, found.classes)
    _check_handover(rules, file, found)
    _check_alerts(file, found.alerts)
    _check_threads(file, found.threads)
    _check_standards(rules, file, found.standards)
    for rule in found.clock:
        check_clock(rules, f"{file}: clock '{rule.name}'", rule)
        unknown = [class_ for class_ in rule.classes if class_ not in found.classes]
        if unknown:
            raise PolicyError(f"{file}: clock '{rule.name}': classes: there is no [classes.{unknown[0]}] in this pack")
    refuse_twice(_keys(found.clock), file, "clock and class")
    if found.intents.clarification is not None:
        _check_clarification(f"{file}: intents.clarification", found.intents.clarification, found)
    refuse_twice((survey.name for survey in found.survey), file, "survey")
    _check_every_class_is_timed(file, found)


def _check_flags(rules: Path, file: Path, flags: dict[str, FlagPolicy]) -> None:
    known = names_in(rules / "flags")
    for name, policy in flags.items():
        if name not in known:
            raise PolicyError(f"{file}: flags.{name}: there is no such flag; known flags: {', '.join(known)}")
        if policy.call and not policy.receipt:
            raise PolicyError(f"{file}: flags.{name}.call: is for a letter; write receipt too, or take call out")
        if (policy.next or policy.then) and not policy.tells:
            raise PolicyError(f"{file}: flags.{name}.tells: write who is told; next and then are for them and after them")
        if not policy.words.strip():
            raise PolicyError(f"{file}: flags.{name}.words: write what the people on duty are told")


def _check_subclasses(rules: Path, file: Path, found: _PackFile) -> None:
    known, looked_for = names_in(rules / "flags"), names_in(rules / "classes")
    for one in found.subclass:
        where = f"{file}: subclass '{one.name}'"
        for class_ in (one.name, one.of):
            if class_ not in found.classes:
                raise PolicyError(f"{where}: there is no [classes.{class_}] in this pack; write it")
        if one.name in looked_for:
            raise PolicyError(f"{where}: rules/classes has words for it, so it is no sub-class; give it another name")
        for flag in (*one.flags, *one.unless):
            if flag not in known:
                raise PolicyError(f"{where}: there is no flag '{flag}'; known flags: {', '.join(known)}")
        if not one.flags:
            raise PolicyError(f"{where}.flags: write at least one flag that tells it")


def _check_stages(file: Path, found: _PackFile) -> None:
    for name, policy in found.classes.items():
        if not 0 <= policy.stage <= len(found.issuing.stages):
            last = len(found.issuing.stages)
            raise PolicyError(f"{file}: classes.{name}.stage: [issuing] has {last} stages; write a number up to that, 0: none")


def _check_intents(file: Path, found: _PackFile) -> None:
    where = f"{file}: intents.classes"
    for name in found.intents.classes:
        if name not in found.classes:
            raise PolicyError(f"{where}: there is no [classes.{name}] in this pack")
        if not found.classes[name].clocks:
            raise PolicyError(f"{where}: nobody waits for an answer to '{name}' (clocks = false); take it out")
    if not 0 <= found.intents.propose_from <= 1:
        raise PolicyError(f"{file}: intents.propose_from: write a number from 0 to 1, such as 0.3")
    refuse_twice(found.intents.classes, file, "class of intents.classes")


def _check_handover(rules: Path, file: Path, found: _PackFile) -> None:
    handover, flags = found.handover, names_in(rules / "flags")
    if handover is None:
        if found.routes.hands_over:
            raise PolicyError(f"{file}: routes.rules: a rule hands over, and there is no [handover]; write it, or take it out")
        return
    for class_ in handover.person_decides_in:
        if class_ not in found.classes:
            raise PolicyError(f"{file}: handover.person_decides_in: there is no [classes.{class_}] in this pack")
    for number, way in enumerate(handover.route, 1):
        for class_ in (each for each in way.classes if each not in found.classes):
            raise PolicyError(f"{file}: handover.route[{number}].classes: there is no [classes.{class_}] in this pack")
    for flag in handover.person_decides_with:
        if flag not in flags:
            raise PolicyError(f"{file}: handover.person_decides_with: there is no flag '{flag}'; known: {', '.join(flags)}")


def _check_clarification(where: str, clarification: Clarification, found: _PackFile) -> None:
    """Its letter is for requests for information, and says that the time of the law counts from the customer's answer."""
    if INFORMATION not in found.classes:
        raise PolicyError(f"{where}: there is no [classes.{INFORMATION}] in this pack; take it out")
    if clarification.answer_within < 1:
        raise PolicyError(f"{where}.answer_within: write a number of working days greater than 0")
    answers = (rule for rule in found.clock if rule.kind is ClockKind.RESPONSE and rule.statutory)
    for rule in (rule for rule in answers if INFORMATION in rule.classes):
        if ClockEvent.CLARIFICATION not in rule.resets_on:
            begin = "the answer to this letter must begin it anew"
            raise PolicyError(
                f"{where}: clock '{rule.name}': {begin}; write resets_on = [\"clarification\"] there, or take this out"
            )


def _check_alerts(file: Path, alerts: Alerting) -> None:
    for key, right, write in (
        ("ladder", bool(alerts.ladder), "at least one of owner, manager, director"),
        ("ladder_step", alerts.ladder_step > 0, "a number of working days greater than 0"),
        ("no_owner_share", 0 < alerts.no_owner_share <= 1, "a number above 0 and up to 1, such as 0.5"),
        ("unread_after", alerts.unread_after > 0, "a number of working days greater than 0"),
        ("alarm_every_minutes", alerts.alarm_every_minutes > 0, "a number of minutes greater than 0"),
        ("gap_every", alerts.gap_every > 0, "a number of working days, 1 or more"),
        ("gap_reminders", alerts.gap_reminders > 0, "a number of reminders, 1 or more"),
        ("heads_up_before", alerts.heads_up_before > 0, "a number of working days greater than 0"),
        ("digest_ahead", alerts.digest_ahead > 0, "a number of working days greater than 0"),
    ):
        if not right:
            raise PolicyError(f"{file}: alerts.{key}: write {write}")
    refuse_twice(alerts.ladder, file, "step of alerts.ladder")


def _tongues(rules: Path, file: Path, found: _PackFile) -> dict[str, Tongue]:
    """The languages besides English, each with a word for everything that letters call by a word of the pack."""
    if ENGLISH_CODE not in found.languages:
        raise PolicyError(f'{file}: languages: write "{ENGLISH_CODE}" too; letters go in it where nothing else serves')
    refuse_twice(found.languages, file, "language")
    codes = tuple(code for code in found.languages if code != ENGLISH_CODE)
    for code in found.words:
        if code not in codes:
            raise PolicyError(f"{file}: words.{code}: write '{code}' under languages too, or take it out")
    named = (found.privacy_notice, found.signatory, found.on_behalf_of)
    ours = dict.fromkeys((*(class_.words for class_ in found.classes.values()), *named))
    tongues = {code: load_language(rules, code).tongue for code in codes}
    for code in codes:
        for words in filter(None, ours):
            if not found.words.get(code, {}).get(words, "").strip():
                raise PolicyError(f"{file}: words.{code}: write what '{words}' is in that language")
    return {code: replace(tongue, words=found.words[code]) for code, tongue in tongues.items()}


def _check_threads(file: Path, threads: Threads) -> None:
    for each in fields(threads):
        if getattr(threads, each.name) < 0:
            raise PolicyError(f"{file}: threads.{each.name}: write a number of days, 0 or more")


def _check_standards(rules: Path, file: Path, found: StandardsPolicy | None) -> None:
    if found is None:
        return
    if found.standard not in (known := standard_names(rules)):
        where = f"{file}: standards.standard"
        raise PolicyError(f"{where}: there is no standard '{found.standard}'; write one of {', '.join(known)}")
    if not 0 < found.sample_share <= 1:
        raise PolicyError(f"{file}: standards.sample_share: write a number above 0 and up to 1, such as 0.25")


def _keys(clocks: tuple[ClockRule, ...]) -> Iterator[str]:
    """What may stand once only: a clock's name for a class, and for a channel where channels are told apart."""
    told_apart = {rule.name for rule in clocks if rule.channels}
    for rule in clocks:
        for class_ in rule.classes:
            everywhere = rule.channels or tuple(Channel)
            channels = everywhere if rule.name in told_apart else ()
            yield from (f"{rule.name}/{class_}/{channel.value}" for channel in channels)
            if not channels:
                yield f"{rule.name}/{class_}"


def _check_every_class_is_timed(file: Path, found: _PackFile) -> None:
    """Every customer's matter has a receipt, an acknowledgement and an answer, as far as the pack has such clocks at all."""
    for role in _ROLES:
        clocks = [rule for rule in found.clock if rule.kind in role]
        timed = {class_ for rule in clocks for class_ in rule.classes}
        for class_ in (class_ for class_, policy in found.classes.items() if clocks and policy.clocks and class_ not in timed):
            name = clocks[0].name
            raise PolicyError(f"{file}: classes.{class_}: no clock '{name}' names it; add it there, or write clocks = false")


def _hours(file: Path, hours: dict[str, str]) -> dict[int, Hours]:
    if not hours:
        raise PolicyError(f'{file}: hours: write at least one weekday, such as monday = "09:00-17:00"')
    return opening_hours(f"{file}: ", hours)
