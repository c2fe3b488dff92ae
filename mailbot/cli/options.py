"""What several commands have in common: the configuration option, output formats, and moments as people read them."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mailbot.adapters.store.views import ClockLine
    from mailbot.config import Config

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="MAILBOT_CONFIG", help="The configuration file.", show_default=True),
]
RulesOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="MAILBOT_CONFIG", help="Take the rules of this configuration, not the shipped ones."),
]
NEVER_CUT = frozenset({"id", "reference", "case", "state", "next date", "due"})
DEFAULT_CONFIG = Path("mailbot.toml")
OWNER_ONLY = 0o600


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="For people (text) or programs (json).")]


def load_config(path: Path) -> "Config":
    """The configuration with the environment's overrides."""
    from mailbot.config import load

    return load(path, os.environ)


def one_mailbox(settings: "Config", mailbox: str | None) -> str:
    """The mailbox of this name, or the only one. Raises ConfigError with the names that there are."""
    from mailbot.errors import ConfigError

    names = [each.name for each in settings.mailbox]
    name = mailbox or (names[0] if len(names) == 1 else "")
    if name not in names:
        wanted = f"there is no mailbox '{name}'" if name else "say whose cases they become with --mailbox"
        raise ConfigError(f"{wanted}; known: {', '.join(names)}")
    return name


def rules_folder(path: Path | None) -> Path:
    """The folder of rules that a configuration names; the shipped one without a configuration."""
    from mailbot.config import sample_config

    return (load_config(path) if path else sample_config()).paths.rules_folder


def tell(sentence: str) -> None:
    """Say something that is not the command's answer: what is printed can still be piped on."""
    typer.echo(sentence, err=True)


def day(text: str) -> date:
    """A day that was written as an option."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no day; write one such as 2026-12-24") from None


def print_json(value: object) -> None:
    """One JSON document on one line; moments in ISO 8601, UTC."""
    typer.echo(json.dumps(_plain(value), ensure_ascii=False, default=str))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, one_line: bool = False) -> None:
    """A table for people; an empty one says so. ``one_line`` cuts what does not fit, but never a number or a date."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = [tuple(row) for row in rows]
    if not found:
        typer.echo(f"{title}: none")
        return
    console = Console()
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column, width in zip(columns, _widths(columns, found, console.width), strict=True):
        table.add_column(column, overflow="ellipsis", no_wrap=True, width=width) if one_line else table.add_column(column)
    for row in found:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Column widths for one line a row: numbers and dates whole, the rest shares what is left, the short ones first."""
    widths = [max(len(column), *(len(row[number]) for row in rows)) for number, column in enumerate(columns)]
    left = (
        room - 2 * (len(columns) - 1) - sum(width for column, width in zip(columns, widths, strict=True) if column in NEVER_CUT)
    )
    flexible = sorted((number for number, column in enumerate(columns) if column not in NEVER_CUT), key=lambda n: widths[n])
    for position, number in enumerate(flexible):
        widths[number] = min(widths[number], max(3, left // (len(flexible) - position)))
        left -= widths[number]
    return widths


def began_anew(clock: "ClockLine", zone: str) -> str:
    """From when a clock is counted now, if something made it begin anew."""
    return "" if clock.counts_from == clock.started_at else f", counted anew from {moment(clock.counts_from, zone)}"


def moment(at: datetime | None, zone: str) -> str:
    """A moment in the organisation's time zone, with its weekday."""
    from zoneinfo import ZoneInfo

    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}" if at else "-"


def last_day(due_at: datetime | None, zone: str) -> str:
    """The day that ends at ``due_at``: the date people are told."""
    from zoneinfo import ZoneInfo

    from mailbot.core.calendar import last_day as day_ending

    return f"{day_ending(due_at, ZoneInfo(zone)):%a %d %b %Y}" if due_at else "-"


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {key.rstrip("_"): _plain(item) for key, item in asdict(value).items()}
    if isinstance(value, dict):
        return {str(key).rstrip("_"): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read: what is known of a case is nobody else's. Raises OSError."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, OWNER_ONLY), "wb") as out:
        os.fchmod(out.fileno(), OWNER_ONLY)  # a file that was there already would keep its own rights
        out.truncate()
        out.write(content)
