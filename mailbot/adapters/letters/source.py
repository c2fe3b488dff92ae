"""What a letter is written in: a folder of three files, read and checked whole before it is used."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import reduce
from pathlib import Path
from typing import Any

from mailbot.core.letter import LetterSource, LetterSpec, LetterValues
from mailbot.core.letter_file import BODY_AFTER, SUBJECT_COLUMN, settings_after
from mailbot.core.letter_text import mistakes, nearest, too_long
from mailbot.errors import PolicyError
from mailbot.toml_values import convert

NAMES = frozenset(item.name for item in fields(LetterValues))
MAX_TEXT_BYTES = 100_000
FILES = ("letter.toml", "subject.txt.j2", "body.txt.j2")
_BY_NAME = ("fallbacks", "sentences")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a letter stand, for the sentence about a mistake; ``*_after`` are the lines above a part."""

    settings: str
    subject: str
    body: str
    settings_after: int = 0
    subject_after: int = 0
    subject_column: int = 0
    body_after: int = 0

    @classmethod
    def folder(cls, folder: Path) -> "Places":
        """Three files in a folder."""
        settings, subject, body = (str(folder / name) for name in FILES)
        return cls(settings, subject, body)

    @classmethod
    def one_file(cls, where: str, source: LetterSource) -> "Places":
        """One file as ``core.letter_file`` writes it."""
        return cls(where, where, where, settings_after(source), BODY_AFTER - 2, SUBJECT_COLUMN, BODY_AFTER)


def read_folder(folder: Path) -> LetterSource:
    """The letter of a folder, unchecked. Raises PolicyError for a file that is missing, too large or no UTF-8 text."""
    settings, subject, body = (_read(folder / name) for name in FILES)
    return LetterSource(name=folder.name, settings=settings, subject=subject.strip("\n"), body=body.strip("\n"))


def read_variant(folder: Path, name: str, rests_on: LetterSource) -> LetterSource:
    """A form of a letter, unchecked: a text that has no file here is the one of the form that it rests on.

    Raises PolicyError for a file that is too large, no UTF-8 text, or none of a letter's.
    """
    strange = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in FILES)
    if strange:
        raise PolicyError(f"{folder / strange[0]}: is no file of a letter; write {', '.join(FILES)}")
    settings, subject, body = (_read(folder / each) if (folder / each).is_file() else None for each in FILES)
    return LetterSource(
        name=name,
        settings=settings or "",
        subject=rests_on.subject if subject is None else subject.strip("\n"),
        body=rests_on.body if body is None else body.strip("\n"),
    )


def spec_of(source: LetterSource, places: Places, below: tuple[str, ...] = ()) -> LetterSpec:
    """What ``letter.toml`` says, with every text checked against it; ``below`` holds where it says nothing.

    Raises PolicyError with file, line, column and the nearest known name.
    """
    size = len(source.settings) + len(source.subject) + len(source.body)
    if size > MAX_TEXT_BYTES:
        raise PolicyError(f"{places.body}: the letter is larger than {MAX_TEXT_BYTES} bytes; shorten it")
    if "\n" in source.subject:
        raise PolicyError(f"{places.subject}: a subject is one line; write the rest into the text")
    spec = _settings(source, places, below)
    both = sorted(set(spec.sentences) & NAMES)
    if both:
        raise PolicyError(f"{places.settings}: sentences.{both[0]}: is the name of a value; give the sentence another name")
    for wrong in _mistakes(source, spec, places):
        raise PolicyError(wrong)
    return spec


def _read(file: Path) -> str:
    if not file.is_file():
        raise PolicyError(f"{file}: is missing; write it")
    if file.stat().st_size > MAX_TEXT_BYTES:
        raise PolicyError(f"{file}: is larger than {MAX_TEXT_BYTES} bytes; shorten it")
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PolicyError(f"{file}: is not UTF-8 text; save it as UTF-8") from None


def _settings(source: LetterSource, places: Places, below: tuple[str, ...]) -> LetterSpec:
    try:
        own = tomllib.loads("\n" * places.settings_after + source.settings)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{places.settings}: is not valid TOML: {error}") from None
    if "name" in own:
        raise PolicyError(f"{places.settings}: name: is the name of the letter; leave it out")
    data = reduce(_over, (*map(tomllib.loads, below), own))
    return convert(LetterSpec, data | {"name": source.name}, places.settings, PolicyError)


def _over(below: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Settings over others: what both say is as ``own`` has it, and of fallbacks and sentences each for itself."""
    tables = {key: below.get(key, {}) | own[key] for key in _BY_NAME if isinstance(own.get(key), dict)}
    return below | own | tables


def _mistakes(source: LetterSource, spec: LetterSpec, places: Places) -> Iterator[str]:
    named = {"variables": spec.variables, "fallbacks": tuple(spec.fallbacks)}
    for key, names in named.items():
        yield from (_no_value(f"{places.settings}: {key}", name) for name in names if name not in NAMES)
    for name, sentence in spec.sentences.items():
        key = f"{places.settings}: sentences.{name}"
        if sentence.when not in NAMES:
            yield _no_value(f"{key}.when", sentence.when)
        for text in (sentence.text, sentence.otherwise):
            yield from (f"{key}: {wrong}" for wrong in mistakes(text, spec.variables, NAMES))
    known, usable = NAMES | set(spec.sentences), {*spec.variables, *spec.sentences}
    for wrong in mistakes(source.subject, usable, known):
        yield f"{places.subject}: {wrong.moved(places.subject_after, places.subject_column)}"
    for wrong in mistakes(source.body, usable, known):
        yield f"{places.body}: {wrong.moved(places.body_after)}"
    if long := too_long(source.subject, spec.sentences, MAX_TEXT_BYTES):
        yield f"{places.subject}: {long.moved(places.subject_after, places.subject_column)}"
    if long := too_long(source.body, spec.sentences, MAX_TEXT_BYTES):
        yield f"{places.body}: {long.moved(places.body_after)}"


def _no_value(key: str, name: str) -> str:
    return f"{key}: there is no value '{name}'; {nearest(name, NAMES)}"
