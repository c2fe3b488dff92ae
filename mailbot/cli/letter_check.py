"""``mailbot letter check``: do the letters read well, and do they say what they must?"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.letter_form import LanguageOption, PackOption, form, is_form
from mailbot.cli.options import Format, FormatOption, load_config, print_json

if TYPE_CHECKING:
    from mailbot.adapters.letters import JinjaLetters
    from mailbot.cli.check import Finding as CheckFinding
    from mailbot.config import Paths
    from mailbot.core.letter import LetterSource
    from mailbot.core.lint import Finding


def register(app: typer.Typer) -> None:
    """Add the command to ``mailbot letter``."""
    app.command()(check)


def check(
    name: Annotated[str | None, typer.Argument(help="The letter; without a name all of them.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Check this file, made by 'mailbot letter show', before you publish it.")
    ] = None,
    language: LanguageOption = "",
    pack: PackOption = "",
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", envvar="MAILBOT_CONFIG", help="Check the letters in force there, not the shipped ones."),
    ] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what in the letters would annoy, mislead or tire a reader, what they fail to say, and what to write instead.

    They are judged as they are written, and filled in with few and with many values. Exit code 0: nothing was found; 1:
    something was.
    """
    from mailbot.adapters.letters import JinjaLetters
    from mailbot.cli.letter import read_file
    from mailbot.config import sample_config
    from mailbot.core.lint import in_words

    paths = (load_config(config) if config else sample_config()).paths
    letters = JinjaLetters(paths.letters_folder)
    if file is not None:
        sources = [(str(file), read_file(file).source)]
    else:
        source_of = _in_force(config) if config else letters.shipped
        sources = [(each, source_of(each)) for each in _meant(letters, name, pack, language)]
    findings = dict(findings_by_letter(sources, letters, paths.rules_folder))
    if format_ is Format.JSON:
        print_json({"letters": findings})
    else:
        lines = [line for letter, found in findings.items() for line in in_words(found, letter)]
        typer.echo("\n".join(lines or [f"letters checked: {len(findings)}; nothing found"]))
    if any(findings.values()):
        raise typer.Exit(1)


def _meant(letters: "JinjaLetters", name: str | None, pack: str, language: str) -> "Iterable[str]":
    """The form that is named, or every form for this pack and language."""
    return [form(name, pack, language)] if name else [each for each in letters.names if is_form(each, pack, language)]


def _in_force(config: Path) -> "Callable[[str], LetterSource]":
    from mailbot.cli.commands import letter_commands

    commands = letter_commands(config)
    return lambda name: commands.in_force(name).source


def findings_by_letter(
    sources: "Iterable[tuple[str, LetterSource]]", letters: "JinjaLetters", rules_folder: Path
) -> "Iterator[tuple[str, tuple[Finding, ...]]]":
    """Each letter, by what people call it, with what is wrong with it. Raises PolicyError for one with a mistake."""
    from mailbot.adapters.rule_files import load_wording
    from mailbot.core.letter_lint import lint_letter

    rules = load_wording(rules_folder)
    for called, source in sources:
        letter = letters.check(source, called)
        yield called, lint_letter(letter.spec, source, letter.render, rules)


def letters_findings(paths: "Paths", letters: "JinjaLetters") -> "Iterator[CheckFinding]":
    """For ``mailbot check``: one for each letter with something wrong, or one that says that nothing is."""
    from mailbot.cli.check import Finding
    from mailbot.core.lint import in_words

    sources = [(name, letters.shipped(name)) for name in letters.names]
    found = [(name, in_words(each, name)) for name, each in findings_by_letter(sources, letters, paths.rules_folder)]
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
