"""What a letter is written in: a folder of three files, read and checked whole before it is used."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from mailbot.core.letter import LetterSource, LetterSpec, LetterValues
from mailbot.core.letter_text import mistakes, nearest
from mailbot.errors import PolicyError
from mailbot.toml_values import convert

NAMES = frozenset(item.name for item in fields(LetterValues))
MAX_TEXT_BYTES = 100_000
FILES = ("letter.toml", "subject.txt.j2", "body.txt.j2")
SETTINGS, SUBJECT, BODY = FILES


def read_folder(folder: Path) -> LetterSource:
    """The letter of a folder, unchecked. Raises PolicyError for a file that is missing, too large or no UTF-8 text."""
    settings, subject, body = (_read(folder / name) for name in FILES)
    return LetterSource(name=folder.name, settings=settings, subject=subject, body=body)


def spec_of(source: LetterSource, where: Path | str) -> LetterSpec:
    """What ``letter.toml`` says, with every text checked against it.

    Raises PolicyError with file, line, column and the nearest known name. ``where``: the letter's folder, or words for it.
    """
    spec = _settings(source, f"{where}/{SETTINGS}")
    both = sorted(set(spec.sentences) & NAMES)
    if both:
        raise PolicyError(f"{where}/{SETTINGS}: sentences.{both[0]}: is the name of a value; give the sentence another name")
    for wrong in _mistakes(source, spec, str(where)):
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


def _settings(source: LetterSource, file: str) -> LetterSpec:
    try:
        data = tomllib.loads(source.settings)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: is not valid TOML: {error}") from None
    if "name" in data:
        raise PolicyError(f"{file}: name: is the name of the folder; leave it out")
    return convert(LetterSpec, data | {"name": source.name}, file, PolicyError)


def _mistakes(source: LetterSource, spec: LetterSpec, where: str) -> Iterator[str]:
    named = {"variables": spec.variables, "fallbacks": tuple(spec.fallbacks)}
    for key, names in named.items():
        yield from (_no_value(f"{where}/{SETTINGS}: {key}", name) for name in names if name not in NAMES)
    for name, sentence in spec.sentences.items():
        key = f"{where}/{SETTINGS}: sentences.{name}"
        if sentence.when not in NAMES:
            yield _no_value(f"{key}.when", sentence.when)
        for text in (sentence.text, sentence.otherwise):
            yield from (f"{key}: {wrong}" for wrong in mistakes(text, spec.variables, NAMES))
    known = NAMES | set(spec.sentences)
    for file, text in ((SUBJECT, source.subject), (BODY, source.body)):
        usable = {*spec.variables, *spec.sentences}
        yield from (f"{where}/{file}: {wrong}" for wrong in mistakes(text, usable, known))


def _no_value(key: str, name: str) -> str:
    return f"{key}: there is no value '{name}'; {nearest(name, NAMES)}"
