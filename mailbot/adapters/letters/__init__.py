"""Letters: folders of text into final bytes, with Jinja2's immutable sandbox and strict names (no letter with a hole)."""

from mailbot.adapters.letters.jinja import JinjaLetters
from mailbot.adapters.letters.source import MAX_TEXT_BYTES, NAMES

__all__ = ["MAX_TEXT_BYTES", "NAMES", "JinjaLetters"]
