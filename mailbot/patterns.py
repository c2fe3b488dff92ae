"""Patterns of rule files, by RE2: no text makes one take long.

``\\b`` and ``\\w`` know the letters of English alone; ``\\pL`` is a letter of any language.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import re2

from mailbot.errors import PolicyError

MAX_BYTES = 4 << 20
"""What one pattern may take in memory: a pattern that needs more is refused."""
MAX_SIEVE_BYTES = 24 << 20
"""The same for a sieve. RE2 fills little of it, but for four thousand phrases it goes a slow way if it has less than 13 MB."""

_FOLDED = re.sub(rb"[^a-z0-9]", b" ", bytes(range(128))) + b"!" * 128
_GAP = "[ !]"


class Pattern:
    """A compiled pattern. Capitals and small letters are the same to it."""

    def __init__(self, text: str) -> None:
        """Raises PolicyError, with RE2's own reason, for what RE2 does not take."""
        options = re2.Options()
        options.max_mem, options.case_sensitive, options.log_errors = MAX_BYTES, False, False
        try:
            self._compiled: Any = re2.compile(text.encode(), options=options)
        except re2.error as error:
            reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
            raise PolicyError(f"'{text}' is no pattern of RE2: {reason}") from None

    def search(self, text: bytes) -> tuple[int, int] | None:
        """The bytes of the first match in a UTF-8 text, from and to."""
        found = self._compiled.search(text)
        return found.span() if found else None

    def matches_nothing(self) -> bool:
        """Whether it holds for an empty text, and so for every text."""
        return self._compiled.search(b"") is not None


class Sieve:
    """Whether a text may hold any of many phrases: one look at the text, however many they are.

    Of letters and marks beyond ASCII it sees no more than how long they are. So it may say yes where no phrase is, and never
    says no where one is.
    """

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        """Each phrase as its words in lower case."""
        self._loose = sorted({_loosely(words) for words in phrases})

    @cached_property
    def _made(self) -> Any:
        """Made where somebody looks: it takes 25 ms and some memory, and only the process that reads messages looks."""
        options = re2.Options()
        options.max_mem, options.log_errors = MAX_SIEVE_BYTES, False
        try:
            return re2.compile(f"(?s).*?{_GAP}(?:{'|'.join(self._loose)}){_GAP}".encode(), options=options)
        except re2.error:
            return None  # more phrases than it has room for

    def may_hold(self, text: str) -> bool:
        """Whether one may occur in a text in lower case. Of more phrases than RE2 has room for one always may."""
        return self._made is None or self._made.match(b" %b " % _folded(text)) is not None


def _folded(text: str) -> bytes:
    """Letters and digits of ASCII as they are, its marks as space, and each byte of UTF-8 beyond as ``!``."""
    return text.encode().translate(_FOLDED)


def _loosely(words: Sequence[str]) -> str:
    """A phrase without what may be its gap to the words beside it: no space is needed beside a letter beyond ASCII."""
    return f"{_GAP}*".join(_folded(word).decode() for word in words).removeprefix("!").removesuffix("!")
