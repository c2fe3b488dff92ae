"""The font of a signature, held against the standard's."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.standard.contact import has_address, has_phone
from mailbot.core.standard.mail import UNKNOWN, Line, Run
from mailbot.core.standard.names import says_name
from mailbot.core.standard.reading import LIKELY, PERHAPS, SURE, Outcome, Reading
from mailbot.core.standard.values import StandardFont, StandardRule

_PIXELS_OF_A_POINT = 4 / 3
_SMALL_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class FontSeen:
    """How much of a signature has another font, from 0 to 1, and that font in words; ``unknown``: some could not be told."""

    share: float
    words: str
    unknown: bool


def font(reading: Reading) -> Outcome:
    """Whether the signature is set in the standard's font (J6)."""
    wanted = reading.standard.font
    if wanted is None:
        return None
    if not reading.mail.styled:
        return reading.unjudged(StandardRule.FONT, "not applicable: plain text has no font")
    block = _block(reading)
    seen = font_seen(block, wanted)
    if seen is None or (seen.share and reading.elsewhere):
        return reading.unjudged(StandardRule.FONT, reading.elsewhere or "no signature was found")
    if seen.unknown:
        return reading.unjudged(StandardRule.FONT, "its size depends on the reader's window")
    if not seen.share:
        return None
    fix = f"set the signature in {wanted.families[0]} {wanted.points:g} pt"
    sure = SURE if seen.share > 0.5 else LIKELY if seen.share > _SMALL_SHARE else PERHAPS
    if not _is_own_part(block, wanted):
        sure = PERHAPS
    return reading.found(StandardRule.FONT, f"{seen.words} ({seen.share:.0%} of the signature)", fix, sure)


def _block(reading: Reading) -> tuple[Line, ...]:
    """The signature without a name that is typed above it: what the mail program marks, or the lines from the last name on."""
    parts = reading.parts
    if not parts.located:
        return ()
    if marked := tuple(line for line in (*parts.signature, *parts.below) if line.marked and line.text):
        return marked
    lines = parts.signature
    named = [at for at, line in enumerate(lines[:-1]) if says_name(line.text, reading.name)]
    return lines[named[-1] :] if named else lines


def _is_own_part(lines: tuple[Line, ...], wanted: StandardFont) -> bool:
    """Whether the other font reaches into what tells of the person; what stands below that may be a program's addition."""
    last = max((at for at, line in enumerate(lines) if has_phone([line]) or has_address([line])), default=len(lines) - 1)
    runs = _runs(lines[: last + 1])
    return any(not is_right(run, wanted) for run in runs if any(map(str.isalnum, run.text)))


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
