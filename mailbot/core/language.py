"""Whether a text may be in another language than ours: most are plainly not, and need no closer look."""

import re
from dataclasses import dataclass

from mailbot.core.message import Span

LOOKED_AT = 1_000
SHOWN = 80
_MARKS = (
    "".join(map(chr, range(33, 48))) + ":;<=>?[]{}|~\u00ab\u00bb\u201c\u201d\u201e\u2018\u2019\u2026\u2013\u2014\u00bf\u00a1"
)
_LINE = re.compile(r"[^\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRule:
    """When a text is in another language than ``ours`` (ISO 639 codes).

    A text of fewer letters than ``least_letters`` is never judged, and one of whose words at least the share
    ``common_share`` are ``common_words`` of our own languages is ours. What is left is looked at, and is another
    language's from the probability ``sure_from`` on.
    """

    ours: tuple[str, ...]
    least_letters: int
    sure_from: float
    common_share: float
    common_words: frozenset[str]
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


def words_to_judge(text: str, rule: LanguageRule) -> str:
    """The words by which the language of a text is to be found; empty if it is ours, or too short to tell."""
    raw = text[:LOOKED_AT].lower().split()
    if raw and sum(map(rule.common_words.__contains__, raw)) >= rule.common_share * len(raw):
        return ""  # nearly every text of ours is told already, at a fifth of the cost
    pieces = (piece.strip(_MARKS) for piece in raw if "@" not in piece and "/" not in piece)
    words = [piece for piece in pieces if piece and not piece[0].isdigit()]
    if sum(map(len, words)) < rule.least_letters:
        return ""
    common = sum(word in rule.common_words for word in words)
    return "" if common >= rule.common_share * len(words) else " ".join(words)


def is_another(language: str, confidence: float, rule: LanguageRule) -> bool:
    """Whether a text of which this was found is in another language than ours."""
    return language not in rule.ours and confidence >= rule.sure_from


def shown_part(text: str) -> Span:
    """The beginning of the longest line, by which a reader can see the language."""
    line = max(_LINE.finditer(text[:LOOKED_AT]), key=lambda found: found.end() - found.start(), default=None)
    return Span(line.start(), min(line.end(), line.start() + SHOWN)) if line else Span(0, 0)
