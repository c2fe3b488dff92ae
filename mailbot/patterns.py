"""Patterns of rule files, by RE2: no text makes one take long.

``\\b`` and ``\\w`` know the letters of English alone; ``\\pL`` is a letter of any language.
"""

from typing import Any

import re2

from mailbot.errors import PolicyError

MAX_BYTES = 4 << 20
"""What one pattern may take in memory: a pattern that needs more is refused."""


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
