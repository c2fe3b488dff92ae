"""``mailbot letter``: the letters as they are used now, their versions, and what an admin does with them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import letter_check, letter_pdf, letter_preview
from mailbot.cli.letter_form import LanguageOption, NameArgument, PackOption, file_name, form, is_form
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption

if TYPE_CHECKING:
    from mailbot.core.letter_file import LetterFile

app = typer.Typer(help="The letters: read, try and publish them. No restart is needed.", no_args_is_help=True)
letter_check.register(app)
letter_preview.register(app)
letter_pdf.register(app)
FileOption = Annotated[Path, typer.Option("--file", help="The letter as a file, made by 'mailbot letter show' or 'export'.")]
NoteOption = Annotated[str, typer.Option(help="What was changed and why; it stands in the letter's history.")]


@app.command("list")
def list_letters(
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List the letters, each with the version in force and its date of review; with --language or --pack those forms alone."""
    from mailbot.cli.commands import letter_commands
    from mailbot.cli.options import print_json, print_table

    found = [each for each in letter_commands(config).in_force_now() if is_form(each.spec.name, pack, language)]
    if format_ is Format.JSON:
        print_json(found)
        return
    rows = (
        (
            *(each.spec.name, each.spec.audience.value, "staff" if each.spec.serves else "mailbot"),
            *(str(each.number), f"{each.spec.review_due}", each.spec.purpose),
        )
        for each in found
    )
    print_table("letters", ("letter", "reader", "written by", "version", "review", "purpose"), rows, one_line=True)


@app.command()
def show(
    name: NameArgument,
    version: Annotated[int | None, typer.Option(help="This version; 0: as it came. Otherwise the one in force.")] = None,
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a letter as the file that you edit: mailbot letter show NAME > my-letter.txt"""
    name = form(name, pack, language)
    from mailbot.cli.commands import letter_commands
    from mailbot.core.letter_file import LetterFile, written

    commands = letter_commands(config)
    file = commands.in_force(name)
    if version is not None:
        file = LetterFile(commands.source(name, version), file.based_on)
    typer.echo(written(file), nl=False)


@app.command()
def history(
    name: NameArgument,
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List every draft and every published version of a letter."""
    name = form(name, pack, language)
    from mailbot.cli.commands import letter_commands
    from mailbot.cli.options import load_config, moment, print_json, print_table

    found, zone = letter_commands(config).history(name), load_config(config).organisation.time_zone
    if format_ is Format.JSON:
        print_json(found)
        return
    rows = ((str(one.number), one.state.value, moment(one.at, zone), one.author, str(one.based_on), one.note) for one in found)
    print_table(f"versions of {name}", ("version", "state", "at", "by", "made from", "note"), rows)


@app.command()
def diff(
    name: NameArgument,
    old: Annotated[int | None, typer.Argument(help="A version; 0, as it came, if not written.")] = None,
    new: Annotated[int | None, typer.Argument(help="Another version; the one in force, if not written.")] = None,
    file: Annotated[Path | None, typer.Option(help="Compare this file with the version in force.")] = None,
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show what differs between two versions of a letter."""
    name = form(name, pack, language)
    from difflib import unified_diff

    from mailbot.cli.commands import letter_commands
    from mailbot.core.letter_file import LetterFile, written

    commands = letter_commands(config)
    now = commands.in_force(name)
    left = now.source if file and old is None else commands.source(name, old or 0)
    right = read_file(file).source if file else commands.source(name, now.based_on if new is None else new)
    before, after = (written(LetterFile(source, now.based_on)).splitlines() for source in (left, right))
    for line in unified_diff(before, after, "before", "after", lineterm=""):
        typer.echo(line)


@app.command()
def draft(
    name: NameArgument,
    file: FileOption,
    note: NoteOption = "",
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Keep a text for later, mistakes and all. The letter stays as it is."""
    name = form(name, pack, language)
    from mailbot.cli.commands import letter_commands

    kept = letter_commands(config).draft(named(read_file(file), name, file), note)
    typer.echo(f"Kept as draft {kept.number} of {name}. See it: mailbot letter show {name} --version {kept.number}")


@app.command()
def publish(
    name: NameArgument,
    note: NoteOption,
    file: Annotated[Path | None, typer.Option(help="The letter as a file, made by 'mailbot letter show' or 'export'.")] = None,
    draft: Annotated[int | None, typer.Option(metavar="NUMBER", help="Instead of a file: a draft in the history.")] = None,
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Use this text from the next letter on. What waits to be sent stays as it is; so do the forms for other languages.

    Refused for a mistake, for a name that may have no value, for what 'mailbot letter check' finds, and where somebody else
    published meanwhile; your text is then kept as a draft.
    """
    from mailbot.cli.commands import letter_commands
    from mailbot.errors import PermanentError

    name, commands = form(name, pack, language), letter_commands(config)
    if (file is None) == (draft is None):
        raise PermanentError("write --file FILE or --draft NUMBER, one of the two")
    if file is not None:
        done = commands.publish(named(read_file(file), name, file), note, str(file))
    else:
        done = commands.publish_draft(name, draft or 0, note)
    typer.echo(f"{name} is version {done.number} from the next letter on.")
    typer.echo(f"To go back: mailbot letter revert {name} {done.based_on}")


@app.command()
def revert(
    name: NameArgument,
    version: Annotated[int, typer.Argument(help="The version to use again; 0: the letter as it came.")],
    note: NoteOption = "",
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Use an earlier version again from the next letter on. It gets a new number; nothing is taken out of the history."""
    name = form(name, pack, language)
    from mailbot.cli.commands import letter_commands

    done = letter_commands(config).revert(name, version, note)
    typer.echo(f"{name} is version {done.number} from the next letter on, with the text of version {version}.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go, one for each letter; it must exist.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write every letter as it is used now into a folder, one file each."""
    from mailbot.cli.commands import letter_commands
    from mailbot.core.letter_file import written
    from mailbot.errors import PermanentError

    commands = letter_commands(config)
    names = [each.spec.name for each in commands.in_force_now()]
    try:
        for name in names:
            (folder / file_name(name, "txt")).write_text(written(commands.in_force(name)), encoding="utf-8")
    except OSError as error:
        raise PermanentError(f"{folder}: {error.strerror}; name a folder of yours") from None
    typer.echo(f"{len(names)} letters are in {folder}.")


@app.command("import")
def import_letters(
    folder: Annotated[Path, typer.Argument(help="A folder of files as 'mailbot letter export' writes them.")],
    note: NoteOption,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Publish every letter of a folder that differs from the one in force: all of them, or none where one is refused."""
    from mailbot.cli.commands import letter_commands
    from mailbot.errors import PermanentError

    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise PermanentError(f"{folder}: there is no letter; name the folder that 'mailbot letter export' wrote")
    done = letter_commands(config).publish_all({str(path): read_file(path) for path in paths}, note)
    for version in done:
        typer.echo(f"{version.name} is version {version.number} from the next letter on.")
    typer.echo(f"{len(paths) - len(done)} letters are as they were.")


def read_file(path: Path) -> "LetterFile":
    """The letter in a file. Raises PolicyError for one that is no such file, or too large."""
    from mailbot.adapters.letters import MAX_TEXT_BYTES
    from mailbot.core.letter_file import read
    from mailbot.errors import PolicyError

    try:
        with path.open("rb") as file:
            content = file.read(MAX_TEXT_BYTES + 1)
        if len(content) > MAX_TEXT_BYTES:
            raise PolicyError(f"{path}: is larger than {MAX_TEXT_BYTES} bytes; shorten it")
        return read(content.decode("utf-8-sig").replace("\r\n", "\n"), str(path))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: is not UTF-8 text; save it as UTF-8") from None


def named(file: "LetterFile", name: str, path: Path) -> "LetterFile":
    """The file, if it is the letter that was named. Raises PermanentError."""
    from mailbot.errors import PermanentError

    if file.source.name != name:
        raise PermanentError(f"{path}: line 1: is the letter '{file.source.name}', not '{name}'")
    return file
