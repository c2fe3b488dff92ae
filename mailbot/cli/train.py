"""``mailbot train``: teach the classifier."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.adapters.spacy_model import Model
    from mailbot.config import Config
    from mailbot.core.example import Example
    from mailbot.learning import Learning
    from mailbot.reading import ReadingRules


def register(app: typer.Typer) -> None:
    app.command()(train)


def train(
    config: ConfigOption = DEFAULT_CONFIG,
    corrections: Annotated[
        list[Path] | None, typer.Option(help="More texts: JSON lines, as 'mailbot corrections export' writes them.")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Only say how the new one does beside the one in use.")] = False,
) -> None:
    """Teach the classifier the shipped examples and what staff said with 'mailbot case reclassify'. It takes half a minute.

    The new one is used from the daemon's next start on, but only if it does no worse than the one in use on the shipped
    examples, each judged by a classifier that has not learnt from it.
    """
    from mailbot.app import load_policies
    from mailbot.cli.options import load_config, tell
    from mailbot.errors import ConfigError
    from mailbot.learning import model_in_use, trained_with

    settings = load_config(config)
    reading = load_policies(settings).reading
    if reading.learning is None:
        raise ConfigError("processing.classifier: it is off, so nothing would use what is learnt; write classifier = true")
    old = model_in_use(reading.classes, reading.flags, reading.learning, tell)
    new = trained_with(
        reading.classes,
        reading.flags,
        reading.learning,
        [*_said_by_staff(settings, reading), *_own(corrections or [], reading)],
    )
    for name, model in (("in use", old), ("new", new)):
        typer.echo(_figures(name, model))
    _print_flags(new)
    typer.echo(_settle(old, new, reading.learning, compare=compare))


def _said_by_staff(settings: "Config", reading: "ReadingRules") -> "list[Example]":
    """What staff have said with 'mailbot case reclassify'; nothing where there is no database yet."""
    from mailbot.adapters.store import NotReadyError
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.core.example import Example

    try:
        database = database_of(settings, create=False)
    except NotReadyError:
        return []
    return [
        Example(
            id=f"correction-{one.reference}",
            situation=one.reference,
            label=one.new_class,
            subject=one.subject,
            body=one.own_text,
        )
        for one in Queries(database).corrections(reading.subjects, reading.quoting)
    ]


def _own(files: list[Path], reading: "ReadingRules") -> "list[Example]":
    """Raises PolicyError with the line of a text that cannot be learnt from."""
    from mailbot.adapters.rule_files.corpus import read_examples

    labels = {rule.class_ for rule in reading.classes.rules}
    return [one for file in files for one in read_examples(file, labels)]


def _figures(name: str, model: "Model") -> str:
    found = model.figures
    return (
        f"{name}: {model.version}, {found.texts} texts: {found.accuracy:.1%} right, log loss {found.log_loss:.3f}, "
        f"calibration error {found.expected_calibration_error:.3f}"
    )


def _print_flags(model: "Model") -> None:
    """How flags come out on the shipped examples, each judged by a classifier that has not learnt from it."""
    from mailbot.cli.options import print_table

    columns = ("flag", "texts", "by rules: precision", "recall", "with what was learnt: precision", "recall")
    rows = (
        (
            one.flag,
            str(one.texts),
            *(f"{share:.2f}" for share in (one.rules_precision, one.rules_recall, one.precision, one.recall)),
        )
        for one in model.flags.figures
    )
    print_table("flags", columns, rows)


def _settle(old: "Model", new: "Model", learning: "Learning", *, compare: bool) -> str:
    """Keep the new one if it is no worse; what was done, as a sentence."""
    from mailbot.adapters.spacy_model.keeping import save

    if not new.figures.is_no_worse_than(old.figures):
        return "the new one does worse: it is not kept"
    if compare:
        return "the new one does no worse; without --compare it would be kept"
    save(new, learning.own_file)
    return f"kept in {learning.own_file}; the daemon uses it from its next start on"
