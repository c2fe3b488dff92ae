"""TOML files into frozen values. Every mistake is named by file and key, with what to write instead."""

import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mailbot.errors import ConfigError, MailbotError

T = TypeVar("T")


def read_toml(path: Path, error: type[MailbotError] = ConfigError) -> dict[str, Any]:
    """The tables of a TOML file. Raises ``error`` if it is missing, unreadable or not TOML (with line and column)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "; write one with 'mailbot init', or name it with --config" if error is ConfigError else ""
        raise error(f"{path}: there is no such file{hint}") from None
    except OSError as reason:
        raise error(f"{path}: cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError:
        raise error(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as reason:
        raise error(f"{path}: is not valid TOML: {reason}") from None


def convert(kind: type[T], data: object, where: Path | str, error: type[MailbotError] = ConfigError) -> T:
    """``data`` as a frozen value of ``kind``; unknown keys are refused. Raises ``error`` naming every wrong key."""
    try:
        return _adapter(kind).validate_python(data)
    except ValidationError as reason:
        lines = [f"{where}: {_sentence(problem, kind)}" for problem in reason.errors()]
        raise error("\n".join(lines)) from None


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _sentence(problem: Mapping[str, Any], kind: type) -> str:
    key = _key(problem["loc"])
    describe = _SENTENCES.get(problem["type"])
    if describe is not None:
        return f"{key}: {describe(problem, kind)}"
    message = str(problem["msg"])
    return f"{key}: {message.removeprefix('Value error, ')[0].lower()}{message.removeprefix('Value error, ')[1:]}"


def _key(location: tuple[str | int, ...]) -> str:
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif not part.endswith("()"):
            key += f".{part}" if key else part
    return key or "(whole file)"


def _unknown(problem: Mapping[str, Any], kind: type) -> str:
    known = sorted(_field_names(kind))
    near = get_close_matches(str(problem["loc"][-1]), known, n=1)
    return "there is no such key" + (f"; did you mean '{near[0]}'?" if near else f"; known keys: {', '.join(known)}")


def _choices(problem: Mapping[str, Any], _kind: type) -> str:
    return f"write one of {problem['ctx']['expected']}"


_TABLES = {
    "SecretRef": ' such as { path = "…" }, { env = "…" } or { credential = "…" }: a secret never stands in the file',
    "OAuth": ' such as { provider = "microsoft", tenant = "…", client_id = "…", secret = { path = "…" } }',
}
_SENTENCES: dict[str, Callable[[Mapping[str, Any], type], str]] = {
    "unexpected_keyword_argument": _unknown,
    "extra_forbidden": _unknown,
    "missing": lambda _problem, _kind: "is missing; write it",
    "missing_argument": lambda _problem, _kind: "is missing; write it",
    "missing_keyword_only_argument": lambda _problem, _kind: "is missing; write it",
    "literal_error": _choices,
    "enum": _choices,
    "dataclass_type": lambda problem, _kind: (
        f"write a table{_TABLES.get(problem['ctx']['class_name'], '')}, not a single value"
    ),
    "int_parsing": lambda _problem, _kind: "write a whole number",
    "int_type": lambda _problem, _kind: "write a whole number",
    "bool_type": lambda _problem, _kind: "write true or false",
    "bool_parsing": lambda _problem, _kind: "write true or false",
    "string_type": lambda _problem, _kind: 'write text in quotes "…"',
}


def _field_names(kind: type) -> set[str]:
    """The keys of ``kind`` and of every dataclass inside it: enough to suggest a spelling."""
    names, waiting, done = set[str](), [kind], set[object]()
    while waiting:
        current = waiting.pop()
        if current in done:
            continue
        done.add(current)
        fields = getattr(current, "__dataclass_fields__", {})
        names.update(fields)
        waiting.extend(field.type for field in fields.values())
        waiting.extend(getattr(current, "__args__", ()))
    return names
