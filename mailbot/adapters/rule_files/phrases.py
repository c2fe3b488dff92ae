"""``rules/phrases``: what mailbot looks for in the letters of staff."""

from dataclasses import dataclass
from pathlib import Path

from mailbot.core.holding import HoldingRules
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class _HoldingFile:
    phrases: tuple[str, ...]
    answers: tuple[str, ...]
    markers: tuple[str, ...]
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


def load_holding(rules: Path) -> HoldingRules:
    """The phrases of holding replies. Raises PolicyError for an empty word or one that could never be found."""
    file = rules / "phrases" / "holding.toml"
    found = convert(_HoldingFile, read_toml(file, PolicyError), file, PolicyError)
    for key in ("phrases", "answers", "markers"):
        for words in getattr(found, key):
            if words != " ".join(words.lower().split()) or not words:
                raise PolicyError(f"{file}: {key}: '{words}': write it in lower case, with single spaces, and not empty")
    return HoldingRules(phrases=found.phrases, answers=found.answers, markers=found.markers)
