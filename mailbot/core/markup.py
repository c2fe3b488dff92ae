"""HTML from outside, looked at before a parser is given it."""

import re
from collections.abc import Iterator

MOST_ATTRIBUTES = 500
"""Of one element: no mail program writes a tenth of that, and parsers compare each with all before it."""

_MOST_PIECES = 1 + MOST_ATTRIBUTES  # the name of the element is one, too
_SHORTEST = 2 * MOST_ATTRIBUTES
_ATTRIBUTE = re.compile(r"""[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:[\s/]++|=++|{_ATTRIBUTE.pattern})*+")
_COMMENT, _COMMENT_END = "<!--", "-->"


def is_crowded(html: str) -> bool:
    """Whether an element has more than ``MOST_ATTRIBUTES``; takes time by the length of the text and no more."""
    return any(
        sum(1 for _ in _ATTRIBUTE.finditer(tag[0])) > _MOST_PIECES
        for piece in _outside_comments(html)
        for tag in _TAG.finditer(piece)
        if len(tag[0]) > _SHORTEST
    )


def _outside_comments(html: str) -> Iterator[str]:
    at = 0
    while (start := html.find(_COMMENT, at)) >= 0:
        yield html[at:start]
        end = html.find(_COMMENT_END, start + len(_COMMENT))
        if end < 0:
            return
        at = end + len(_COMMENT_END)
    yield html[at:]
