"""Effective fonts: font families and sizes as CSS Fonts Level 4 and the HTML standard compute them.

Sizes are in CSS pixels (10 pt are 13.33 px). A size that depends on what is not known here is ``UNKNOWN``.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.core.standard.mail import UNKNOWN

MEDIUM = 16.0
_KEYWORDS: Mapping[str, float] = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": MEDIUM, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
    "xxx-large": 48.0,
}  # fmt: skip
_FONT_TAG = (10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0)
"""``<font size=1>`` to ``7``: https://html.spec.whatwg.org/multipage/rendering.html#phrasing-content-3"""
_STEP = 1.2
_UNITS: Mapping[str, float] = {
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
}
_GENERIC = frozenset({"inherit", "unset"})
_BROWSER_SIZES: Mapping[str, float] = {
    "h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 1 / _STEP, "big": _STEP, "sub": 1 / _STEP,
    "sup": 1 / _STEP,
}  # fmt: skip
_MONOSPACE = frozenset({"code", "kbd", "samp", "tt", "pre"})
_SIZE_OF_TAG = re.compile(r"\s*([+-]?)(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Font:
    """What a text is set in: the first family that is asked for, lower case, and the size in pixels."""

    family: str
    pixels: float


BROWSER = Font("times new roman", MEDIUM)


@dataclass(frozen=True, slots=True)
class Context:
    """What relative values refer to: the parent, the page's root, and whether the page has no document type (quirks)."""

    parent: Font
    root: Font
    quirks: bool


def of_browser(tag: str, parent: Font, *, quirks: bool) -> Font:
    """The font that an element has by itself, before any style sheet of the message."""
    if tag == "table" and quirks:
        return Font(parent.family, MEDIUM)
    if tag in _MONOSPACE:
        return Font("monospace", parent.pixels * 13 / 16 if parent.family != "monospace" else parent.pixels)
    factor = _BROWSER_SIZES.get(tag, 1.0)
    return Font(parent.family, parent.pixels * factor)


def of_font_tag(face: str | None, size: str | None, font: Font) -> Font:
    """The same after the attributes of a ``font`` element."""
    family = first_name(face) if face else ""
    found = _SIZE_OF_TAG.match(size or "")
    if not found:
        return Font(family or font.family, font.pixels)
    number = int(found[2])
    step = 3 + number if found[1] == "+" else 3 - number if found[1] == "-" else number
    return Font(family or font.family, _FONT_TAG[min(max(step, 1), 7) - 1])


def first_name(families: str) -> str:
    """The first family of a list as an attribute holds it, in lower case."""
    return " ".join(families.split(",", maxsplit=1)[0].strip(" '\"").lower().split())


def family_of(tokens: Iterable[Any], context: Context) -> str | None:
    """The first family that a ``font-family`` names, in lower case; None where the declaration is invalid."""
    words = list[str]()
    for token in tokens:
        if token.type == "string" and not words:
            return str(token.value).lower()
        if token.type == "ident":
            words.append(str(token.value).lower())
        elif token.type == "literal" and token.value == ",":
            break
        elif token.type not in ("whitespace", "comment"):
            return None
    name = " ".join(words)
    if name in _GENERIC:
        return context.parent.family
    return BROWSER.family if name in ("initial", "revert") else name or None


def size_of(tokens: Iterable[Any], context: Context, *, shorthand: bool = False) -> float | None:
    """The size that a ``font-size`` asks for, in pixels; UNKNOWN where it depends on more, None where it is invalid."""
    found = [token for token in tokens if token.type not in ("whitespace", "comment")]
    if len(found) != 1:
        return None
    token = found[0]
    if token.type == "ident":
        return _keyword(token.lower_value, context)
    if token.type == "percentage":
        return context.parent.pixels * token.value / 100 if token.value >= 0 else None
    if token.type == "dimension":
        return _length(float(token.value), token.lower_unit, context)
    if token.type == "number" and token.value >= 0 and (token.value == 0 or (context.quirks and not shorthand)):
        return float(token.value)
    return UNKNOWN if token.type == "function" else None


def _keyword(word: str, context: Context) -> float | None:
    if word in _GENERIC:
        return context.parent.pixels
    relative = {"larger": _STEP, "smaller": 1 / _STEP}.get(word)
    if relative:
        return context.parent.pixels * relative
    return MEDIUM if word in ("initial", "revert") else _KEYWORDS.get(word)


def _length(value: float, unit: str, context: Context) -> float | None:
    if value < 0 or not math.isfinite(value):
        return None
    if unit in _UNITS:
        return value * _UNITS[unit]
    if unit in ("em", "rem"):
        return value * (context.parent if unit == "em" else context.root).pixels
    return UNKNOWN


def of_shorthand(tokens: Iterable[Any], context: Context) -> Font | None:
    """The font that a ``font`` declaration asks for; None where it is invalid or names a font of the system."""
    found = [token for token in tokens if token.type != "comment"]
    words = [token for token in found if token.type != "whitespace"]
    if len(words) == 1 and words[0].type == "ident":
        return context.parent if words[0].lower_value in _GENERIC else None
    for place, token in enumerate(found):
        if token.type in ("dimension", "percentage") or (token.type == "ident" and _is_size(token.lower_value)):
            size = size_of([token], context, shorthand=True)
            family = family_of(_after_line_height(found[place + 1 :]), context)
            return Font(family, size) if size is not None and family else None
    return None


def _is_size(word: str) -> bool:
    return word in _KEYWORDS or word in ("larger", "smaller")


def _after_line_height(tokens: list[Any]) -> list[Any]:
    rest = [token for token in tokens if token.type != "whitespace"]
    slash = rest and rest[0].type == "literal" and rest[0].value == "/"
    return rest[2:] if slash else tokens
