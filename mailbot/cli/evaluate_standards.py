"""``mailbot evaluate standards``: how well are messages of staff judged by a standard?"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from mailbot.core.standard.judge import Rules
    from mailbot.core.standard.values import Judgement

TABLE, PEOPLE = "expected.tsv", "people.txt"
_HEAD = ["file", "person", "findings", "not judged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigures:
    """One rule: in how many messages people found it broken, mailbot did, and which share was right.

    ``unjudged``: those that people would not judge, and ``left``: those of them that mailbot did not judge, either.
    """

    rule: str
    wanted: int
    found: int
    precision: float
    recall: float
    unjudged: int
    left: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A labelled message: the rules that it breaks and those that cannot be judged, as a person and as mailbot sees it."""

    file: str
    wanted: frozenset[str]
    unjudged: frozenset[str]
    judgement: "Judgement"

    @property
    def found(self) -> frozenset[str]:
        return frozenset(each.rule.value for each in self.judgement.findings)

    @property
    def left(self) -> frozenset[str]:
        return frozenset(each.rule.value for each in self.judgement.not_judged)


def register(app: typer.Typer) -> None:
    app.command("standards")(standards)


def standards(
    folder: Annotated[Path, typer.Argument(metavar="DIR|FILE.tsv", help=f"A folder with messages and {TABLE}, or that table.")],
    standard: Annotated[str, typer.Option(help="The standard: a file of rules/standards.")] = "generic",
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Judge by this installation's rules and people.")
    ] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Judge labelled messages of staff by a standard, and print precision and recall of each rule.

    The table has a row for each message: its file, who wrote it (empty: whom From names), the rules that it breaks, and those
    that cannot be judged, with a space between. 'people.txt' beside it names colleagues, one a line.
    """
    from mailbot.cli.options import print_json, print_table

    rules, samples = _samples(folder, standard, config)
    figures = [_figures(rule.value, samples) for rule in rules.standard.rules]
    if format_ is Format.JSON:
        print_json(figures)
        return
    print_table(
        f"{len(samples)} messages",
        ("rule", "to be found", "found", "precision", "recall", "not to be judged", "not judged"),
        (_row(one) for one in figures),
    )
    for one in figures:
        for wrong in one.wrong:
            typer.echo(f"{one.rule}: {wrong}")


def _row(one: RuleFigures) -> tuple[str, ...]:
    counts = str(one.wanted), str(one.found)
    return one.rule, *counts, f"{one.precision:.3f}", f"{one.recall:.3f}", str(one.unjudged), str(one.left)


def _samples(folder: Path, standard: str, config: Path | None) -> tuple["Rules", Sequence[Sample]]:
    """Raises PermanentError for a table that cannot be read or that names what there is not."""
    from mailbot.cli.options import rules_folder
    from mailbot.cli.standards import judged, people_names, rules_named

    table = folder / TABLE if folder.is_dir() else folder
    rules = rules_named(rules_folder(config), standard)
    people = people_names(config) or _people(table.parent / PEOPLE)
    samples = [
        Sample(
            file=row[0],
            wanted=frozenset(row[2].split()),
            unjudged=frozenset(row[3].split()),
            judgement=judged(_content(table.parent / row[0]), rules, row[1] or None, people),
        )
        for row in _rows(table, frozenset(rule.value for rule in rules.standard.rules))
    ]
    return rules, samples


def _people(file: Path) -> tuple[str, ...]:
    return tuple(file.read_text(encoding="utf-8").split("\n")[:-1]) if file.exists() else ()


def _rows(table: Path, rules: frozenset[str]) -> Iterator[list[str]]:
    from mailbot.errors import PermanentError

    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if row and row != _HEAD]
    except OSError as reason:
        raise PermanentError(f"{table}: cannot be read: {reason.strerror}") from None
    for number, row in enumerate(rows, 1):
        if len(row) != len(_HEAD):
            raise PermanentError(f"{table}: row {number} needs the columns {', '.join(_HEAD)}, with a tab between them")
        if unknown := sorted({*row[2].split(), *row[3].split()} - rules):
            raise PermanentError(f"{table}: row {number}: there is no rule '{unknown[0]}'; rules: {', '.join(sorted(rules))}")
        yield row


def _content(path: Path) -> bytes:
    from mailbot.errors import PermanentError

    try:
        return path.read_bytes()
    except OSError as reason:
        raise PermanentError(f"{path}: cannot be read: {reason.strerror}") from None


def _figures(rule: str, samples: Sequence[Sample]) -> RuleFigures:
    wanted = {one.file for one in samples if rule in one.wanted}
    found = {one.file for one in samples if rule in one.found}
    unjudged = {one.file for one in samples if rule in one.unjudged}
    return RuleFigures(
        rule=rule,
        wanted=len(wanted),
        found=len(found),
        precision=len(wanted & found) / len(found) if found else 1.0,
        recall=len(wanted & found) / len(wanted) if wanted else 1.0,
        unjudged=len(unjudged),
        left=len({one.file for one in samples if rule in one.left} & unjudged),
        wrong=tuple(_wrong(rule, samples)),
    )


def _wrong(rule: str, samples: Sequence[Sample]) -> Iterator[str]:
    for one in samples:
        if rule in one.found and rule not in one.wanted:
            evidence = next(each.evidence for each in one.judgement.findings if each.rule.value == rule)
            yield f"{one.file}: falsely found: {evidence}"
        elif rule in one.wanted and rule not in one.found:
            yield f"{one.file}: missed{', not judged' if rule in one.left else ''}"
        elif (rule in one.left) is not (rule in one.unjudged):
            yield f"{one.file}: {'not judged' if rule in one.left else 'judged, and cannot be'}"
