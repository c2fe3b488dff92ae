"""Blanks: ``<…>`` in a policy that is written for anybody. The organisation's name is filled in from the configuration."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mailbot.errors import PolicyError

ORGANISATION = "<organisation>"
_BLANK = re.compile(r"<[^<>\n]*>")


def filled(value: Any, organisation: str | None) -> Any:
    """The tables of a file with the organisation's name in its places. Raises PolicyError for a name that is none."""
    if organisation is None:
        return value
    if not organisation.strip() or _BLANK.search(organisation):
        raise PolicyError(f"organisation.name: '{organisation}' is a blank; write the full name of your organisation")
    return _replaced(value, organisation)


def _replaced(value: Any, organisation: str) -> Any:
    if isinstance(value, str):
        return value.replace(ORGANISATION, organisation)
    if isinstance(value, Mapping):
        return {key: _replaced(item, organisation) for key, item in value.items()}
    return [_replaced(item, organisation) for item in value] if isinstance(value, list) else value


def blanks(file: Path, value: Any, key: str = "") -> Iterator[str]:
    """A sentence for every blank that is left in the tables of ``file``."""
    if isinstance(value, str):
        yield from (f"{file}: {key}: '{blank}' is a blank; {_instead(blank)}" for blank in _BLANK.findall(value))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from blanks(file, item, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from blanks(file, item, f"{key}[{number}]")


def _instead(blank: str) -> str:
    if blank == ORGANISATION:
        return "the name comes from your configuration: write one with 'mailbot init' and name it with --config"
    return "write what belongs there"
