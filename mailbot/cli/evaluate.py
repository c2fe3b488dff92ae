"""``mailbot evaluate``: how well do the rules judge messages that people have labelled?"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import evaluate_absences, evaluate_classify, evaluate_contact_note, evaluate_routes, evaluate_standards
from mailbot.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from mailbot.pipeline.replay import Judgement, Replay

PERSON = "human"
app = typer.Typer(help="Judge messages that people have labelled, and count.", no_args_is_help=True)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The messages of one label: how many got no letter, what they were taken for, and which came out wrong."""

    label: str
    messages: int = 0
    silent: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, judgement: "Judgement") -> None:
        """Count one message. A person is to be answered, everything else is not."""
        silent = not judgement.screening.may_answer
        self.messages += 1
        self.silent += silent
        self.verdicts[judgement.screening.verdict.value] += 1
        if silent is (self.label == PERSON):
            reasons = (*judgement.screening.reasons, *judgement.screening.silences)
            self.wrong.append(f"{name}: {', '.join(reason.rule for reason in reasons) or 'nothing speaks against a letter'}")


@app.callback()
def root() -> None:
    """Judge messages that people have labelled, and count."""


@app.command()
def screening(
    folder: Annotated[Path, typer.Argument(help="The folder with the message files.")],
    table: Annotated[Path, typer.Argument(metavar="TSV", help="A table of two columns, file and label, by tabs.")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Judge by this installation's policy.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="Judge as this mailbox of the configuration.")] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Judge labelled messages as 'mailbot replay' does, and print how many of each label get no letter.

    Labels are human, auto_reply, bounce, list, other_automatic, spam. A person who gets no letter still has a case.
    """
    from mailbot.adapters.clock import SystemClock
    from mailbot.cli.judges import replay_by
    from mailbot.cli.options import print_json, print_table

    tallies = dict[str, Tally]()
    for name, label, judgement in _judged(replay_by(config, mailbox), folder, table, SystemClock().now()):
        tallies.setdefault(label, Tally(label=label)).count(name, judgement)
    found = [tallies[label] for label in sorted(tallies)]
    if format_ is Format.JSON:
        print_json(found)
        return
    print_table("labels", ("label", "messages", "get no letter", "share", "taken for"), (_row(tally) for tally in found))
    for tally in found:
        for line in tally.wrong:
            typer.echo(f"{tally.label} {'silenced' if tally.label == PERSON else 'answered'}: {line}")


def _row(tally: Tally) -> tuple[str, ...]:
    verdicts = ", ".join(f"{verdict} {number}" for verdict, number in tally.verdicts.most_common())
    return tally.label, str(tally.messages), str(tally.silent), f"{tally.silent / tally.messages:.1%}", verdicts


def _judged(replay: "Replay", folder: Path, table: Path, now: datetime) -> Iterator[tuple[str, str, "Judgement"]]:
    from mailbot.cli.replay import AT_ONCE

    rows = list(_labels(table))
    for at in range(0, len(rows), AT_ONCE):
        batch = rows[at : at + AT_ONCE]
        judgements = replay.judge([_content(folder / name) for name, _ in batch], now)
        for (name, label), judgement in zip(batch, judgements, strict=True):
            yield name, label, judgement


def _labels(table: Path) -> Iterator[tuple[str, str]]:
    """File and label of each row; a first row that names the columns is passed over."""
    from mailbot.errors import PermanentError

    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if row and row[:2] != ["file", "label"]]
    except OSError as reason:
        raise PermanentError(f"{table}: cannot be read: {reason.strerror}") from None
    for number, row in enumerate(rows, 1):
        if len(row) < 2 or not row[1].strip():  # two columns
            raise PermanentError(f"{table}: row {number} needs two columns, file and label, with a tab between them")
        yield row[0], row[1].strip()


def _content(path: Path) -> bytes:
    from mailbot.errors import PermanentError

    try:
        return path.read_bytes()
    except OSError as reason:
        raise PermanentError(f"{path}: cannot be read: {reason.strerror}") from None


evaluate_classify.register(app)
evaluate_routes.register(app)
evaluate_contact_note.register(app)
evaluate_absences.register(app)
evaluate_standards.register(app)
