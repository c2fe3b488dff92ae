"""The HTML of a letter, made from its text in one house layout: headings, bullets and paragraphs, nothing else.

No picture, no colour and no width in it that a reader's own settings could not overrule: dark screens stay dark, large letters
stay large, and a screen reader meets headings and lists as such.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from mailbot.core.letter import Font, Rendered, Written
from mailbot.core.text import clean_line, clean_text, shown_text

_HEADING, _BULLET = "# ", "- "
_MARK = re.compile(r"^# +", re.MULTILINE)
_BLANK = re.compile(r"\n{2,}")
_ADDRESS = re.compile(r"https?://[^\s<>]+")
PARAGRAPH = '<p style="margin:0 0 1em">'
_HEADER = '<h2 style="margin:1.5em 0 0.5em;font-size:1.1em">'
LIST = '<ul style="margin:0 0 1em;padding-left:1.5em">'
NUMBERED = '<ol start="{start}" style="margin:0 0 1em;padding-left:1.5em">'


def plain(text: str) -> str:
    """A letter's text as it stands in the plain part: without the marks of headings."""
    return _MARK.sub("", text)


def html_of(text: str) -> str:
    """A letter's text as HTML. Names in curly brackets stay, for values that ``html_value`` gives."""
    return "\n".join(element for block in _BLANK.split(text.strip("\n")) for element in _elements(block))


def rendered(text: Written, language: str = "en") -> Rendered:
    """What a person wrote, as a letter in ``language`` (ISO 639-1)."""
    body = clean_text(text.body)
    return Rendered(subject=clean_line(text.subject), body=plain(body), html=html_of(body), language=language)


def verbatim(text: Written) -> Rendered:
    """What a person wrote in a mail, as they wrote it: in the form of its own page, if it is known. Nothing in it is a mark.

    Otherwise it is paragraphs, in which addresses of pages are links.
    """
    body = shown_text(text.body).strip("\n")
    paragraphs = (f"{PARAGRAPH}{html_with_links(block)}</p>" for block in _BLANK.split(body))
    return Rendered(subject=clean_line(text.subject), body=body, html=text.form or "\n".join(paragraphs))


def html_value(value: str) -> str:
    """A value as it may stand in that HTML: words alone, whatever is in them."""
    return escape(value).replace("\n", "<br>\n")


def html_link(value: str) -> str:
    """An address of our own as a link; words that are no address stay words."""
    return f'<a href="{escape(value)}">{escape(value)}</a>' if value.startswith(("https://", "http://")) else html_value(value)


def html_with_links(value: str) -> str:
    """A value of ours in which addresses of pages become links."""
    return _ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', html_value(value))


def document(content: str, title: str, font: Font, language: str = "en") -> str:
    """The whole page around the HTML of a letter; a screen reader speaks it in ``language`` (ISO 639-1)."""
    face = f"font-family:'{font.family}',sans-serif;font-size:{font.points}pt"
    style = f"margin:0;padding:1em;{face};line-height:1.5;overflow-wrap:break-word"
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
</head>
<body style="{style}">
<div style="max-width:40em;margin:0 auto">
{content}
</div>
</body>
</html>
"""


def _elements(block: str) -> Iterator[str]:
    for mark, group in groupby(block.split("\n"), key=_mark):
        lines = [escape(line.removeprefix(mark), quote=False).strip() for line in group]
        if mark == _HEADING:
            yield from (f"{_HEADER}{line}</h2>" for line in lines)
        elif mark == _BULLET:
            yield "\n".join((LIST, *(f"<li>{line}</li>" for line in lines), "</ul>"))
        else:
            yield PARAGRAPH + "<br>\n".join(lines) + "</p>"


def _mark(line: str) -> str:
    return next((mark for mark in (_HEADING, _BULLET) if line.startswith(mark)), "")
