"""Letters: what renders them, and the versions that admins published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from mailbot.core.draft import Draft
from mailbot.core.letter import LetterSource, LetterSpec, LetterValues, Rendered, Written
from mailbot.core.letter_version import LetterVersion
from mailbot.core.mime import Headers
from mailbot.core.tongue import ENGLISH, PLAIN_MANNER, Manner, Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready to leave: its bytes, its Message-ID, and the version of its text."""

    content: bytes
    message_id: str
    letter_version: str


class PublishedLetters(Protocol):
    """The versions in force, as one transaction sees them."""

    def in_force(self, name: str) -> int:
        """The number of the version in force, 0 for the letter as its files have it."""

    def source(self, name: str, number: int) -> LetterSource: ...


class LetterRows(PublishedLetters, Protocol):
    """Every version of every letter."""

    def all_in_force(self) -> Mapping[str, int]: ...

    def next_number(self, name: str) -> int: ...

    def history(self, name: str) -> list[LetterVersion]: ...

    def get(self, name: str, number: int) -> LetterVersion | None: ...

    def add(self, version: LetterVersion) -> None: ...


class DraftRows(Protocol):
    """What staff did with letters that they write."""

    def add(self, draft: Draft) -> None: ...

    def newest(self, case_id: int, letter: str) -> Draft | None:
        """The last that was done with a letter of a case."""

    def waiting(self) -> list[Draft]:
        """What was handed in last and neither issued nor sent back, the oldest first."""


class CheckedLetter(Protocol):
    """A letter that holds no mistake."""

    @property
    def spec(self) -> LetterSpec: ...

    @property
    def version(self) -> str:
        """The digest of its texts."""

    @property
    def language(self) -> str:
        """What it is written in (ISO 639-1)."""

    def missing(self, values: LetterValues) -> tuple[str, ...]: ...

    def render(self, values: LetterValues, tongue: Tongue = ENGLISH) -> Rendered: ...

    def written(self, values: LetterValues, tongue: Tongue = ENGLISH) -> Written: ...


class Letters(Protocol):
    """Renders letters into final bytes, by the version in force."""

    @property
    def names(self) -> Sequence[str]:
        """Every letter there is."""

    def named(self, letter: str) -> str:
        """The name of the letter with this name or code (SL039); what is neither stays as it is."""

    def compose(
        self, letter: str, values: LetterValues, headers: Headers, published: PublishedLetters, manner: Manner = PLAIN_MANNER
    ) -> Composed:
        """In the form that serves ``manner`` best. Raises PolicyError if a name has neither value nor fallback."""

    def composed(self, letter: CheckedLetter, values: LetterValues, headers: Headers, tongue: Tongue = ENGLISH) -> Composed:
        """The final bytes of this very letter. Raises PolicyError if a name has neither value nor fallback."""

    def compose_text(
        self, text: Written, headers: Headers, published: PublishedLetters, letter: str, manner: Manner = PLAIN_MANNER
    ) -> Composed:
        """The final bytes of what a person wrote, who began from this letter in the form that serves ``manner`` best."""

    def compose_verbatim(self, text: Written, headers: Headers) -> Composed:
        """The final bytes of what a person wrote in a mail of their own, which is no letter of ours."""

    def in_force(self, letter: str, published: PublishedLetters, manner: Manner = PLAIN_MANNER) -> CheckedLetter:
        """A letter by the version in force, in the form that serves ``manner`` best. Raises PolicyError for an unknown one."""

    def review_dates(self, published: PublishedLetters) -> Mapping[str, date]:
        """When somebody looks at each letter again, by the version in force."""

    def shipped(self, letter: str) -> LetterSource:
        """A letter as its files have it. Raises PolicyError for an unknown one."""

    def check(self, source: LetterSource, where: str) -> CheckedLetter:
        """The letter of this source. Raises PolicyError if it is wrong; ``where`` names it in that sentence."""
