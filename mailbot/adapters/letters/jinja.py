"""Every letter of an installation."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from mailbot.adapters.letters.compiled import CompiledLetter
from mailbot.adapters.letters.source import Places, read_folder
from mailbot.core.letter import LetterSource, LetterSpec, LetterValues, Rendered
from mailbot.core.letter_text import nearest
from mailbot.core.letter_version import SHIPPED
from mailbot.core.mime import Headers, build
from mailbot.errors import PolicyError
from mailbot.ports import CheckedLetter, Composed, PublishedLetters


class JinjaLetters:
    """Every letter below a folder. Raises PolicyError at once if any of them is wrong."""

    def __init__(self, folder: Path, token: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._token = token
        folders = sorted(path.parent for path in folder.glob("*/letter.toml"))
        if not folders:
            raise PolicyError(f"{folder}: there is no letter; write <name>/letter.toml, subject.txt.j2 and body.txt.j2")
        self._letters = {path.name: CompiledLetter(read_folder(path), Places.folder(path)) for path in folders}
        self._published = dict[tuple[str, int], CompiledLetter]()

    @property
    def specs(self) -> Mapping[str, LetterSpec]:
        """The description of every letter, by name."""
        return {name: letter.spec for name, letter in self._letters.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """Every letter there is."""
        return tuple(self._letters)

    def missing(self, letter: str, values: LetterValues) -> tuple[str, ...]:
        """The names of a letter that have neither a value here nor a fallback: it could not be written."""
        return self._find(letter).missing(values)

    def render(self, letter: str, values: LetterValues) -> Rendered:
        """Subject (one line) and body. Raises PolicyError if a name has neither value nor fallback."""
        return self._find(letter).render(values)

    def compose(
        self, letter: str, values: LetterValues, headers: Headers, published: PublishedLetters | None = None
    ) -> Composed:
        """The letter's final bytes under a new, unguessable Message-ID, by the version in force; None: as its files have it."""
        found = self._in_force(letter, published) if published else self._find(letter)
        return self.composed(found, values, headers)

    def composed(self, letter: CheckedLetter, values: LetterValues, headers: Headers) -> Composed:
        """The final bytes of this very letter under a new, unguessable Message-ID."""
        message_id = f"{self._token()}.mailbot@{headers.from_address.rpartition('@')[2]}"
        content = build(letter.render(values), headers, message_id)
        return Composed(content=content, message_id=message_id, letter_version=letter.version)

    def review_dates(self, published: PublishedLetters) -> Mapping[str, date]:
        """When somebody looks at each letter again, by the version in force."""
        return {name: self._in_force(name, published).spec.review_due for name in self._letters}

    def shipped(self, letter: str) -> LetterSource:
        """A letter as its files have it. Raises PolicyError for an unknown one."""
        return self._find(letter).source

    def check(self, source: LetterSource, where: str) -> CompiledLetter:
        """The letter of this source. Raises PolicyError if it is wrong; ``where`` names it in that sentence."""
        self._find(source.name)
        return CompiledLetter(source, Places.one_file(where, source))

    def _in_force(self, letter: str, published: PublishedLetters) -> CompiledLetter:
        number = published.in_force(letter)
        if number == SHIPPED:
            return self._find(letter)
        key = (letter, number)
        if key not in self._published:
            source, where = published.source(letter, number), f"letter {letter}, version {number}"
            self._published[key] = CompiledLetter(source, Places.one_file(where, source), version=str(number))
        return self._published[key]

    def _find(self, letter: str) -> CompiledLetter:
        if letter not in self._letters:
            raise PolicyError(f"there is no letter '{letter}'; {nearest(letter, frozenset(self._letters))}")
        return self._letters[letter]
