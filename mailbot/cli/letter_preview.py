"""``mailbot letter preview`` and ``test-send``: a letter as its reader would get it, before it is published."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.letter_form import LanguageOption, NameArgument, PackOption, file_name, form
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, load_config

if TYPE_CHECKING:
    from mailbot.config import Config, Mailbox
    from mailbot.core.delivery import Reply
    from mailbot.core.letter import Envelope
    from mailbot.pipeline.letter_commands import LetterCommands
    from mailbot.pipeline.letter_trial import Trial

ACCEPTED = 250
SCREENS = (("desk", 1200), ("phone", 390))
"""Widths in pixels."""


class Shown(StrEnum):
    """With which values a letter is shown."""

    NEWEST = "newest"
    FULLEST = "fullest"
    EMPTIEST = "emptiest"
    LONGEST = "longest"


FileOption = Annotated[Path | None, typer.Option("--file", help="Try this file. Otherwise the version in force.")]
CaseOption = Annotated[str | None, typer.Option("--case", help="Fill it with what is known of this case.")]
SampleOption = Annotated[
    Shown,
    typer.Option("--sample", help="Without --case: the newest case, or invented values: all, the fewest, the longest."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot letter``."""
    app.command()(preview)
    app.command("test-send")(send_test)


def preview(  # noqa: PLR0913, PLR0917  # one for each option
    name: NameArgument,
    file: FileOption = None,
    case: CaseOption = None,
    sample: SampleOption = Shown.FULLEST,
    folder: Annotated[Path, typer.Option("--folder", help="Where the files go.")] = Path(),
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a letter as its reader would get it, and write it as NAME.txt, NAME.html and pictures of the page."""
    from mailbot.cli.options import tell, write_private
    from mailbot.core.letter_html import document
    from mailbot.errors import PermanentError

    name = form(name, pack, language)
    trial = _trial(load_config(config), _commands(config), name, file, case, sample)
    found = trial.rendered
    text = f"Subject: {found.subject}\n\n{found.body}\n"
    page = document(found.html, found.subject, trial.policy.pack.font, found.language)
    try:
        write_private(folder / file_name(name, "txt"), text.encode())
        write_private(folder / file_name(name, "html"), page.encode())
        pictures = _write_pictures(folder, name, page)
    except OSError as error:
        raise PermanentError(f"{folder}: {error.strerror}; name a folder of yours with --folder") from None
    typer.echo(text)
    tell(pictures)
    _tell_invented(trial)


def send_test(  # noqa: PLR0913, PLR0917  # one for each option
    name: NameArgument,
    to: Annotated[str, typer.Option("--to", help="A colleague's address; customers get no tests.")],
    file: FileOption = None,
    case: CaseOption = None,
    sample: SampleOption = Shown.FULLEST,
    language: LanguageOption = "",
    pack: PackOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send a letter to a colleague, to see it in a mail program. Its sender says that it is a test."""
    from mailbot.cli.commands import letter_trials
    from mailbot.core.letter import Envelope
    from mailbot.errors import TransientError

    settings, commands, name = load_config(config), _commands(config), form(name, pack, language)
    trial, trials = _trial(settings, commands, name, file, case, sample), letter_trials(commands)
    composed = trials.composed(trial, to)
    mailbox = next(each for each in settings.mailbox if each.name == trial.policy.name)
    reply = _hand_in(mailbox, Envelope(reverse_path=mailbox.address, recipient=to), composed.content)
    if reply.code != ACCEPTED:
        raise TransientError(f"the relay of {mailbox.name} did not take it: {reply.code or ''} {reply.text}".strip())
    trials.note_test(trial)
    typer.echo(f"Sent to {to}.")
    _tell_invented(trial)


def _write_pictures(folder: Path, name: str, page: str) -> str:
    """The page at the width of a desk's screen and of a telephone; says what was done, or why there is none."""
    from mailbot.adapters.page_picture import browser, picture
    from mailbot.cli.options import write_private
    from mailbot.errors import PermanentError

    command = browser()
    if command is None:
        return "No pictures: install Chromium (on Debian: apt-get install chromium), or open the page in a browser."
    files = [(file_name(name, f"{screen}.png"), width) for screen, width in SCREENS]
    try:
        for file, width in files:
            write_private(folder / file, picture(command, page, width))
    except PermanentError as error:
        return f"No pictures: {error}"
    return f"Pictures: {', '.join(file for file, _ in files)}"


def _hand_in(mailbox: "Mailbox", envelope: "Envelope", content: bytes) -> "Reply":
    import asyncio

    from mailbot.adapters.clock import SystemClock
    from mailbot.app import SignIns, smtp_transport

    async def sent() -> "Reply":
        transport = smtp_transport(mailbox, SignIns(SystemClock()))
        try:
            return await transport.send(envelope, content)
        finally:
            await transport.close()

    return asyncio.run(sent())


def _commands(config: Path) -> "LetterCommands":
    from mailbot.cli.commands import letter_commands

    return letter_commands(config)


def _trial(
    settings: "Config", commands: "LetterCommands", name: str, file: Path | None, case: str | None, sample: Shown
) -> "Trial":
    from mailbot.cli.commands import letter_trials
    from mailbot.cli.letter import named, read_file
    from mailbot.core.letter_sample import Sample, longest_values, sample_values

    source = named(read_file(file), name, file).source if file else commands.in_force(name).source
    letter, trials = commands.check(source, str(file or name)), letter_trials(commands)
    if case or sample is Shown.NEWEST:
        return trials.with_case(letter, case or _newest_case(settings))
    values = longest_values() if sample is Shown.LONGEST else sample_values(letter.spec, Sample(sample.value))
    return trials.with_values(letter, values)


def _newest_case(settings: "Config") -> str:
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.errors import PermanentError

    newest = Queries(database_of(settings, create=False)).cases(limit=1)
    if not newest:
        raise PermanentError("there is no case yet; write --sample fullest")
    return newest[0].reference


def _tell_invented(trial: "Trial") -> None:
    from mailbot.cli.options import tell

    if trial.invented:
        tell(f"Nothing is known of these for this case, they are invented: {', '.join(trial.invented)}")
