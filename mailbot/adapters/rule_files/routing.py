"""``rules/phrases/routing.toml``, and the routes of a pack: what helps to find services and people, and where mail goes."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT, names_in
from mailbot.core.directory import Directory, team_named
from mailbot.core.policy import Pack
from mailbot.core.route import RoutingWords
from mailbot.core.route_rule import SERVICE_FOUND, HandOver, RoutePolicy, RouteRule
from mailbot.core.text import listed
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class _RoutingFile:
    titles: tuple[str, ...]
    common: tuple[str, ...]
    __pydantic_config__ = STRICT


def load_routing_words(rules: Path) -> RoutingWords:
    """The titles of people, and the words that tell no service from another. Raises PolicyError."""
    file = rules / "phrases" / "routing.toml"
    found = convert(_RoutingFile, read_toml(file, PolicyError), file, PolicyError)
    for name in ("titles", "common"):
        for word in getattr(found, name):
            if word != word.lower().strip() or not word:
                raise PolicyError(f"{file}: {name}: '{word}': write words in lower case, none of them empty")
    return RoutingWords(common=frozenset(found.common), titles=found.titles)


def check_routes(rules: Path, file: Path, routes: RoutePolicy, classes: Container[str]) -> None:
    """Raises PolicyError for routes that speak of classes or flags that there are not, or that can never be sure."""
    if routes.sure_from < 0:
        raise PolicyError(f"{file}: routes.sure_from: write a score of 0 or more, such as 2.5; 0: never sure")
    if routes.lead < 1:
        raise PolicyError(f"{file}: routes.lead: write a number of 1 or more, such as 1.5")
    named = [("pages_for", each) for each in routes.pages_for] + [("spare_named_in", each) for each in routes.spare_named_in]
    flags = [("spare_named_with", each) for each in routes.spare_named_with]
    for number, rule in enumerate(routes.rules, 1):
        if not rule.to.strip():
            raise PolicyError(f"{file}: routes.rules[{number}].to: write service, or the name of a team")
        if rule.hand_over is not HandOver.NO and rule.to != SERVICE_FOUND:
            raise PolicyError(f'{file}: routes.rules[{number}].hand_over: a team has it already; write to = "service", or "no"')
        named += [(f"rules[{number}].classes", each) for each in rule.classes]
        flags += [(f"rules[{number}].flags", each) for each in rule.flags]
    for key, name in named:
        if name not in classes:
            raise PolicyError(f"{file}: routes.{key}: there is no [classes.{name}] in this pack")
    known = names_in(rules / "flags")
    for key, name in flags:
        if name not in known:
            raise PolicyError(f"{file}: routes.{key}: there is no flag '{name}'; known flags: {', '.join(known)}")


def missing_teams(pack: Pack, directory: Directory) -> Iterator[str]:
    """A sentence for each team that the routes of a pack name and that the people's file does not have."""
    known = ", ".join(f"'{each.name}'" for each in directory.teams)
    yours = f"a team of yours (this file has {known})" if known else "a team of yours"
    for number, rule in enumerate(pack.routes.rules, 1):
        if rule.to != SERVICE_FOUND and team_named(directory, rule.to) is None:
            yield (
                f"team: pack {pack.name} gives {_whose_cases(rule)} to the team '{rule.to}', which is missing. Write here: "
                f'[[team]] with name = "{rule.to}" and manager = the name of a [[person]]; or, in your own copy of the pack, '
                f'write {yours} or "service" as "to" of routes.rules[{number}]'
            )


def _whose_cases(rule: RouteRule) -> str:
    """What a rule is for, as people say it."""
    wanted = listed(each.replace("_", " ") for each in (*rule.classes, *rule.flags))
    return f"its cases of {wanted}" if wanted else "its cases"
