"""The style sheets of a message, and which of their declarations hold for an element. Remote ones are never fetched."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cssselect2
import tinycss2

from mailbot.adapters.page.element import TooMuchError

MOST_SELECTORS = 3_000
MOST_CSS = 300_000
MOST_MATCHES = 500_000
"""Selectors times elements."""
LONGEST_PRELUDE = 2_000
"""Characters of the selectors of one rule: what compiles them nests their steps."""

DEEPEST_MEDIA = 5
KEPT = frozenset({
    "font", "font-family", "font-size", "display", "visibility", "opacity", "white-space", "height", "max-height", "overflow",
})  # fmt: skip
_NARROW = re.compile(r"\bprint\b|max-(?:device-)?width|prefers-color-scheme", re.IGNORECASE)


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
        self._css_left = MOST_CSS - len(text)
        if self._css_left < 0:
            raise TooMuchError(f"its style sheets have more than {MOST_CSS} characters")
        self._add(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), 0)

    def _add(self, rules: Iterable[Any], depth: int) -> None:
        if depth > DEEPEST_MEDIA:
            raise TooMuchError(f"its style sheets are nested more than {DEEPEST_MEDIA} deep")
        for rule in rules:
            if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None:
                if not _NARROW.search(tinycss2.serialize(rule.prelude)):
                    self._add(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), depth + 1)
            elif rule.type == "qualified-rule":
                self._add_rule(rule)

    def _add_rule(self, rule: Any) -> None:
        declared = tuple(_declarations(rule.content))
        if not declared:
            return
        if len(tinycss2.serialize(rule.prelude)) > LONGEST_PRELUDE:
            raise TooMuchError(f"its style sheets have a rule with more than {LONGEST_PRELUDE} characters of selectors")
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude)
        except (cssselect2.SelectorError, NotImplementedError):  # the latter for an attribute in any namespace
            return
        except (
            SyntaxError,
            RecursionError,
            MemoryError,
        ):  # selectors become Python, which nests only so deep
            raise TooMuchError("its style sheets have selectors of too many steps") from None
        self._selectors += len(selectors)
        if self._selectors > MOST_SELECTORS or self._selectors * self._elements > MOST_MATCHES:
            raise TooMuchError(
                f"its style sheets have more than {MOST_SELECTORS} selectors, or too many for a page of its size"
            )
        for selector in selectors:
            if selector.pseudo_element is None:
                self._matcher.add_selector(selector, declared)

    def _declared(self, inline: str) -> tuple[Declaration, ...]:
        """The same few styles stand on most elements of a page."""
        if inline not in self._inline:
            self._css_left -= len(inline)
            if self._css_left < 0:
                raise TooMuchError(f"its styles have more than {MOST_CSS} characters")
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
