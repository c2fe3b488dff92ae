"""``mailbot standards``: does what staff write keep to the standard?"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import standards_found
from mailbot.cli.absence_check import JudgedAs, absence_judged, is_absence_reply, tell_absence
from mailbot.cli.lint import read_file
from mailbot.cli.options import Format, FormatOption, RulesOption, day, load_config, print_json, rules_folder

if TYPE_CHECKING:
    from mailbot.core.standard.judge import Rules
    from mailbot.core.standard.values import Judgement, Standard

app = typer.Typer(help="Does what staff write keep to the standard?", no_args_is_help=True)


@app.command()
def check(  # noqa: PLR0913, PLR0917  # one for each option
    file: Annotated[Path | None, typer.Argument(metavar="FILE.eml", help="A message that a member of staff sent.")] = None,
    standard: Annotated[str, typer.Option(help="The standard: a file of rules/standards.")] = "generic",
    person: Annotated[str | None, typer.Option(help="Who wrote it, first name and surname; by default what From says.")] = None,
    as_: Annotated[JudgedAs | None, typer.Option("--as", help="What it is; by default its fields and words tell.")] = None,
    text: Annotated[
        str | None, typer.Option(metavar="FILE", help="The bare text of an automatic reply instead of a message; - reads it.")
    ] = None,
    on: Annotated[
        date | None, typer.Option(parser=day, metavar="DAY", help="The day an automatic reply was sent; by default its own.")
    ] = None,
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what in a message does not meet a standard, what would satisfy it, and what could not be judged.

    The automatic reply of somebody who is away is held against what the standard asks of those: whom to turn to, the day of
    return, no reason that is not given. Any other message is held against what it asks of signatures. One that was sent as a
    group mailbox is its author's whose name of the directory ([paths] services) the signature has; otherwise it is not judged.
    Exit code 0: nothing was found; 1: something was.
    """
    if (file is None) is (text is None):
        raise typer.BadParameter("name a message, or a text with --text")
    if text is not None and as_ is JudgedAs.MAIL:
        raise typer.BadParameter("a bare text has no signature to judge; leave --as out, or name a message")
    rules, content = rules_folder(config), read_file(str(file) if text is None else text)
    if text is not None or is_absence_reply(content, rules, standard, as_):
        tell_absence(absence_judged(content, rules, standard, person, config, on, bare=text is not None), format_)
        return
    judgement = judged(content, rules_named(rules, standard), person, people_names(config))
    if format_ is Format.JSON:
        print_json({"findings": judgement.findings, "not_judged": judgement.not_judged})
    else:
        typer.echo("\n".join(in_words(judgement)))
    if judgement.findings:
        raise typer.Exit(1)


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="A standard; without a name all of them are listed.")] = None,
    config: RulesOption = None,
) -> None:
    """Print what a standard asks, with the clause of each rule."""
    from mailbot.adapters.rule_files import load_standard, standard_names

    rules = rules_folder(config)
    if name is None:
        for each in standard_names(rules):
            typer.echo(f"{each}: {load_standard(rules, each).title}")
        return
    typer.echo("\n".join(_lines(load_standard(rules, name))))


def rules_named(rules: Path, standard: str) -> "Rules":
    """A standard, and the words by which messages are read. Raises PolicyError."""
    from mailbot.adapters.rule_files import load_standard_rules

    return load_standard_rules(rules, standard)


def people_names(config: Path | None) -> tuple[str, ...]:
    """The names of everybody in the directory of an installation; without a configuration nobody's."""
    from mailbot.app import people_of

    return tuple(each.name for each in people_of(load_config(config)).people) if config else ()


def judged(content: bytes, rules: "Rules", person: str | None, people: tuple[str, ...]) -> "Judgement":
    """What a message of ``person``, or else of whom From names, does not keep."""
    from mailbot.core.standard.author import Author, author_of
    from mailbot.core.standard.judge import judge
    from mailbot.staff_mail import read_staff_mail

    mail = read_staff_mail(content, rules.quoting)
    author = Author(name=person) if person else author_of(mail, people, rules.words)
    return judge(mail, author, rules)


def in_words(judgement: "Judgement") -> list[str]:
    """A line for each finding and for each rule that could not be judged."""
    lines = [f"{each.rule.value} ({each.clause}): {each.evidence}; {each.fix}" for each in judgement.findings]
    return [
        *(lines or ["nothing found"]),
        *(f"not judged: {each.rule.value} ({each.clause}): {each.why}" for each in judgement.not_judged),
    ]


def _lines(standard: "Standard") -> list[str]:
    font, closings, formal, away = standard.font, standard.closings, standard.formal, standard.absence
    return [
        f"{standard.name}: {standard.title}",
        f"rules: {', '.join(f'{rule.value} ({clause})' for rule, clause in standard.rules.items())}",
        *([f"font of signatures: {' or '.join(font.families)}, {font.points:g} pt"] if font else []),
        *([f"closings with a name: {', '.join(closings.named)}"] if closings else []),
        *([f"closings without a name: {', '.join(closings.unnamed)}"] if closings else []),
        *([f"closings with either: {', '.join(closings.either)}"] if closings else []),
        *([f"absence replies: {', '.join(f'{rule.value} ({clause})' for rule, clause in away.rules.items())}"] if away else []),
        *([f"formal letters name: {formal.organisation[0]}; are signed: {formal.on_behalf[0]}"] if formal else []),
        f"findings less sure than {standard.threshold:g} are not judged",
    ]


standards_found.register(app)
