"""A letter as one file that an admin edits: its head, its text, and below a line its settings.

    Letter: receipt
    Version: 3
    Subject: We have your message [{{ reference }}]

    Hello, ...

    ----- settings -----
    purpose = "..."

``Version`` is the one in force from which the file was made: whoever publishes it says so what they had before them.
"""

from dataclasses import dataclass

from mailbot.core.letter import LetterSource
from mailbot.errors import PolicyError

LINE = "----- settings -----"
HEAD = ("Letter", "Version", "Subject")
BODY_AFTER = len(HEAD) + 1
SUBJECT_COLUMN = len("Subject: ")


@dataclass(frozen=True, slots=True)
class LetterFile:
    """What such a file says. ``based_on``: the version it was made from."""

    source: LetterSource
    based_on: int


def written(file: LetterFile) -> str:
    """The file's text."""
    source = file.source
    head = (f"Letter: {source.name}", f"Version: {file.based_on}", f"Subject: {source.subject}")
    return "\n".join((*head, "", source.body, "", LINE, source.settings.rstrip("\n"), ""))


def read(text: str, where: str) -> LetterFile:
    """What the file ``where`` says. Raises PolicyError if a part is missing."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    head = _head(lines, where)
    if LINE not in lines:
        raise PolicyError(f"{where}: the line '{LINE}' is missing; write it between the text and the settings")
    at = lines.index(LINE)
    body, settings = "\n".join(lines[BODY_AFTER:at]), "\n".join(lines[at + 1 :])
    if not head["Version"].isdecimal():
        raise PolicyError(f"{where}: line 2: write the version that the file was made from; 0 is the letter as it came")
    source = LetterSource(
        name=head["Letter"], settings=settings.rstrip("\n") + "\n", subject=head["Subject"], body=body.strip("\n")
    )
    return LetterFile(source, int(head["Version"]))


def settings_after(source: LetterSource) -> int:
    """How many lines of such a file stand above its settings."""
    return BODY_AFTER + source.body.count("\n") + 3


def _head(lines: list[str], where: str) -> dict[str, str]:
    found = dict[str, str]()
    for number, (name, line) in enumerate(zip(HEAD, lines, strict=False), start=1):
        key, colon, value = line.partition(":")
        if key != name or not colon:
            raise PolicyError(f"{where}: line {number}: write '{name}: …' here")
        found[name] = value.strip()
    if len(lines) < BODY_AFTER or lines[BODY_AFTER - 1].strip():
        raise PolicyError(f"{where}: line {BODY_AFTER}: leave this line empty; the text begins below it")
    return found
