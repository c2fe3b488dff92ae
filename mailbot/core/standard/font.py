"""The font of a signature, held against the standard's."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.standard.mail import UNKNOWN, Line, Run
from mailbot.core.standard.values import StandardFont

_PIXELS_OF_A_POINT = 4 / 3


@dataclass(frozen=True, slots=True)
class FontSeen:
    """How much of a signature has another font, from 0 to 1, and that font in words; ``unknown``: some could not be told."""

    share: float
    words: str
    unknown: bool


def font_seen(lines: tuple[Line, ...], wanted: StandardFont) -> FontSeen | None:
    """What a signature is set in; None where it has no words."""
    runs = [(run, length) for run in _runs(lines) if (length := sum(map(str.isalnum, run.text)))]
    total = sum(length for _, length in runs)
    if not total:
        return None
    others = dict[str, int]()
    for run, length in runs:
        if not is_right(run, wanted):
            others[in_words(run)] = others.get(in_words(run), 0) + length
    most = max(others, key=lambda each: others[each], default="")
    return FontSeen(sum(others.values()) / total, most, any(run.pixels == UNKNOWN for run, _ in runs))


def _runs(lines: tuple[Line, ...]) -> Iterator[Run]:
    for line in lines:
        yield from line.runs


def is_right(run: Run, wanted: StandardFont) -> bool:
    """Whether a text is set as the standard wants it."""
    points = run.pixels / _PIXELS_OF_A_POINT
    return run.family in map(str.lower, wanted.families) and abs(points - wanted.points) <= wanted.tolerance


def in_words(run: Run) -> str:
    """``Arial 11 pt``."""
    return f"{run.family.title()} {run.pixels / _PIXELS_OF_A_POINT:.3g} pt"
