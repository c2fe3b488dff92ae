"""``mailbot lint``: what in a text would annoy, mislead or tire its reader, and what to write instead."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.options import Format, FormatOption, RulesOption, print_json, rules_folder

STDIN = "-"
MOST_BYTES = 25_000_000


def register(app: typer.Typer) -> None:
    app.command()(lint)


def lint(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The text; - is standard input.")],
    draft: Annotated[
        bool, typer.Option("--draft", help="FILE is a message that somebody has drafted: only their own words are read.")
    ] = False,
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what in a text would annoy, mislead or tire its reader, and what to write instead.

    It knows wordings that irritate, blame or promise, officialese, a number of days where a date belongs, asking why somebody
    wants information, long sentences, abbreviations that nothing explains, capitals that shout, and the reading age.
    Exit code 0: nothing was found; 1: something was; 65: the text could not be read.
    """
    from mailbot.adapters.rule_files import load_wording
    from mailbot.core.lint import in_words
    from mailbot.core.lint import lint as findings_in

    rules, content = rules_folder(config), read_file(file)
    text = _own_words(content, file, rules) if draft else _decoded(content)
    findings = findings_in(text, load_wording(rules))
    if format_ is Format.JSON:
        print_json({"findings": findings})
    else:
        typer.echo("\n".join(in_words(findings, file)) or "nothing found")
    if findings:
        raise typer.Exit(1)


def read_file(name: str) -> bytes:
    """The bytes of a file, or of standard input. Raises PermanentError if it cannot be read or is too large."""
    from mailbot.errors import PermanentError

    try:
        with nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PermanentError(f"{name}: cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise PermanentError(f"{name}: is larger than {MOST_BYTES // 1_000_000} MB; give the text alone")
    return content


def _decoded(content: bytes) -> str:
    """The text of a file as Windows or any other system writes it."""
    from mailbot.core.text import clean_text

    try:
        return clean_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return clean_text(content.decode("cp1252", "replace"))


def _own_words(content: bytes, name: str, rules: Path) -> str:
    """What the writer of a message wrote, without quotes and signature. Raises PermanentError if it is unreadable."""
    from mailbot.adapters.parser import parse, why_unreadable
    from mailbot.adapters.rule_files import load_quoting
    from mailbot.core.quoting import own_text
    from mailbot.errors import PermanentError

    message = parse(content)
    if reason := why_unreadable(message):
        raise PermanentError(f"{name}: {reason}")
    return own_text(message.text, load_quoting(rules))
