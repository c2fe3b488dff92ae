"""Whether a pack can be used: no blank, no letter that is not there, no calendar that ends, no two answers to one question."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from mailbot.adapters.rule_files.blanks import blanks, filled
from mailbot.adapters.rule_files.calendars import calendar_path
from mailbot.adapters.rule_files.checks import names_in
from mailbot.adapters.rule_files.clauses import clauses_path, load_clauses
from mailbot.adapters.rule_files.packs import load_pack, pack_path
from mailbot.core.case import Channel, ClockKind
from mailbot.core.information_request import INFORMATION, OWN_INFORMATION
from mailbot.core.policy import Pack
from mailbot.errors import PolicyError
from mailbot.toml_values import read_toml

CALENDAR_AHEAD = timedelta(days=200)
REVIEWED_WITHIN = timedelta(days=731)
NEVER_CLOSED_BY_SILENCE = (INFORMATION, OWN_INFORMATION)
"""A right that the law gives is not lost by not answering us."""
_NEEDED = {
    "acknowledgement": frozenset({ClockKind.ACKNOWLEDGEMENT}),
    "response": frozenset({ClockKind.RESPONSE, ClockKind.CONCLUSION}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A sentence about a pack: file, key, and what to write instead. A warning refuses nothing."""

    text: str
    warning: bool = False


def check_pack(
    rules: Path, name: str, letters: Collection[str], today: date, organisation: str | None = None
) -> Iterator[Remark]:
    """Everything that is wrong with a pack and its clauses.

    ``letters``: the letters there are. ``organisation``: the name that fills the blank for it; without one that blank counts.
    """
    try:
        file = pack_path(rules, name)
        pack = load_pack(rules, name, organisation=organisation)
        load_clauses(rules, pack, organisation)
        yield from (Remark(text=text) for text in _blanks(rules, name, organisation))
    except PolicyError as error:
        yield Remark(text=str(error))
        return
    for check in (_classes(rules, pack), _letters(pack, letters), _one_of_a_kind(pack), _timed(pack), _silence(pack)):
        yield from (Remark(text=f"{file}: {trouble}") for trouble in check)
    yield from (Remark(text=text) for text in _calendars(rules, pack, today))
    yield from (Remark(text=f"{file}: review_due: {trouble}", warning=True) for trouble in _review(pack, today))


def _blanks(rules: Path, name: str, organisation: str | None) -> Iterator[str]:
    for file in (pack_path(rules, name), clauses_path(rules, name)):
        yield from blanks(file, filled(read_toml(file, PolicyError), organisation))


def _classes(rules: Path, pack: Pack) -> Iterator[str]:
    for class_ in names_in(rules / "classes"):
        if class_ not in pack.classes:
            yield f"classes: messages may be found to be '{class_}', and this pack says nothing of it; write [classes.{class_}]"


def _letters(pack: Pack, letters: Collection[str]) -> Iterator[str]:
    """Letters that are named and have no folder."""
    named = [(f"letters.{event}", letter) for event, letter in asdict(pack.letters).items()]
    named += [(f"classes.{class_}.receipt", policy.receipt) for class_, policy in pack.classes.items()]
    named += [(f"flags.{flag}.receipt", policy.receipt) for flag, policy in pack.flags.items()]
    named += [(f"clock '{rule.name}': extension.letter", rule.extension.letter) for rule in pack.clocks if rule.extension]
    named += [("issuing.officer_letter", pack.issuing.officer_letter), ("issuing.conclusion", pack.issuing.conclusion)]
    named += [(f"flags.{flag}.warning", policy.warning) for flag, policy in pack.flags.items()]
    ways = pack.handover.route if pack.handover else ()
    named += [(f"handover.route[{number}].letter", way.letter) for number, way in enumerate(ways, 1)]
    named += [(f"issuing.stages: {stage.name}", stage.letter) for stage in pack.issuing.stages]
    named += [("intents.clarification.letter", one.letter) for one in filter(None, [pack.intents.clarification])]
    for key, letter in named:
        if letter and letter not in letters:
            yield f"{key}: there is no letter '{letter}'; write its folder, or name one of {', '.join(sorted(letters))}"


def _one_of_a_kind(pack: Pack) -> Iterator[str]:
    """Two of the pack's own clocks in one role, begun by the same event: which date holds? (A law may stand beside a pack.)"""
    seen = dict[tuple[str, ...], str]()
    for rule in (rule for rule in pack.clocks if not rule.statutory):
        for class_, channel in product(rule.classes, rule.channels or tuple(Channel)):
            other = seen.setdefault((rule.kind, rule.starts_on, class_, channel), rule.name)
            if other != rule.name:
                both = f"'{other}' and '{rule.name}' are both of kind {rule.kind.value}"
                yield f"clock '{rule.name}': {both} for {class_} by {channel.value}; take the class or the channel out of one"
                break


def _timed(pack: Pack) -> Iterator[str]:
    """Matters that nobody would have to answer."""
    for class_, policy in pack.classes.items():
        for role, kinds in _NEEDED.items():
            if policy.clocks and not any(class_ in rule.classes and rule.kind in kinds for rule in pack.clocks):
                yield f"classes.{class_}: has no clock of kind {role}; add one, or write clocks = false"


def _silence(pack: Pack) -> Iterator[str]:
    for rule in (rule for rule in pack.clocks if rule.kind is ClockKind.SILENCE):
        for class_ in (class_ for class_ in rule.classes if class_ in NEVER_CLOSED_BY_SILENCE):
            yield f"clock '{rule.name}': classes: silence never closes a {class_}, which the law gives a right to; take it out"


def _calendars(rules: Path, pack: Pack, today: date) -> Iterator[str]:
    for calendar in pack.calendars.values():
        if calendar.covers_until < today + CALENDAR_AHEAD:
            ends = f"ends on {calendar.covers_until}, within {CALENDAR_AHEAD.days} days"
            command = f"mailbot calendar update {calendar.name} --until {today.year + 3} --write"
            yield f"{calendar_path(rules, calendar.name)}: covers_until: {ends}; for later years: {command}"


def _review(pack: Pack, today: date) -> Iterator[str]:
    if pack.review_due < today:
        yield f"the policy was to be looked at again by {pack.review_due}; do so, and write the next date"
    elif pack.review_due > today + REVIEWED_WITHIN:
        yield f"{pack.review_due} is more than two years away; write an earlier date"
