"""``mailbot evaluate contact-note``: how well is it found out who customers are and how they can be reached?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from mailbot.core.contact_note import ContactNote, Finding
    from mailbot.core.message import Message

FIELDS = ("name", "phones", "email", "post", "channel", "format", "about", "asked_for")
ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFigures:
    """One field of the note: how many values people found, how many mailbot did, and which share was right."""

    field: str
    wanted: int
    found: int
    precision: float
    recall: float
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A labelled message: for each field what a person found in it, and what mailbot did."""

    id: str
    wanted: tuple[tuple[str, ...], ...]
    found: tuple[tuple[str, ...], ...]


def register(app: typer.Typer) -> None:
    app.command("contact-note")(contact_note)


def contact_note(
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="Labelled messages, one JSON object a line; - reads them.")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Judge by this installation's rules.")] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Read the contact note of labelled messages, and print precision and recall of each field.

    An object has id, subject, body, from_name, from, our_numbers, and under 'expected' the values of the fields that a person
    found: name, phones, email, post, channel, format, about, asked_for. What is not written there is not to be found.
    """
    from mailbot.cli.options import print_json, print_table

    samples = list(_samples(file, config))
    figures = [_figures(number, samples) for number in range(len(FIELDS))]
    if format_ is Format.JSON:
        print_json(figures)
        return
    rows = ((one.field, str(one.wanted), str(one.found), f"{one.precision:.3f}", f"{one.recall:.3f}") for one in figures)
    print_table(f"{len(samples)} messages", ("field", "to be found", "found", "precision", "recall"), rows)
    for one in figures:
        for wrong in one.wrong:
            typer.echo(f"{one.field}: {wrong}")


def _samples(file: str, config: Path | None) -> Iterator[Sample]:
    from mailbot.adapters.contact_note import ContactReader
    from mailbot.cli.classify import objects_of
    from mailbot.cli.judges import policies_of
    from mailbot.reading import with_signature

    policies, _ = policies_of(config, None)
    reader = ContactReader(policies.contact, policies.reading.subjects)
    for number, data in objects_of(file):
        note = reader.read(with_signature(_message(data), policies.reading), ANY_TIME, tuple(data.get("our_numbers", ())))
        yield Sample(id=str(data.get("id", number)), wanted=_wanted(data, f"{file}:{number}"), found=_found(note))


def _message(data: dict[str, Any]) -> "Message":
    from mailbot.core.message import Address, Message

    from_ = Address(address=str(data["from"]), name=str(data.get("from_name", ""))) if data.get("from") else None
    return Message(digest="", subject=str(data.get("subject", "")), text=str(data.get("body", "")), from_=from_)


def _wanted(data: dict[str, Any], where: str) -> tuple[tuple[str, ...], ...]:
    from mailbot.errors import PermanentError

    expected = data.get("expected")
    if not isinstance(expected, dict) or set(expected) - set(FIELDS):
        raise PermanentError(f"{where}: 'expected' is to be an object with some of these: {', '.join(FIELDS)}")
    values = (expected.get(name, ()) for name in FIELDS)
    return tuple((value,) if isinstance(value, str) else tuple(value) for value in values)


def _found(note: "ContactNote") -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(one.value for one in _findings(note, name)) for name in FIELDS)


def _findings(note: "ContactNote", name: str) -> "tuple[Finding, ...]":
    value = getattr(note, name)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _figures(field: int, samples: Sequence[Sample]) -> FieldFigures:
    """Precision and recall of one field. Values are the same whose letters and digits are."""
    wanted, found, right, wrong = 0, 0, 0, list[str]()
    for one in samples:
        theirs, ours = one.wanted[field], one.found[field]
        both = {_bare(value) for value in theirs} & {_bare(value) for value in ours}
        wanted, found, right = wanted + len(theirs), found + len(ours), right + len(both)
        if len(both) < max(len(theirs), len(ours)):
            wrong.append(f"{one.id}: to be found {list(theirs)}, found {list(ours)}")
    return FieldFigures(
        field=FIELDS[field],
        wanted=wanted,
        found=found,
        precision=round(right / found, 3) if found else 1.0,
        recall=round(right / wanted, 3) if wanted else 1.0,
        wrong=tuple(wrong),
    )


def _bare(value: str) -> str:
    return re.sub(r"[\W_]+", "", value).lower()
