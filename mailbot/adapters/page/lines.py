"""A page as the lines that its reader sees, each with its fonts, its links and whether it is quoted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree.ElementTree import Element

from mailbot.adapters.page.element import PageElement, TooMuchError
from mailbot.adapters.page.fonts import BROWSER, Context, Font, family_of, of_browser, of_font_tag, of_shorthand, size_of
from mailbot.adapters.page.styles import Declaration, Styles
from mailbot.core.markup import MOST_ATTRIBUTES, is_crowded
from mailbot.core.standard.mail import Line, Run, StyledText
from mailbot.core.text import clean_line

MOST_HTML = 1_000_000
MOST_ELEMENTS = 20_000
DEEPEST = 100
_UNSHOWN = frozenset(
    {"head", "style", "script", "title", "template", "noscript", "object", "svg", "math", "select", "textarea"}
)
_BLOCKS = frozenset({
    "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "ul", "ol", "center", "address",
    "pre", "body", "section", "header", "footer", "article", "dl", "dt", "dd", "form", "tbody", "caption",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_SMALLEST = 2.0
_QUIRKS_FREE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<!doctype\s+html(?:\s*>|.*?(?:xhtml 1|html 4\.01|about:legacy).*?>)", re.IGNORECASE | re.DOTALL
)
_PRESERVED = frozenset({"pre", "pre-wrap", "pre-line", "break-spaces"})
_PREFORMATTED = frozenset({"pre", "listing", "xmp", "plaintext"})
_LINKS = ("mailto:", "tel:", "callto:")
_SMALL_IMAGE = 40
"""Pixels: an icon, or a point that counts readers, holds no words."""

_CONVERTED = re.compile(r"<!--\s*converted from text/(?:plain|rtf) format\s*-->", re.IGNORECASE)
# What mail programs put around a signature.
_SIGNATURES = re.compile(
    r"gmail_signature|moz-signature|signature|applemailsignature|ms-outlook-mobile-signature|protonmail_signature_block",
    re.IGNORECASE,
)
# What mail programs put around, or before, the message that they quote.
_QUOTES = re.compile(
    r"(?:x_)*(?:gmail_quote(?:_container)?|gmail_extra_quote|yahoo_quoted|protonmail_quote|zmail_extra"
    r"|mail-editor-reference-message-container|ms-outlook-mobile-reference-message)",
    re.IGNORECASE,
)
_BEFORE_QUOTES = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|ms-outlook-mobile-reference-message"
    r"|OLK_SRC_BODY_SECTION|reply-intro|isForwardContent|isReplyContent)",
    re.IGNORECASE,
)
_RULE_ABOVE = re.compile(r"border-top:\s*solid\s+#(?:e1e1e1|b5c4df)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _State:
    """What an element hands on to its children."""

    font: Font
    depth: int = 0
    quoted: bool = False
    seen: bool = True
    marked: bool = False
    preserved: bool = False


@dataclass(slots=True)
class _Writer:
    lines: list[Line] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    images: int = 0
    quoted: bool = False
    marked: bool = False
    history: bool = False

    def write(self, text: str, state: _State) -> None:
        self.quoted, self.marked = self.quoted or state.quoted, self.marked or state.marked
        first, *others = text.split("\n") if state.preserved else (text,)
        self.runs.append(Run(first, state.font.family, state.font.pixels))
        for other in others:
            self.end()
            self.quoted, self.marked = state.quoted, state.marked
            self.runs.append(Run(other, state.font.family, state.font.pixels))

    def end(self, *, unread: bool = False) -> None:
        text = clean_line("".join(run.text for run in self.runs))
        if text or self.images or self.alts or unread or (self.lines and self.lines[-1].text):
            self.lines.append(
                Line(
                    text=text,
                    runs=tuple(self.runs),
                    quoted=self.quoted or self.history,
                    images=self.images,
                    alt=" ".join(self.alts),
                    links=tuple(self.links),
                    marked=self.marked,
                    unread=unread,
                )
            )
        self.runs, self.links, self.alts, self.images, self.quoted, self.marked = [], [], [], 0, False, False


def page_lines(html: str) -> StyledText:
    """The lines of an HTML part. Never raises; ``why_not`` says why a page that is too large was not read."""
    if len(html) > MOST_HTML:
        return StyledText(why_not=f"its page has more than {MOST_HTML} characters")
    if is_crowded(html):
        return StyledText(why_not=f"its page has an element with more than {MOST_ATTRIBUTES} attributes")
    try:
        return StyledText(lines=tuple(_read(html)), converted=bool(_CONVERTED.search(html)))
    except TooMuchError as error:
        return StyledText(why_not=str(error))
    except RecursionError:  # the style sheets' reader goes into each bracket
        return StyledText(why_not="its style sheets are nested too deep")


def _read(html: str) -> list[Line]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    if tree.root is None:
        return []
    copied = _copied(tree.root)
    styles = Styles(copied.sheets, sum(1 for _ in copied.top.iter()))
    reader = _Reader(styles, copied.cut, quirks=_QUIRKS_FREE.match(html) is None)
    reader.read(PageElement.from_html_root(copied.top))
    return reader.out.lines


@dataclass(slots=True)
class _Copy:
    """A page's tree in the form that selectors are matched against, and the elements below which nothing was copied."""

    top: Element
    sheets: list[str] = field(default_factory=list)
    cut: set[Element] = field(default_factory=set)


def _copied(root: Any) -> _Copy:
    """Raises TooMuchError. A long thread is nested deeper with each answer: what lies deepest is left out."""
    copied, count = _Copy(Element(root.tag, _attributes(root))), 0
    waiting = [(root, copied.top, 0)]
    while waiting:
        node, copy, depth = waiting.pop()
        if count > MOST_ELEMENTS:
            raise TooMuchError(f"its page has more than {MOST_ELEMENTS} elements")
        child = node.child
        while child is not None:
            if child.tag == "-text":
                _append_text(copy, child.text_content or "")
            elif depth >= DEEPEST:
                copied.cut.add(copy)
            elif not child.tag.startswith(("-", "_", "!")):
                count += 1
                below = Element(child.tag, _attributes(child))
                copy.append(below)
                if child.tag == "style":
                    copied.sheets.append(child.text(deep=True) or "")
                waiting.append((child, below, depth + 1))
            child = child.next
    return copied


def _attributes(node: Any) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


class _Reader:
    """Walks a page in the order of its text."""

    def __init__(self, styles: Styles, cut: set[Element], *, quirks: bool) -> None:
        self.out = _Writer()
        self._styles, self._cut, self._quirks, self._root = styles, cut, quirks, BROWSER

    def read(self, top: Any) -> None:
        """Recursion ends at DEEPEST, which the tree was held against."""
        self._element(top, _State(BROWSER))
        self.out.end()

    def _element(self, wrapper: Any, above: _State) -> None:
        element, tag = wrapper.etree_element, wrapper.local_name
        state = self._state(wrapper, element, tag, above)
        if tag == "html":
            self._root = state.font
        if tag in _UNSHOWN or not state.seen:
            return
        block = tag in _BLOCKS
        if block or tag == "br":
            self.out.end()
        self._marks(element, tag, state)
        if element.text:
            self.out.write(element.text, state)
        for child in wrapper.iter_children():
            self._element(child, state)
            if child.etree_element.tail:
                self.out.write(child.etree_element.tail, state)
        if block or element in self._cut:
            self.out.end(unread=element in self._cut)

    def _marks(self, element: Element, tag: str, state: _State) -> None:
        if tag in _CELLS:
            self.out.write(" ", state)
        if tag == "img":
            self.out.images += _may_hold_words(element)
            self.out.alts += filter(None, [clean_line(element.get("alt", ""))])
            self.out.write(" ", state)
        if tag == "a" and (target := element.get("href", "")).lower().startswith(_LINKS):
            self.out.links.append(target)
        names = f"{element.get('id', '')} {element.get('class', '')}".split()
        if any(map(_BEFORE_QUOTES.fullmatch, names)) or _RULE_ABOVE.search(element.get("style", "")):
            self.out.history = True

    def _state(self, wrapper: Any, element: Element, tag: str, above: _State) -> _State:
        names = f"{element.get('id', '')} {element.get('class', '')}".split()
        quoted = above.quoted or _is_quote(element, tag, names)
        marked = not quoted and (above.marked or any(map(_SIGNATURES.fullmatch, names)))
        font = of_browser(tag, above.font, quirks=self._quirks)
        state = replace(above, quoted=quoted, marked=marked, font=font, preserved=above.preserved or tag in _PREFORMATTED)
        if tag == "font":
            state = replace(state, font=of_font_tag(element.get("face"), element.get("size"), state.font))
        if "hidden" in element.attrib:
            state = replace(state, seen=False)
        declared = self._styles.of(wrapper, element.get("style", ""))
        return self._styled(state, declared, Context(above.font, self._root, self._quirks))

    def _styled(self, state: _State, declared: list[Declaration], context: Context) -> _State:
        font, seen, preserved = state.font, state.seen, state.preserved
        for each in declared:
            if each.name == "font-family":
                font = replace(font, family=family_of(each.tokens, context) or font.family)
            elif each.name == "font-size":
                size = size_of(each.tokens, context)
                font = font if size is None else replace(font, pixels=size)
            elif each.name == "font":
                font = of_shorthand(each.tokens, context) or font
            elif each.name == "white-space":
                preserved = not _PRESERVED.isdisjoint(_words(each))
            elif _hides(each):
                seen = False
        seen = seen and not 0 <= font.pixels < _SMALLEST and not _is_shut(declared)
        return replace(state, font=font, seen=seen, preserved=preserved)


def _is_quote(element: Element, tag: str, names: list[str]) -> bool:
    """A blockquote is also what programs indent with: it is a quote where it says so, or has a line beside it.

    Around several of them stands what is written between.
    """
    if tag != "blockquote":
        return any(map(_QUOTES.fullmatch, names)) and element.find("blockquote") is None
    said = element.get("type") == "cite" or "cite" in element.attrib or bool(element.get("class", ""))
    return said or "border-left" in element.get("style", "").lower()


def _may_hold_words(element: Element) -> bool:
    sides = (re.match(r"\s*(\d{1,5})(?:px)?\s*$", element.get(side, "")) for side in ("width", "height"))
    return all(int(side[1]) >= _SMALL_IMAGE for side in sides if side)


def _is_shut(declared: list[Declaration]) -> bool:
    """A box without height whose text is cut off, as mail programs hide what only their list of messages shows."""
    found = {each.name: list(_words(each)) for each in declared}
    flat = any(found.get(name) in (["0"], ["0px"], ["0pt"]) for name in ("height", "max-height"))
    return flat and found.get("overflow") == ["hidden"]


def _hides(each: Declaration) -> bool:
    words = list(_words(each))
    return (each.name, words[-1] if words else "") in {
        ("display", "none"), ("visibility", "hidden"), ("visibility", "collapse"), ("opacity", "0"),
    }  # fmt: skip


def _words(each: Declaration) -> Iterator[str]:
    for token in each.tokens:
        if token.type in ("ident", "number", "dimension"):
            yield token.lower_value if token.type == "ident" else f"{token.value:g}{getattr(token, 'lower_unit', '')}"
