"""The style sheets of a message, and which of their declarations hold for an element. Remote ones are never fetched."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cssselect2
import tinycss2

MOST_SELECTORS = 3_000
MOST_CSS = 300_000
MOST_MATCHES = 1_000_000
"""Selectors times elements."""
MOST_STEPS = 4
"""Of one selector, on average of a rule: what it takes to match grows with the depth of the page by this power."""
KEPT = frozenset({
    "font", "font-family", "font-size", "display", "visibility", "opacity", "white-space", "height", "max-height", "overflow",
})  # fmt: skip
_NARROW = re.compile(r"\bprint\b|max-(?:device-)?width|prefers-color-scheme", re.IGNORECASE)


class TooMuchError(Exception):
    """The page goes beyond what is looked at; the text says how."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A property in lower case and its value as tokens."""

    name: str
    tokens: Sequence[Any]
    important: bool


class Styles:
    """All style sheets of a page. Raises TooMuchError for more than is looked at."""

    def __init__(self, sheets: Iterable[str], elements: int) -> None:
        self._elements = elements
        self._matcher = cssselect2.Matcher()
        self._selectors = 0
        self._inline = dict[str, tuple[Declaration, ...]]()
        text = "\n".join(sheets)
        if len(text) > MOST_CSS:
            raise TooMuchError(f"its style sheets have more than {MOST_CSS} characters")
        self._add(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))

    def _add(self, rules: Iterable[Any]) -> None:
        for rule in rules:
            if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None:
                if not _NARROW.search(tinycss2.serialize(rule.prelude)):
                    self._add(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
            elif rule.type == "qualified-rule":
                self._add_rule(rule)

    def _add_rule(self, rule: Any) -> None:
        declared = tuple(_declarations(rule.content))
        if not declared:
            return
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError:
            return
        self._selectors += len(selectors)
        if self._selectors > MOST_SELECTORS or self._selectors * self._elements > MOST_MATCHES:
            raise TooMuchError(
                f"its style sheets have more than {MOST_SELECTORS} selectors, or too many for a page of its size"
            )
        if len(tinycss2.serialize(rule.prelude).split()) > MOST_STEPS * len(selectors):
            raise TooMuchError(f"its style sheets have selectors of more than {MOST_STEPS} steps")
        for selector in selectors:
            if selector.pseudo_element is None:
                self._matcher.add_selector(selector, declared)

    def _declared(self, inline: str) -> tuple[Declaration, ...]:
        """The same few styles stand on most elements of a page."""
        if inline not in self._inline:
            self._inline[inline] = tuple(_declarations(inline)) if inline else ()
        return self._inline[inline]

    def of(self, element: Any, inline: str) -> list[Declaration]:
        """What holds for an element, the strongest last (CSS Cascade 4): important ones after all others."""
        found = [each for *_, declared in self._matcher.match(element) for each in declared]
        found += self._declared(inline)
        return [each for each in found if not each.important] + [each for each in found if each.important]


def _declarations(source: Any) -> Iterator[Declaration]:
    for each in tinycss2.parse_blocks_contents(source, skip_comments=True, skip_whitespace=True):
        if each.type == "declaration" and each.lower_name in KEPT:
            yield Declaration(each.lower_name, each.value, each.important)
