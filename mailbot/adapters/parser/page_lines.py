"""HTML to lines with their form: what is bold, slanted, a link or an item of a list. Nothing that is hidden, and no styles."""

import re
from dataclasses import dataclass, replace
from typing import Any

from mailbot.core.markup import is_crowded
from mailbot.core.page_words import LineKind, PageLine, Run
from mailbot.core.text import clean_text, shown_text

MOST_HTML = 500_000
_BLOCKS = frozenset(
    ("p", "div", "tr", "td", "th", "li", "ul", "ol", "dl", "dt", "dd", "table", "caption", "blockquote", "pre", "hr")
)
_BLOCKS |= {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "center",
    "address",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "form",
}
_UNSEEN = frozenset(["head", "math", "object", "script", "select", "style", "svg", "template", "textarea", "title"])
_BOLD = frozenset(["b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"])
_SLANTED = frozenset(("i", "em"))
_SPACE = re.compile(r"[ \t\r\n\f]+")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all)")
_WEIGHT = re.compile(r"font-weight\s*:\s*(bold|bolder|[6-9]00|normal|lighter|[1-5]00)")
_HEAVY = re.compile(r"bold|bolder|[6-9]00")


@dataclass(frozen=True, slots=True)
class _Form:
    bold: bool = False
    slanted: bool = False
    link: str = ""
    hidden: bool = False
    item: int = 0
    """The block of the list item that it stands in; 0: in none."""
    kind: LineKind = LineKind.PARAGRAPH
    number: int = 0


class _Lines:
    """The lines as they come, with the form of each element that is open."""

    def __init__(self) -> None:
        self.found: list[PageLine] = []
        self._runs: list[Run] = []
        self._block = 1
        self._open: list[_Form] = [_Form()]
        self._counts: list[int] = []

    def start(self, tag: str, element: Any) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if tag in ("ol", "ul"):
            self._counts.append(0)
        form = _styled(self._open[-1], tag, element)
        if tag == "li":
            form = self._item(form, is_numbered=element.getparent() is not None and element.getparent().tag == "ol")
        self._open.append(form)
        self._add(element.text, form)
        if tag == "br":
            self._end_line()

    def end(self, tag: str, element: Any) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if tag in ("ol", "ul"):
            self._counts.pop()
        self._open.pop()
        self._add(element.tail, self._open[-1])

    def remark(self, element: Any) -> None:
        """A comment says nothing, and what stands behind it does."""
        self._add(element.tail, self._open[-1])

    def finish(self) -> tuple[PageLine, ...]:
        self._end_block()
        return tuple(self.found)

    def _item(self, form: _Form, *, is_numbered: bool) -> _Form:
        if self._counts:
            self._counts[-1] += 1
        number = self._counts[-1] if self._counts and is_numbered else 0
        kind = LineKind.NUMBER if is_numbered else LineKind.BULLET
        return replace(form, item=self._block, kind=kind, number=number)

    def _add(self, text: str | None, form: _Form) -> None:
        words = shown_text(_SPACE.sub(" ", clean_text(text or "")))
        if words and not form.hidden:
            self._runs.append(Run(words, form.bold, form.slanted, form.link))

    def _end_line(self) -> None:
        form = self._open[-1]
        if any(run.text.strip() for run in self._runs):
            block = form.item or self._block
            self.found.append(PageLine(tuple(self._runs), block, form.kind, form.number))
        self._runs = []

    def _end_block(self) -> None:
        self._end_line()
        self._block += 1


def page_lines(html: str) -> tuple[PageLine, ...]:
    """The lines that a reader of an HTML part sees. Never raises; none where it is too long or made to be hard."""
    if len(html) > MOST_HTML or is_crowded(html):
        return ()
    from lxml.etree import LxmlError, iterwalk  # type: ignore[import-untyped]
    from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

    lines = _Lines()
    try:
        tree = document_fromstring(_DECLARATION.sub("", html), parser=HTMLParser(huge_tree=True))
        for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
            if event in ("comment", "pi"):
                lines.remark(element)
            else:
                (lines.start if event == "start" else lines.end)(str(element.tag), element)
    except (LxmlError, ValueError):
        return ()
    return lines.finish()


def _styled(form: _Form, tag: str, element: Any) -> _Form:
    style = str(element.get("style") or "").lower()
    weight = _WEIGHT.search(style)
    bold = _HEAVY.fullmatch(weight[1]) is not None if weight else form.bold or tag in _BOLD
    hidden = form.hidden or tag in _UNSEEN or element.get("hidden") is not None or _HIDING.search(style) is not None
    link = str(element.get("href") or "") if tag == "a" else form.link
    return replace(form, bold=bold, slanted=form.slanted or tag in _SLANTED, link=link, hidden=hidden)
