"""Pages made to do harm: they end at once, say why they were not judged, and nothing is ever fetched for them."""

import socket
from typing import NoReturn

import pytest

from mailbot.adapters.page import element, page_lines
from mailbot.adapters.parser.html import html_text
from mailbot.core.markup import MOST_ATTRIBUTES, is_crowded

DEEP = "<div>" * 99 + "x" + "</div>" * 99
WIDE = "<b>x</b>" * 18_000


def styled(rule: str, page: str, times: int = 1) -> str:
    return f"<style>{rule * times}</style>{page}"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("page", "said"),
    [
        (styled("x div div div div{font-size:1em}", DEEP * 30), "take too long to match"),
        (styled("x~b~b{font-size:1em}", WIDE), "take too long to match"),
        (styled("b:nth-of-type(2n+1){font-size:1em}", WIDE), "take too long to match"),
        (styled("b:has(~ i){font-size:1em}", WIDE), "take too long to match"),
        (styled("a " * 900 + "{font-size:1em}", "<p>x"), "selectors of too many steps"),
        (styled(":not(" * 300 + "a" + ")" * 300 + "{font-size:1em}", "<p>x"), "selectors of too many steps"),
        (styled("p{font-size:1em}", "<p>x" * 5, 3_001), "more than 3000 selectors"),
        (styled("p{font-size:1em}", "<p>x" * 5_000, 200), "too many for a page of its size"),
        (styled("@media screen{", "<p>x", 20_000), "nested"),
        (styled("a" * 400_000, "<p>x"), "more than 300000 characters"),
        ("".join(f"<p style='font:{n}px a{n}'>x" for n in range(19_000)), "more than 300000 characters"),
        ("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x", "attributes"),
        ("<span>a</span>" * 70_000, "more than 20000 elements"),
        ("x" * 1_000_001, "more than 1000000 characters"),
    ],
    ids=lambda value: value if len(value) < 50 else "page",
)
def test_a_page_that_would_take_long_is_not_read(page: str, said: str) -> None:
    """A style sheet may make a reader look at a page as often as it has elements, to the power of its steps."""
    read = page_lines(page)
    assert said in read.why_not
    assert read.lines == ()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "page",
    [
        "<" * 900_000, "<!--" * 240_000, "&lt;" * 240_000, "<p style='" + "(" * 290_000 + "'>x",
        "<p class='" + "x_" * 400_000 + "'>x", "<style>" + "(" * 290_000 + "</style>x",
        "<style>[*|a]{font-size:1em}</style>x", "<p style='font-size:1e999px'>x",
    ],
    ids=["brackets", "comments", "entities", "inline", "class", "sheet", "namespace", "size"],
)  # fmt: skip
def test_a_page_without_sense_does_no_harm(page: str) -> None:
    """It is read as far as it goes."""
    assert page_lines(page).why_not == ""


def test_the_steps_of_a_page_are_counted_and_not_its_time() -> None:
    """So that the same page comes out the same on a slow machine."""
    steps = element.Steps()
    steps.take(element.MOST_STEPS)
    with pytest.raises(element.TooMuchError, match="too long"):
        steps.take()


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remote styles, fonts and pictures stay where they are, and the page is judged without them."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = """<html><head><link rel=stylesheet href="https://example.org/a.css">
    <style>@import url(https://example.org/b.css); @font-face{font-family:Verdana;src:url(https://example.org/v.woff2)}
    p{font-family:Verdana;font-size:10pt;background:url(https://example.org/c.png)}</style></head>
    <body><p>Ada Finch<img src="https://example.org/d.png"></p><object data="https://example.org/e"></object></body></html>"""
    (line,) = (line for line in page_lines(page).lines if line.text)
    assert [(run.family, round(run.pixels, 2)) for run in line.runs if run.text.strip()] == [("verdana", 13.33)]


@pytest.mark.timeout(60)
def test_an_element_with_very_many_attributes_is_not_given_to_a_parser() -> None:
    """Parsers compare each attribute with all before it; what was written is still read."""
    tag = "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">"
    assert html_text(f"{tag}Thank you.</p>").strip() == "Thank you."


@pytest.mark.parametrize(
    ("page", "crowded"),
    [
        ("<p " + "a=1 " * (MOST_ATTRIBUTES + 1) + ">", True),
        ("<p " + "a=1 " * MOST_ATTRIBUTES + ">", False),
        ("<p " + "a='>' " * (MOST_ATTRIBUTES + 1) + ">", True),
        ("<!--<a b='--><p " + "a=1 " * (MOST_ATTRIBUTES + 1) + "c='>", True),
        ("<!-- " + "<p " + "a=1 " * (MOST_ATTRIBUTES + 1) + " -->", False),
        ("<img src='data:" + "a/b+" * 100_000 + "'>", False),
        ("<p>" + "word " * 100_000, False),
        ("<p a=1>" * 100_000, False),
    ],
)
def test_attributes_are_counted_as_a_parser_sees_them(page: str, crowded: bool) -> None:
    """A picture that stands in the page itself, or a long text, is none."""
    assert is_crowded(page) is crowded
