"""How often what staff sent did not keep to the standard: by team and month, with the month before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailbot.core.staff_finding import RULE_WORDS, month_before, month_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Findings of one rule about one person in a month. ``person``: their address; empty once they were forgotten."""

    team: str
    rule: str
    clause: str
    person: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """Findings of a rule in a team and month, and in the month before. ``people``: addresses with their counts."""

    rule: str
    clause: str
    count: int
    before: int
    people: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMonth:
    """A team in a month: how many messages were judged, and what was found, the most frequent first."""

    team: str
    month: str
    judged: int
    judged_before: int
    rules: tuple[RuleCount, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing was judged, and nothing found."""
        return not self.judged and not any(each.count for each in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotals:
    """What the store counted for one month. ``judged``: messages that were judged, by team."""

    month: str
    judged: Mapping[str, int]
    found: tuple[Counted, ...]


def team_months(now: MonthTotals, before: MonthTotals) -> tuple[TeamMonth, ...]:
    """Each team of a month, in the order of their names; ``before`` is the month before."""
    teams = {*now.judged, *before.judged, *(each.team for each in (*now.found, *before.found))}
    return tuple(
        TeamMonth(
            team=team,
            month=now.month,
            judged=now.judged.get(team, 0),
            judged_before=before.judged.get(team, 0),
            rules=tuple(_rules(team, now.found, before.found)),
        )
        for team in sorted(teams)
    )


def _rules(team: str, now: Iterable[Counted], before: Iterable[Counted]) -> Iterator[RuleCount]:
    mine, earlier = ([each for each in counted if each.team == team] for counted in (now, before))
    keys = dict.fromkeys((each.rule, each.clause) for each in (*mine, *earlier))
    counts = {key: _total(mine, key) for key in keys}
    for key in sorted(keys, key=lambda key: (-counts[key], key)):
        people = [(each.person, each.count) for each in mine if (each.rule, each.clause) == key and each.person]
        most_first = tuple(sorted(people, key=lambda one: (-one[1], one[0])))
        yield RuleCount(rule=key[0], clause=key[1], count=counts[key], before=_total(earlier, key), people=most_first)


def _total(counted: Iterable[Counted], key: tuple[str, str]) -> int:
    return sum(each.count for each in counted if (each.rule, each.clause) == key)


def lines_of(found: TeamMonth, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """A line for the messages, and one for each rule. ``names`` of people by address, where they are to be told."""
    earlier = month_words(month_before(found.month))
    yield f"- Messages that were judged: {found.judged} ({earlier}: {found.judged_before})"
    for each in found.rules:
        what = RULE_WORDS.get(each.rule, each.rule)
        told = [f"{names[person]} {count}" for person, count in each.people if names and person in names]
        people = f"; {', '.join(told)}" if told else ""
        yield f"- {what[:1].upper()}{what[1:]} ({each.clause}): {each.count} ({earlier}: {each.before}){people}"
