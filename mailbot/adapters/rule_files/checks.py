"""What several kinds of rule files have in common."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from mailbot.errors import PolicyError

STRICT = {"extra": "forbid"}


def refuse_twice(keys: Iterable[str], where: Path, what: str) -> None:
    """Raises PolicyError for a key that stands twice."""
    seen = set[str]()
    for key in keys:
        if key in seen:
            raise PolicyError(f"{where}: the {what} '{key}' stands twice; keep one")
        seen.add(key)


def digest_of(files: Iterable[Path]) -> str:
    """The version of some files: it changes with every byte of them."""
    digest = sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def names_in(folder: Path) -> tuple[str, ...]:
    """The names of the files of a folder of rules."""
    return tuple(sorted(file.stem for file in folder.glob("*.toml")))


def known_names(names: Iterable[str], table: str) -> str:
    """What to write in place of an unknown name: one of ``names``, or if there are none, such a ``table``."""
    return f"write one of {', '.join(names)}" if (names := list(names)) else f"write a {table} for it"
