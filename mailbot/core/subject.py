"""Subjects without what mail programs put before them: the base subject of RFC 5256 section 2.1, in many languages."""

import re
from dataclasses import dataclass
from functools import cache

MOST = 200
"""Characters of a base subject that are compared."""

_MOST_PREFIXES = 20
_BLOB = r"(?:\[[^\[\]]{0,60}\]\s*)"
_TRAILER = re.compile(r"\s*\(fwd\)\s*$", re.IGNORECASE)
_LEADING_BLOB = re.compile(rf"^\s*{_BLOB}(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRules:
    """The words before the colon, in lower case, by which mail programs mark a reply and a forward."""

    replies: tuple[str, ...] = ("re",)
    forwards: tuple[str, ...] = ("fw", "fwd")


@dataclass(frozen=True, slots=True)
class BaseSubject:
    """``text`` in lower case with single spaces, at most ``MOST`` characters; ``is_reply``, ``is_forward``: so marked.

    ``begins_as_forward``: the outermost mark says so; below it may be others.
    """

    text: str
    is_reply: bool = False
    is_forward: bool = False
    begins_as_forward: bool = False


def base_subject(subject: str, rules: SubjectRules) -> BaseSubject:
    """What a subject is about, and how mail programs marked it. ``[list]`` tags before and between the marks go too."""
    rest, replies, forwards, outermost = subject, 0, 0, False
    mark = _mark(rules.replies, rules.forwards)
    for _ in range(_MOST_PREFIXES):
        found = mark.match(rest)
        if found is None:
            break
        outermost = outermost if replies or forwards else found["forward"] is not None
        replies += found["reply"] is not None
        forwards += found["forward"] is not None
        rest = rest[found.end() :]
    trailed = _TRAILER.sub("", rest)
    text = " ".join(_LEADING_BLOB.sub("", trailed).lower().split())[:MOST]
    passed_on = forwards > 0 or trailed != rest
    begins = outermost or (passed_on and not replies and not forwards)
    return BaseSubject(text, is_reply=replies > 0, is_forward=passed_on, begins_as_forward=begins)


@cache
def _mark(replies: tuple[str, ...], forwards: tuple[str, ...]) -> re.Pattern[str]:
    """One mark: ``Re:``, ``RE[2]:``, ``[list] AW :`` and, as written in East Asia, with a wide colon."""
    return re.compile(
        rf"\s*{_BLOB}?(?:(?P<reply>{_any(replies)})|(?P<forward>{_any(forwards)}))\s*(?:\[\d{{1,4}}\]|\(\d{{1,4}}\))?\s*[:\uff1a]",
        re.IGNORECASE,
    )


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
