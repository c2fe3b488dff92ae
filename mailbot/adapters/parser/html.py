"""HTML to text, by inscriptis, in a layout that cannot be made to grow: no padding, no tables drawn with spaces."""

import re
from functools import cache
from html import unescape
from typing import Any

from mailbot.core.markup import is_crowded
from mailbot.core.text import clean_text

_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|!|$))"
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_BLANK_LINES = re.compile(r"\n{3,}")
# These three always match up to the next mark, so that they take time by the length of the text and no more.
_UNSHOWN = re.compile(r"<(script|style|title)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|p|div|tr|li|h[1-6])\b", re.IGNORECASE)
_TAGS = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
# What inscriptis raises on made-up markup; RecursionError where it is nested some 500 levels deep.
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def html_text(html: str) -> str:
    """The text a reader of an HTML part sees. Never raises. Some 4 s for the hardest 500,000 characters.

    Scripts, styles and what is hidden by its own style or the ``hidden`` attribute is left out. Links are shown by
    their words, images not at all. Markup that cannot be laid out gives its bare words, hidden ones included.
    """
    try:
        text = _bare(html) if is_crowded(html) else _laid_out(html)
    except _FAULTS:
        text = _bare(html)
    lines = (line.rstrip() for line in clean_text(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _bare(html: str) -> str:
    return unescape(_TAGS.sub(" ", _BREAKS.sub("\n<br", _UNSHOWN.sub(" ", html))))


def _laid_out(html: str) -> str:
    from inscriptis.html_engine import Inscriptis
    from lxml.etree import ParserError  # type: ignore[import-untyped]
    from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

    try:
        # Without huge_tree everything after the 256th open tag is dropped, and newsletters forget to close theirs.
        tree = document_fromstring(_DECLARATION.sub("", html), parser=HTMLParser(huge_tree=True))
    except ParserError:  # nothing but comments or space
        return ""
    return str(Inscriptis(tree, _layout()).get_text())


@cache
def _layout() -> Any:
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.html_properties import Display
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.html_element import HtmlElement
    from inscriptis.model.tag import CustomHtmlTagHandlerMapping

    blocks = ("table", "tr", "caption", "ul", "ol", "hr", "form")
    unseen = ("template", "object", "svg", "math", "select", "textarea")
    css = STRICT_CSS_PROFILE | {tag: HtmlElement(display=Display.block) for tag in blocks}
    css |= {tag: HtmlElement(display=Display.none) for tag in unseen}
    # Tables and styles are where a small part could ask for gigabytes of spaces.
    starts = {"table": None, "tr": None, "td": _separate, "th": _separate}
    ends = dict.fromkeys(("table", "td", "th"))
    config = ParserConfig(css=css, custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(starts, ends))
    config.attribute_handler.attribute_mapping = {"style": _hide_by_style, "hidden": _hide}
    return config


def _separate(state: Any, _attributes: Any) -> None:
    state.tags[-1].write(" ")


def _hide_by_style(style: str, element: Any) -> None:
    if _HIDING.search(style.lower()):
        _hide(style, element)


def _hide(_value: str, element: Any) -> None:
    from inscriptis.html_properties import Display

    element.display = Display.none
