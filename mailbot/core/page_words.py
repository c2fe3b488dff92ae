"""The form of what somebody wrote in a mail: paragraphs, lists, bold and slanted words, links. Nothing else of a page is kept.

The words themselves are told by the plain text (``core.own_words``). The page beside it only lends its form, and only where it
has exactly the same letters in one piece: so nothing can leave by it that the plain text does not have.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape
from itertools import groupby

from mailbot.core.letter_html import LIST, NUMBERED, PARAGRAPH

MOST_LINES = 5_000
_LINK_MARKUP = re.compile(r"<[^<>\s]*(?:://|mailto:|@)[^<>\s]*>")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z]+://)?(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(?:https?://[^\s<>\"'\\]{1,2000}|(?:mailto|tel):[^\s<>\"'?&\\]{1,200})", re.IGNORECASE)


class LineKind(StrEnum):
    """What a line of a page belongs to."""

    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one form. ``link``: the address that they lead to, as the page has it, or empty."""

    text: str
    bold: bool = False
    slanted: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as the page shows it. Those with the same ``block`` are one paragraph, or one item of a list.

    ``number``: what stands before the item in a numbered list.
    """

    runs: tuple[Run, ...]
    block: int
    kind: LineKind = LineKind.PARAGRAPH
    number: int = 0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def formed(words: str, page: Sequence[PageLine], is_internal: re.Pattern[str], letter: str) -> str:
    """These words in the form that they have on the page, as HTML; an empty string where the page has other words.

    Links that lead to what is ours, by ``is_internal`` or because our ``letter`` has them, are words alone.
    """
    wanted = "".join(one for one, _ in _letters(_LINK_MARKUP.sub(" ", words)))
    if not wanted or len(page) > MOST_LINES:
        return ""
    for numbered in (False, True):
        if lines := _piece(page, wanted, numbered=numbered):
            kept = [replace(line, runs=tuple(_with_safe_link(run, is_internal, letter) for run in line.runs)) for line in lines]
            return "\n".join(_html(kept))
    return ""


# The piece of the page ---------------------------------------------------------------------------------------------------


def _piece(page: Sequence[PageLine], wanted: str, *, numbered: bool) -> list[PageLine]:
    """The lines of the page that have these letters, and no other; none if no piece of it does."""
    stream, places = list[str](), list[tuple[int, int]]()
    for number, line in enumerate(page):
        marker = str(line.number) if numbered and line.number else ""
        for one, at in (*((digit, -1) for digit in marker), *_letters(line.text)):
            stream.append(one)
            places.append((number, at))
    start = "".join(stream).find(wanted)
    if start < 0:
        return []
    end = start + len(wanted)
    if any(0 < at < len(places) and places[at] == places[at - 1] for at in (start, end)):
        return []  # half a letter, such as of a ligature
    first, last = places[start], places[end - 1]
    until = places[end] if end < len(places) else (len(page), 0)
    begin = first[1] if start and places[start - 1][0] == first[0] else 0
    return [
        _cut(page[number], begin if number == first[0] else 0, until[1] if number == until[0] else None)
        for number in range(first[0], last[0] + 1)
    ]


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Letters and digits, each with its place, as ``core.own_words`` compares them."""
    for at, character in enumerate(text):
        for one in unicodedata.normalize("NFKC", character).casefold():
            if one.isalnum():
                yield one, at


def _cut(line: PageLine, start: int, end: int | None) -> PageLine:
    """The line from one place of its text to another."""
    runs, at = list[Run](), 0
    for run in line.runs:
        text = run.text[max(0, start - at) : None if end is None else max(0, end - at)]
        at += len(run.text)
        if text:
            runs.append(replace(run, text=text))
    return replace(line, runs=tuple(runs))


def _with_safe_link(run: Run, is_internal: re.Pattern[str], letter: str) -> Run:
    """The run, without a link that is no plain address, is ours, or shows another address than it leads to."""
    link = run.link.strip()
    ours = is_internal.search(link) or (link and link in letter)
    if not _SAFE_LINK.fullmatch(link) or ours or _misleads(run.text, link):
        return replace(run, link="")
    return replace(run, link=link)


def _misleads(text: str, link: str) -> bool:
    shown = _ADDRESS.search(text)
    return shown is not None and _host(shown[0]) != _host(link)


def _host(address: str) -> str:
    found = _HOST.match(address)
    return found[1].lower() if found else ""


# The form ----------------------------------------------------------------------------------------------------------------


def _html(lines: Iterable[PageLine]) -> Iterator[str]:
    shown = (line for line in lines if line.text.strip())
    for kind, group in groupby(shown, key=lambda line: line.kind):
        blocks = [list(block) for _, block in groupby(group, key=lambda line: line.block)]
        if kind is LineKind.PARAGRAPH:
            yield from (f"{PARAGRAPH}{_lines(block)}</p>" for block in blocks)
            continue
        items = (f"<li>{_lines(block)}</li>" for block in blocks)
        begins, ends = (LIST, "</ul>") if kind is LineKind.BULLET else (NUMBERED.format(start=blocks[0][0].number), "</ol>")
        yield "\n".join((begins, *items, ends))


def _lines(block: Iterable[PageLine]) -> str:
    return "<br>\n".join("".join(map(_run, line.runs)).strip() for line in block)


def _run(run: Run) -> str:
    shown = escape(run.text)
    if run.slanted:
        shown = f"<em>{shown}</em>"
    if run.bold:
        shown = f"<strong>{shown}</strong>"
    return f'<a href="{escape(run.link)}">{shown}</a>' if run.link else shown
