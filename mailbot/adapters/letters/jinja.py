"""Every letter of an installation."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from mailbot.adapters.letters.compiled import CompiledLetter
from mailbot.adapters.letters.source import Places, read_folder, read_variant
from mailbot.core.letter import LetterSource, LetterSpec, LetterValues, Rendered, Written
from mailbot.core.letter_html import rendered, verbatim
from mailbot.core.letter_text import nearest
from mailbot.core.letter_variant import choices, language_of, letter_of, pack_of, rests_on, variant_name
from mailbot.core.letter_version import SHIPPED
from mailbot.core.mime import Headers, build
from mailbot.core.tongue import ENGLISH, ENGLISH_CODE, PLAIN_MANNER, Manner, Tongue
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
        for path in sorted(folder.glob("*/*/"), key=_languages_first) + sorted(folder.glob("*/*/*/")):
            self._add_variant(path, path.relative_to(folder).as_posix())
        self._published = dict[tuple[str, int], CompiledLetter]()

    def _add_variant(self, path: Path, name: str) -> None:
        if not any(file.is_file() for file in path.iterdir()):
            return
        if letter_of(name) not in self._letters:
            raise PolicyError(f"{path}: {path.parents[name.count('/') - 1]} is no letter; write its letter.toml first")
        if name != variant_name(letter_of(name), pack_of(name), language_of(name)):
            raise PolicyError(
                f"{path}: write <letter>/<language>, <letter>/<pack> or <letter>/<pack>/<language>; cy is a language"
            )
        source = read_variant(path, name, self._letters[self._nearest(name)].source)
        self._letters[name] = CompiledLetter(source, Places.folder(path), below=self._below(name))

    @property
    def specs(self) -> Mapping[str, LetterSpec]:
        """The description of every letter, by name."""
        return {name: letter.spec for name, letter in self._letters.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """Every letter there is."""
        return tuple(self._letters)

    def named(self, letter: str) -> str:
        """The name of the letter with this name or code (SL039), large or small; what is neither stays as it is."""
        coded = (name for name, found in self._letters.items() if found.spec.code.lower() == letter.lower() and "/" not in name)
        return letter if letter in self._letters or not letter else next(coded, letter)

    def missing(self, letter: str, values: LetterValues) -> tuple[str, ...]:
        """The names of a letter that have neither a value here nor a fallback: it could not be written."""
        return self._find(letter).missing(values)

    def render(self, letter: str, values: LetterValues, tongue: Tongue = ENGLISH) -> Rendered:
        """Subject (one line) and body. Raises PolicyError if a name has neither value nor fallback."""
        return self._find(letter).render(values, tongue)

    def compose(
        self,
        letter: str,
        values: LetterValues,
        headers: Headers,
        published: PublishedLetters | None = None,
        manner: Manner = PLAIN_MANNER,
    ) -> Composed:
        """The letter's final bytes under a new, unguessable Message-ID, by the version in force; None: as its files have it.

        In the form that serves ``manner`` best: one that is there in no other language than English is written in English.
        """
        return self.composed(self._serving(letter, published, manner), values, headers, manner.tongue)

    def composed(self, letter: CheckedLetter, values: LetterValues, headers: Headers, tongue: Tongue = ENGLISH) -> Composed:
        """The final bytes of this very letter under a new, unguessable Message-ID."""
        message_id = self._new_id(headers)
        spoken = tongue if letter.language == tongue.code else ENGLISH
        content = build(letter.render(values, spoken), headers, message_id)
        return Composed(content=content, message_id=message_id, letter_version=letter.version)

    def compose_text(
        self, text: Written, headers: Headers, published: PublishedLetters, letter: str, manner: Manner = PLAIN_MANNER
    ) -> Composed:
        """The final bytes of what a person wrote, kept with the version of the ``letter`` that they began from."""
        message_id, form = self._new_id(headers), self._serving(letter, published, manner)
        content = build(rendered(text, form.language), headers, message_id)
        return Composed(content=content, message_id=message_id, letter_version=form.version)

    def compose_verbatim(self, text: Written, headers: Headers) -> Composed:
        """The final bytes of what a person wrote in a mail of their own, which is no letter of ours."""
        message_id = self._new_id(headers)
        return Composed(content=build(verbatim(text), headers, message_id), message_id=message_id, letter_version="")

    def in_force(self, letter: str, published: PublishedLetters, manner: Manner = PLAIN_MANNER) -> CompiledLetter:
        """A letter by the version in force, in the form that serves ``manner`` best. Raises PolicyError for an unknown one."""
        return self._serving(letter, published, manner)

    def _serving(self, letter: str, published: PublishedLetters | None, manner: Manner) -> CompiledLetter:
        self._find(letter)
        forms = choices(letter, manner.pack, manner.tongue.code)
        name = next((each for each in forms if each in self._letters or (published and published.in_force(each))), letter)
        return self._in_force(name, published) if published else self._find(name)

    def _new_id(self, headers: Headers) -> str:
        return f"{self._token()}.mailbot@{headers.from_address.rpartition('@')[2]}"

    def review_dates(self, published: PublishedLetters) -> Mapping[str, date]:
        """When somebody looks at each letter again, by the version in force."""
        letters = (name for name in self._letters if name == letter_of(name))
        return {name: self._in_force(name, published).spec.review_due for name in letters}

    def shipped(self, letter: str) -> LetterSource:
        """A letter as its files have it. Raises PolicyError for an unknown one."""
        return self._find(letter).source

    def check(self, source: LetterSource, where: str) -> CompiledLetter:
        """The letter of this source. Raises PolicyError if it is wrong; ``where`` names it in that sentence."""
        self._find(letter_of(source.name))
        return CompiledLetter(source, Places.one_file(where, source), below=self._below(source.name))

    def _in_force(self, letter: str, published: PublishedLetters) -> CompiledLetter:
        number = published.in_force(letter)
        if number == SHIPPED:
            return self._find(letter)
        key = (letter, number)
        if key not in self._published:
            source, where = published.source(letter, number), f"letter {letter}, version {number}"
            self._published[key] = CompiledLetter(
                source, Places.one_file(where, source), version=_called(letter, number), below=self._below(letter)
            )
        return self._published[key]

    def _nearest(self, name: str) -> str:
        """The form from which this one takes what it does not say itself."""
        return next(each for each in rests_on(name) if each in self._letters)

    def _below(self, name: str) -> tuple[str, ...]:
        """The settings that hold where those of a form say nothing, those of the letter itself first."""
        if name == letter_of(name):
            return ()
        nearest_form = self._nearest(name)
        return (*self._below(nearest_form), self._letters[nearest_form].source.settings)

    def _find(self, letter: str) -> CompiledLetter:
        if letter not in self._letters:
            raise PolicyError(f"there is no letter '{letter}'; {nearest(letter, frozenset(self._letters))}")
        return self._letters[letter]


def _called(name: str, number: int) -> str:
    """What letters keep of a version: its number, behind the form that it is of."""
    return " ".join(filter(None, (name.partition("/")[2], str(number))))


def _languages_first(path: Path) -> tuple[bool, str]:
    """Forms of a language come before those of a pack, which may rest on them."""
    return language_of(f"letter/{path.name}") == ENGLISH_CODE, str(path)
