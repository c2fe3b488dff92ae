"""``mailbot evaluate absences``: how well are automatic replies of staff judged?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.options import Format, FormatOption, RulesOption, rules_folder

if TYPE_CHECKING:
    from mailbot.core.standard.absence.judge import AbsenceJudgement

RULES = ("contact", "return_date", "reason", "wording")
VALUES = ("kind", "contact named", "day of return")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigures:
    """One rule, or one value: how often people found it, how often mailbot did, and which share was right."""

    rule: str
    wanted: int
    found: int
    precision: float
    recall: float
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A labelled reply: what a person found by rule, and what mailbot did."""

    id: str
    wanted: dict[str, str]
    found: dict[str, str]


def register(app: typer.Typer) -> None:
    app.command("absences")(absences)


def absences(
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="Labelled replies, one JSON object a line; - reads them.")],
    standard: Annotated[str, typer.Option(help="The standard: a file of rules/standards.")] = "generic",
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Judge labelled automatic replies of staff, and print precision and recall of each rule and value.

    An object has id, on (the day it was sent), subject, text, from_name, from, and under 'expected': findings and not_judged
    (lists of rules), kind, contact and return_on (null for none).
    """
    from mailbot.cli.options import print_json, print_table

    samples = list(_samples(file, rules_folder(config), standard))
    names = (*RULES, *(f"{rule} not judged" for rule in RULES), *VALUES)
    figures = [_figures(name, samples) for name in names]
    if format_ is Format.JSON:
        print_json(figures)
        return
    rows = ((one.rule, str(one.wanted), str(one.found), f"{one.precision:.3f}", f"{one.recall:.3f}") for one in figures)
    print_table(f"{len(samples)} replies", ("rule", "to be found", "found", "precision", "recall"), rows)
    for one in figures:
        for wrong in one.wrong:
            typer.echo(f"{one.rule}: {wrong}")


def _samples(file: str, rules: Path, standard: str) -> Iterator[Sample]:
    from mailbot.cli.classify import objects_of

    judge = _judge(rules, standard)
    for number, data in objects_of(file):
        where = f"{file}:{number}"
        yield Sample(id=str(data.get("id", number)), wanted=_wanted(data, where), found=_found(judge(data)))


def _judge(rules: Path, standard: str) -> "Callable[[dict[str, Any]], AbsenceJudgement]":
    from mailbot.adapters.rule_files import load_absence_rules
    from mailbot.core.message import Address, Message
    from mailbot.core.standard.absence.judge import judge_absence
    from mailbot.core.standard.absence.values import Absentee
    from mailbot.staff_mail import staff_text

    held_against = load_absence_rules(rules, standard)

    def judge(data: dict[str, Any]) -> "AbsenceJudgement":
        sender = str(data.get("from", ""))
        message = Message(digest="", subject=str(data.get("subject", "")), text=str(data.get("text", "")))
        absentee = Absentee(name=str(data.get("from_name", "")), addresses=frozenset({Address(address=sender).key} - {""}))
        return judge_absence(staff_text(message), absentee, date.fromisoformat(str(data["on"])), held_against)

    return judge


def _wanted(data: dict[str, Any], where: str) -> dict[str, str]:
    from mailbot.errors import PermanentError

    expected = data.get("expected")
    if not isinstance(expected, dict) or set(expected) - {"findings", "not_judged", "kind", "contact", "return_on"}:
        raise PermanentError(
            f"{where}: 'expected' is to be an object with some of these: findings, not_judged, kind, contact, return_on"
        )
    values = dict(zip(VALUES, (expected.get("kind"), expected.get("contact"), expected.get("return_on")), strict=True))
    return _flat(expected.get("findings", ()), expected.get("not_judged", ()), values)


def _found(one: "AbsenceJudgement") -> dict[str, str]:
    day, contact = one.return_on, one.contact
    values = (one.kind.value if one.kind else None, contact.value if contact else None, day.isoformat() if day else None)
    findings = [each.rule.value for each in one.judgement.findings]
    unjudged = [each.rule.value for each in one.judgement.not_judged]
    return _flat(findings, unjudged, dict(zip(VALUES, values, strict=True)))


def _flat(findings: Sequence[str], unjudged: Sequence[str], values: dict[str, str | None]) -> dict[str, str]:
    flat = dict.fromkeys(findings, "found") | {f"{each} not judged": "yes" for each in unjudged}
    return flat | {name: value for name, value in values.items() if value}


def _figures(name: str, samples: Sequence[Sample]) -> RuleFigures:
    wanted = [each for each in samples if name in each.wanted]
    found = [each for each in samples if name in each.found]
    right = sum(each.wanted.get(name) == each.found[name] for each in found)
    wrong = (each for each in samples if each.wanted.get(name) != each.found.get(name))
    return RuleFigures(
        rule=name,
        wanted=len(wanted),
        found=len(found),
        precision=round(right / len(found), 3) if found else 1.0,
        recall=round(right / len(wanted), 3) if wanted else 1.0,
        wrong=tuple(f"{each.id}: to be found {each.wanted.get(name)}, found {each.found.get(name)}" for each in wrong),
    )
