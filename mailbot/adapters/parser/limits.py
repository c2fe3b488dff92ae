"""How much of one message is read. A message beyond a limit is read by its headers only, for a person to look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """The caps of one parse. Sizes are in bytes unless the name says characters.

    ``max_parts`` counts the parts below the message itself, multiparts among them.
    ``max_depth`` counts multiparts in the whole message, so it bounds how deep they can be nested.
    ``max_bytes`` leaves room for a file of 50 MB, which base64 makes 68 MB of. ``max_lines`` bounds the work of splitting: such
    a file has about 900,000 lines.
    A text beyond ``max_text`` characters is shortened and says so; it is still read.
    """

    max_bytes: int = 75_000_000
    max_lines: int = 1_000_000
    max_depth: int = 30
    max_parts: int = 1_000
    max_header_lines: int = 2_000
    max_header_length: int = 100_000
    max_head: int = 1_000_000
    max_text: int = 400_000
    max_html: int = 500_000


class OverCapError(Exception):
    """The message goes beyond a limit; the text is the limit's short name, such as ``parts``."""
