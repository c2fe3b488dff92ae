"""An element of a page that selectors are matched against, with a limit to the work that they may cause."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2

MOST_STEPS = 1_000_000
"""From element to element, on one page: about a second."""

_SIBLINGS_A_STEP = 16
_TO_MAKE_ONE = 10
"""Steps: a selector with ``:has`` makes the elements that it looks at anew, each time."""


class TooMuchError(Exception):
    """The page goes beyond what is looked at; the text says how."""


class Steps:
    """The steps that are left for a page."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def take(self, number: int = 1) -> None:
        """Raises TooMuchError where none are left."""
        self._left -= number
        if self._left < 0:
            raise TooMuchError("its style sheets take too long to match")


class PageElement(cssselect2.ElementWrapper):  # type: ignore[misc]
    """An element that counts whatever a selector makes it walk: a selector of four steps may look at a page a million times.

    Nothing is kept: the library would hold all siblings before an element for each of them.
    """

    def __init__(self, etree_element: Element, parent: "PageElement | None", *rest: Any, **named: Any) -> None:
        self.steps: Steps = parent.steps if parent is not None else Steps()
        self.steps.take(_TO_MAKE_ONE)
        super().__init__(etree_element, parent, *rest, **named)

    @property
    def ancestors(self) -> Iterator["PageElement"]:
        """From the parent to the root."""
        at = self.parent
        while at is not None:
            self.steps.take()
            yield at
            at = at.parent

    @property
    def previous_siblings(self) -> Iterator["PageElement"]:
        """From the nearest to the first."""
        at = self.previous
        while at is not None:
            self.steps.take()
            yield at
            at = at.previous

    @property
    def etree_siblings(self) -> list[Element]:
        """All children of the parent, this one among them."""
        self.steps.take(1 + len(self._siblings) // _SIBLINGS_A_STEP)
        return self._siblings

    @etree_siblings.setter
    def etree_siblings(self, siblings: list[Element]) -> None:
        self._siblings = siblings
