"""Letters: folders of text into final bytes, with Jinja2's immutable sandbox and strict names (no letter with a hole)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.core.letter import LetterSpec, LetterValues, Rendered
from mailbot.core.mime import Headers, build
from mailbot.core.text import clean_line
from mailbot.errors import PolicyError
from mailbot.ports import Composed
from mailbot.toml_values import convert, read_toml

NAMES = frozenset(item.name for item in fields(LetterValues))
MAX_TEMPLATE_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    spec: LetterSpec
    version: str
    subject: Template
    body: Template


class JinjaLetters:
    """Every letter below a folder, compiled once. Raises PolicyError at once if any of them is wrong."""

    def __init__(self, folder: Path, token: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._token = token
        self._environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        folders = sorted(path.parent for path in folder.glob("*/letter.toml"))
        if not folders:
            raise PolicyError(f"{folder}: there is no letter; write <name>/letter.toml, subject.txt.j2 and body.txt.j2")
        self._letters = {path.name: self._load(path) for path in folders}

    @property
    def specs(self) -> Mapping[str, LetterSpec]:
        """The description of every letter, by name."""
        return {name: loaded.spec for name, loaded in self._letters.items()}

    def missing(self, letter: str, values: LetterValues) -> tuple[str, ...]:
        """The names of a letter that have neither a value here nor a fallback: it could not be written."""
        return tuple(sorted(name for name, value in self._names(letter, values).items() if value is None))

    def render(self, letter: str, values: LetterValues) -> Rendered:
        """Subject (one line) and body. Raises PolicyError if a name has neither value nor fallback."""
        loaded, names = self._find(letter), self._names(letter, values)
        if None in names.values():
            missing = ", ".join(self.missing(letter, values))
            raise PolicyError(f"letter '{letter}': no value and no fallback for {missing}")
        try:
            return Rendered(subject=clean_line(loaded.subject.render(names)), body=loaded.body.render(names))
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
            raise PolicyError(f"letter '{letter}': does not render: {error}") from error

    def compose(self, letter: str, values: LetterValues, headers: Headers) -> Composed:
        """The letter's final bytes under a new, unguessable Message-ID."""
        rendered = self.render(letter, values)
        message_id = f"{self._token()}.mailbot@{headers.from_address.rpartition('@')[2]}"
        content = build(rendered, headers, message_id)
        return Composed(content=content, message_id=message_id, letter_version=self._find(letter).version)

    def _names(self, letter: str, values: LetterValues) -> dict[str, str | None]:
        spec = self._find(letter).spec
        return {name: getattr(values, name) or spec.fallbacks.get(name) for name in spec.variables}

    def _find(self, letter: str) -> _Loaded:
        if letter not in self._letters:
            raise PolicyError(f"there is no letter '{letter}'; known letters: {', '.join(self._letters)}")
        return self._letters[letter]

    def _load(self, folder: Path) -> _Loaded:
        file = folder / "letter.toml"
        data = read_toml(file, PolicyError)
        if "name" in data:
            raise PolicyError(f"{file}: name: is the name of the folder; leave it out")
        found = convert(LetterSpec, data | {"name": folder.name}, file, PolicyError)
        unknown = sorted((set(found.variables) | set(found.fallbacks)) - NAMES)
        if unknown:
            raise PolicyError(f"{file}: variables: there is no value '{unknown[0]}'; known values: {', '.join(sorted(NAMES))}")
        texts = {part: self._read(folder / f"{part}.txt.j2", found.variables) for part in ("subject", "body")}
        return _Loaded(
            spec=found,
            version=sha256((texts["subject"] + "\0" + texts["body"]).encode()).hexdigest()[:12],
            subject=self._environment.from_string(texts["subject"]),
            body=self._environment.from_string(texts["body"]),
        )

    def _read(self, file: Path, variables: tuple[str, ...]) -> str:
        """The template's text once its syntax and its names have been checked."""
        if not file.is_file():
            raise PolicyError(f"{file}: is missing; write it")
        if file.stat().st_size > MAX_TEMPLATE_BYTES:
            raise PolicyError(f"{file}: is larger than {MAX_TEMPLATE_BYTES} bytes; shorten it")
        try:
            text = file.read_text(encoding="utf-8")
            parsed = self._environment.parse(text)
            used, elsewhere = meta.find_undeclared_variables(parsed), any(meta.find_referenced_templates(parsed))
        except UnicodeDecodeError:
            raise PolicyError(f"{file}: is not UTF-8 text; save it as UTF-8") from None
        except TemplateSyntaxError as error:
            raise PolicyError(f"{file}: line {error.lineno}: {error.message}") from None
        if elsewhere:
            raise PolicyError(f"{file}: a letter stands alone; write the text instead of include, import or extends")
        undeclared = sorted(used - set(variables))
        if undeclared:
            raise PolicyError(f"{file}: uses '{undeclared[0]}', which letter.toml does not name under variables")
        return text
