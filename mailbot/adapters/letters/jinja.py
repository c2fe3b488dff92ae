"""Every letter of an installation."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from mailbot.adapters.letters.compiled import CompiledLetter
from mailbot.adapters.letters.source import read_folder
from mailbot.core.letter import LetterSpec, LetterValues, Rendered
from mailbot.core.mime import Headers, build
from mailbot.errors import PolicyError
from mailbot.ports import Composed


class JinjaLetters:
    """Every letter below a folder. Raises PolicyError at once if any of them is wrong."""

    def __init__(self, folder: Path, token: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._token = token
        folders = sorted(path.parent for path in folder.glob("*/letter.toml"))
        if not folders:
            raise PolicyError(f"{folder}: there is no letter; write <name>/letter.toml, subject.txt.j2 and body.txt.j2")
        self._letters = {path.name: CompiledLetter(read_folder(path), path) for path in folders}

    @property
    def specs(self) -> Mapping[str, LetterSpec]:
        """The description of every letter, by name."""
        return {name: letter.spec for name, letter in self._letters.items()}

    def missing(self, letter: str, values: LetterValues) -> tuple[str, ...]:
        """The names of a letter that have neither a value here nor a fallback: it could not be written."""
        return self._find(letter).missing(values)

    def render(self, letter: str, values: LetterValues) -> Rendered:
        """Subject (one line) and body. Raises PolicyError if a name has neither value nor fallback."""
        return self._find(letter).render(values)

    def compose(self, letter: str, values: LetterValues, headers: Headers) -> Composed:
        """The letter's final bytes under a new, unguessable Message-ID."""
        found = self._find(letter)
        message_id = f"{self._token()}.mailbot@{headers.from_address.rpartition('@')[2]}"
        content = build(found.render(values), headers, message_id)
        return Composed(content=content, message_id=message_id, letter_version=found.version)

    def _find(self, letter: str) -> CompiledLetter:
        if letter not in self._letters:
            raise PolicyError(f"there is no letter '{letter}'; known letters: {', '.join(self._letters)}")
        return self._letters[letter]
