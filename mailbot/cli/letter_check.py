"""``mailbot letter check``: do the letters read well, and do they say what they must?"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.lint import in_words
from mailbot.cli.options import Format, FormatOption, RulesOption, load_config, print_json

if TYPE_CHECKING:
    from mailbot.adapters.letters import JinjaLetters
    from mailbot.cli.check import Finding as CheckFinding
    from mailbot.config import Paths
    from mailbot.core.lint import Finding


def register(app: typer.Typer) -> None:
    """Add the command to ``mailbot letter``."""
    app.command()(check)


def check(
    name: Annotated[str | None, typer.Argument(help="The letter; without a name all of them.")] = None,
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what in the letters would annoy, mislead or tire a reader, what they fail to say, and what to write instead.

    They are judged as their files have them, and filled in with few and with many values. Exit code 0: nothing was found;
    1: something was.
    """
    from mailbot.adapters.letters import JinjaLetters
    from mailbot.config import sample_config

    paths = (load_config(config) if config else sample_config()).paths
    letters = JinjaLetters(paths.letters_folder)
    names = [name] if name else list(letters.specs)
    findings = dict(findings_by_letter(names, paths, letters))
    if format_ is Format.JSON:
        print_json({"letters": findings})
    else:
        lines = [line for letter, found in findings.items() for line in in_words(found, letter)]
        typer.echo("\n".join(lines or [f"{len(findings)} letters: nothing found"]))
    if any(findings.values()):
        raise typer.Exit(1)


def findings_by_letter(
    names: Iterable[str], paths: "Paths", letters: "JinjaLetters"
) -> "Iterator[tuple[str, tuple[Finding, ...]]]":
    """Each letter with what is wrong with it. Raises PolicyError for a letter that does not exist."""
    from mailbot.adapters.letters.source import read_folder
    from mailbot.adapters.rule_files import load_wording
    from mailbot.core.letter_lint import lint_letter

    rules = load_wording(paths.rules_folder)
    for name in names:
        source = read_folder(paths.letters_folder / name)
        yield name, lint_letter(letters.specs[name], source, partial(letters.render, name), rules)


def letters_findings(paths: "Paths", letters: "JinjaLetters") -> "Iterator[CheckFinding]":
    """For ``mailbot check``: one for each letter with something wrong, or one that says that nothing is."""
    from mailbot.cli.check import Finding

    found = [(name, in_words(each, name)) for name, each in findings_by_letter(letters.specs, paths, letters)]
    troubles = [Finding(f"letter {name}", "\n      ".join(lines)) for name, lines in found if lines]
    yield from troubles or [Finding("wording of the letters, and what they must say")]


def wording_finding(rules: Path) -> "CheckFinding":
    """For ``mailbot check``: whether each wording that letters avoid is found in its examples, and nowhere else."""
    from mailbot.adapters.rule_files import load_wording
    from mailbot.cli.check import Finding
    from mailbot.core.wording import failing_wordings

    found = load_wording(rules)
    wrong = "\n      ".join(failing_wordings(found.wordings, found.numbers)) or None
    return Finding(f"examples of {sum(len(each.words) for each in found.wordings)} wordings that letters avoid", wrong)
